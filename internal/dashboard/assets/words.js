// How a room does, in words: what the figures of the API mean for who looks at it.
import { brief, clock, language, long, number, percent, t } from './ui.js';

const down = (room) => room.backends.length > 0 && room.backends.every((b) => b.state === 'unreachable' || b.state === 'down');
const open = (room) => room.opening.phase === 'open' || room.opening.phase === 'through';
export const soldOut = (room) => room.opening.quota !== undefined && room.opening.booked >= room.opening.quota;
const full = (room) => room.max_inside > 0 && room.counted >= room.max_inside;
export const lineOf = (room) => room.waiting + room.front;

// inForce is the pace that is in force, in entries a minute.
export const inForce = (room) => (room.mode === 'pause' || !open(room) ? 0 : Math.round(room.rate * room.site.factor));

// state is the answer to "does it work?": a level, a word and why. It names no figure that changes by itself, for it is read out.
export function state(room) {
  const of = (level, key, values) => ({ level, word: t(`state.${key}`, values), why: t(`state.${key}.why`, values) });
  const phase = room.opening.phase;
  if (!room.store.ok) return of('bad', 'store', { at: room.store.stale_since ? clock(room.store.stale_since) : '–' });
  if (room.mode === 'open') return of('warn', 'all');
  if (room.mode === 'pause') return of('warn', 'pause');
  if (phase === 'closed') return of('off', 'closed');
  if (phase === 'line') return of('off', 'line');
  if (phase === 'lobby') return of('ok', 'lobby');
  if (phase === 'drawing') return of('ok', 'drawing');
  if (down(room)) return of('bad', 'down');
  if (soldOut(room)) return of('warn', 'sold', { n: room.opening.booked });
  if (phase === 'through') return of('ok', 'through');
  if (room.rate === 0) return of('warn', 'zero');
  if (room.site.factor < 1) {
    return of('warn', 'slowed', { rate: room.rate, now: inForce(room), why: t('reason.' + (room.site.reason || 'latency')) });
  }
  if (lineOf(room) === 0) return of('ok', 'empty', { rate: room.rate });
  if (full(room)) return of('ok', 'full', { max: room.max_inside });
  return of('ok', 'run', { rate: room.rate });
}

// same are the alerts of the gateway that say what one of ours says already.
const same = { EinlassStoreAway: 'store', EinlassSiteDown: 'down', EinlassSiteErrors: 'backend', EinlassPaceHeldBack: 'slowed', EinlassPausedWhilePeopleWait: 'pause' };

// alerts are what somebody should do, the most urgent first: a level and a text. told are those of the gateway.
export function alerts(room, told) {
  const all = [], keys = new Set();
  const add = (level, key, values) => { keys.add(key); all.push({ level, text: t(`do.${key}`, values) }); };
  const line = lineOf(room);
  if (!room.store.ok) add('bad', 'store');
  if (down(room)) add('bad', 'down');
  else for (const b of room.backends) if (b.state !== 'ok' && b.state !== '') add('warn', 'backend', { at: b.address, state: t('backend.' + b.state) });
  if (room.mode === 'pause') add('warn', 'pause');
  else if (room.rate === 0) add('warn', 'zero');
  if (room.opening.quota !== undefined && room.opening.booked > room.opening.quota) add('warn', 'over', { n: room.opening.booked - room.opening.quota });
  if (soldOut(room) && line > 0 && !room.message) add('warn', 'sold', { n: line });
  if (room.site.factor < 1 && room.site.reason !== 'start' && !down(room)) add('warn', 'slowed');
  else if (room.site.advised < 1 && room.health === 'advise') add('warn', 'advised', { rate: Math.max(1, Math.round(room.rate * room.site.advised)) });
  if (room.door === 'closed' && open(room)) add('warn', 'door');
  for (const a of told) {
    const says = a[language] || a.en;
    if (!keys.has(same[a.name])) all.push({ level: a.severity === 'critical' ? 'bad' : 'warn', text: `${says.what} ${says.do}` });
  }
  return all.sort((a, b) => (a.level === 'bad' ? 0 : 1) - (b.level === 'bad' ? 0 : 1));
}

const known = (wait) => wait && wait.low !== null && wait.high !== null;

// ends says when the last one gets in of those who wait.
const ends = (wait) => (wait && wait.end_from && wait.end_to ? t('figure.ends', { from: clock(wait.end_from, false), to: clock(wait.end_to, false) }) : '');

// figures are those of a room, each a name, a value and a word beside it.
export function figures(room) {
  const o = room.opening, promises = room.promises, line = lineOf(room);
  const kept = promises.recent > 0 ? percent(promises.recent_kept / promises.recent) : '–';
  return [
    ['waiting', number(line), room.calls ? t('figure.called', { n: room.calls }) : ''],
    ['inside', number(room.inside), room.max_inside ? t('figure.of', { n: room.max_inside }) : t('figure.unbounded')],
    ['pace', number(inForce(room)), inForce(room) === room.rate ? t('figure.asked.same') : t('figure.asked', { n: room.rate })],
    ['wait', known(room.wait) ? t('figure.range', { low: long(room.wait.low), high: long(room.wait.high) }) : '–', ends(room.wait)],
    ['booked', number(o.booked), o.quota !== undefined ? t('figure.left', { n: Math.max(0, o.quota - o.booked) }) : ''],
    ['admitted', number(room.totals.admitted), t('figure.joined', { n: room.totals.joined })],
    ['promises', kept, promises.recent ? t('figure.promises', { n: promises.recent }) : t('figure.promises.none')],
    ['site', brief(room.site.median), room.site.failed ? t('figure.failed', { n: percent(room.site.failed) }) : t('figure.failed.none')],
    ['gateways', number(room.gateways), room.store.ok ? t('figure.store') : t('figure.store.away')],
  ];
}
