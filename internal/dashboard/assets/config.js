// The configuration in force, and what the file would change: nothing is read again that has not been shown before.
import { call } from './api.js';
import { sure } from './acts.js';
import { $, all, day, list, make, on, onSubmit, put, t, toast } from './ui.js';

export async function start(who) {
  if (!all(who)) return;
  on('look', async () => show(await call('POST', '/v1/config/reload', { dry: true }), true));
  onSubmit('check', async () => show(await call('POST', '/v1/config/check', { text: $('text').value }), false));
  on('reload', async () => {
    const reason = $('reason').value.trim() || undefined;
    const done = await sure('POST', '/v1/config/reload', { reason });
    $('review').hidden = true;
    toast(t('config.done', { n: done.changes.length }));
    await load();
  });
  on('drop', () => { $('review').hidden = true; $('look').focus(); });
  await load();
}

async function load() {
  const info = await call('GET', '/v1/config');
  put($('since'), t('config.since', { file: info.file || t('config.nofile'), at: day(info.since) }));
  put($('inforce'), info.text);
  $('look').hidden = !info.file;
}

const problem = (p) => [p.path, p.where && `(${p.where})`, p.detail].filter(Boolean).join(' ');

// show says what a configuration would do. file: it is the one of the gateway, which can be read again.
function show(r, file) {
  const told = [
    ...r.problems.map((p) => ['bad', p]), ...r.restart.map((p) => ['warn', p, t('config.restart')]), ...r.warnings.map((p) => ['warn', p]),
  ];
  put($('verdict'), t(r.problems.length ? 'config.wrong' : r.restart.length ? 'config.needs' : r.changes.length ? 'config.would' : 'config.same', { n: r.problems.length }));
  list($('told'), told, ([level, p, more]) => make('li', { 'data-level': level }, more ? `${more} ` : '', make('span', { lang: 'en' }, problem(p))));
  const rooms = [['added', r.added], ['removed', r.removed]].filter(([, ids]) => ids.length).map(([what, ids]) => t('config.' + what, { rooms: ids.join(', ') }));
  list($('rooms'), rooms, (text) => make('li', {}, text));
  $('scroll').hidden = r.changes.length === 0;
  list($('changes').tBodies[0], r.changes, (c) => make('tr', {}, make('th', { scope: 'row' }, make('code', {}, c.path)), make('td', {}, c.before || '–'), make('td', {}, c.after || '–')));
  $('take').hidden = !file || !r.ok || r.changes.length + rooms.length === 0;
  $('review').hidden = false;
  $('review').focus();
}
