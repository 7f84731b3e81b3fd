// What the waiting page says before, during and after an opening, and what people take along from it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, polled, setUp, setup, still, text, withPage } from './browser.mjs';

setUp();

const morning = Date.UTC(2027, 5, 14, 8, 5); // 10:05 in Berlin

for (const zone of [120, undefined]) {
  test(`stale figures say of when they are, ${zone ? "in the room's zone" : "in the visitor's"}`, async () => {
    await withPage({ timezoneId: 'Asia/Kolkata' }, async (page) => {
      const when = zone ? '10:05' : '13:35';
      await still(page);
      await setup({ stale: true, of: morning, clock: morning + 30000, zone, next: 10000 });
      await page.goto(base + '/termine');
      for (let i = 0; i < 2; i++) {
        const read = await text(page);
        assert.match(read, new RegExp(`These figures are from ${when}\\. We cannot get new ones at the moment\\. You keep your place\\.`));
        assert.doesNotMatch(read, /Last updated/);
        await setup({ stale: true, of: morning, clock: morning + 600000, zone, next: 10000, ahead: 1200 });
        await Promise.all([page.waitForResponse((r) => r.url().includes('/.einlass/status')), page.clock.runFor(12001)]);
        await page.waitForFunction(() => document.getElementById('ahead').textContent.startsWith('1,200'));
      }
      await setup({ clock: morning + 900000, zone, next: 10000, ahead: 1100 });
      await polled(page, 12001);
      assert.doesNotMatch(await text(page), /These figures/);
    });
  });
}

for (const [state, figures, spoken] of [['waiting', { ahead: 1100 }, 'Ahead of you: 1,100 people. How long it will take: about 12 to 18 minutes.'], ['checking', { ahead: -1, low: 0, high: 0 }, 'One moment, please']]) {
  test(`that figures are new again is spoken once, ${state}`, async () => {
    await withPage({}, async (page) => {
      await still(page);
      const all = { state, ...figures, clock: morning, zone: 120, next: 10000 };
      await setup(all);
      await page.goto(base + '/termine');
      await page.evaluate(() => {
        globalThis.spoken = [];
        const region = document.getElementById('spoken');
        new MutationObserver(() => { if (region.textContent) globalThis.spoken.push(region.textContent); }).observe(region, { childList: true });
      });
      for (const stale of [true, true, false, false]) {
        await setup({ ...all, stale, of: stale ? morning : 0 });
        await polled(page, 12001);
      }
      assert.deepEqual(await page.evaluate(() => globalThis.spoken), ['These figures are from 10:05. We cannot get new ones at the moment. You keep your place.', spoken]);
    });
  });
}

test('the entry for a calendar follows what the page names', async () => {
  await withPage({}, async (page) => {
    const link = page.locator('#calendar a'), href = () => link.getAttribute('href');
    await still(page);
    await setup({ state: 'between', starts: 5400, next: 10000 });
    await page.goto(base + '/termine');
    const first = await href();
    assert.match(first, /^\/\.einlass\/next\.ics\?lang=en&at=\d+$/);
    await setup({ state: 'between', starts: 9000, next: 10000 });
    await polled(page, 12001);
    assert.equal(Number((await href()).split('&at=')[1]) - Number(first.split('&at=')[1]), 3600);
    assert.ok((await href()).split('&at=')[0].endsWith(first.split('&at=')[0]));
    await setup({ state: 'between', next: 10000 });
    await polled(page, 12001);
    assert.ok(await link.isHidden(), 'there is a link to nothing');
    await setup({ state: 'between', starts: 5400, next: 10000 });
    await polled(page, 12001);
    assert.ok(await link.isVisible());
    const { height } = await link.boundingBox();
    assert.ok(height >= 44, `it is ${height} high`);
  });
});

// printed is what stands on paper of a page.
async function printed(page) {
  await page.emulateMedia({ media: 'print' });
  const read = await text(page);
  const controls = await page.evaluate(() => Array.from(document.querySelectorAll('button, .button, summary, progress, nav')).filter((e) => e.checkVisibility()).map((e) => e.outerHTML));
  await page.emulateMedia({ media: 'screen' });
  return { read, controls };
}

const place = { number: 4711, code: '7KQ4-M2PX', start: 'https://termine.example.org/', next: 600000 };

test('the printed place has number, code, date, time, address and telephone, and nothing to press', async () => {
  for (const javaScriptEnabled of [true, false]) {
    await withPage({ locale: 'de-DE', javaScriptEnabled }, async (page) => {
      if (javaScriptEnabled) await still(page);
      await setup({ ...place, clock: morning, zone: 120 });
      await page.goto(base + '/termine');
      const { read, controls } = await printed(page);
      for (const want of ['4.711', '7KQ4-M2PX', /Ausgedruckt: Montag, 14\. Juni 2027, 10:05 Uhr/, 'https://termine.example.org/', '07131 56-2000']) {
        assert.ok(typeof want === 'string' ? read.includes(want) : want.test(read), `${want} is not on paper:\n${read}`);
      }
      assert.deepEqual(controls, [], 'this cannot be pressed on paper');
      assert.doesNotMatch(read, /aktualisiert sich von selbst/, 'paper does not change');
      assert.doesNotMatch(await text(page), /Ausgedruckt|example\.org/, 'what is for paper stands on the screen');
      assert.ok((await page.pdf()).length > 5000, 'nothing is printed');
    });
  }
});

