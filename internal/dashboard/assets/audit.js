// Who changed what, the latest first.
import { call } from './api.js';
import { $, day, has, make, on, onSubmit, put, t } from './ui.js';

let last;

export async function start(who) {
  if (who.role !== 'admin') { $('not').hidden = false; $('filter').hidden = true; return; }
  onSubmit('filter', () => { $('entries').replaceChildren(); last = undefined; return load(); });
  on('more', load);
  await load();
}

async function load() {
  const query = new URLSearchParams({ limit: '50' });
  if ($('of').value.trim()) query.set('room', $('of').value.trim());
  if (last) query.set('before', String(last));
  const page = await call('GET', '/v1/audit?' + query);
  $('entries').append(...page.entries.map(entry));
  if (page.entries.length) last = page.entries[page.entries.length - 1].seq;
  $('more').hidden = !page.more;
  put($('chain'), t('audit.chain', { last: page.state.last, signed: page.state.signed }));
}

const named = (key) => (has('audit.key.' + key) ? t('audit.key.' + key) : key);

// told is a value of a key in words; the plan and what is empty are not repeated.
function told(key, value) {
  if (value === undefined || value === '' || value === null) return '–';
  if (key === 'schedule') return t('value.object');
  if (has(`value.${key}.${value}`)) return t(`value.${key}.${value}`);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
const asked = (e) => (e.asked && typeof e.asked === 'object' ? Object.entries(e.asked).map(([k, v]) => `${named(k)}: ${told(k, v)}`).join(', ') : e.asked === undefined ? '' : String(e.asked));

// differences are the values that an act has changed, or what was asked for.
function differences(e) {
  if (!e.before || !e.after || typeof e.before !== 'object') return asked(e);
  return Object.keys(e.after).filter((k) => k !== 'version' && JSON.stringify(e.before[k]) !== JSON.stringify(e.after[k]))
    .map((k) => `${named(k)}: ${told(k, e.before[k])} → ${told(k, e.after[k])}`).join(', ') || asked(e);
}

// act is what was done, in words. Those that tests make are named.
function act(name) {
  const [, what] = /^debug: (.*)/.exec(name) || [];
  return what ? t('audit.debug', { what }) : has('audit.act.' + name) ? t('audit.act.' + name) : name;
}

// why are the words for why something was not done: those of the kind of the error, and what the gateway says where that is not all.
function why(e) {
  const key = 'audit.why.' + e.code, said = make('span', { lang: 'en' }, e.error);
  if (!has(key)) return [said];
  return e.code === 'invalid' || e.code === 'malformed' || e.code === 'not_now' ? [t(key), ' ', said] : [t(key)];
}

function entry(e) {
  const who = e.principal ? `${e.principal.name || t('audit.nobody')} (${e.principal.role})` : t('audit.gateway');
  return make('li', { 'data-level': e.error ? 'bad' : '' },
    make('p', {}, make('time', { datetime: e.time }, day(e.time)), ' · ', make('b', {}, who), e.room ? ` · ${e.room}` : ''),
    make('p', {}, make('b', {}, act(e.act)), ' ', differences(e)),
    e.reason ? make('p', {}, t('audit.reason', { reason: e.reason })) : null,
    e.error ? make('p', { class: 'wrong' }, t('audit.refused'), ' ', ...why(e)) : null,
    make('p', { class: 'hint' }, `#${e.seq}` + (e.principal && e.principal.from ? ` · ${e.principal.from}` : '')));
}
