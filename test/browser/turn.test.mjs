// The turn: going in, being told, coming late, leaving.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, hidden, log, long, passing, polled, polls, setUp, setup, show, spoken, still, text, until, withPage } from './browser.mjs';

setUp();

const away = async () => (await log()).filter((r) => r.url === '/.einlass/away');
const inside = (page) => page.getByRole('heading', { name: 'Inside' });

test('who looks at the page goes in by itself, to the URL first asked for', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ next: 1000 });
    await page.goto(base + '/termine?ort=3&q=%C3%BC#slot-5');
    await setup({ state: 'called', admit: true, next: 1000, until: 300 });
    await page.clock.runFor(1100);
    await inside(page).waitFor();
    assert.equal(page.url(), base + '/termine?ort=3&q=%C3%BC#slot-5');
    assert.deepEqual(await away(), [], 'going in was taken for going away');
  });
});

long('going in leaves no waiting page behind the Back button', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ page: 'site' });
    await page.goto(base + '/start');
    await setup({ next: 1000 });
    await page.goto(base + '/termine');
    await setup({ state: 'called', admit: true, next: 1000 });
    await page.clock.runFor(1100);
    await inside(page).waitFor();
    await page.goBack();
    await page.waitForURL(base + '/start');
  });
});

test('in the background the page says so and goes in when it is looked at', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await hidden(page);
    await setup({ next: 1000 });
    await page.goto(base + '/termine');
    await setup({ state: 'called', admit: true, next: 1000, until: 300 });
    await polled(page, 1100);
    await page.getByRole('heading', { name: 'It is your turn' }).waitFor();
    await page.getByText('We will keep your place for 5 more minutes. After that it will still be your turn again.').waitFor();
    assert.match(await spoken(page), /^It is your turn\. You can go on to: Bürgerbüro Musterstadt\./);
    const titles = new Set();
    for (let i = 0; i < 6; i++) {
      titles.add(await page.title());
      await page.clock.runFor(500);
    }
    assert.deepEqual([...titles].sort(), ['Bürgerbüro Musterstadt', 'It is your turn! · Bürgerbüro Musterstadt']);
    assert.equal((await log()).filter((r) => r.url === '/termine').length, 1, 'a call was used up unseen');
    await show(page);
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
    assert.match(await spoken(page), /Then it will be your turn again\. If you are away at your turn once more, your number is no longer valid\.$/);
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
