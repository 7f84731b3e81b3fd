// The draws of a room: what is fixed, what was drawn, and the line of an official where one is waited for.
import { call, keep, of } from './api.js';
import { $, ask, day, has, list, make, number, on, onSubmit, put, t, toast } from './ui.js';

let id, mayAct, waits;

export async function start(who, room) {
  id = room;
  mayAct = who.role !== 'viewer';
  const info = await call('GET', of(id));
  put($('title'), info.title || id);
  onSubmit('type', async () => {
    const line = $('line').value.trim();
    if (!await ask(t('draws.ask'), t('draws.ask.text', { line, opening: waits }), t('draws.yes'))) { toast(t('left')); return; }
    await call('POST', of(id, '/draws/line'), { opening: waits, line, reason: $('reason').value.trim() || undefined });
    $('line').value = '';
    toast(t('draws.typed'));
    await load();
  });
  on('again', load);
  await load();
  setInterval(() => load().catch(() => {}), 10_000);
}

async function load() {
  const { records, undrawn = [] } = await call('GET', of(id, '/draws'));
  $('none').hidden = records.length > 0;
  const all = records.map((text) => ({ text, ...parts(text) }));
  waits = all.find((d) => d.beacon === 'typed' && d.freeze && !d.result)?.opening;
  $('type').hidden = !waits || !mayAct;
  put($('for'), waits || '');
  list($('draws'), all.map((d) => ({ ...d, undrawn: undrawn.includes(d.opening) })), draw);
}

// parts are what the statements of a record say (docs/draw.md).
function parts(text) {
  const { commitment, freeze, result } = JSON.parse(text);
  const first = commitment.statement;
  return { opening: first.opening, beacon: first.beacon, commit: first.commit, freeze: freeze?.statement, result: result?.statement };
}

function draw(d) {
  const state = d.result ? 'drawn' : d.undrawn ? 'undrawn' : d.freeze ? 'frozen' : 'fixed';
  const rows = [['beacon', has('draws.beacon.' + d.beacon) ? t('draws.beacon.' + d.beacon) : d.beacon], ['commit', d.commit]];
  if (d.freeze) rows.push(['frozen', day(d.freeze.frozen)], ['n', number(d.freeze.n)]);
  if (d.result?.line) rows.push(['line', d.result.line]);
  if (d.result) rows.push(['seed', d.result.seed]);
  return make('li', { class: 'control' },
    make('h2', {}, d.opening), make('p', { class: 'word' }, t('draws.state.' + state)),
    make('dl', { class: 'pairs' }, ...rows.flatMap(([name, value]) => [make('dt', {}, t('draws.' + name)), make('dd', {}, value)])),
    make('button', { type: 'button', onclick: () => keep(new Blob([d.text], { type: 'application/json' }), `${id}-${d.opening.replace(/\W+/g, '-')}.json`) }, t('draws.keep')));
}
