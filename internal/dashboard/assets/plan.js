// What a room does by its schedule, and what another one would do: nothing is changed that has not been shown before.
import { Problem, call, follow, of } from './api.js';
import { change } from './acts.js';
import { lost } from './lost.js';
import { $, date, day, has, list, long, make, on, onSubmit, put, t, words } from './ui.js';

let room, plan, wanted;

// anew is how often, in ms, the plan is asked for though nothing has changed: it says in how long something comes.
const anew = 30_000;

export async function start(who, id) {
  room = await call('GET', of(id));
  put($('title'), room.title || id);
  await load(id);
  onSubmit('schedule-form', () => preview(parsed()));
  on('one-preview', () => preview(one()));
  on('drop', () => { $('preview').hidden = true; $('edit').querySelector('button').focus(); });
  on('apply', async () => {
    await change(wanted.from, { schedule: wanted.schedule }, { seen: true });
    $('preview').hidden = true;
    delete $('schedule').dataset.shown; // it is in force, or has been left
    await load(id, room.version);
  });
  document.addEventListener('changed', (e) => { room = e.detail; });
  setInterval(() => load(id, room.version).catch(() => {}), anew);
  let seen;
  follow((rooms) => {
    const next = rooms.find((r) => r.id === id);
    if (!next || next.version < room.version) return;
    const key = [next.version, next.opening.phase, next.opening.name, next.opening.booked].join();
    room = next;
    if (key !== seen) load(id, next.version).then(() => { seen = key; }, () => {});
  }, lost);
}

// load shows the plan of a version or of a newer one: what a GET shows may be of the moment before.
async function load(id, version = 0) {
  for (let left = 10; left > 0; left--) {
    plan = await call('GET', of(id, '/plan'));
    if (plan.version >= version) break;
    await new Promise((done) => { setTimeout(done, 200); });
  }
  put($('now'), t('plan.phase.' + plan.phase));
  put($('booked'), plan.quota === undefined ? '' : t('sold.now', { n: plan.booked, quota: plan.quota }));
  put($('zone'), t('plan.zone', { zone: plan.zone }));
  list($('warnings'), plan.notices, (n) => make('li', { 'data-level': 'warn' }, notice(n)));
  $('no-next').hidden = plan.next.length > 0;
  list($('next'), plan.next.slice(0, 12), (e) => make('li', {}, make('b', {}, day(e.at, plan.zone)), ' ', says(e), ' ', make('span', { class: 'hint' }, e.due ? '' : t('plan.in', { long: long(e.in) }))));
  const openings = [...new Set(plan.next.map((e) => e.opening))].filter(Boolean);
  $('today').hidden = openings.length === 0;
  list($('opening'), openings, (o) => make('option', { value: o }, o));
  const text = JSON.stringify(plan.schedule, null, 2), field = $('schedule');
  if (field.dataset.shown === undefined || field.value === field.dataset.shown) field.value = field.dataset.shown = text;
}

// people are who may come, each group with its share of the pace.
const people = (who) => (who || 'everybody').replace(/\(share (\d+)\)/g, (all, n) => `(${t('plan.share', { n: Number(n) })})`).replace(/^everybody\b/, t('plan.everybody'));

// says is an event in words.
function says(e) {
  const opens = e.what === 'start', frees = e.what === 'release', parts = [];
  if (frees && e.quota === undefined) parts.push(t('plan.unbounded'));
  else if (frees && e.more > 0) parts.push(t('plan.more', { n: e.more }));
  else if (!frees) parts.push(t('plan.what.' + (e.floor ? 'floor' : e.what)));
  if ((opens || frees) && e.quota !== undefined) {
    parts.push(t('plan.of', { quota: e.quota }));
    if (opens ? e.standby !== 0 : !e.more || e.standby !== undefined) parts.push(e.standby === undefined ? t('plan.standby.all') : t('plan.standby', { n: e.standby }));
  }
  if (e.what === 'pace' || opens && e.percent !== 100) parts.push(t('plan.percent', { n: e.percent }));
  if (opens && e.draw) parts.push(t('plan.draw'));
  if (e.what === 'end' || e.what === 'between') parts.push(t('plan.then.' + e.phase));
  if ((opens || e.what === 'lobby') && e.who) parts.push(t('plan.who', { who: people(e.who) }));
  return parts.join(', ');
}

const when = (e) => (e.due ? t('plan.at.once') : day(e.at, plan.zone));

// differs is what is different of an event, in words.
function differs({ before, after }) {
  if (!after) return t('plan.gone', { at: when(before), what: says(before) });
  if (!before) return t('plan.new', { at: when(after), what: says(after) });
  return t('plan.instead', { at: when(after), what: says(after), was: [when(before), says(before)].filter((part) => ![when(after), says(after)].includes(part)).join(' ') });
}

// notice is something to look at, in words. Texts of the API within it are of the schedule itself.
function notice(n) {
  const values = { ...n, at: n.event ? when(n.event) : '', what: n.event ? says(n.event) : '', date: n.date ? date(n.date) : '' };
  return has('notice.' + n.kind) ? t('notice.' + n.kind, values) : n.words;
}

// wrong is what is wrong with a key of the schedule, in words: of the form, the key is named as it is there.
function wrong(f) {
  const key = f.field.split('.').pop();
  const name = /^schedule\.changes\[\d+\]\.\w+$/.test(f.field) && has('plan.key.' + key) ? t('plan.key.' + key) : f.field;
  return `${name}: ${has('wrong.' + f.kind) ? t('wrong.' + f.kind, { ...f.values }) : f.detail}`;
}

// one is the schedule with a change of one opening.
function one() {
  const part = { opening: $('opening').value };
  if ($('one-skip').checked) part.skip = true;
  else {
    if ($('one-start').value) part.start = $('one-start').value;
    if ($('one-end').value) part.end = $('one-end').value;
    if ($('one-quota').value !== '') part.quota = $('one-quota').valueAsNumber;
  }
  const others = (plan.schedule.changes || []).filter((c) => c.opening !== part.opening);
  const before = (plan.schedule.changes || []).find((c) => c.opening === part.opening);
  return { ...plan.schedule, changes: [...others, { ...(part.skip ? {} : before), ...part }] };
}

function parsed() {
  try { return JSON.parse($('schedule').value); } catch (e) { throw new Problem(0, { code: 'json', detail: e.message }); }
}

async function preview(schedule) {
  put($('wrong'), '');
  let would;
  try { would = await call('POST', of(room.id, '/plan/preview'), { schedule }); } catch (e) {
    if (!(e instanceof Problem)) throw e;
    $('preview').hidden = true;
    put($('wrong'), e.body.errors ? e.body.errors.map(wrong).join('\n') : words(e));
    return;
  }
  if (would.plan.version !== plan.version) await load(room.id, would.plan.version);
  wanted = { schedule, from: { ...room, version: would.plan.version, schedule: plan.schedule } };
  const changes = would.differences.map(differs);
  if (would.who) changes.unshift(t('plan.who.else', { now: people(would.who.after), was: people(would.who.before) }));
  if (would.more) changes.push(t('plan.further', { n: would.more }));
  list($('changes'), changes.length ? changes : [t('plan.same')], (c) => make('li', {}, c));
  list($('preview-warnings'), would.plan.notices, (n) => make('li', { 'data-level': 'warn' }, notice(n)));
  $('apply').hidden = changes.length === 0;
  $('preview').hidden = false;
  $('preview').focus();
}
