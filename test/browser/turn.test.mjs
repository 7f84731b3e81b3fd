// The turn: going in, being told, coming late, leaving.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, hidden, log, long, passing, polled, polls, setUp, setup, show, spoken, still, text, until, withPage } from './browser.mjs';

setUp();

const away = async () => (await log()).filter((r) => r.url === '/.einlass/away');
const inside = (page) => page.getByRole('heading', { name: 'Inside' });

// signs are what a person does. A pointer counts when it moves, not where it first stands.
const signs = {
  pointer: async (page) => { await page.mouse.move(20, 20); await page.mouse.move(60, 60); },
  key: (page) => page.keyboard.press('Shift'),
  touch: (page) => page.touchscreen.tap(5, 5),
  scroll: async (page) => {
    await page.clock.runFor(1100); // what the page itself has moved is over
    await page.evaluate(() => new Promise((r) => { addEventListener('scroll', r, { once: true }); scrollTo(0, 40); }));
  },
};
const sign = signs.key;
const counting = (page) => page.locator('#entry').isVisible();
const left = (page) => page.locator('#entry-left').textContent();
const alerted = (page) => page.locator('#urgent').textContent();
const loads = async () => (await log()).filter((r) => r.url === '/termine').length;

// called opens the page of somebody who waits, and calls them after a time in ms. before is done while they wait.
async function called(page, { before = () => {}, waits = 1000, ...more } = {}) {
  await still(page);
  await setup({ next: waits });
  await page.goto(base + '/termine');
  await before(page);
  await setup({ state: 'called', admit: true, next: 5000, until: 300, ...more });
  const turn = page.getByRole('heading', { name: 'It is your turn' });
  if (waits > 1000) await polled(page, waits + 100);
  await passing(page, 'the turn', () => turn.isVisible()); // what before did may have polled just now
}

test('who is at the page is told, and after a count goes in to the URL first asked for', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ next: 1000 });
    await page.goto(base + '/termine?ort=3&q=%C3%BC#slot-5');
    await sign(page);
    await setup({ state: 'called', admit: true, next: 60000, until: 300 });
    await polled(page, 1100);
    await until('the count', () => counting(page));
    assert.match(await alerted(page), /^It is your turn\. .* Seconds left: 10$/);
    assert.match(await page.title(), /^It is your turn/);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'heading');
    await page.clock.runFor(6000);
    assert.match(await left(page), /Seconds left: [34]$/);
    assert.equal((await log()).filter((r) => r.url.startsWith('/termine')).length, 1, 'it left before anybody could hear it');
    await page.clock.runFor(4600).catch(() => {}); // it is leaving
    await inside(page).waitFor();
    assert.equal(page.url(), base + '/termine?ort=3&q=%C3%BC#slot-5');
    assert.deepEqual(await away(), [], 'going in was taken for going away');
  });
});

test('nobody at the page: it calls, and claims nothing however long it takes', async () => {
  await withPage({}, async (page) => {
    await called(page, { next: 600000 });
    assert.match(await alerted(page), /^It is your turn\. .* We will keep your place for 5 more minutes\. After that it will still be your turn again\.$/);
    await page.clock.runFor(120000);
    assert.equal(await counting(page), false);
    assert.equal(await loads(), 1, 'a call was used up for nobody');
    await sign(page);
    await until('the count', () => counting(page));
    await page.clock.runFor(11000).catch(() => {});
    await inside(page).waitFor();
  });
});

for (const [kind, make] of Object.entries(signs)) {
  (kind === 'scroll' ? test : long)(`somebody is at the page: ${kind}`, async () => {
    await withPage({ hasTouch: true, viewport: { width: 360, height: 400 } }, async (page) => {
      await called(page);
      assert.equal(await counting(page), false);
      await make(page);
      await until('the count', () => counting(page));
    });
  });
}

for (const [waits, counts] of [[118000, true], [121000, false]]) {
  test(`a sign of a person of ${waits / 1000} seconds ago counts: ${counts}`, async () => {
    await withPage({}, async (page) => {
      await called(page, { before: sign, waits });
      assert.equal(await counting(page), counts);
    });
  });
}

