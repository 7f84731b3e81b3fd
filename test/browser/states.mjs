// Every state in which a visitor can find a page, as the fake gateway is told to show it (fakegateway, Setup). The tests of looks
// and the album of pictures go through all of them. A state has the time of its gateway; `act` is what a visitor does before the
// page is looked at, and `script: true` says that a browser without script never shows it.
import { readFileSync } from 'node:fs';

const { result, freeze, ...sealed } = JSON.parse(readFileSync(new URL('../../pkg/queue/draw/testdata/record-drand.json', import.meta.url), 'utf8'));
const record = { ...sealed, freeze, result };
const draw = { public: 'drand', lots: 9000, epoch: 7, ticket: 1, lot: 1, place: 3670, number: 3670, stage: 'done', record };
const undrawn = { ...draw, place: 0, number: 0 };
const group = { title: 'Einwohner der Stadt Speyer', ask: 'Ihr Code steht in Ihrem Brief. Fragen: 06232 14-0' };
const old = { title: 'Menschen über 80', ask: '06232 14-0' };
const door = { code: '7KQ4-M2PX-9WVB-3HDT', next: 725, groups: [group] };
const none = { number: 0, ahead: -1 };
const message = 'Heute werden 400 Termine vergeben.\nBitte halten Sie Ihren Personalausweis und die Terminbestätigungsnummernbescheinigung bereit.';
const each = (names, make) => Object.fromEntries(names.map((name) => [make(name).id, make(name).state]));

const press = (selector) => (page) => page.locator(selector).click();

// bell presses it, and its tone never ends: how long a device plays does not stand still with the page's clock.
const bell = async (page) => {
  await page.evaluate(() => { Object.defineProperty(AudioScheduledSourceNode.prototype, 'onended', { set() {} }); });
  await press('#bell-button')(page);
};

