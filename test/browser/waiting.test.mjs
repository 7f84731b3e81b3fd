// The waiting page while one waits: polls, figures, lost connections, other people's words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, hidden, log, long, polled, polls, setUp, setup, show, spoken, still, text, until, withPage } from './browser.mjs';

setUp();

test('the page polls when the server said, not sooner, and shows what it learns', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ next: 30000 });
    await page.goto(base + '/termine');
    await page.clock.runFor(29000);
    assert.equal((await polls()).length, 0);
    await setup({ next: 7000, ahead: 1100, low: 60, high: 120, message: 'Gleich geht es weiter.' });
    await polled(page, 1500);
    await page.getByText('1,100', { exact: true }).waitFor();
    const read = await text(page);
    for (const want of ['about 1 to 2 minutes', 'Gleich geht es weiter.', '4,711']) assert.ok(read.includes(want), want);
    assert.equal(await page.title(), '1,100 ahead of you · Bürgerbüro Musterstadt');
    await page.clock.runFor(6000);
    assert.equal((await polls()).length, 1);
    await polled(page, 1500);
    assert.deepEqual((await polls()).map((r) => r.url.split('&text=')[0]), ['/.einlass/status?lang=en&shown=4711.1234', '/.einlass/status?lang=en&shown=4711.1100']);
  });
});

test('the figure shown never rises, whatever a poll or a reload says', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ next: 1000, ahead: 50 });
    await page.goto(base + '/termine');
    await setup({ next: 1000, ahead: 70 });
    await polled(page, 1100);
    const figure = page.locator('#ahead b');
    assert.equal(await figure.textContent(), '50');
    await page.reload();
    assert.equal(await figure.textContent(), '50');
    assert.equal(await page.title(), '50 ahead of you · Bürgerbüro Musterstadt');
    await setup({ next: 1000, ahead: 40 });
    await polled(page, 1100);
    await page.getByText('40', { exact: true }).waitFor();
    assert.deepEqual((await polls()).map((r) => r.url.split('shown=')[1]), ['4711.50', '4711.50']);
    // Another number is another place: it begins anew.
    await setup({ next: 1000, ahead: 90, number: 9999 });
    await page.reload();
    assert.equal(await figure.textContent(), '90');
  });
});

long('the bar shows the way from the first figure to now', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ next: 1000, ahead: 200 });
    await page.goto(base + '/termine');
    await setup({ next: 1000, ahead: 50 });
    await polled(page, 1100);
    await page.getByText('50', { exact: true }).waitFor();
    assert.deepEqual(await page.locator('#bar').evaluate((b) => [b.max, b.value]), [200, 150]);
    await page.reload();
    assert.deepEqual(await page.locator('#bar').evaluate((b) => [b.max, b.value]), [200, 150]);
    await setup({ next: 1000, ahead: 0 });
    await polled(page, 1100);
    await page.getByText('Nobody. You are next.').waitFor();
    assert.equal(await page.locator('#bar').isVisible(), false);
  });
});

test('a lost connection is said, tried again ever more slowly, and its return is said', async () => {
  await withPage({ expectFailures: true }, async (page) => {
    await still(page);
    await setup({ next: 1000, polls: 'drop' });
    await page.goto(base + '/termine');
    const lost = page.locator('#lost');
    const counts = () => page.evaluate(() => [window.asked, window.failed]);
    const gaps = [];
    for (let i = 0; i < 6; i++) {
      let waited = 0;
      while ((await counts())[0] === i) {
        await page.clock.runFor(500);
        waited += 500;
        assert.ok(waited < 80000, 'the page gave up');
      }
      gaps.push(waited);
      // The request goes its own way, outside the page's clock, which stands still until the page knows that it failed.
      await until('the request fails', async () => (await counts())[1] === i + 1);
    }
    assert.ok((await polls()).length >= 6); // a browser may try a connection anew by itself
    assert.ok(gaps[5] >= 20000 && gaps[2] >= 2500, `pauses of ${gaps} ms`);
    await lost.getByText('You keep your number').waitFor();
    assert.match(await spoken(page), /no connection since \d+:\d\d. You keep/);
    assert.equal(await page.locator('#ahead b').textContent(), '1,234');
    await setup({ next: 60000, ahead: 900 });
    await page.evaluate(() => { window.dispatchEvent(new Event('online')); });
    await page.getByText('900', { exact: true }).waitFor();
    assert.equal(await lost.isVisible(), false);
    assert.equal(await spoken(page), 'Connected again.');
  });
});

long('one answer that fails is not made a fuss of', async () => {
  await withPage({ expectFailures: true }, async (page) => {
    await still(page);
    await setup({ next: 1000, polls: '503' });
    await page.goto(base + '/termine');
    await polled(page, 1100);
    assert.equal(await page.locator('#lost').isVisible(), false);
    await setup({ next: 60000, ahead: 900 });
    await polled(page, 5000);
    await page.getByText('900', { exact: true }).waitFor();
    assert.equal(await spoken(page), '');
  });
});

