// What an administrator of all rooms sees and does: keys, the configuration, and who may do what.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { until } from '../browser.mjs';
import { logIn, people } from './people.mjs';
import { api, setUp, unfit, withOperator } from './admin.mjs';

setUp();

const { FILE } = process.env;
const toast = (page) => page.locator('#toast-text');
const views = ['/people', '/keys', '/config'];

test('pages for administrators are shown to them alone', async () => {
  await withOperator('/login?next=/people', async (page) => {
    await logIn(page, 'ines'); // a one-time code counts once, so each log-in has its user
    await page.getByText('Das dürfen nur Verwalter aller Räume sehen.').waitFor();
    for (const name of ['Zugänge', 'Schlüssel', 'Konfiguration', 'Protokoll']) assert.equal(await page.getByRole('link', { name, exact: true }).count(), 0, name);
    const refused = await page.evaluate(async () => Promise.all(['/v1/users', '/v1/keys', '/v1/config'].map(async (path) => (await fetch(path)).status)));
    assert.deepEqual(refused, [403, 403, 403]);
  }, { extraHTTPHeaders: {} });
});

test('who may operate the gateway is listed, without what proves them', async () => {
  await withOperator('/', async (page) => {
    await page.getByRole('link', { name: 'Zugänge', exact: true }).click();
    await page.getByRole('row', { name: 'olga Darf bedienen alle unbegrenzt' }).waitFor();
    await page.getByRole('row', { name: 'anna Verwalter alle unbegrenzt' }).waitFor();
    const text = await page.content();
    for (const { secret } of Object.values(people)) assert.ok(!text.includes(secret));
    assert.doesNotMatch(text, /argon2/);
  });
});

test('new keys are made on the ring that was seen, with a reason', async () => {
  await withOperator('/keys', async (page) => {
    await page.getByRole('row', { name: /unterschreibt/ }).first().waitFor();
    const before = (await api('GET', '/v1/keys')).keys.length;
    await page.getByRole('button', { name: 'Neue Schlüssel machen' }).click();
    await toast(page).getByText('Schreiben Sie den Grund dazu.').waitFor();
    assert.equal((await api('GET', '/v1/keys')).keys.length, before);
    await page.getByLabel('Grund fürs Protokoll').fill('Ein Datenträger ist weg');
    await page.getByRole('button', { name: 'Neue Schlüssel machen' }).click();
    await toast(page).getByText('Neue Schlüssel sind gemacht.').waitFor();
    await page.getByRole('row', { name: /kommt als Nächstes/ }).first().waitFor();
    assert.ok((await api('GET', '/v1/keys')).keys.length > before);
    assert.deepEqual(await unfit(page), []);
    await page.goto(new URL('/audit', page.url()).href);
    await page.locator('#entries li').filter({ hasText: 'hat neue Schlüssel gemacht' }).getByText('Grund: Ein Datenträger ist weg').waitFor();
  });
});

test('what the file would change is shown before it is read again, and a mistake is told with its key', async () => {
  const was = await readFile(FILE, 'utf8');
  const edited = (rate) => writeFile(FILE, was.replace(/(pace:\s+rate: )0\b/, `$1${rate}`));
  await withOperator('/config', async (page) => {
    const shown = page.locator('#inforce');
    await shown.getByText('[hidden]').waitFor();
    const review = page.locator('#review'), look = page.getByRole('button', { name: 'Datei prüfen: Was würde anders?' });
    await look.click();
    await review.getByText('Nichts würde anders.').waitFor();
    assert.equal(await review.getByRole('button', { name: 'Datei neu einlesen' }).isVisible(), false);
    await edited(-1);
    await look.click();
    await review.getByText('Ein Fehler. So kann sie nicht eingelesen werden.').waitFor();
    await review.getByText('rooms[0].pace.rate').waitFor();
    assert.equal(await review.getByRole('button', { name: 'Datei neu einlesen' }).isVisible(), false);
    assert.deepEqual(await unfit(page), []);
    await edited(33);
    await look.click();
    await review.getByRole('row', { name: /rooms\.\w+\.pace\.rate 0 33/ }).waitFor();
    assert.doesNotMatch(await shown.textContent(), /rate: 33/);
    const reload = review.locator('button:not([aria-busy])', { hasText: 'Datei neu einlesen' });
    await until('it is read again', async () => { // a machine that is busy may want it once more; the button goes when it is read
      if (await reload.isVisible()) await reload.click({ timeout: 2000 }).catch(() => {});
      return /^Die Datei ist neu eingelesen/.test(await toast(page).textContent());
    }, 60000);
    await until('it is in force', async () => /rate: 33/.test(await shown.textContent()));
    await page.getByText('Einen Text prüfen').click();
    await page.getByLabel('Konfiguration als YAML').fill((await api('GET', '/v1/config')).text);
    await page.getByRole('button', { name: 'Text prüfen' }).click();
    await review.getByText('Nichts würde anders.').waitFor();
    assert.deepEqual(await unfit(page), []);
  });
  await writeFile(FILE, was);
});

for (const [how, options] of [
  ['at 360 pixels, dark', { viewport: { width: 360, height: 780 }, colorScheme: 'dark' }],
  ['at 1280 pixels, light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
  ['in forced colours', { viewport: { width: 360, height: 780 }, forcedColors: 'active' }],
]) {
  test(`the pages of administrators are usable ${how}`, async () => {
    for (const path of views) {
      await withOperator(path, async (page) => {
        await page.locator('#all:not([hidden])').waitFor();
        await page.locator('#all tbody tr, #inforce:not(:empty)').first().waitFor();
        assert.deepEqual(await unfit(page, { forced: options.forcedColors }), [], path);
      }, options);
    }
  });
}
