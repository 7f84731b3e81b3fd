// What becomes of a place on the ways that people take: away at the turn, asleep, in two tabs, with the browser closed, without a network,
// by keys. The gateway is the real one and the site is behind it.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { long, until } from '../browser.mjs';
import { admin, at, goesIn, heading, inLine, launching, numbers, open, setUp, shut, told, withContext } from './gate.mjs';

// People's browsers keep pages for Back; playwright's do not unless told.
setUp({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });

const number = (page) => page.locator('body').getAttribute('data-number');
const called = (page) => heading(page, 'It is your turn');
const counting = (page) => page.locator('#entry').isVisible();

// joined opens the site's page for somebody who waits.
async function joined(context, room, url = '/termine?ort=3') {
  const page = await context.newPage();
  await page.goto(at(room) + url);
  await heading(page, inLine);
  return page;
}

test('absent at a first call loses nothing, absent at the next one ends the number, as was said', async () => {
  const room = 'absent';
  await withContext({}, async (context) => {
    const page = await joined(context, room);
    await open(room);
    await called(page);
    await page.locator('#claim').filter({ hasText: 'After that it will still be your turn again.' }).waitFor();
    await heading(page, 'It was your turn. That is no problem.');
    const warning = 'If you are away at your turn once more, your number is no longer valid.';
    assert.equal(await page.locator('#last').textContent(), warning);
    assert.equal(await page.locator('#last').isVisible(), true);
    await shut(room); // the page of the front stands still
    await page.locator('#go').click();
    await heading(page, /It will be your turn soon|Nobody is being let in/);
    assert.equal(await number(page), '1');
    await open(room);
    await called(page);
    await page.locator('#claim').filter({ hasText: 'After that your number is no longer valid.' }).waitFor();
    await heading(page, 'Your number is no longer valid');
    const { totals, inside, last_number: last } = await told(room);
    assert.deepEqual([totals.admitted, inside, last], [0, 0, 1], 'somebody went in, or took a number, for nobody');
  });
});

test('a page that stood still over its call finds out, and one press brings it back', async () => {
  const room = 'asleep';
  await withContext({}, async (context) => {
    const page = await joined(context, room);
    const devtools = await context.newCDPSession(page);
    await devtools.send('Debugger.enable');
    const stands = new Promise((r) => { devtools.once('Debugger.paused', r); });
    await devtools.send('Debugger.pause');
    await stands; // nothing runs in the page, as on a telephone that sleeps
    await open(room);
    await until('the call', async () => (await told(room)).head_number === 1);
    await until('the end of the call', async () => (await told(room)).calls === 0);
    await devtools.send('Debugger.disable'); // it goes on
    await heading(page, 'It was your turn. That is no problem.');
    assert.equal((await told(room)).totals.admitted, 0);
    await page.locator('#go').click();
    await goesIn(page);
    assert.equal(await numbers(room), 1);
  });
});

test('two tabs of one visitor count down at once, and there is one stay', async () => {
  const room = 'both';
  await withContext({}, async (context) => {
    const tabs = [await joined(context, room, '/termine?tab=1'), await joined(context, room, '/termine?tab=2')];
    const errors = [];
    context.on('weberror', (e) => { errors.push(e.error().message); });
    for (const tab of tabs) {
      await tab.bringToFront();
      await tab.keyboard.press('Shift');
    }
    const counted = tabs.map((tab) => tab.evaluate(() => new Promise((done) => {
      const entry = document.getElementById('entry');
      new MutationObserver(() => { if (!entry.hidden) done(true); }).observe(entry, { attributes: true });
    })));
    await open(room);
    assert.deepEqual(await Promise.all(counted), [true, true]);
    for (const [i, tab] of tabs.entries()) {
      await heading(tab, 'Inside');
      assert.ok(tab.url().endsWith(`/termine?tab=${i + 1}`), tab.url());
    }
    const { totals, inside, last_number: last } = await told(room);
    assert.deepEqual([totals.admitted, inside, last], [1, 1, 1]);
    assert.deepEqual(errors, []);
  });
});