long('what is not JSON changes nothing', async () => {
  await withPage({ expectFailures: true }, async (page) => {
    await still(page);
    await setup({ next: 1000 });
    await page.goto(base + '/termine');
    const before = (await text(page)).replace(/Last updated: .*/, '');
    await page.route('**/status*', (route) => route.fulfill({ body: '<html>Log in to the hotel network</html>' }));
    await until('a second try', async () => { await page.clock.runFor(1000); return page.locator('#lost').isVisible(); });
    assert.ok((await text(page)).replace(/Last updated: .*/, '').includes(before.split('\n')[3]));
    assert.equal(await page.locator('#ahead b').textContent(), '1,234');
  });
});

test("an operator's message is text, in the page and in a poll", async () => {
  await withPage({}, async (page) => {
    await still(page);
    const message = '<img src=x onerror="document.title=1"> & <b>bold</b>';
    await setup({ next: 1000, message });
    await page.goto(base + '/termine');
    assert.equal(await page.locator('#message').textContent(), message);
    await setup({ next: 1000, message: message + '!' });
    await polled(page, 1100);
    await until('the message', async () => (await page.locator('#message').textContent()) === message + '!');
    assert.equal(await spoken(page), `Message: ${message}!`);
    assert.equal(await page.locator('main img, #message b').count(), 0);
  });
});

test("an operator's message says its language, in the page, in a poll, and spoken", async () => {
  await withPage({}, async (page) => {
    await still(page);
    const message = page.locator('#message'), quote = page.locator('#spoken span');
    await setup({ next: 1000, lang: 'de', message: 'Soon.' }); // for all languages: written in the first of the room
    await page.goto(base + '/termine');
    assert.equal(await page.locator('html').getAttribute('lang'), 'de');
    assert.equal(await page.locator('#message:lang(en)').textContent(), 'Soon.');
    for (const [text, lang, more] of [['Bald.', 'de', { messages: { en: 'Soon.', de: 'Bald.' } }], ['Tomorrow.', 'en', { message: 'Tomorrow.' }]]) {
      await setup({ next: 1000, lang: 'de', ...more });
      await polled(page, 1100);
      assert.deepEqual([await message.textContent(), await message.getAttribute('lang')], [text, lang]);
      assert.deepEqual([await quote.textContent(), await quote.getAttribute('lang')], [text, lang]);
    }
  });
});

test('news that gets worse is shown and spoken, once', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ next: 5000, ahead: 600, low: 600, high: 1200 });
    await page.goto(base + '/termine');
    const note = page.locator('#worse');
    for (const high of [1210, 1260, 1300]) { // not yet by a quarter
      await setup({ next: 5000, ahead: 600, low: 600, high });
      await polled(page, 5001);
    }
    assert.equal(await note.isVisible(), false);
    const text = 'It is taking longer than expected: now about 20 to 30 minutes.';
    await setup({ next: 5000, ahead: 600, low: 1200, high: 1700 });
    await polled(page, 5001);
    await until('the news', async () => (await note.isVisible()) && (await note.textContent()) === text);
    assert.equal(await spoken(page), text);
    await page.evaluate(() => { document.getElementById('spoken').textContent = ''; });
    await polled(page, 5001);
    await setup({ next: 5000, ahead: 600, low: 1200, high: 1790 });
    await polled(page, 5001);
    assert.equal(await spoken(page), '', 'the same news is not spoken again');
    assert.equal(await note.isVisible(), true);
    await setup({ next: 5000, ahead: 590, low: 600, high: 1200 });
    await polled(page, 5001);
    await until('better news', async () => !(await note.isVisible()));
    await setup({ next: 5000, ahead: 590, low: 0, high: 0 });
    await polled(page, 5001);
    await until('the unknown', async () => (await spoken(page)) === 'How long it will take: not known yet.');
  });
});

test('another word of the chance is spoken once', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ next: 5000, ahead: 412, chance: 3 });
    await page.goto(base + '/termine');
    await page.evaluate(() => {
      window.heard = [];
      new MutationObserver(() => window.heard.push(document.getElementById('spoken').textContent))
        .observe(document.getElementById('spoken'), { childList: true, characterData: true, subtree: true });
    });
    const some = 'At your place some still get something, most do not.';
    const asks = async (all) => {
      for (const s of all) {
        await setup({ next: 5000, ahead: 412, ...s });
        await polled(page, 5001);
      }
      return page.evaluate(() => window.heard.splice(0));
    };
    assert.deepEqual(await asks([{ chance: 3 }, { chance: 3 }]), [], 'what the page says is not spoken');
    assert.deepEqual(await asks([{ chance: 2 }, { chance: 2 }, { chance: 2 }]), [some]);
    assert.deepEqual(await asks([{ chance: 0 }, { chance: 2 }]), [], 'the same word is not news, whatever was between');
    const away = await asks([{ state: 'paused' }, { chance: 2 }, { chance: 2 }, { chance: 1 }, { chance: 1 }]);
    assert.equal(away.length, 3, JSON.stringify(away)); // it pauses, it goes on, and the new word, but not the one of before
    assert.equal(away[2], 'At your place hardly anybody still gets something.');
  });
});

