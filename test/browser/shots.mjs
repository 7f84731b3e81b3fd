// Takes the pictures, see shots/main.go.
import path from 'node:path';
import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { base, setup } from './browser.mjs';

const { OUT, README, ONLY, CHROMIUM } = process.env;
const sizes = { phone: { width: 360, height: 780 }, desktop: { width: 1280, height: 900 }, narrow: { width: 300, height: 640 }, readme: { width: 760, height: 712 } };

const record = JSON.parse(readFileSync(new URL('../../pkg/queue/draw/testdata/record-drand.json', import.meta.url), 'utf8'));
const { result, freeze, ...sealed } = record;
const draw = { public: 'drand', lots: 9000, epoch: 7, ticket: 1, lot: 1, place: 3670, number: 3670, stage: 'done', record };
const before = { place: 0, number: 0 };

const door = { code: '7KQ4-M2PX-9WVB-3HDT', next: 725, groups: [{ title: 'Einwohner der Stadt Speyer', ask: 'Ihr Code steht in Ihrem Brief. Fragen: 06232 14-0' }] };
const pages = {
  waiting: { ahead: 1234, number: 128340, low: 720, high: 1080, message: { de: 'Heute werden 400 Termine vergeben. Alle, die vor 10 Uhr hier waren, kommen an die Reihe.', en: '400 appointments are given out today. Everybody who was here before 10 o’clock will get one.' } },
  waiting_kept: { ahead: 87, low: 720, high: 1080, promised: 1400, kept: 1302 },
  waiting_many: { ahead: 12345, exact: false, number: 128340, low: 4200, high: 6600 },
  worse: { ahead: 412, low: 1500, high: 2400, worse: true },
  next: { ahead: 0, low: 10, high: 40 },
  stale: { ahead: 87, stale: true, low: 240, high: 420 },
  front: { state: 'front', ahead: -1, low: 0, high: 120 },
  more: { ahead: 7, exact: false, more: 298, low: 230, high: 490 },
  more_next: { ahead: -1, exact: false, more: 17, low: 5, high: 60 },
  full: { ahead: 8, low: 0, high: 0, full: true },
  turn: { state: 'turn', ahead: -1 },
  checking: { state: 'checking', ahead: -1 },
  missed: { state: 'missed' },
  called: { state: 'called', until: 290 },
  paused: { state: 'paused', message: { de: 'Um 11 Uhr geht es weiter.', en: 'We go on at 11 o’clock.' } },
  recovering: { state: 'recovering' },
  nostore: { state: 'nostore', number: 0, ahead: -1 },
  shed: { state: 'shed', number: 0, ahead: -1 },
  error: { page: 'error', status: 504 },
  retry: { page: 'retry', status: 502 },
  form: { page: 'form', status: 502 },
  lapsed: { page: 'lapsed' },
  form_early: { page: 'early' },
  full_room: { state: 'full', ahead: -1 },
  resume: { state: 'resume', ahead: -1, number: 0 },
  lobby: { state: 'lobby', number: 128, ahead: -1, came: 312, starts: 725 },
  lots: { state: 'lots', number: 0, ahead: -1, came: 48123, starts: 725, message: { de: 'Um 8 Uhr werden 400 Termine vergeben.', en: '400 appointments are given out at 8 o’clock.' } },
  behind: { state: 'behind', number: 0, ahead: -1, came: 48123, starts: 725 },
  chance_little: { ahead: 3412, number: 128340, low: 4200, high: 6600, exact: false, chance: 1 },
  chance_usually: { ahead: 87, low: 720, high: 1080, chance: 4, promised: 1400, kept: 1302 },
  drawing: { state: 'drawing', number: 0, ahead: -1, came: 48123 },
  lots_draw: { state: 'lots', number: 0, ahead: -1, came: 48123, starts: 725, news: 'comes' },
  waiting_drawn: { ahead: 3669, number: 3670, low: 4200, high: 6600, news: 'drawn' },
  waiting_alone: { ahead: 3669, number: 3670, low: 4200, high: 6600, news: 'alone' },
  draw_announced: { draw: { ...draw, ...before, lots: 0, stage: 'announced', record: sealed } },
  draw_nothing: { draw: { ...draw, ...before, lots: 0, lot: 0, stage: 'nothing', record: sealed } },
  draw_frozen: { draw: { ...draw, ...before, stage: 'frozen', record: { ...sealed, freeze } } },
  draw_fits: { draw },
  draw_fails: { draw: { ...draw, place: 12, number: 12 } },
  draw_no_lot: { draw: { ...draw, ...before, epoch: 0, ticket: 0, lot: 0, fallback: true } },
  draw_failed: { draw: { ...draw, place: 0, number: 1, stage: 'failed', record: { ...record, result: { ...result, statement: { ...result.statement, algorithm: 'arrival' } } } } },
  standby: { state: 'standby', ahead: 17 },
  down: { state: 'down', ahead: 17 },
  late: { state: 'late', ahead: 48123, number: 48124, news: 'comes' },
  between: { state: 'between', ahead: 312, starts: 11525 },
  refill: { state: 'refill', ahead: 312, starts: 11525 },
  over: { state: 'over', ahead: 312 },
  booked: { state: 'booked', ahead: 3100, starts: 87125, dropped: true },
  ended: { state: 'ended', shut: true, number: 0, ahead: -1, opens: 85325, starts: 87125 },
  last: { state: 'front', ahead: -1, low: 0, high: 120, last: true },
  closed: { state: 'closed', number: 0, ahead: -1, opens: 85325, starts: 87125 },
  closed_for_good: { state: 'closed', number: 0, ahead: -1 },
  early: { state: 'early', number: 0, ahead: -1, opens: 85325, starts: 87125 },
  limit: { state: 'limit', number: 0, ahead: -1, opens: 85325, starts: 87125 },
  soldout: { state: 'soldout', number: 0, ahead: -1, starts: 11525 },
  ...Object.fromEntries(['asks', 'typo', 'wrong', 'early', 'expired', 'revoked', 'used', 'group', 'limited']
    .map((news) => [`door_${news}`, { page: 'door', door: { ...door, news } }])),
  invited: { page: 'door', door: { ...door, code: '', invitation: 'eyJh.eyJh.x' } },
  ...Object.fromEntries(['left', 'used', 'stay', 'unknown', 'expired', 'twice', 'moved', 'removed', 'code']
    .map((why) => [`over_${why}`, { page: `over-${why}` }])),
  press: { page: 'press' },
  window: { page: 'window' },
  cookies: { page: 'cookies' },
};

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });

