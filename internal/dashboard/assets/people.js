// Who may operate the gateway.
import { call } from './api.js';
import { $, all, day, has, list, make, t } from './ui.js';

export async function start(who) {
  if (!all(who)) return;
  const { users, tokens } = await call('GET', '/v1/users');
  for (const [id, grants] of [['users', users], ['tokens', tokens]]) {
    $(id + '-none').hidden = grants.length > 0;
    $(id + '-scroll').hidden = grants.length === 0;
    list($(id).tBodies[0], grants, (g) => make('tr', {},
      make('th', { scope: 'row' }, g.name), make('td', {}, has('role.' + g.role) ? t('role.' + g.role) : g.role), make('td', {}, rooms(g)), make('td', {}, until(g))));
  }
}

// rooms are those of a grant, and which of them are not there.
function rooms(g) {
  const unknown = g.unknown?.length ? ` (${t('people.unknown', { rooms: g.unknown.join(', ') })})` : '';
  return (g.rooms ? g.rooms.join(', ') : t('me.all')) + unknown;
}

function until(g) {
  if (!g.expires) return t('people.always');
  return g.expired ? t('people.over', { at: day(g.expires) }) : day(g.expires);
}
