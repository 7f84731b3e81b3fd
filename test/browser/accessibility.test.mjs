// Every page, in both themes, narrow and wide, with and without script, by the rules of WCAG 2.2 AA as far as a
// program can check them, and without a horizontal scroll bar at 300 pixels, as in a narrow frame (WCAG asks for 320: 1280 at 400 % zoom).
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { base, every, setUp, setup, withPage } from './browser.mjs';

setUp();
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const message = 'Heute werden 400 Termine vergeben.\nBitte halten Sie Ihren Personalausweis und die Terminbestätigungsnummernbescheinigung bereit.';
const record = JSON.parse(await readFile(new URL('../../pkg/queue/draw/testdata/record-drand.json', import.meta.url), 'utf8'));
const draw = { public: 'drand', lots: 9000, epoch: 7, ticket: 1, lot: 1, place: 3670, number: 3670, stage: 'done', record };
const door = { code: '7KQ4-M2PX-9WVB-3HDT', next: 725, groups: [{ title: 'Einwohner der Stadt Speyer', ask: 'Ihr Code steht in Ihrem Brief. Fragen: 06232 14-0' }] };
const pages = {
  waiting: { message, stale: true },
  'waiting, nobody ahead': { ahead: 0, low: 0, high: 30 },
  'waiting, very many ahead': { ahead: 1234567, exact: false, number: 18446744073709, low: 40000, high: 80000 },
  'waiting, longer than was said': { worse: true },
  front: { state: 'front', ahead: 2 },
  missed: { state: 'missed' },
  called: { state: 'called', until: 290 },
  paused: { state: 'paused', message },
  recovering: { state: 'recovering' },
  nostore: { state: 'nostore', number: 0, ahead: -1 },
  shed: { state: 'shed', number: 0, ahead: -1 },
  error: { page: 'error', status: 504 },
  'interrupted page': { page: 'retry', status: 502 },
  'interrupted form': { page: 'form', status: 502 },
  lapsed: { page: 'lapsed' },
  early: { page: 'early' },
  'a number that is looked up': { state: 'checking', ahead: -1 },
  'its turn, the room is full': { state: 'full', ahead: -1, last: true },
  'a stay to be resumed': { state: 'resume', number: 0, ahead: -1 },
  'the last return': { state: 'front', ahead: -1, last: true },
  lobby: { state: 'lobby', number: 128, ahead: 127, came: 312, starts: 725, message },
  'lobby of a draw': { state: 'lots', number: 0, ahead: -1, came: 48123, starts: 100000 },
  'beyond the lots of a network': { state: 'behind', number: 0, ahead: -1, came: 48123, starts: 725 },
  'a chance': { ahead: 412, low: 720, high: 1080, chance: 2 },
  'the draw': { state: 'drawing', number: 0, ahead: -1, came: 48123 },
  'behind the draw': { state: 'late', ahead: 48123, number: 48124, news: 'comes' },
  'on the waiting list': { state: 'standby', ahead: 17 },
  'the site does not answer': { state: 'down', ahead: 17 },
  'between openings': { state: 'between', ahead: 312, starts: 11525 },
  'booked for now': { state: 'refill', ahead: 312, starts: 11525 },
  'nothing comes next': { state: 'over', ahead: 312 },
  'booked, in the line': { state: 'booked', ahead: 3100, starts: 90000, dropped: true },
  'the line has ended': { state: 'ended', shut: true, number: 0, ahead: -1, opens: 85325, starts: 87125 },
  'closed early': { state: 'early', number: 0, ahead: -1, starts: 87125 },
  closed: { state: 'closed', number: 0, ahead: -1, starts: 725 },
  'so many wait': { state: 'limit', number: 0, ahead: -1, opens: 85325, starts: 87125 },
  'everything is booked': { state: 'soldout', number: 0, ahead: -1 },
  'at the door': { page: 'door', door: { ...door, everybody: 87125, groups: [...door.groups, { title: 'Menschen über 80', ask: '06232 14-0' }] } },
  ...Object.fromEntries(['typo', 'wrong', 'early', 'expired', 'revoked', 'used', 'group', 'limited']
    .map((news) => [`at the door: ${news}`, { page: 'door', door: { ...door, news } }])),
  'at the door, with a number': { page: 'door', door: { ...door, stands: true } },
  'at the door, for everybody': { page: 'door', door: { groups: [], free: true, next: 0 } },
  ...Object.fromEntries(['asks', 'wrong', 'early', 'expired', 'used', 'group']
    .map((news) => [`invited: ${news}`, { page: 'door', door: { ...door, news, code: '', invitation: 'eyJh.eyJh.x' } }])),
  'draw: before the start': { draw: { ...draw, lots: 0, place: 0, number: 0, stage: 'announced', record: { commitment: record.commitment } } },
  'draw: nothing to draw': { draw: { ...draw, lots: 0, lot: 0, place: 0, number: 0, stage: 'nothing', record: { commitment: record.commitment } } },
  'draw: it fits': { draw },
  'draw: it does not fit': { draw: { ...draw, place: 12 } },
  'draw: no lot': { draw: { ...draw, lot: 0, place: 0, number: 0, fallback: true } },
  'after a draw without its public value': { news: 'alone' },
  left: { page: 'over-left' },
  'left, and the line is closed': { page: 'over-left', shut: true, opens: 85325, starts: 87125 },
  'number used': { page: 'over-used' },
  'no number': { page: 'over-unknown' },
  'moved to another device': { page: 'over-moved' },
  'in a frame': { page: 'press' },
  "in another site's frame": { page: 'window' },
  'no cookies': { page: 'cookies' },
  'a link to another device': { page: 'move' },
  'on another device': { page: 'take' },
  'a link that was used': { page: 'link-used' },
  'a link that is old': { page: 'link-old' },
  'where a place stands': { page: 'place-found' },
  'number and code do not fit': { page: 'place-wrong' },
};

