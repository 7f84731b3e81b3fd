// One room: how it does, what to do, what can be changed.
import { call, follow, of } from './api.js';
import { change, sure, tell } from './acts.js';
import { start as charts } from './charts.js';
import { lost } from './lost.js';
import { show as origins } from './origins.js';
import { $, list, make, number, on, onSubmit, percent, put, t, toast } from './ui.js';
import { alerts, figures, soldOut, state } from './words.js';

let mayAct;
let room;   // as it was told last
const seen = {}; // the room as it was when somebody began to fill a form, by the form's id

export function start(who, id) {
  mayAct = who.role !== 'viewer';
  $('looking').hidden = mayAct;
  const tellRoom = (next) => { if (next) { room = next; show(); } };
  document.addEventListener('changed', (e) => tellRoom({ ...room, ...e.detail }));
  follow((rooms) => {
    const next = rooms.find((r) => r.id === id);
    if (!next) { put($('state-word'), t('room.gone')); return; }
    if (room && next.version < room.version) return; // a snapshot from before a change of ours
    tellRoom(next);
  }, lost);
  buttons();
  charts(id);
  watchful(id);
}

let told = []; // alerts of the gateway

// watchful asks for the alerts of the gateway, which see more than one look at a room.
async function watchful(id) {
  try {
    const { alerts: all } = await call('GET', '/v1/alerts');
    told = all.filter((a) => !a.room || a.room === id);
  } catch (e) { if (e.status === 404) return; }
  setTimeout(() => watchful(id), 5000);
}

function buttons() {
  // The pause asks nothing and overwrites whatever there is.
  on('pause', () => change(room, { mode: 'pause' }));
  on('run', () => change(room, { mode: 'run' }));
  for (const [form, name] of [['pace', 'rate'], ['inside', 'max_inside']]) {
    onSubmit(form, async () => {
      await looked(form, { [name]: $(name).valueAsNumber });
    });
    watch(form);
  }
  on('slower', () => change(room, { rate: slower(room.rate) }));
  on('faster', () => change(room, { rate: faster(room.rate) }));
  onSubmit('message-form', async () => {
    const patch = { message: $('message').value.trim() };
    const english = $('message-en').value.trim();
    if (english || room.messages.en) patch.messages = { en: english || null };
    await looked('message-form', patch);
  });
  on('message-off', async () => {
    const messages = Object.fromEntries(Object.keys(room.messages).map((tag) => [tag, null]));
    await change(room, Object.keys(messages).length ? { message: '', messages } : { message: '' });
    filled('message-form');
  });
  watch('message-form');
  $('template').addEventListener('change', (e) => {
    if (!e.target.value) return;
    $('message').value = t(`message.${e.target.value}.de`);
    $('message-en').value = t(`message.${e.target.value}.en`);
  });
  on('door-close', () => change(room, { door: 'closed' }));
  on('door-open', () => change(room, { door: 'open' }));
  on('drain', () => change(room, { mode: 'run', door: 'closed' }, { text: t('did.drain') }));
  on('all', () => change(room, { mode: 'open' }));
  on('out', async () => {
    if (!$('reason').value.trim()) { toast(t('field.reason'), undefined, 'bad'); $('reason').focus(); return; }
    const { ended } = await sure('POST', of(room.id, '/stays/end'), { all: true, reason: $('reason').value.trim() || undefined });
    toast(t('did.out', { n: ended }));
  });
  on('sold-out', () => tell(room, { sold_out: true }, t('did.sold'), (heard) => ({ total: heard.before })));
}

// watch remembers what somebody has looked at who begins to fill a form.
function watch(form) {
  $(form).addEventListener('focusin', () => { seen[form] ??= room; });
  $(form).addEventListener('focusout', (e) => { if (!$(form).contains(e.relatedTarget) && !dirty(form)) delete seen[form]; });
}

