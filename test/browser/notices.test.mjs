// What somebody inside sees when the site does not answer or the time is over. No page here sends a form again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, log, long, passing, setUp, setup, still, until, withPage } from './browser.mjs';

setUp();

const posts = async () => (await log()).filter((r) => r.method === 'POST');

async function sendForm(page, name) {
  await page.goto(base + '/form');
  await page.locator('#name').fill(name);
  await page.getByRole('button', { name: 'Send' }).click();
}

test('the page for a short interruption tries again by GET until the site is back', async () => {
  await withPage({ expectFailures: true }, async (page) => {
    await still(page);
    await setup({ page: 'retry', status: 502, next: 1000 });
    await page.goto(base + '/form?a=1');
    await page.getByRole('heading', { name: 'The booking site is not answering at the moment' }).waitFor();
    await passing(page, 'two retries', async () => (await log()).length >= 3);
    await setup({ page: 'site' });
    await passing(page, 'the site', () => page.getByRole('heading', { name: 'Inside' }).isVisible());
    for (const r of await log()) assert.deepEqual([r.method, r.url], ['GET', '/form?a=1']);
  });
});

long('the page for a short interruption leads back to the place in the page that was asked for', async () => {
  await withPage({ expectFailures: true }, async (page) => {
    await still(page);
    await setup({ page: 'retry', status: 502, next: 1000 });
    await page.goto(base + '/form?a=1#zeiten');
    await page.getByRole('heading', { name: 'The booking site is not answering at the moment' }).waitFor();
    await passing(page, 'a retry', async () => (await log()).length >= 2);
    await setup({ page: 'site' });
    await passing(page, 'the site', () => page.getByRole('heading', { name: 'Inside' }).isVisible());
    assert.equal(new URL(page.url()).hash, '#zeiten');
  });
});

long('while the gateway itself cannot be reached the page stays instead of turning into an error of the browser', async () => {
  await withPage({ expectFailures: true }, async (page, context) => {
    await still(page);
    await setup({ page: 'retry', status: 502, next: 1000 });
    await page.goto(base + '/form');
    await context.setOffline(true);
    await page.clock.runFor(20000);
    await page.getByRole('heading', { name: 'The booking site is not answering at the moment' }).waitFor();
    await context.setOffline(false);
    await setup({ page: 'site' });
    await until('the site', async () => {
      await page.clock.runFor(5000).catch(() => {});
      return page.getByRole('heading', { name: 'Inside' }).isVisible();
    });
  });
});

test('an interrupted form is never sent again; the page says when the site answers and leads back', async () => {
  await withPage({ expectFailures: true }, async (page) => {
    await setup({ page: 'site' });
    await page.goto(base + '/form');
    await page.locator('#name').fill('Erika Mustermann');
    // The site goes away for a while: the page that held the form answers 502 too.
    await setup({ page: 'error', post: 'form', status: 502, next: 300 });
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('We will not send it again by ourselves.').waitFor();
    await until('two looks', async () => (await log()).filter((r) => r.method === 'HEAD').length >= 2);
    assert.equal(await page.getByText('It works again.').isVisible(), false);
    await setup({ page: 'site', post: 'site' });
    await page.getByText('It works again.').waitFor();
    await page.getByRole('button', { name: 'Back to my form' }).click();
    await page.waitForURL(base + '/form');
    assert.equal(await page.locator('#name').inputValue(), 'Erika Mustermann');
    assert.deepEqual((await posts()).map((r) => r.body), ['name=Erika+Mustermann']);
  });
});

test('after the time inside the form is kept and can be sent by the visitor', async () => {
  await withPage({ expectFailures: true }, async (page, context) => {
    await setup({ page: 'site', post: 'lapsed' });
    await sendForm(page, 'Erika');
    await page.getByRole('heading', { name: 'We did not receive your form' }).waitFor();
    await page.getByText('You were not active for some time').waitFor();
    const opened = context.waitForEvent('page');
    await page.getByRole('link', { name: 'Open in a new window' }).click();
    const tab = await opened;
    await tab.getByRole('heading', { name: 'Inside' }).waitFor();
    assert.equal(tab.url(), base + '/form');
    assert.equal(await tab.evaluate(() => window.opener), null);
    await setup({ page: 'site', post: 'site' });
    await page.getByRole('button', { name: 'Back to my form' }).click();
    await page.waitForURL(base + '/form');
    assert.equal(await page.locator('#name').inputValue(), 'Erika');
    assert.equal((await posts()).length, 1);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.waitForURL(base + '/send');
    assert.deepEqual((await posts()).map((r) => r.body), ['name=Erika', 'name=Erika']);
  });
});

long('an error page does nothing by itself', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ page: 'error', status: 404 });
    await page.goto(base + '/nowhere');
    await page.getByRole('heading', { name: 'This page does not exist' }).waitFor();
    await page.clock.runFor(600000);
    assert.equal((await log()).length, 1);
  });
});
