// Batches of codes: what there is, more of them as a table to keep, and codes that let nobody in any more.
import { call, download, of } from './api.js';
import { sure } from './acts.js';
import { $, day, doing, has, list, make, number, onSubmit, put, t, toast } from './ui.js';

let id;

export async function start(who, room) {
  id = room;
  const info = await call('GET', of(id));
  put($('title'), info.title || id);
  const groups = (info.schedule && info.schedule.groups) || [];
  if (!groups.length) $('make').hidden = true;
  $('code-group').append(...groups.map((g) => make('option', { value: g.name }, g.title || g.name)));
  if (who.role === 'viewer') { put($('no-codes'), t('places.not')); $('no-codes').hidden = false; return; }
  onSubmit('make', async () => {
    const asked = { group: $('code-group').value, count: $('count').valueAsNumber, uses: $('uses').valueAsNumber, reason: $('code-reason').value.trim() || undefined };
    await download(of(id, '/codes'), asked, `${id}-codes.csv`);
    toast(t('codes.made', { n: asked.count }));
    await listed();
  });
  await listed();
}

async function listed() {
  const { batches } = await call('GET', of(id, '/codes'));
  $('no-codes').hidden = batches.length > 0;
  $('batches').hidden = batches.length === 0;
  list($('batches').tBodies[0], batches, (b) => make('tr', {},
    make('td', { class: 'n' }, number(b.batch)), make('td', {}, b.group), make('td', { class: 'n' }, number(b.count)),
    make('td', {}, (has('codes.state.' + b.state) ? t('codes.state.' + b.state) : b.state) + (b.why ? `: ${b.why}` : '')),
    make('td', {}, ended(b.until) ? day(b.until) : '–'),
    make('td', {}, b.state === 'in force' || b.state === 'not yet'
      ? make('button', { type: 'button', class: 'plain', onclick: (e) => doing(e.currentTarget, () => revoke(b)) }, t('codes.revoke')) : '')));
}

const ended = (at) => at && !at.startsWith('0001');

async function revoke(b) {
  await sure('POST', of(id, '/codes/revoke'), { batch: b.batch, reason: $('code-reason').value.trim() || undefined });
  toast(t('codes.revoked'));
  await listed();
}
