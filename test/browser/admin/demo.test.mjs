// Somebody who has just started a demo comes into the operators' pages by what it printed, and nothing else.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { base, ready, setUp, unfit, withOperator } from './admin.mjs';

setUp();

test('a newcomer logs in with what the demo printed', async () => {
  const said = process.env.SAID;
  const [, name] = /Name: +(\S+)/.exec(said), [, password] = /Password: +(\S+)/.exec(said), [, codes] = /telephone: (http:\S+)/.exec(said);
  const options = { extraHTTPHeaders: {}, others: [base, codes] };
  await withOperator('/', async (page, context) => {
    await page.getByRole('heading', { level: 1, name: 'Anmelden' }).waitFor();
    const telephone = await context.newPage();
    await telephone.goto(codes);
    const code = await telephone.getByRole('heading', { level: 1 }).textContent();
    assert.match(code, /^\d{6}$/);
    assert.deepEqual(await telephone.evaluate(() => document.querySelectorAll('script').length), 0);
    await page.bringToFront();
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Passwort').fill(password);
    await page.getByLabel('Code aus der App').fill(code);
    await page.getByRole('button', { name: 'Anmelden' }).click();
    await page.getByRole('link', { name: 'Bürgerbüro Musterstadt' }).click();
    await ready(page);
    await page.getByRole('button', { name: 'Anhalten' }).click();
    await page.locator('#state-word').getByText('Angehalten', { exact: true }).waitFor();
    assert.deepEqual(await unfit(page), []);
  }, options);
});
