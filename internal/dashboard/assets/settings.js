// Who is logged in, and the way out.
import { call } from './api.js';
import { $, clock, has, make, on, t } from './ui.js';

export function start(who) {
  const rows = [['name', who.name || '–'], ['role', has('role.' + who.role) ? t('role.' + who.role) : who.role], ['rooms', who.rooms ? who.rooms.join(', ') : t('me.all')]];
  if (who.expires) rows.push(['expires', clock(who.expires, false)]);
  $('me').append(...rows.map(([name, value]) => make('div', {}, make('dt', {}, t('me.' + name)), make('dd', {}, make('b', { class: 'text' }, value)))));
  $('logout').hidden = who.method !== 'session';
  on('logout', async () => { await call('DELETE', '/v1/session'); location.assign('/login'); });
}
