// The keys that sign places and passes, and how new ones are made.
import { call } from './api.js';
import { sure } from './acts.js';
import { $, all, day, list, long, make, onSubmit, put, t, toast } from './ui.js';

let ring;

export async function start(who) {
  if (!all(who)) return;
  onSubmit('rotate', async () => {
    const reason = $('reason').value.trim();
    if (!reason) { toast(t('field.reason'), undefined, 'bad'); $('reason').focus(); return; }
    show(await sure('POST', '/v1/keys/rotate', { in: $('in').value, reason }, { 'If-Match': `"${ring.version}"` }));
    toast(t('keys.done'));
  });
  show(await call('GET', '/v1/keys'));
}

const at = (time) => (time ? day(time) : '–');

function show(info) {
  ring = info;
  list($('keys').tBodies[0], info.keys, (k) => make('tr', {},
    make('th', { scope: 'row' }, make('code', {}, k.id)), make('td', {}, t('keys.for.' + (k.algorithm === 'EdDSA' ? 'others' : 'own'))),
    make('td', {}, t('keys.state.' + k.state)), make('td', {}, at(k.activates || k.made)), make('td', {}, at(k.ends))));
  put($('life'), t('keys.life', { long: long(info.ticket_life) }));
  $('several').hidden = info.gateways < 2;
  put($('several'), t('keys.several', { n: info.gateways }));
  $('fixed').hidden = !info.fixed;
  $('rotate').hidden = Boolean(info.fixed);
}
