// Places for people without a browser, and where a place stands.
import { call, of } from './api.js';
import { sure } from './acts.js';
import { $, ask, clock, day, has, list, long, make, number, on, onSubmit, put, t, toast } from './ui.js';

let id, place;

export async function start(who, room) {
  id = room;
  if (who.role === 'viewer') { put($('no-places'), t('places.not')); $('no-places').hidden = false; return; }
  onSubmit('take', async () => {
    const group = $('group-row').hidden ? '' : $('group').value;
    show(await call('POST', of(id, '/places'), { ...(group && { group }), reason: $('take-reason').value.trim() || undefined }));
    toast(t('place.taken.done', { number: number(place.number), code: place.code }));
    listed();
  });
  onSubmit('find', async () => show(await act('find', Number($('number').value.replace(/\D/g, '')), $('place-code').value.trim())));
  on('again', async () => show(await act('find')));
  on('link', async () => {
    const found = await act('link');
    show(found);
    $('place-link').hidden = !found.url;
    put($('place-link'), found.url ? `${found.url}\n${t('place.link.until', { at: clock(found.until, false) })}` : '');
  });
  on('told', async () => tellSteps(await act('history')));
  on('front', async () => {
    if (!why()) return;
    if (await ask(t('place.front.title'), t('place.front.text', { number: number(place.number) }), t('place.front'))) { show(await act('front')); toast(t('place.front.done')); }
  });
  on('remove', async () => {
    show(await act('remove'));
    toast(t('place.remove.done'));
    await listed();
  });
  on('end', async () => {
    if (!why()) return;
    await sure('POST', of(id, '/stays/end'), { number: place.number, code: place.code, reason: reason() });
    toast(t('place.end.done'));
    show(await act('find'));
  });
  const info = await call('GET', of(id));
  put($('title'), info.title || id);
  const groups = (info.schedule && info.schedule.groups) || [];
  $('group-row').hidden = groups.length === 0;
  $('group').append(...groups.map((g) => make('option', { value: g.name }, g.title || g.name)));
  await listed();
  setInterval(() => listed().catch(() => {}), 10_000);
}

// why reports whether a reason is given, and asks for one: others will look for it in the record.
function why() {
  if (reason()) return true;
  toast(t('field.reason'), undefined, 'bad');
  $('place-reason').focus();
  return false;
}

const reason = () => $('place-reason').value.trim() || undefined;
const act = (what, n = place.number, code = place.code, more = {}) => sure('POST', of(id, '/places/' + what), { number: n, code, reason: reason(), ...more });

const stateOf = (p) => (has('place.state.' + p.state) ? t('place.state.' + p.state) : p.state);

// tellSteps says what became of the place.
function tellSteps({ steps, gateways }) {
  $('steps-section').hidden = false;
  $('no-steps').hidden = steps.length > 0;
  $('elsewhere').hidden = gateways < 2;
  list($('steps'), steps, (s) => make('li', {}, make('b', {}, s.times > 1 ? t('step.span', { from: day(s.at, undefined, true), to: clock(s.until) }) : day(s.at, undefined, true)), ' ', step(s)));
  $('steps-section').focus();
}

function step(s) {
  const what = t('step.' + (s.act ? 'move.' + s.act : s.what === 'keep' && s.away ? 'away' : s.what));
  return s.state && s.what !== 'move' ? `${what}: ${has('place.state.' + s.state) ? t('place.state.' + s.state) : s.state}` : what;
}

function show(p) {
  place = p;
  $('steps-section').hidden = true;
  $('place').hidden = false;
  $('place-link').hidden = true;
  put($('place-title'), t('place.named', { number: number(p.number), code: p.code }));
  put($('place-state'), p.now ? t('place.now') : stateOf(p));
  $('end').hidden = p.state !== 'inside';
  const parts = [];
  if (p.ahead !== undefined) parts.push(p.ahead === 0 ? t('place.first') : t('place.ahead', { n: p.ahead }));
  if (p.low !== undefined && p.high !== undefined) parts.push(t('place.wait', { low: long(p.low), high: long(p.high) }));
  put($('place-wait'), parts.join(' '));
  $('place').focus();
}

async function listed() {
  const { places } = await call('GET', of(id, '/places'));
  $('no-places').hidden = places.length > 0;
  $('places').hidden = places.length === 0;
  list($('places').tBodies[0], places, (p) => make('tr', {},
    make('td', { class: 'n' }, make('button', { type: 'button', class: 'plain', onclick: () => { show(p); } }, number(p.number))),
    make('td', {}, p.code), make('td', {}, p.now ? t('place.now') : stateOf(p)), make('td', {}, p.taken ? clock(p.taken, false) : '')));
}