export const groups = {
  'In the queue': {
    'waiting': { message, code: '7KQ4-M2PX' },
    'waiting-nobody-ahead': { ahead: 0, low: 0, high: 30 },
    'waiting-one-ahead': { ahead: 1, low: 10, high: 100 },
    'waiting-5-ahead': { ahead: 5, low: 120, high: 240 },
    'waiting-12345-ahead': { ahead: 12345, exact: false, number: 128340, low: 4200, high: 6600 },
    'waiting-a-million-ahead': { ahead: 1234567, exact: false, number: 18446744073709, low: 40000, high: 80000 },
    'waiting-unknown-wait': { ahead: 412, low: 0, high: 0 },
    'waiting-full-site': { ahead: 8, low: 0, high: 0, full: true },
    'waiting-people-at-the-front': { ahead: 7, exact: false, more: 298, low: 230, high: 490 },
    'waiting-next-people-at-the-front': { ahead: -1, exact: false, more: 17, low: 5, high: 60 },
    'waiting-longer-than-said': { ahead: 412, low: 1500, high: 2400, worse: true },
    'waiting-kept-ranges': { ahead: 87, promised: 1400, kept: 1302 },
    'waiting-stale': { ahead: 87, low: 240, high: 420, stale: true },
    'waiting-little-chance': { ahead: 3412, number: 128340, low: 4200, high: 6600, exact: false, chance: 1 },
    'waiting-some-chance': { ahead: 412, chance: 2 },
    'waiting-good-chance': { ahead: 87, chance: 4, promised: 1400, kept: 1302 },
    'waiting-bell-on': { act: bell, script: true },
    'waiting-connection-lost': { polls: 'drop', next: 1000, act: lost, script: true },
    'waiting-no-reloads': { still: true, script: false },
    'paused': { state: 'paused', message: 'Um 11 Uhr geht es weiter.' },
    'site-does-not-answer': { state: 'down', ahead: 17 },
    'recovering': { state: 'recovering' },
    'front': { state: 'front', ahead: -1, low: 0, high: 120 },
    'front-last-time': { state: 'front', ahead: -1, low: 0, high: 120, last: true },
  },
  'At the turn': {
    'turn': { state: 'turn', ahead: -1 },
    'checking': { state: 'checking', ahead: -1 },
    'called-nobody-there': { state: 'called', until: 290, idle: 600, max: 7200 },
    'called-there': { state: 'called', until: 290, idle: 600, max: 7200, act: (page) => page.keyboard.press('Shift'), script: true },
    'called-last-time': { state: 'called', until: 170, last: true },
    'missed': { state: 'missed' },
    'missed-last-time': { state: 'missed', last: true },
    'full': { state: 'full', ahead: -1 },
    'full-last-time': { state: 'full', ahead: -1, last: true },
    'resume': { state: 'resume', ...none },
  },
  'No number': {
    'no-store': { state: 'nostore', ...none },
    'shed': { state: 'shed', ...none },
    'shed-by-its-network': { state: 'network', ...none },
    'no-cookies': { page: 'cookies' },
    'in-a-frame': { page: 'press' },
    'in-a-frame-of-another-site': { page: 'window' },
    'closed': { state: 'closed', ...none, opens: 85325, starts: 87125 },
    'closed-for-good': { state: 'closed', ...none },
    'closed-early': { state: 'early', ...none, opens: 85325, starts: 87125 },
    'so-many-wait': { state: 'limit', ...none, opens: 85325, starts: 87125 },
    'sold-out': { state: 'soldout', ...none, starts: 11525 },
    'sold-out-for-good': { state: 'soldout', ...none },
  },
  'Openings': {
    'lobby': { state: 'lobby', number: 128, ahead: 127, came: 312, starts: 725, message },
    'lobby-in-days': { state: 'lobby', number: 128, ahead: -1, came: 312, starts: 260000 },
    'beyond-the-lots-of-a-network': { state: 'behind', ...none, came: 48123, starts: 725 },
    'late': { state: 'late', ahead: 48123, number: 48124, news: 'comes' },
    'between-openings': { state: 'between', ahead: 312, starts: 11525 },
    'booked-for-now': { state: 'refill', ahead: 312, starts: 11525 },
    'nothing-comes-next': { state: 'over', ahead: 312 },
    'standby': { state: 'standby', ahead: 17 },
    'booked': { state: 'booked', ahead: 3100, starts: 87125, dropped: true },
    'ended': { state: 'ended', shut: true, ...none, opens: 85325, starts: 87125 },
    'ended-new-number': { state: 'ended', ...none },
  },
  'Draw': {
    'lots': { state: 'lots', ...none, came: 48123, starts: 725, news: 'comes' },
    'drawing': { state: 'drawing', ...none, came: 48123 },
    'waiting-drawn': { ahead: 3669, number: 3670, low: 4200, high: 6600, lots: 9823, news: 'drawn' },
    'waiting-drawn-alone': { ahead: 3669, number: 3670, low: 4200, high: 6600, lots: 9823, news: 'alone' },
    'waiting-not-drawn': { ahead: 3669, number: 3670, low: 4200, high: 6600, news: 'failed' },
    'draw-announced': { draw: { ...undrawn, lots: 0, stage: 'announced', record: sealed } },
    'draw-nothing': { draw: { ...undrawn, lots: 0, lot: 0, stage: 'nothing', record: sealed } },
    'draw-frozen': { draw: { ...undrawn, stage: 'frozen', record: { ...sealed, freeze } } },
    'draw-fits': { draw },
    'draw-does-not-fit': { draw: { ...draw, place: 12, number: 12 } },
    'draw-no-lot': { draw: { ...undrawn, epoch: 0, ticket: 0, lot: 0, fallback: true } },
    'draw-failed': { draw: { ...draw, place: 0, number: 1, stage: 'failed', record: { ...record, result: { ...result, statement: { ...result.statement, algorithm: 'arrival' } } } } },
  },
  'At the door': {
    ...each(['asks', 'typo', 'wrong', 'early', 'expired', 'revoked', 'used', 'group', 'limited'],
      (news) => ({ id: `door-${news}`, state: { page: 'door', door: { ...door, news } } })),
    'door-many-groups': { page: 'door', door: { ...door, code: '', everybody: 87125, groups: [group, old] } },
    'door-with-a-number': { page: 'door', door: { ...door, stands: true } },
    'door-for-everybody': { page: 'door', door: { groups: [], free: true, next: 0 } },
    ...each(['asks', 'wrong', 'early', 'expired', 'used', 'group'],
      (news) => ({ id: `invited-${news}`, state: { page: 'door', door: { ...door, news, code: '', invitation: 'eyJh.eyJh.x' } } })),
  },
  'Inside': {
    'interrupted-page': { page: 'retry', status: 502 },
    'interrupted-form': { page: 'form', status: 502 },
    'form-late': { page: 'lapsed', low: 2400, high: 3600 },
    'form-late-unknown-wait': { page: 'lapsed' },
    'form-without-a-number': { page: 'early' },
    'form-in-the-queue': { page: 'in-line' },
    'too-many-requests': { page: 'busy' },
    'too-many-requests-form': { page: 'busy-form' },
    'too-many-networks': { page: 'networks' },
    'too-many-networks-form': { page: 'networks-form' },
  },
  'Ended': {
    ...each(['left', 'used', 'stay', 'unknown', 'expired', 'twice', 'moved', 'removed', 'code'],
      (why) => ({ id: `over-${why}`, state: { page: `over-${why}` } })),
    'over-left-closed': { page: 'over-left', shut: true, opens: 85325, starts: 87125 },
  },
  'Other devices': {
    'move': { page: 'move' },
    'take': { page: 'take' },
    'link-used': { page: 'link-used' },
    'link-old': { page: 'link-old' },
    'place-asks': { page: 'place-asks' },
    'place-found': { page: 'place-found' },
    'place-wrong': { page: 'place-wrong' },
    'place-typo': { page: 'place-typo' },
  },
  'A town of its own': {
    'town-waiting': { town: true, message, code: '7KQ4-M2PX', ahead: 87, low: 240, high: 420 },
    'town-called': { town: true, state: 'called', until: 290, idle: 600, max: 7200 },
    'town-form': { town: true, page: 'form', status: 502 },
    'town-door': { town: true, page: 'door', door: { ...door, news: 'asks' } },
    'town-error': { town: true, page: 'error', status: 404 },
  },
  'Faults': each([400, 403, 404, 405, 408, 413, 414, 417, 421, 429, 431, 500, 501, 502, 503, 504, 505],
    (status) => ({ id: `error-${status}`, state: { page: 'error', status } })),
};

// lost lets polls fail until the page says so.
async function lost(page) {
  for (let i = 0; i < 40 && !await page.locator('#lost').isVisible(); i++) await page.clock.runFor(1000);
}

export const states = Object.fromEntries(Object.values(groups).flatMap((group) => Object.entries(group)));

// The time of the fake gateway, in the middle of a minute, so that no page turns to the next one while it is looked at.
export const moment = { clock: Date.parse('2027-06-14T05:47:25Z'), zone: 120 };

// setupOf is what the fake gateway is told of a state.
export function setupOf(state) {
  const { act, script, ...what } = state;
  return { ...moment, ...what };
}

// pathOf is where the page of a state is.
export const pathOf = (state) => (state.draw ? '/.einlass/draw' : '/termine');
