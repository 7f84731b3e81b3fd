// A script that does not work: the page says that it loads itself again, does so, and reaches the turn. What a browser blocks, what does not
// parse and what fails at its beginning or later are put into the page on its way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, log, long, polled, setUp, setup, still, until, withPage } from './browser.mjs';

setUp();
const options = { expectErrors: true };

// spoiled changes each page on its way to the browser. The policy goes, as it allows no script but ours, unless there is another.
const spoiled = (page, change, policy = '') => page.route('**/termine*', async (route) => {
  const answer = await route.fetch();
  const headers = { ...answer.headers(), 'content-security-policy': policy };
  await route.fulfill({ response: answer, headers, body: change(await answer.text()) });
});

// spoils puts something in front of the page's own script, which is its last.
const spoils = (what) => (html) => {
  const at = html.lastIndexOf('<script>') + '<script>'.length;
  return html.slice(0, at) + what + html.slice(at);
};

const loads = async () => (await log()).filter((r) => r.url === '/termine').length;
const says = (page) => page.getByText('This page reloads by itself every').isVisible();
const inside = (page) => page.getByRole('heading', { name: 'Inside' });

// reachesTheTurn follows a page that loads itself again, to the site.
async function reachesTheTurn(page) {
  await page.goto(base + '/termine');
  await until('the word of it', () => says(page));
  await until('two loads of its own', async () => (await loads()) >= 3);
  await setup({ state: 'called', next: 1000, until: 300 });
  await page.getByRole('heading', { name: 'It is your turn' }).waitFor();
  await setup({ state: 'called', next: 600000, until: 300 }); // it stands still for the press
  await until('a page that stands still', async () => Number(await page.locator('body').getAttribute('data-next').catch(() => 0)) === 600000);
  await setup({ page: 'site' });
  await page.locator('#go').click();
  await inside(page).waitFor();
}

for (const [how, change, policy] of [
  ['is blocked', (html) => html, "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'"],
  ['fails at its beginning', spoils("throw new Error('spoiled');")],
  ['does not parse', spoils('() => ;')],
]) {
  (how === 'does not parse' ? long : test)(`a script that ${how}: the page says so, and goes on as without one`, async () => {
    await withPage(options, async (page) => {
      await setup({ next: 1000 });
      await spoiled(page, change, policy);
      await reachesTheTurn(page);
    });
  });
}

test('a script that fails at every answer: the page says so, and loads itself again', async () => {
  await withPage(options, async (page) => {
    await page.route('**/status*', (route) => route.fulfill({ json: { state: 'paused', next: 20000, words: { heading: 'x' } } }));
    await setup({ next: 1000 });
    await page.goto(base + '/termine#slot-5'); // no clock of the test's: it would take the error for itself
    assert.equal(await says(page), false);
    await setup({ next: 20000, state: 'paused' });
    await until('the word of it', () => says(page));
    await page.getByRole('heading', { name: 'Nobody is being let in at the moment' }).waitFor();
    assert.equal(page.url(), base + '/termine#slot-5');
  });
});

test('an engine without promises and what came after them reaches the turn', async () => {
  await withPage({}, async (page) => {
    await page.addInitScript(() => {
      for (const part of ['fetch', 'Intl', 'AbortController', 'PointerEvent', 'Promise', 'URL', 'Symbol']) delete window[part];
      delete Navigator.prototype.sendBeacon;
    });
    await setup({ next: 1000 });
    await page.goto(base + '/termine');
    await setup({ state: 'called', next: 600000, until: 300 }); // nobody counts down, but a person presses
    await page.getByRole('heading', { name: 'It is your turn' }).waitFor();
    await setup({ page: 'site' });
    await page.locator('#go').click();
    await inside(page).waitFor();
  });
});

test('an error of another script costs nothing', async () => {
  await withPage(options, async (page) => {
    await still(page);
    await setup({ next: 600000 });
    await page.goto(base + '/termine');
    await page.evaluate(() => {
      addEventListener('test-error', () => { throw new Error('of an extension'); });
      dispatchEvent(new Event('test-error'));
    });
    await setup({ next: 600000, ahead: 900 });
    await polled(page, 3000); // it makes sure soon
    await page.clock.runFor(120000);
    assert.equal(await says(page), false);
    assert.equal(await loads(), 1);
  });
});

test('a script that works leaves no refresh in the page', async () => {
  await withPage({}, async (page) => {
    for (const of of [{}, { page: 'retry', status: 502, next: 600000 }]) {
      await setup(of);
      await page.goto(base + '/termine');
      assert.equal(await page.locator('meta[http-equiv]').count(), 0);
      assert.equal(await page.locator('html').getAttribute('class'), 'js');
      assert.match(await page.locator('noscript').first().textContent(), /http-equiv/);
    }
  });
});