test('what a page does by itself is no sign of a person', async () => {
  await withPage({ viewport: { width: 360, height: 400 } }, async (page) => {
    // The event of a scroll comes with the next frame: it is waited for, before the clock goes on.
    const scroll = () => page.evaluate(() => new Promise((heard) => { addEventListener('scroll', () => heard(), { once: true }); scrollTo(0, 1e6); }));
    await called(page, { before: scroll, waits: 130000 });
    // The page of a call is shorter, so the browser scrolled. A still pointer is over other content, and scripts of others send events.
    await page.mouse.move(20, 20);
    await page.evaluate(() => { dispatchEvent(new Event('keydown')); });
    assert.equal(await counting(page), false);
  });
});

test('the count can be stopped, and then only a press goes on', async () => {
  await withPage({}, async (page) => {
    await called(page, { before: sign });
    await until('the count', () => counting(page));
    // By keys: the heading has the focus, the way on is next, then the stop.
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'go');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await counting(page), false);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'go');
    await page.clock.runFor(30000);
    await sign(page);
    await page.clock.runFor(30000);
    assert.equal(await loads(), 1, 'it went on in spite of the stop');
    await page.keyboard.press('Enter');
    await inside(page).waitFor();
  });
});

test('where the room wants a press nothing is counted', async () => {
  await withPage({}, async (page) => {
    await called(page, { before: async () => { await page.evaluate(() => document.body.removeAttribute('data-entry')); await sign(page); } });
    await page.clock.runFor(60000);
    assert.equal(await counting(page), false);
    assert.equal(await loads(), 1);
    await page.getByRole('link', { name: 'Continue' }).click();
    await inside(page).waitFor();
  });
});

for (const [last, after] of [[false, 'After that it will still be your turn again.'], [true, 'After that your number is no longer valid.']]) {
  (last ? test : long)(`a minute before the end of a call it is said what follows, last call: ${last}`, async () => {
    await withPage({}, async (page) => {
      await called(page, { until: 180, next: 600000, last });
      await page.clock.runFor(115000);
      assert.doesNotMatch(await alerted(page), /less than a minute/);
      await page.clock.runFor(6000);
      assert.equal(await alerted(page), `We will keep your place for less than a minute. ${after}`);
      assert.equal(await page.locator('#claim').textContent(), `We will keep your place for less than a minute. ${after}`);
    });
  });
}

test('without a connection the count leaves the page where it is, and a press goes on', async () => {
  await withPage({ expectFailures: true }, async (page) => {
    await called(page, { before: sign, next: 3000 });
    await until('the count', () => counting(page));
    await setup({ state: 'called', admit: true, next: 3000, until: 300, polls: 'drop' });
    await passing(page, 'the end of the count', async () => !(await counting(page)));
    await passing(page, 'a failed poll', () => page.locator('#lost').isVisible());
    await page.clock.runFor(60000);
    assert.equal(await loads(), 1, 'it left for nothing');
    await setup({ state: 'called', admit: true, next: 3000, until: 200, polls: 'drop' });
    await page.getByRole('link', { name: 'Continue' }).click();
    await inside(page).waitFor();
  });
});

test('a count that has slept begins anew when somebody is back', async () => {
  await withPage({}, async (page) => {
    await called(page, { before: sign, next: 60000 });
    await until('the count', () => counting(page));
    await page.clock.fastForward(600000);
    await until('the end of the count', async () => !(await counting(page)));
    await page.clock.runFor(20000);
    assert.equal(await loads(), 1, 'a device that woke up went in for nobody');
    await sign(page);
    await until('the count', () => counting(page));
  });
});

test('a page that is left for another tab counts no further', async () => {
  await withPage({}, async (page) => {
    await hidden(page);
    await called(page, { before: async () => { await show(page); await sign(page); }, next: 60000 });
    await until('the count', () => counting(page));
    await page.evaluate(() => { window.dispatchEvent(new CustomEvent('test-visibility', { detail: 'hidden' })); });
    await page.clock.runFor(30000);
    assert.equal(await counting(page), false);
    assert.equal(await loads(), 1);
  });
});

test('a browser without newer parts of the language and the web reaches the turn', async () => {
  await withPage({}, async (page) => {
    await page.addInitScript(() => {
      for (const part of ['fetch', 'Intl', 'AbortController', 'PointerEvent']) delete window[part];
      delete Navigator.prototype.sendBeacon;
    });
    await called(page, { before: sign, zone: 120, clock: Date.UTC(2027, 5, 14, 5, 47, 55) });
    await until('the count', () => counting(page));
    await page.clock.runFor(11000).catch(() => {});
    await inside(page).waitFor();
  });
});

