// People wait for a draw; one of them without script. Pictures of what they see go to the directory OUT, if there is one.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { text, until } from '../browser.mjs';

const { GATE, PEOPLE, CHROMIUM, OUT } = process.env;
let browser;
before(async () => { browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] }); });
after(async () => { await browser?.close(); });

async function picture(page, name) {
  if (OUT) await page.screenshot({ path: path.join(OUT, `${name}.png`), fullPage: true });
}

// figure is what stands under a label of the page. A page without script may be loading itself anew when it is asked.
const figure = (page, label) => until(label, async () => (await text(page).catch(() => '')).match(new RegExp(`^${label}\\n(.*)$`, 'm'))?.[1]);

async function person(scripted) {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 360, height: 780 }, javaScriptEnabled: scripted });
  context.setDefaultTimeout(60000);
  const page = await context.newPage();
  await page.goto(GATE + '/termine');
  await page.getByText('You can read here how the order is drawn.').waitFor();
  // The link opens a window of its own, so that the waiting page stays.
  const open = async () => {
    const opened = context.waitForEvent('page');
    await page.getByRole('link', { name: 'See and check the draw (new window)' }).click();
    const draw = await opened;
    await draw.waitForLoadState();
    return draw;
  };
  const draw = await open();
  const lot = await figure(draw, 'Your lot');
  await until('the seal to be remembered', () => !scripted || draw.evaluate(() => localStorage.length === 1));
  return { page, draw, open, lot, scripted };
}

test('from the lobby to the check', async () => {
  const people = [];
  for (const who of PEOPLE.split(',')) people.push(await person(who === 'script'));
  const lots = people.map((_, n) => String(n + 1));
  assert.deepEqual(people.map((p) => p.lot), lots);
  await picture(people[0].page, 'lobby');
  await picture(people[0].draw, 'before');
  const numbers = [];
  for (const p of people) {
    await p.page.locator('#draw-news', { hasText: 'Your number was drawn by lot. You can check that.' }).waitFor({ timeout: 120000 });
    const number = await figure(p.page, 'Your number');
    numbers.push(number);
    const draw = await p.open();
    const read = await text(draw);
    assert.deepEqual([await figure(draw, 'Your lot'), await figure(draw, 'Place drawn'), await figure(draw, 'Lots in all')], [p.lot, number, String(people.length)], read);
    if (!p.scripted) {
      assert.match(read, /With the figures below others can do it for you\./);
      await picture(draw, 'without-script');
      continue;
    }
    await until('a verdict', () => draw.locator('#check').getAttribute('data-verdict'));
    const said = await text(draw);
    for (const want of ['Everything fits.', 'The seal is the one that this device saw before the start.', 'Your place fits. Your lot has drawn exactly this place.']) {
      assert.ok(said.includes(want), `${want} is not in\n${said}`);
    }
    await picture(draw, `checked-${p.lot}`);
  }
  await picture(people[0].page, 'drawn');
  assert.deepEqual([...numbers].sort(), lots);
});