test('a place that is no longer known makes the page load anew, at most twice a minute', async () => {
  for (const answer of [{ state: 'none', next: 10000 }, { polls: '410' }]) {
    await withPage({ expectFailures: true }, async (page) => {
      await still(page);
      await setup({ next: 1000 });
      await page.goto(base + '/termine');
      await setup({ next: 1000, ...answer });
      await page.clock.runFor(1100);
      await until('a new load', async () => (await log()).filter((r) => r.url === '/termine').length === 2);
      await page.waitForLoadState();
      for (let i = 0; i < 30; i++) {
        await page.clock.runFor(5000).catch(() => {});
        await page.waitForLoadState();
      }
      const loads = (await log()).filter((r) => r.url === '/termine').length;
      assert.ok(loads <= 7, `${loads} loads in two and a half minutes`);
    });
  }
});

test('somebody without a number gets one as soon as there is one', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ state: 'shed', number: 0, ahead: -1, next: 2000 });
    await page.goto(base + '/termine?x=1');
    assert.equal(await page.locator('.facts').isVisible(), false);
    await polled(page, 2100);
    assert.deepEqual((await polls()).map((r) => r.url), ['/.einlass/status?lang=en&shown=']);
    await setup({ state: 'none', next: 2000 });
    await page.clock.runFor(2100);
    await until('a new load', async () => (await log()).filter((r) => r.url === '/termine?x=1').length === 2);
  });
});

test('a page that comes back asks at once', async (t) => {
  await t.test('out of the background', async () => {
    await withPage({}, async (page) => {
      await still(page);
      await hidden(page);
      await setup({ next: 600000 });
      await page.goto(base + '/termine');
      await setup({ next: 600000, ahead: 7 });
      await page.clock.runFor(60000);
      assert.equal((await polls()).length, 0);
      await show(page);
      await page.getByText('7', { exact: true }).waitFor();
      await show(page);
      await show(page);
      assert.equal((await polls()).length, 1, 'looking again and again polls again and again');
    });
  });
  await t.test('out of the memory of the browser', async () => {
    await withPage({}, async (page) => {
      await setup({ next: 600000 });
      await page.goto(base + '/termine');
      await setup({ next: 600000, ahead: 7 });
      await page.evaluate(() => { window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })); });
      await page.getByText('7', { exact: true }).waitFor();
    });
  });
  await t.test('by the Back button', async () => {
    await withPage({}, async (page) => {
      await setup({ next: 600000 });
      await page.goto(base + '/termine');
      await setup({ page: 'site' });
      await page.goto(base + '/other');
      await setup({ next: 600000, ahead: 7 });
      await page.goBack();
      await page.getByText('7', { exact: true }).waitFor();
      await until('a poll', async () => (await polls()).length === 1);
    });
  });
});

long('the texts follow the language of the browser', async () => {
  for (const [locale, lang, heading] of [['de-AT', 'de', 'Sie sind in der Warteschlange'], ['en-US', 'en', 'You are in the queue'], ['fr-FR', 'en', 'You are in the queue']]) {
    await withPage({ locale }, async (page) => {
      await setup();
      await page.goto(base + '/termine');
      assert.equal(await page.locator('html').getAttribute('lang'), lang);
      assert.equal((await page.locator('h1').textContent()).replaceAll('\u00ad', ''), heading); // long words have soft hyphens
    });
  }
});

test('times of day are by the server\'s clock and in the room\'s zone, whatever the device says', async () => {
  await withPage({ timezoneId: 'America/New_York' }, async (page) => {
    await still(page, new Date('2027-06-13T22:10:00Z'));
    const clock = Date.parse('2027-06-14T05:47:55Z');
    await setup({ next: 60000, clock, zone: 120 });
    await page.goto(base + '/termine');
    assert.equal(await page.locator('#updated').textContent(), 'Last updated: 7:47');
    assert.equal(await page.locator('#clock').textContent(), 'It will be your turn between about 7:55 and 8:10.');
    await setup({ next: 60000, clock: clock + 60000, zone: 120 });
    await polled(page, 60001);
    assert.equal(await page.locator('#updated').textContent(), 'Last updated: 7:48');
    assert.equal(await page.locator('#clock').textContent(), 'It will be your turn between about 8:00 and 8:10.');
    // Times past the room's midnight would mislead, and those of a room without a zone are the visitor's.
    await setup({ next: 60000, clock: Date.parse('2027-06-14T21:55:00Z'), zone: 120 });
    await polled(page, 60001);
    assert.equal(await page.locator('#clock').isVisible(), false);
    await setup({ next: 60000, clock: clock + 180000 });
    await polled(page, 60001);
    assert.equal(await page.locator('#updated').textContent(), 'Last updated: 1:50');
  });
});

