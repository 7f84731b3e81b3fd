// A clerk takes places for people on the phone, and hands out codes.
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { api, patch, setUp, unfit, withOperator, withVisitor } from './admin.mjs';

setUp();

const toast = (page) => page.locator('#toast-text');

test('somebody on the phone gets a place, which is looked up by number and code and put to the front', async () => {
  await patch('place', { mode: 'pause' });
  await withVisitor('place', async (visitor) => {
    await visitor.getByRole('heading', { level: 1 }).waitFor();
    await withOperator('/rooms/place/places', async (page) => {
      await page.getByRole('button', { name: 'Platz nehmen' }).click();
      await toast(page).getByText(/^Platz genommen: Nummer \d+, Code \S+\.$/).waitFor();
      const [, number, code] = /Nummer (\d+), Code (\S+)\.$/.exec(await toast(page).textContent());
      await page.getByRole('row', { name: code }).waitFor();
      await page.reload();
      await page.getByLabel('Nummer', { exact: true }).fill(number);
      await page.getByLabel('Platzcode', { exact: true }).fill(code.toLowerCase());
      await page.getByRole('button', { name: 'Nachsehen', exact: true }).click();
      await page.getByRole('heading', { name: `Nummer ${number}, Code ${code}` }).waitFor();
      await page.getByText('Eine Person ist vorher dran.').waitFor();
      await page.getByRole('button', { name: 'Nach vorn stellen' }).click();
      await toast(page).getByText('Schreiben Sie den Grund dazu.').waitFor();
      await page.getByLabel(/^Grund \(zum/).fill('war schon da, Rechner abgestürzt');
      await page.getByRole('button', { name: 'Nach vorn stellen' }).click();
      const question = page.getByRole('dialog', { name: 'Vor alle anderen stellen?' });
      await question.getByRole('button', { name: 'Nach vorn stellen' }).click();
      await toast(page).getByText('Der Platz steht jetzt ganz vorn.').waitFor();
      const found = await api('POST', '/v1/rooms/place/places/find', { number: Number(number), code });
      assert.equal(found.state, 'front');
      assert.deepEqual(await unfit(page), []);
    });
  });
});

test('codes are made as a table to keep, and let nobody in any more once they are revoked', async () => {
  const day = new Date(Date.now() + 30 * 86400_000).toISOString().slice(0, 10);
  await patch('codes', { schedule: { zone: 'Europe/Berlin', groups: [{ name: 'praxen', title: 'Praxen', ask: 'code' }], openings: [{ dates: [day], start: '08:00', end: '12:00', quota: 50 }] } });
  await withOperator('/rooms/codes/codes', async (page) => {
    await page.getByText('Noch keine Codes.').waitFor();
    await page.getByLabel('Gruppe').selectOption({ label: 'Praxen' });
    await page.getByLabel('Anzahl').fill('3');
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Codes machen und speichern' }).click();
    const file = await coming;
    assert.equal(file.suggestedFilename(), 'codes-codes.csv');
    const lines = (await readFile(await file.path(), 'utf8')).trim().split(/\r?\n/);
    assert.equal(lines.length, 4, lines.join('\n'));
    assert.equal(new Set(lines).size, 4);
    await toast(page).getByText('3 Codes sind gespeichert.').waitFor();
    await page.getByRole('row', { name: /praxen 3 gültig/ }).waitFor();
    assert.deepEqual(await unfit(page), []);
    await page.getByRole('button', { name: 'Sperren' }).click();
    const question = page.getByRole('dialog', { name: 'Sind Sie sicher?' });
    await question.getByText('3 Codes lassen niemanden mehr herein.').waitFor();
    await question.getByRole('button', { name: 'Abbrechen' }).click();
    await toast(page).getByText('Nichts geändert.').waitFor();
    assert.equal((await api('GET', '/v1/rooms/codes/codes')).batches[0].state, 'in force');
    await page.getByRole('button', { name: 'Sperren' }).click();
    await question.getByRole('button', { name: 'Codes sperren' }).click();
    await page.getByRole('row', { name: /praxen 3 gesperrt/ }).waitFor();
    assert.equal((await api('GET', '/v1/rooms/codes/codes')).batches[0].state, 'revoked');
  });
});

test('what a browser did is told of its place by number and code', async () => {
  await patch('told', { mode: 'pause' });
  await withVisitor('told', async (visitor) => {
    const code = (await visitor.locator('#code').textContent()).trim();
    let number = 0; // a gateway tells of a visitor a moment after the visitor's page does
    await until('the room tells of its visitor', async () => (number = (await api('GET', '/v1/rooms/told')).last_number) > 0);
    await withOperator('/rooms/told/places', async (page) => {
      await page.getByLabel('Nummer', { exact: true }).fill(String(number));
      await page.getByLabel('Platzcode', { exact: true }).fill(code);
      await page.getByRole('button', { name: 'Nachsehen', exact: true }).click();
      const steps = page.locator('#steps');
      await until('the journal has it', async () => {
        await page.getByRole('button', { name: 'Was war mit diesem Platz?' }).click();
        await page.locator('#steps-section:not([hidden])').waitFor();
        return (await steps.textContent()).includes('Die Seite war offen: Wartet');
      });
      assert.match(await steps.locator('li').first().textContent(), /\d\d:\d\d:\d\d.* Nummer bekommen/);
      assert.deepEqual(await unfit(page), []);
      await page.getByLabel(/^Grund \(zum/).fill('war schon da');
      await page.getByRole('button', { name: 'Nach vorn stellen' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Nach vorn stellen' }).click();
      await toast(page).getByText('Der Platz steht jetzt ganz vorn.').waitFor();
      await until('the act is told too', async () => {
        await page.getByRole('button', { name: 'Was war mit diesem Platz?' }).click();
        return (await steps.textContent()).includes('Wurde nach vorn gestellt');
      });
    });
  });
});
