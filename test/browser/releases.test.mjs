// While gateways of two releases run side by side, a page, its script and the answers to its polls may come from
// different ones. Whatever meets, the visitor reads nothing wrong, keeps being served and goes in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, long, passing, polled, polls, setUp, setup, still, until, withPage } from './browser.mjs';

setUp();

const facts = (page) => page.evaluate(() => ({
  ahead: document.getElementById('ahead').textContent, heading: document.getElementById('heading').textContent,
  estimate: document.getElementById('estimate-fact').hidden ? '' : document.getElementById('estimate').textContent,
}));

for (const [pageOf, scriptOf, pollsOf, rarely] of [
  ['before', 'before', 'now', true], ['before', 'now', 'now', true], ['before', 'now', 'before'],
  ['now', 'now', 'before'], ['now', 'now', 'now', true], // a page of now brings its script along
]) {
  (rarely ? long : test)(`page of ${pageOf}, script of ${scriptOf}, polls of ${pollsOf}`, async () => {
    await withPage({}, async (page) => {
      const release = { page: pageOf === 'before' ? 'before' : 'wait', before_script: scriptOf === 'before', before_polls: pollsOf === 'before' };
      await still(page);
      await setup({ ...release, next: 10000 });
      await page.goto(base + '/termine');
      await page.evaluate(() => window.dispatchEvent(new Event('online'))); // it asks at once
      const plain = scriptOf === 'now' && pollsOf === 'before';

      await setup({ ...release, next: 10000, ahead: 812, low: 200, high: 290 });
      await passing(page, 'the new figure', async () => (await facts(page)).ahead === (plain ? '812' : '812 people'));
      const now = await facts(page);
      assert.match(now.heading, /^You are in (the queue|line)$/); // the release before said line
      assert.equal(now.estimate, plain ? '' : 'about 3 to 5 minutes');

      // A page that cannot put a new state into words loads itself anew; all others show it.
      await setup({ ...release, state: 'paused', next: 10000, ahead: 812 });
      const loads = [];
      page.on('request', (r) => { if (r.isNavigationRequest()) loads.push(r.url()); });
      if (plain) {
        await passing(page, 'the load', async () => loads.length > 0);
        await page.waitForLoadState();
        return;
      }
      await passing(page, 'the pause', async () => (await facts(page)).heading === 'Nobody is being let in at the moment');

      await setup({ ...release, state: 'inside', next: 10000, ahead: -1, admit: true });
      await passing(page, 'the way in', async () => loads.length > 0);
    });
  });
}

test('a figure that was shown before is shown again, in the words of then', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ next: 10000, ahead: 500 });
    await page.goto(base + '/termine');
    // Another gateway, and no cookie that says what was shown.
    await setup({ next: 10000, ahead: 700, exact: false });
    await page.reload();
    await until('the figure of before', async () => (await facts(page)).ahead === '500 people');
    assert.match(await page.title(), /^500 ahead of you/);
    await setup({ next: 10000, ahead: 480, exact: false });
    await polled(page, 10001);
    assert.equal((await facts(page)).ahead, 'about 480 people');
    assert.ok((await polls()).some((r) => r.url.endsWith('shown=4711.500')), 'the poll does not say what was shown');
  });
});