long('a browser that is closed and opened again has its number, a private window has another one', async () => {
  const room = 'restart';
  const profile = await mkdtemp(path.join(tmpdir(), 'einlass-profile-'));
  // run opens the browser of this profile, as a person does in the morning.
  const run = async (use) => {
    const context = await chromium.launchPersistentContext(profile, { ...launching, locale: 'en-GB' });
    try { await use(await context.newPage()); } finally { await context.close(); }
  };
  try {
    await run(async (page) => {
      await page.goto(at(room) + '/termine?ort=3');
      await heading(page, inLine);
      assert.equal(await number(page), '1');
    });
    await withContext({}, async (context) => { assert.equal(await number(await joined(context, room)), '2'); });
    await run(async (page) => {
      await page.goto(at(room) + '/termine?ort=3');
      await heading(page, inLine);
      assert.equal(await number(page), '1');
      await open(room);
      await goesIn(page);
    });
    await run(async (page) => { // inside, and the browser is closed
      await page.goto(at(room) + '/termine?ort=3');
      await heading(page, 'Inside');
    });
    assert.equal(await numbers(room), 2);
  } finally { await rm(profile, { recursive: true, force: true, maxRetries: 5 }); }
});

// back goes back as the key does. A page that was kept for it does not load, which playwright's own way waits for.
const back = (page, by = -1) => page.evaluate((n) => { setTimeout(() => { history.go(n); }); }, by);

long('Back leads to the waiting page as it is now, and never from the site to it', async () => {
  const room = 'back';
  await withContext({}, async (context) => {
    const page = await context.newPage();
    await page.goto(at(room) + '/open/form');
    await page.goto(at(room) + '/termine?ort=3');
    await heading(page, inLine);
    await page.goto(at(room) + '/open/other');
    await back(page);
    await heading(page, inLine);
    assert.equal(await number(page), '1');
    await page.goto(at(room) + '/open/other');
    await open(room);
    await until('the call', async () => (await told(room)).head_number === 1);
    await back(page); // to a page that was kept, or not
    await called(page);
    assert.equal((await told(room)).totals.admitted, 0, 'Back claimed the turn');
    await goesIn(page);
    await page.goto(at(room) + '/termine?ort=4');
    await heading(page, 'Inside');
    await back(page);
    await heading(page, 'Inside');
    await back(page);
    await heading(page, 'Open'); // where the person came from: the waiting page has left no step behind
    await back(page, 1);
    await heading(page, 'Inside');
    assert.deepEqual([(await told(room)).totals.admitted, await numbers(room)], [1, 1]);
  });
});

long('a minute without a network costs nothing', async () => {
  const room = 'offline';
  await withContext({}, async (context) => {
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(at(room) + '/termine?ort=3');
    await heading(page, inLine);
    await context.setOffline(true);
    await page.locator('#lost').waitFor();
    await page.clock.runFor(60000);
    assert.equal(await page.locator('#lost').isVisible(), true);
    assert.equal(await number(page), '1');
    await context.setOffline(false);
    await page.locator('#lost').waitFor({ state: 'hidden' });
    await heading(page, inLine);
    await open(room);
    await goesIn(page);
    assert.ok(page.url().endsWith('/termine?ort=3'), page.url());
    assert.equal(await numbers(room), 1);
  });
});

// tabTo goes by the Tab key to what is selected, as long as it takes.
async function tabTo(page, selector) {
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    if (await page.locator(`${selector}:focus`).count()) return;
  }
  throw new Error(`the Tab key does not lead to ${selector}`);
}

for (const [room, javaScriptEnabled] of [['keys', true], ['bare', false]]) {
  (javaScriptEnabled ? test : long)(`by keys alone: stopped, asked for, gone in, with script: ${javaScriptEnabled}`, async () => {
    await withContext({ javaScriptEnabled }, async (context) => {
      const page = await joined(context, room);
      await page.keyboard.press('Shift');
      await open(room);
      await called(page);
      if (javaScriptEnabled) {
        await until('the count', () => counting(page));
        await tabTo(page, '#entry-stop');
        await page.keyboard.press('Enter');
        assert.equal(await counting(page), false);
        assert.equal(await page.locator('#go:focus').count(), 1);
      } else {
        assert.equal((await admin(room)).totals.admitted, 0);
        await tabTo(page, '#go');
      }
      await page.keyboard.press('Enter');
      await heading(page, 'Inside');
      assert.ok(page.url().endsWith('/termine?ort=3'), page.url());
      assert.equal(await numbers(room), 1);
    });
  });
}