test('a button prints, where the browser can and there is a number', async () => {
  await withPage({ timezoneId: 'Asia/Kolkata' }, async (page) => {
    await page.addInitScript(() => { window.printed = 0; window.print = () => { window.printed += 1; }; });
    await still(page);
    await setup({ ...place, clock: morning, next: 10000 });
    await page.goto(base + '/termine');
    const button = page.getByRole('button', { name: 'Print my place' });
    const box = await button.boundingBox();
    assert.ok(box.height >= 44 && box.width >= 44, JSON.stringify(box));
    await button.click();
    assert.equal(await page.evaluate(() => window.printed), 1);
    assert.match((await printed(page)).read, /Printed: Monday,? 14 June 2027, 13:35/); // the visitor's, as the room has none
    await setup({ ...place, number: 0, code: '', state: 'lots', ahead: -1, clock: morning + 90000, next: 10000 });
    await polled(page, 12001);
    assert.ok(await button.isHidden(), 'a place without a number can be printed');
    assert.doesNotMatch((await printed(page)).read, /Printed/);
  });
});

test('a place that has ended is printed no more', async () => {
  await withPage({ locale: 'de-DE' }, async (page) => {
    await still(page);
    await setup({ ...place, clock: morning, zone: 120, next: 10000 });
    await page.goto(base + '/termine');
    const button = page.locator('#print button');
    assert.ok(await button.isVisible());
    for (const state of ['ended', 'soldout', 'closed']) {
      await setup({ ...place, state, ahead: -1, clock: morning + 90000, zone: 120, next: 10000 });
      await polled(page, 12001);
      assert.ok(await button.isHidden(), `${state}: the place can be printed`);
      assert.doesNotMatch((await printed(page)).read, /4\.711|Ausgedruckt|example\.org/, `${state}: it is on paper`);
    }
  });
  // The page as it is sent says the same.
  await withPage({ locale: 'de-DE', javaScriptEnabled: false }, async (page) => {
    await setup({ ...place, state: 'ended', ahead: -1, clock: morning, zone: 120 });
    await page.goto(base + '/termine');
    assert.doesNotMatch((await printed(page)).read, /4\.711|Ausgedruckt|example\.org/);
  });
});

test('a page that waits for the store asks by polls, and loads within five seconds, however often', async () => {
  await withPage({}, async (page) => {
    const loads = [];
    page.on('request', (r) => { if (r.isNavigationRequest()) loads.push(r.url()); });
    await still(page);
    await setup({ state: 'nostore', number: 0, ahead: -1, next: 4900 });
    await page.goto(base + '/termine');
    for (let i = 0; i < 3; i++) {
      const answer = page.waitForResponse((r) => r.url().includes('/.einlass/status'));
      await page.clock.runFor(4901);
      assert.match((await answer).url(), /&as=nostore$/);
      await page.waitForFunction(() => document.getElementById('heading').textContent === 'You do not have a number yet');
    }
    assert.equal(loads.length, 1, 'the page was loaded although the store is away');
    for (let i = 2; i < 5; i++) {
      await setup({ state: 'none', number: 0, ahead: -1, next: 4900 });
      const [load] = await Promise.all([page.waitForEvent('load'), page.clock.runFor(4901)]);
      assert.ok(load && loads.length === i, `${loads.length} loads`);
    }
  });
});

test('the number that a draw has given is read, and spoken once', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ state: 'drawing', number: 0, ahead: -1, came: 9823, next: 10000 });
    await page.goto(base + '/termine');
    const spoken = page.locator('#spoken');
    await setup({ number: 312, ahead: 311, news: 'drawn', lots: 9823, next: 10000 });
    await page.clock.runFor(12001);
    await page.waitForFunction(() => document.getElementById('number').textContent === '312');
    const said = 'Your number is now 312 of 9,823. Your number was drawn by lot. You can check that.';
    assert.equal(await page.locator('#draw-news').textContent(), said);
    assert.ok((await spoken.textContent()).endsWith(said), await spoken.textContent());
    await setup({ state: 'paused', number: 312, ahead: 311, news: 'drawn', lots: 9823, next: 10000 });
    await page.clock.runFor(12001);
    await page.waitForFunction(() => document.getElementById('heading').textContent === 'Nobody is being let in at the moment');
    assert.doesNotMatch(await spoken.textContent(), /312/);
  });
});