long('going in leaves no waiting page behind the Back button', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ page: 'site' });
    await page.goto(base + '/start');
    await setup({ next: 1000 });
    await page.goto(base + '/termine');
    await sign(page);
    await setup({ state: 'called', admit: true, next: 1000 });
    await passing(page, 'the way in', () => inside(page).isVisible());
    await page.goBack();
    await page.waitForURL(base + '/start');
  });
});

test('in the background the page says so, and goes in when somebody is back', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await hidden(page);
    await setup({ next: 1000 });
    await page.goto(base + '/termine');
    await setup({ state: 'called', admit: true, next: 1000, until: 300 });
    await polled(page, 1100);
    await page.getByRole('heading', { name: 'It is your turn' }).waitFor();
    assert.equal(await page.locator('#claim').textContent(), 'We will keep your place for 5 more minutes. After that it will still be your turn again.');
    assert.match(await alerted(page), /^It is your turn\. You can go on to: Bürgerbüro Musterstadt\./);
    const titles = new Set();
    for (let i = 0; i < 6; i++) {
      titles.add(await page.title());
      await page.clock.runFor(500);
    }
    assert.deepEqual([...titles].sort(), ['Bürgerbüro Musterstadt', 'It is your turn! · Bürgerbüro Musterstadt']);
    assert.equal((await log()).filter((r) => r.url === '/termine').length, 1, 'a call was used up unseen');
    await show(page);
    await page.clock.runFor(20000);
    assert.equal(await loads(), 1, 'a page that is seen by nobody went in');
    await sign(page);
    await until('the count', () => counting(page));
    await page.clock.runFor(11000).catch(() => {});
    await inside(page).waitFor();
  });
});

long('the title does not flash for those who want little motion', async () => {
  await withPage({ reducedMotion: 'reduce' }, async (page) => {
    await still(page);
    await hidden(page);
    await setup({ next: 1000 });
    await page.goto(base + '/termine');
    await setup({ state: 'called', next: 60000 });
    await polled(page, 1100);
    await page.getByRole('heading', { name: 'It is your turn' }).waitFor();
    for (let i = 0; i < 4; i++) {
      assert.equal(await page.title(), 'It is your turn! · Bürgerbüro Musterstadt');
      await page.clock.runFor(700);
    }
  });
});

test('a call that ran out in the background is offered anew by a button', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await hidden(page);
    await setup({ next: 1000 });
    await page.goto(base + '/termine');
    await setup({ state: 'called', next: 1000, until: 1 });
    await polled(page, 1100);
    await page.getByRole('heading', { name: 'It is your turn' }).waitFor();
    await setup({ state: 'missed', next: 60000 }); // no poll takes the button away before it is clicked
    await polled(page, 1100);
    await page.getByRole('heading', { name: 'It was your turn. That is no problem.' }).waitFor();
    assert.equal(await page.title(), 'It was your turn. That is no problem. · Bürgerbüro Musterstadt');
    await setup({ state: 'front', ahead: -1, next: 1000 });
    await page.getByRole('link', { name: 'I am back' }).click();
    await page.getByRole('heading', { name: 'It will be your turn soon' }).waitFor();
    assert.equal((await log()).filter((r) => r.url === '/termine').length, 2);
  });
});

const asks = async () => (await log()).filter((r) => r.url.startsWith('/.einlass/ask') && r.method === 'POST');

for (const state of ['full', 'resume']) {
  test(`at the door the page asks until it is in: ${state}`, async () => {
    await withPage({}, async (page) => {
      await still(page);
      await setup({ state, ahead: -1, next: 4000 });
      await page.goto(base + '/termine');
      await passing(page, 'two questions', async () => (await asks()).length >= 2);
      assert.deepEqual(await polls(), [], 'it only polled');
      assert.equal((await log()).filter((r) => r.url === '/termine').length, 1, 'the page was loaded again');
      await setup({ state: 'inside', page: 'site', next: 4000 });
      await passing(page, 'the way in', () => inside(page).isVisible());
    });
  });
}

test('at the door nobody is let in who does not look', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await hidden(page);
    await setup({ state: 'full', ahead: -1, next: 4000 });
    await page.goto(base + '/termine');
    await passing(page, 'two polls', async () => (await polls()).length >= 2);
    assert.deepEqual(await asks(), []);
  });
});