// looked makes the change of a form, unless somebody else has changed the same meanwhile.
async function looked(form, patch) {
  const from = seen[form] || room;
  await change(from, patch, { version: from.version });
  filled(form);
}

// slower and faster are a quarter less and more, in round figures.
const round = (n) => { const step = n >= 200 ? 10 : n >= 20 ? 5 : 1; return Math.max(1, Math.round(n / step) * step); };
const slower = (rate) => Math.min(round(rate * 0.75), Math.max(1, rate - 1));
const faster = (rate) => Math.max(round(rate * 1.25), rate + 1);

// dirty: somebody has written something else into a form than what was shown there.
function dirty(form) {
  return [...$(form).elements].some((f) => f.dataset.shown !== undefined && f.value !== f.dataset.shown);
}

function filled(form) {
  delete seen[form];
  for (const f of $(form).elements) delete f.dataset.shown;
  show();
}

// fill shows a value in a field unless somebody is changing it.
function fill(id, value) {
  const field = $(id);
  if (field.form && (field.dataset.shown !== undefined && field.value !== field.dataset.shown)) return;
  if (document.activeElement === field && field.dataset.shown !== undefined) return;
  field.value = field.dataset.shown = String(value);
}

function show() {
  const s = state(room);
  put($('title'), room.title || room.id);
  document.title = `${s.word} · ${room.title || room.id} – Einlass`;
  $('state').dataset.level = s.level;
  put($('state-word'), s.word);
  put($('state-why'), s.why);
  const all = alerts(room, told);
  list($('alerts'), all.length ? all : [{ level: 'ok', text: t('do.nothing') }], (a) => make('li', { 'data-level': a.level }, a.text));
  showFigures();
  const paused = room.mode === 'pause' || room.mode === 'open';
  swap('pause', 'run', !paused);
  $('pause-hint').hidden = paused;
  $('run-hint').hidden = !paused;
  fill('rate', room.rate);
  fill('max_inside', room.max_inside);
  fill('message', room.message);
  fill('message-en', room.messages.en || '');
  put($('slower'), t('act.slower', { n: slower(room.rate) }));
  put($('faster'), t('act.faster', { n: faster(room.rate) }));
  $('slower').hidden = room.rate <= 1;
  const closed = room.door === 'closed';
  put($('door-now'), t(closed ? 'door.now.closed' : 'door.now.open'));
  swap('door-close', 'door-open', !closed);
  $('sold').hidden = room.opening.quota === undefined;
  if (room.opening.quota !== undefined) put($('sold-now'), t('sold.now', { n: room.opening.booked, quota: room.opening.quota }));
  $('sold-out').hidden = soldOut(room);
  showSite();
  if (mayAct) origins(room);
}

// swap shows one of two buttons, and moves the focus with it.
function swap(first, second, isFirst) {
  const had = document.activeElement;
  $(first).hidden = !isFirst;
  $(second).hidden = isFirst;
  if (had === $(first) && !isFirst) $(second).focus();
  if (had === $(second) && isFirst) $(first).focus();
}

function showFigures() {
  const all = figures(room);
  const box = $('figures');
  if (!box.children.length) {
    box.append(...all.map(([name]) => make('div', { id: 'figure-' + name }, make('dt', {}, t('figure.' + name)), make('dd', {}, make('b'), make('small')))));
  }
  for (const [name, value, more] of all) {
    put($('figure-' + name).querySelector('b'), value);
    put($('figure-' + name).querySelector('small'), more);
  }
}

function showSite() {
  put($('site-words'), t('site.' + (room.site.reason || 'fine')));
  const rows = room.backends.map((b) => [b.address, t('backend.' + (b.state || 'ok')), number(b.requests), b.requests ? percent(b.failed / b.requests) : '–', t('seconds', { n: b.median })]);
  list($('backends').tBodies[0], rows, (cells) => make('tr', {}, ...cells.map((c, i) => make('td', i > 1 ? { class: 'n' } : {}, c))));
}