for (const [locale, zone, want] of [['en-US', 120, '7:47'], ['en-US', undefined, '1:47'], ['de-DE', 120, '7:47'], ['ar-EG', 120, '7:47']]) {
  test(`times of day have 24 hours, ${locale}, ${zone ? "in the room's zone" : "in the visitor's"}`, async () => {
    await withPage({ locale, timezoneId: 'America/New_York' }, async (page) => {
      await still(page);
      for (const [clock, said] of [[Date.parse('2027-06-14T05:47:55Z'), want], [Date.parse('2027-06-14T15:47:55Z'), want.replace(/\d+/, (hour) => Number(hour) + 10)]]) {
        await setup({ next: 60000, clock, zone });
        await page.goto(base + '/termine');
        assert.match(await page.locator('#updated').textContent(), new RegExp(`^[^\\d]+ ${said}( Uhr)?$`));
      }
    });
  });
}

test('a page asks for sentences that it has no second time, and goes on saying them', async () => {
  await withPage({}, async (page) => {
    await still(page);
    const versions = async () => (await polls()).map((p) => new URL(p.url, base).searchParams.get('text'));
    const waits = { next: 5000, ahead: 600, number: 4711, message: 'Bring your passport.' };
    await setup(waits);
    await page.goto(base + '/termine');
    for (let i = 0; i < 3; i++) await polled(page, 5001);
    const [none, first, second] = await versions();
    assert.equal(none, null, 'the page says that it has sentences before it got any');
    assert.match(first, /^[0-9a-f]{12}$/);
    assert.equal(second, first);
    const says = async (figure) => {
      assert.equal(await page.locator('#ahead').textContent(), `${figure} people`);
      assert.equal(await page.locator('#heading').textContent(), 'You are in the queue');
      assert.equal(await page.locator('#message').textContent(), waits.message);
      assert.equal(await page.title(), `${figure} ahead of you · Bürgerbüro Musterstadt`);
    };
    await says(600);
    await setup({ ...waits, ahead: 590 });
    await polled(page, 5001);
    await says(590);
    await setup(waits); // a figure that is held down, with sentences and without
    for (let i = 0; i < 2; i++) {
      await polled(page, 5001);
      await says(590);
    }
    await setup({ ...waits, ahead: 590, message: '' });
    await polled(page, 5001);
    assert.equal(await page.locator('#message').isVisible(), false);
  });
});

test('a device whose clock is set back while the page is open changes nothing', async () => {
  await withPage({}, async (page) => {
    const before = new Date('2027-06-14T05:47:55Z'), clock = before.getTime(), zone = 120;
    const setBack = async () => { await page.clock.setSystemTime(new Date(await page.evaluate(() => Date.now()) - 3 * 3600_000)); };
    await still(page, before);
    await setup({ next: 60000, clock, zone });
    await page.goto(base + '/termine');
    const says = async () => Promise.all(['#clock', '#updated', '#estimate', '#ahead', '#heading'].map((id) => page.locator(id).textContent()));
    const said = await says();
    const day = await page.evaluate(() => Date.now());
    await setBack();
    assert.ok(await page.evaluate(() => Date.now()) < day - 10_000_000, 'the device was not set back');
    await page.clock.runFor(59000);
    assert.equal((await polls()).length, 0);
    assert.deepEqual(await says(), said);
    // The next poll comes when it was due, and its times are the server's.
    await setup({ next: 60000, clock: clock + 60000, zone });
    await polled(page, 1100);
    assert.equal((await polls()).length, 1);
    assert.deepEqual((await says()).slice(0, 2), ['It will be your turn between about 8:00 and 8:10.', 'Last updated: 7:48']);
    for (const quiet of ['#worse', '#stale', '#late', '#lost']) assert.ok(!await page.locator(quiet).isVisible(), quiet);
    // What is counted down goes on, too.
    await setup({ state: 'lobby', number: 5, ahead: 4, came: 10, starts: 725, next: 600000, clock: clock + 120000, zone });
    await polled(page, 60001);
    await page.locator('#starts').filter({ hasText: '12:05 minutes' }).waitFor();
    await setBack();
    await page.clock.runFor(5000);
    assert.equal(await page.locator('#starts').textContent(), '12:00 minutes');
  });
});