long('the last return is announced before', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await hidden(page);
    await setup({ next: 1000 });
    await page.goto(base + '/termine');
    await setup({ state: 'missed', last: true, next: 60000 });
    await polled(page, 1100);
    await page.getByText('If you are away at your turn once more, your number is no longer valid.', { exact: true }).first().waitFor();
    assert.match(await alerted(page), /Then it will be your turn again\. If you are away at your turn once more, your number is no longer valid\.$/);
    await setup({ state: 'called', next: 60000 });
    await polled(page, 60000);
    await page.getByRole('heading', { name: 'It is your turn' }).waitFor();
    assert.equal(await page.locator('#last').isVisible(), false);
  });
});

// The device is three hours ahead and in another zone. The page counts what the server says, and names the server's time.
test('a lobby counts down to the hour by the server, whatever the device says', async () => {
  await withPage({ timezoneId: 'America/New_York' }, async (page) => {
    await still(page, new Date('2027-06-14T08:47:55Z'));
    await setup({ state: 'lots', number: 0, ahead: -1, came: 48123, starts: 725, next: 5000 });
    await page.goto(base + '/termine');
    await page.getByText('It starts at 8:00.').waitFor();
    assert.equal(await page.locator('#coming time').getAttribute('datetime'), '2027-06-14T08:00:00+02:00');
    assert.equal(await page.locator('#starts').textContent(), '12:05 minutes');
    await page.clock.runFor(3000);
    assert.equal(await page.locator('#starts').textContent(), '12:02 minutes');
    await setup({ state: 'drawing', number: 0, ahead: -1, came: 48200, next: 5000 });
    await polled(page, 2100);
    await page.getByRole('heading', { name: 'The order is being drawn by lot' }).waitFor();
    assert.equal(await page.locator('#starts-fact').isVisible(), false);
    assert.equal(await page.locator('#came').textContent(), '48,200 people');
    assert.match(await spoken(page), /^The order is being drawn by lot\./);
  });
});

// While a device sleeps its clocks go apart. What the page has counted is not true any more: it asks, and shows nothing meanwhile.
test('a countdown that has slept asks again', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ state: 'lobby', number: 5, ahead: 4, starts: 725, next: 600000 });
    await page.goto(base + '/termine');
    await until('the countdown', async () => (await page.locator('#starts').textContent()) === '12:05 minutes');
    await setup({ state: 'lobby', number: 5, ahead: 4, starts: 65, next: 600000 });
    await page.evaluate(() => { const now = performance.now.bind(performance); performance.now = () => now() - 660000; });
    await page.clock.runFor(1000);
    await until('the new countdown', async () => (await page.locator('#starts').textContent()) === '1:05 minutes');
    assert.equal(await page.locator('#starts-fact').isVisible(), true);
    assert.equal((await polls()).length, 1);
  });
});

test('a place that ended while the page was open is said, with what comes next and a way on', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ state: 'between', ahead: 3, starts: 600, next: 5000 });
    await page.goto(base + '/termine');
    await page.getByText('It goes on at 7:57.').waitFor();
    await setup({ state: 'ended', shut: true, number: 0, ahead: -1, opens: 85325, starts: 87125, next: 60000 });
    await polled(page, 5100);
    await page.getByRole('heading', { name: 'It is over for this time' }).waitFor();
    assert.equal(await page.locator('#coming').textContent(), 'The queue opens on Tuesday 15 June at 7:30. The first people have their turn at 8:00.');
    assert.equal(await page.getByRole('button', { name: 'Join the queue again' }).count(), 0);
    await setup({ state: 'ended', number: 0, ahead: -1, starts: 87125, next: 60000 });
    await polled(page, 60100);
    assert.equal(await page.locator('#coming').textContent(), 'It starts on Tuesday 15 June at 8:00.');
    assert.deepEqual((await log()).filter((r) => !/status|assets|away/.test(r.url)).map((r) => r.url), ['/termine']);
    await page.getByRole('button', { name: 'Join the queue again' }).click();
    await until('the press', async () => (await log()).some((r) => r.method === 'POST' && r.url === '/.einlass/join?to=/termine'));
  });
});

