// One room: how it does, what to do, what can be changed.
import { call, follow, now, of } from './api.js';
import { change, sure, tell } from './acts.js';
import { start as charts } from './charts.js';
import { lost } from './lost.js';
import { show as origins } from './origins.js';
import { $, brief, clock, day, list, make, number, on, onSubmit, percent, put, t, toast } from './ui.js';
import { alerts, figures, soldOut, state } from './words.js';

const forms = ['pace', 'inside', 'message-form'];

let mayAct;
let room;   // as it was told last
const seen = {}; // what each form shows, by its id: the room as it was when all of its fields showed what was in force

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
  }
  on('slower', () => change(room, { rate: slower(room.rate) }, { seen: true }));
  on('faster', () => change(room, { rate: faster(room.rate) }, { seen: true }));
  onSubmit('message-form', async () => {
    const patch = { message: $('message').value.trim(), message_until: until() };
    const english = $('message-en').value.trim();
    if (english || room.messages.en) patch.messages = { en: english || null };
    const end = patch.message_until && { text: t('did.message.until', { at: day(patch.message_until) }) };
    await looked('message-form', patch, end);
  });
  on('message-off', async () => {
    const messages = Object.fromEntries(Object.keys(room.messages).map((tag) => [tag, null]));
    await change(room, Object.keys(messages).length ? { message: '', messages } : { message: '' });
    filled('message-form');
  });
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

// looked makes the change of a form, unless somebody else has changed the same meanwhile.
async function looked(form, patch, more) {
  await change(seen[form], patch, { ...more, seen: true });
  filled(form);
}

// until is the end of a message that is to be shown; empty: it has none. One that was not touched stays, unless it is over. A clock that has
// passed today is tomorrow's.
function until() {
  const { value, dataset } = $('message-until');
  if (value === dataset.shown) return room.message_expired ? '' : room.message_until;
  if (!value) return '';
  const [hours, minutes] = value.split(':'), end = new Date(now());
  end.setHours(hours, minutes, 0, 0);
  if (end <= now()) end.setDate(end.getDate() + 1);
  return end.toISOString();
}

// showEnd says how long the message that is set is shown.
function showEnd() {
  const { message_until: end, message_expired: over } = room;
  fill('message-until', end && !over ? clock(end, false) : '');
  $('message-now').hidden = !end;
  if (end) put($('message-now'), t(over ? 'message.over' : 'message.until', { at: day(end) }));
}

// slower and faster are a quarter less and more, in round figures.
const round = (n) => { const step = n >= 200 ? 10 : n >= 20 ? 5 : 1; return Math.max(1, Math.round(n / step) * step); };
const slower = (rate) => Math.min(round(rate * 0.75), Math.max(1, rate - 1));
const faster = (rate) => Math.max(round(rate * 1.25), rate + 1);

function filled(form) {
  for (const f of $(form).elements) delete f.dataset.shown;
  show();
}

// fill shows a value in a field unless somebody is changing it, or has it before them.
function fill(id, value) {
  const field = $(id);
  field.dataset.is = String(value);
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
  showEnd();
  for (const form of forms) if ([...$(form).elements].every((f) => f.dataset.is === f.dataset.shown)) seen[form] = room;
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
  const rows = room.backends.map((b) => [b.address, t('backend.' + (b.state || 'ok')), number(b.requests), b.requests ? percent(b.failed / b.requests) : '–', brief(b.median)]);
  list($('backends').tBodies[0], rows, (cells) => make('tr', {}, ...cells.map((c, i) => make('td', i > 1 ? { class: 'n' } : {}, c))));
}