// shoot loads the page twice, with more people ahead at first, so that the bar has come some way.
async function shoot(name, { locale, colorScheme, size, javaScriptEnabled = true, whole = true, scale = 1 }) {
  const context = await browser.newContext({ locale, colorScheme, viewport: sizes[size], javaScriptEnabled, deviceScaleFactor: scale });
  const page = await context.newPage();
  const clock = Date.parse('2027-06-14T05:47:55Z'), zone = 120; // those of the fake gateway
  const what = { clock, zone, ...pages[name], message: pages[name].message?.[locale.slice(0, 2)] ?? '' };
  const where = what.draw ? '/.einlass/draw' : '/termine';
  if (what.ahead > 0) {
    await setup({ ...what, ahead: Math.round(what.ahead * 1.6) });
    await page.goto(base + '/termine');
  }
  await setup(what);
  await page.goto(base + where);
  if (what.draw) await page.locator('details').evaluateAll((all) => { for (const d of all) d.open = true; });
  await page.waitForLoadState('networkidle');
  return { page, context, picture: (file) => page.screenshot({ path: path.join(OUT, file), fullPage: whole }) };
}

async function one(name, options, file) {
  if (!name.includes(ONLY)) return;
  const { context, picture } = await shoot(name, options);
  await picture(file);
  await context.close();
}

if (README === 'true') {
  for (const [colorScheme, file] of [['light', 'waiting-page.png'], ['dark', 'waiting-page-dark.png']]) {
    await one('waiting', { locale: 'en-GB', colorScheme, size: 'readme', scale: 1.5, whole: false }, file);
  }
} else {
  for (const name of Object.keys(pages)) {
    await one(name, { locale: 'de-DE', colorScheme: 'light', size: 'phone' }, `${name}-de-light-phone.png`);
    await one(name, { locale: 'en-GB', colorScheme: 'dark', size: 'desktop' }, `${name}-en-dark-desktop.png`);
    if (!/draw/.test(name)) continue;
    await one(name, { locale: 'de-DE', colorScheme: 'dark', size: 'phone' }, `${name}-de-dark-phone.png`);
    await one(name, { locale: 'en-GB', colorScheme: 'light', size: 'desktop' }, `${name}-en-light-desktop.png`);
  }
  await one('waiting', { locale: 'en-GB', colorScheme: 'light', size: 'desktop' }, 'waiting-en-light-desktop.png');
  await one('waiting', { locale: 'de-DE', colorScheme: 'dark', size: 'phone' }, 'waiting-de-dark-phone.png');
  await one('waiting', { locale: 'de-DE', colorScheme: 'light', size: 'narrow' }, 'waiting-de-light-narrow.png');
  for (const name of ['waiting', 'worse', 'draw_fits', 'draw_frozen']) {
    await one(name, { locale: 'de-DE', colorScheme: 'light', size: 'phone', javaScriptEnabled: false }, `${name}-de-light-phone-noscript.png`);
  }
}
await browser.close();