test('a page that stood in the background over the end of an opening says nothing of a turn', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await hidden(page);
    await setup({ ahead: 40, next: 5000 });
    await page.goto(base + '/termine');
    const read = async () => `${await page.title()}\n${await spoken(page)}\n${await text(page)}`;
    await setup({ state: 'checking', ahead: -1, next: 300 });
    await polled(page, 5100);
    await show(page);
    await page.getByRole('heading', { name: 'One moment, please' }).waitFor();
    assert.ok(!/your turn/.test(await read()), await read());
    await setup({ state: 'ended', number: 0, ahead: -1, opens: 85325, starts: 87125, next: 60000 });
    await polled(page, 1000);
    await page.getByRole('heading', { name: 'It is over for this time' }).waitFor();
    assert.deepEqual((await log()).filter((r) => !/status|assets|away/.test(r.url)).map((r) => r.url), ['/termine']);
  });
});

long('a pass won in another tab lets this one in when it is looked at', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await hidden(page);
    await setup({ next: 1000 });
    await page.goto(base + '/termine');
    await setup({ state: 'inside', page: 'site', next: 1000 });
    await passing(page, 'two polls', async () => (await polls()).length === 2);
    assert.equal((await log()).filter((r) => r.url === '/termine').length, 1);
    await page.clock.resume();
    await show(page);
    await inside(page).waitFor();
  });
});

long('a slow site is waited for, not asked twice', async () => {
  await withPage({}, async (page) => {
    // The page's time runs a hundred times as fast: a page that is being left answers no commands.
    await page.addInitScript(() => {
      const real = window.setTimeout;
      window.setTimeout = (f, ms) => real(f, ms / 100);
    });
    await setup({ next: 100000 });
    await page.goto(base + '/termine');
    await page.evaluate(() => {
      const heading = document.getElementById('heading');
      new MutationObserver(() => { sessionStorage.setItem('heading', heading.textContent); }).observe(heading, { childList: true });
    });
    await setup({ state: 'called', next: 1000 });
    await sign(page);
    const asked = [];
    let served = false;
    let go;
    await page.route('**/termine', (route) => {
      asked.push(performance.now());
      go = () => route.fulfill({ body: '<h1>Inside</h1>', contentType: 'text/html' });
      if (served) { go(); }
    });
    await until('the way in', () => asked.length === 1);
    await new Promise((r) => { setTimeout(r, 900); });
    served = true;
    await go();
    await inside(page).waitFor();
    // On a slow machine the site may be slower than the page waits for it: two minutes.
    assert.ok(asked.length === 1 || asked[1] - asked[0] > 1000, `asked at ${asked}`);
    assert.equal(await page.evaluate(() => sessionStorage.getItem('heading')), 'It is your turn');
  });
});

test('a closed tab says so, that it does not use up a call', async () => {
  await withPage({}, async (page, context) => {
    await setup();
    const tab = await context.newPage();
    await tab.goto(base + '/termine');
    await tab.close({ runBeforeUnload: true });
    await until('the word', async () => (await away()).length === 1);
    assert.deepEqual(await away(), [{ method: 'POST', url: '/.einlass/away', body: '' }]);
  });
});

long('who has no number says nothing on leaving', async () => {
  await withPage({}, async (page) => {
    await setup({ state: 'shed', number: 0, ahead: -1 });
    await page.goto(base + '/termine');
    await setup({ page: 'site' });
    await page.goto(base + '/other');
    assert.deepEqual(await away(), []);
  });
});

test('leaving the line is a deliberate step and is not also reported as going away', async () => {
  await withPage({}, async (page) => {
    await setup();
    await page.goto(base + '/termine');
    await page.getByText('Leave the queue', { exact: true }).click();
    await page.getByRole('button', { name: 'Yes, leave the queue' }).click();
    await page.getByRole('heading', { name: 'You have left the queue' }).waitFor();
    assert.equal((await log()).filter((r) => r.url === '/.einlass/leave').length, 1);
    assert.deepEqual(await away(), []);
  });
});

test('polls stop at nothing but the way in', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ next: 1000 });
    await page.goto(base + '/termine');
    for (const state of ['paused', 'recovering', 'front', 'missed', 'waiting']) {
      await setup({ state, next: 1000 });
      await polled(page, 1100);
      await until(state, async () => (await page.locator('body').getAttribute('data-state')) === state);
    }
    // The page's clock runs on between the steps: on a slow machine there is a poll more.
    const count = (await polls()).length;
    assert.ok(count >= 5, `${count} polls in five states`);
  });
});
