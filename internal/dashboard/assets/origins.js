// What is in force and stands otherwise in the configuration file: by whom, when and why.
import { call, of } from './api.js';
import { $, day, has, list, make, t } from './ui.js';

let seen = 0; // the version of the controls that is shown

const text = (value) => (value === '' || value === null ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value));

// show compares again when the controls of a room have changed.
export async function show(room) {
  if (room.version === seen) return;
  seen = room.version;
  let info;
  try { info = await call('GET', of(room.id, '/origins')); } catch { return; } // a viewer may not see who has changed what
  const differ = info.origins.filter((o) => o.from !== 'file');
  $('origins').hidden = differ.length === 0;
  list($('differ').tBodies[0], differ, (o) => make('tr', {},
    make('th', { scope: 'row' }, has('audit.key.' + o.name) ? t('audit.key.' + o.name) : o.name), make('td', {}, text(o.file)), make('td', {}, text(o.now)),
    make('td', {}, o.change ? `${o.change.by}, ${day(o.change.time)}${o.change.reason ? `: ${o.change.reason}` : ''}` : '–')));
  if (info.version < room.version) seen = 0; // it was of the moment before
}
