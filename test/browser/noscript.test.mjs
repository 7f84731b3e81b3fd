// A browser that runs no script learns everything and gets in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, log, long, setUp, setup, text, until, withPage } from './browser.mjs';

setUp();
const options = { javaScriptEnabled: false };

test('the page says number, people ahead, wait, and how often it reloads', async () => {
  await withPage(options, async (page) => {
    await setup({ next: 20000 });
    await page.goto(base + '/termine?ort=3');
    const read = await text(page);
    for (const want of ['You are in the queue', '1,234', 'about 12 to 18 minutes', '4,711', 'every 20 seconds', 'You can get help here: 07131 56-2000']) {
      assert.ok(read.includes(want), `${want} is not in:\n${read}`);
    }
    assert.ok(!read.includes('Tell me when it is my turn'), 'a button that needs the script is shown');
  });
});

test('the page reloads by itself and goes in at its turn, to the URL first asked for', async () => {
  await withPage(options, async (page) => {
    await setup({ next: 1000 });
    await page.goto(base + '/termine?ort=3&x=%20');
    await until('two reloads', async () => (await log()).length >= 3);
    await setup({ next: 1000, state: 'called', admit: true });
    await page.getByRole('heading', { name: 'Inside' }).waitFor();
    assert.equal(page.url(), base + '/termine?ort=3&x=%20');
    for (const r of await log()) assert.deepEqual([r.method, r.url], ['GET', '/termine?ort=3&x=%20']);
  });
});

test('leaving the line takes two steps', async () => {
  await withPage(options, async (page) => {
    await setup();
    await page.goto(base + '/termine');
    const leave = page.getByRole('button', { name: 'Yes, leave the queue' });
    assert.equal(await leave.isVisible(), false);
    await page.getByText('Leave the queue', { exact: true }).click();
    await leave.click();
    await page.getByRole('heading', { name: 'You have left the queue' }).waitFor();
    assert.deepEqual((await log()).slice(1), [
      { method: 'POST', url: '/.einlass/leave', body: '' }, { method: 'GET', url: '/.einlass/wait?to=/termine', body: '' },
    ]);
    await page.reload();
    await page.getByRole('heading', { name: 'You have left the queue' }).waitFor();
    assert.equal((await log()).filter((r) => r.method === 'POST').length, 1, 'a reload leaves again');
  });
});

long('the page for a short interruption tries again by GET', async () => {
  await withPage(options, async (page) => {
    await setup({ page: 'retry', status: 502, next: 1000 });
    await page.goto(base + '/form?a=1');
    await until('a retry', async () => (await log()).length >= 2);
    await setup({ page: 'site' });
    await page.getByRole('heading', { name: 'Inside' }).waitFor();
    for (const r of await log()) assert.deepEqual([r.method, r.url], ['GET', '/form?a=1']);
  });
});

test('the pages after a form say how to go back, and stay', async () => {
  for (const post of ['form', 'lapsed']) {
    await withPage(options, async (page) => {
      await setup({ page: 'site', post, status: 502, next: 1000 });
      await page.goto(base + '/form');
      await page.locator('#name').fill('Erika');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.waitForURL(base + '/send');
      assert.ok((await text(page)).includes("Go back with your browser's Back button."));
      assert.equal(await page.getByRole('button', { name: 'Back to my form' }).isVisible(), false);
      await new Promise((r) => { setTimeout(r, 1500); });
      assert.deepEqual((await log()).map((r) => r.method), ['GET', 'POST']);
      await page.goBack();
      assert.equal(await page.locator('#name').inputValue(), 'Erika');
    });
  }
});
