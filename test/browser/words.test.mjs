// What the script writes into a page is what the gateway would have written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, every, hidden, polled, setUp, setup, still, text, until, withPage } from './browser.mjs';

setUp();

const answers = [
  { state: 'waiting', ahead: 40000, low: 3000, high: 4500 },
  { state: 'waiting', ahead: 12345, exact: false, low: 3000, high: 4500 },
  { state: 'waiting', ahead: 11000, stale: true, of: 1772448500000, message: 'Größe & <b>Zeile</b>\nnächste' },
  { state: 'recovering', ahead: 11000 },
  { state: 'down', ahead: 11000 },
  { state: 'waiting', ahead: 999, exact: false },
  { state: 'paused', ahead: 900, message: 'Um 11 Uhr geht es weiter.' },
  { state: 'waiting', ahead: 7, exact: false, more: 298, low: 200, high: 500 },
  { state: 'waiting', ahead: 7, exact: false, more: 1, low: 10, high: 100 },
  { state: 'waiting', ahead: -1, exact: false, more: 17, low: 10, high: 100 },
  { state: 'paused', ahead: 7, exact: false, more: 3 },
  { state: 'waiting', ahead: 7, low: 0, high: 0, full: true },
  { state: 'waiting', ahead: 1, low: 10, high: 100 },
  { state: 'front', ahead: -1, low: 0, high: 30 },
  { state: 'front', ahead: -1, low: 0, high: 0, full: true },
  { state: 'turn', ahead: -1 },
  { state: 'checking', ahead: -1 },
  { state: 'front', ahead: -1, low: 0, high: 30, last: true },
  { state: 'missed', ahead: -1, last: true },
  { state: 'full', ahead: -1 },
  { state: 'resume', number: 0, ahead: -1 },
  { state: 'lobby', number: 128, ahead: 127, came: 312, starts: 725 },
  { state: 'lots', number: 0, ahead: -1, came: 1, starts: 30 },
  { state: 'drawing', number: 0, ahead: -1, came: 48123 },
  { state: 'late', number: 48124, ahead: 48123 },
  { state: 'paused', ahead: 1 },
  { state: 'between', ahead: 1, starts: 5400 },
  { state: 'refill', ahead: 1, more: 4, starts: 90000 },
  { state: 'over', ahead: 1 },
  { state: 'over', ahead: 1, more: 4, message: 'Danke.' },
  { state: 'ended', shut: true, number: 0, ahead: -1, opens: 85325, starts: 87125 },
  { state: 'standby', ahead: 1 },
  { state: 'booked', ahead: 1, more: 4, starts: 90000, dropped: true },
  { state: 'called', ahead: 0, until: 290 },
  { state: 'missed', ahead: 0 },
  { state: 'front', ahead: -1 },
  { state: 'called', until: 59 },
  { state: 'called', until: 0 },
  { state: 'nostore', number: 0, ahead: -1 },
  { state: 'shed', number: 0, ahead: -1 },
  // Of another number: the figure of the one that was called does not rise again.
  ...[1, 2, 3, 4].map((chance) => ({ state: 'waiting', number: 4712, ahead: 412, low: 720, high: 1080, chance })),
];

const noon = new Date('2026-03-02T12:00:01'); // ends of ranges are not just where they are rounded

async function open(page) {
  await page.goto(base + '/termine');
  await page.evaluate(() => sessionStorage.clear());
}

async function read(page) { return (await page.title()) + '\n' + (await text(page)); }

for (const [turn, locale] of ['de-DE', 'en-GB'].entries()) {
  test(`every state, ${locale}`, async () => {
    await withPage({ locale }, async (page, context) => {
      const fresh = await context.newPage();
      // In the background, so that they do not go in when they are called.
      for (const p of [page, fresh]) await hidden(p);
      await setup(answers[0]);
      await page.goto(base + '/termine');
      for (const [i, next] of answers.entries()) {
        if (!every && i % 2 !== turn) continue; // each state in one language
        for (const p of [page, fresh]) await p.clock.setFixedTime(noon.getTime() + i * 5000);
        await setup({ clock: noon.getTime() + i * 5000, ...next });
        await fresh.goto(base + '/termine');
        await fresh.evaluate(() => sessionStorage.clear());
        const want = await read(fresh);
        // A connection that comes back makes the page ask at once.
        await page.evaluate(() => window.dispatchEvent(new Event('online')));
        await until('the words of ' + JSON.stringify(next), async () => {
          const got = await read(page);
          return got === want || (await new Promise((r) => { setTimeout(r, 200); }), (await read(page)) === want);
        }, 4000).catch(async () => { assert.equal(await read(page), want, JSON.stringify(next)); });
      }
    });
  });
}

test('every kind of estimate', async () => {
  await withPage({}, async (page) => {
    await still(page, noon);
    await setup({ next: 10000 });
    await open(page);
    const minutes = [0, 0.3, 1, 1.5, 2, 4.9, 13, 20, 20.5, 37, 60, 61, 75, 180, 181, 700, 1440, 1441, 3000];
    const pairs = minutes.flatMap((high) => [0, high / 3, high * 0.9, high].map((low) => [Math.round(low * 60), Math.round(high * 60)]));
    for (const [i, [low, high]] of pairs.entries()) {
      if (!every && i % 4 !== Math.floor(i / 4) % 4) continue; // each wait as one kind of range
      await setup({ next: 10000, low, high });
      const html = await (await fetch(base + '/termine', { headers: { 'Accept-Language': 'en' } })).text();
      const want = html.match(/id="estimate">([^<]*)</)[1];
      await polled(page, 10001);
      await until(`"${want}" for ${low} to ${high} seconds`, async () => (await page.locator('#estimate').textContent()) === want, 3000);
    }
  });
});