const narrow = { width: 300, height: 640 };
const wide = { width: 1280, height: 800 };
// Each page in each setting takes minutes on a slow machine, so an ordinary test has a few settings, in which each theme,
// width, language, and with and without script occur, and each page in one of them, by turns; the first page, on which people
// wait, in all. browser_test.go asks for each page in all settings with the build tag long.
const few = [
  { name: 'light, narrow, German', colorScheme: 'light', viewport: narrow, locale: 'de-DE' },
  { name: 'dark, wide, English', colorScheme: 'dark', viewport: wide, locale: 'en-GB' },
  { name: 'light, narrow, German, without script', colorScheme: 'light', viewport: narrow, locale: 'de-DE', scripted: false },
];
const more = [
  { name: 'dark, narrow, English', colorScheme: 'dark', viewport: narrow, locale: 'en-GB' },
  { name: 'light, wide, English', colorScheme: 'light', viewport: wide, locale: 'en-GB' },
  { name: 'dark, wide, German', colorScheme: 'dark', viewport: wide, locale: 'de-DE' },
];
const settings = every ? [...few, ...more] : few;

// withoutScript serves the page as a browser without script reads it. The checker is a script itself, so turning
// scripts off would turn it off too.
async function withoutScript(page) {
  await page.route(/\/(termine|draw)$/, async (route) => {
    const answer = await route.fetch();
    const html = (await answer.text()).replace(/<script[^>]*><\/script>/, '').replace(/<\/?noscript>/g, '');
    await route.fulfill({ response: answer, body: html });
  });
}

async function check(page, { scripted = true, locale }) {
  await page.locator('details').evaluateAll((all) => { for (const d of all) d.open = true; });
  const bell = page.locator('#bell-button:visible');
  if (await bell.count()) await bell.click();
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wider <= 0, `the page is ${wider} pixels too wide`);
  assert.equal(await page.locator('html').getAttribute('lang'), locale.slice(0, 2));
  await page.evaluate(axe);
  const found = await page.evaluate((rules) => globalThis.axe.run(document, {
    // Of the rules that pass one element each is enough: to name them all takes longer than to check them.
    resultTypes: ['violations', 'incomplete'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules,
  }), {
    'target-size': { enabled: true },
    // Without script a reload is the only way to learn that it is one's turn: the exception for real-time
    // events in success criterion 2.2.1.
    'meta-refresh': { enabled: scripted },
  });
  assert.ok(found.passes.length > 10, 'axe checked next to nothing');
  assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html).join(' ')}`), []);
  assert.deepEqual(found.incomplete.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`), []);
}

for (const [turn, { name, ...options }] of settings.entries()) {
  test(name, async (t) => {
    await withPage(options, async (page) => {
      if (options.scripted === false) await withoutScript(page);
      for (const [i, [what, changes]] of Object.entries(pages).entries()) {
        if (!every && i > 0 && i % settings.length !== turn) continue;
        await t.test(what, async () => {
          await setup(changes);
          await page.goto(base + (changes.draw ? '/.einlass/draw' : '/termine'));
          assert.equal(await page.evaluate(() => document.documentElement.className), options.scripted === false ? '' : 'js');
          await check(page, options);
        });
      }
    });
  });
}

test('with text at twice its size nothing is cut off', async () => {
  await withPage({ viewport: { width: 640, height: 800 }, locale: 'de-DE' }, async (page) => {
    await setup({ message });
    await page.goto(base + '/termine');
    await page.evaluate(() => { document.documentElement.style.fontSize = '225%'; });
    const cut = await page.evaluate(() => [...document.querySelectorAll('main *')]
      .filter((el) => el.checkVisibility() && !el.closest('.spoken') && el.scrollWidth > el.clientWidth + 1 && getComputedStyle(el).overflowX !== 'visible')
      .map((el) => el.outerHTML));
    assert.deepEqual(cut, []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  });
});

test('who wants little motion gets none', async () => {
  await withPage({ reducedMotion: 'reduce' }, async (page) => {
    await setup();
    await page.goto(base + '/termine');
    const moving = await page.evaluate(() => document.getAnimations().length);
    assert.equal(moving, 0);
  });
});
