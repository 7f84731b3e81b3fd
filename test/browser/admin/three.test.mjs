// What one operator changes at one of three gateways is seen at all of them.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { logIn } from './people.mjs';
import { patch, ready, room, setUp, withOperator, withVisitor } from './admin.mjs';

setUp();

const bases = process.env.ADMINS.split(' ').map((a) => `http://${a}`);

test('a change of the pace is seen at three gateways at once, and by a browser that waits at another one', async (t) => {
  await patch('termine', { rate: 1, burst: 1, mode: 'run' });
  await withVisitor('termine', async (visitor) => {
    await visitor.getByRole('heading', { level: 1 }).waitFor();
    const pages = [];
    const all = async (i) => {
      if (i < bases.length) { await withOperator('/rooms/termine', async (page) => { pages.push(page); await all(i + 1); }, { base: bases[i] }); return; }
      for (const page of pages) {
        await ready(page);
        assert.equal(await page.getByLabel('Einlässe je Minute', { exact: true }).inputValue(), '1');
        // Each notes when it shows the new pace, by the clock that they share.
        await page.evaluate(() => {
          const rate = document.getElementById('rate');
          globalThis.seen = new Promise((done) => {
            const look = () => { if (rate.value === '6000') done(Date.now()); else requestAnimationFrame(look); };
            look();
          });
        });
      }
      const [first] = pages;
      await first.getByLabel('Einlässe je Minute', { exact: true }).fill('6000');
      const began = Date.now();
      await first.locator('#pace').getByRole('button', { name: 'Ändern' }).click();
      const after = await Promise.all(pages.slice(1).map((page) => page.evaluate(() => globalThis.seen)));
      t.diagnostic(`seen at the other gateways ${after.map((at) => at - began).join(' and ')} ms after the press`);
      await visitor.locator('#go').or(visitor.getByRole('heading', { name: 'Inside' })).first().waitFor();
      t.diagnostic(`the browser that waits was called ${Date.now() - began} ms after the press`);
      // And back, from another gateway's page.
      await pages[2].getByRole('button', { name: 'Anhalten' }).click();
      for (const page of pages) await page.locator('#state-word').getByText('Angehalten', { exact: true }).waitFor();
      await until('the room is paused', async () => (await room('termine')).mode === 'pause');
    };
    await all(0);
  });
});

test('who has logged in at one gateway is logged in at each', async () => {
  await withOperator('/login?next=/rooms/termine', async (page) => {
    await logIn(page, 'olga');
    await ready(page);
    for (const base of bases.slice(1)) {
      await page.goto(base + '/rooms/termine');
      await ready(page);
      await page.getByText('olga').waitFor();
    }
  }, { extraHTTPHeaders: {}, base: bases[0], others: bases });
});
