// A draw that waits for the line of an official, as operators see it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { until } from '../browser.mjs';
import { api, setUp, unfit, withOperator, withVisitor } from './admin.mjs';

setUp();

const toast = (page) => page.locator('#toast-text');

test('what is fixed is shown before the draw, the drawn line is given once, and the record is kept', async () => {
  const opening = 'verlosung';
  await api('POST', '/v1/rooms/lots/debug/plan', {
    steps: [
      { at: new Date().toISOString(), opening, rank: 2, phase: 'lobby' },
      { at: new Date(Date.now() + 15000).toISOString(), opening, rank: 3, phase: 'open', draw: true },
    ],
  });
  await until('the lobby is open', async () => (await api('GET', '/v1/rooms/lots')).opening.phase === 'lobby');
  await withVisitor('lots', async (first) => withVisitor('lots', async (second) => {
    for (const visitor of [first, second]) await visitor.getByRole('heading', { level: 1 }).waitFor();
    await withOperator('/rooms/lots/draws', async (page) => {
      const again = async (text) => until(text, async () => {
        await page.getByRole('button', { name: 'Noch einmal nachsehen' }).click();
        return (await page.locator('#draws').textContent()).includes(text);
      }, 60000);
      await again('Festgelegt, noch nicht ausgelost');
      assert.equal(await page.getByRole('button', { name: 'Zeile eingeben' }).isVisible(), false);
      await again('Wartet auf den Zufall');
      await page.getByText('einer Zeile, die ein Amt zieht').waitFor();
      assert.deepEqual(await unfit(page), []);
      await page.getByLabel('Die Zeile, genau wie gezogen').fill(' 3 17 22 31 40 49 ');
      await page.getByRole('button', { name: 'Zeile eingeben' }).click();
      const question = page.getByRole('dialog', { name: 'Stimmt die Zeile?' });
      await question.getByText('„3 17 22 31 40 49“ für verlosung.').waitFor();
      await question.getByRole('button', { name: 'Abbrechen' }).click();
      await toast(page).getByText('Nichts geändert.').waitFor();
      await page.getByRole('button', { name: 'Zeile eingeben' }).click();
      await question.getByRole('button', { name: 'Die Zeile stimmt' }).click();
      await toast(page).getByText('Die Zeile ist eingegeben.').waitFor();
      await again('Ausgelost');
      await page.locator('#draws').getByText('3 17 22 31 40 49', { exact: true }).waitFor();
      assert.equal(await page.getByRole('button', { name: 'Zeile eingeben' }).isVisible(), false);
      const coming = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Nachweis speichern' }).click();
      const file = await coming;
      assert.equal(file.suggestedFilename(), 'lots-verlosung.json');
      assert.equal(await readFile(await file.path(), 'utf8'), (await api('GET', '/v1/rooms/lots/draws')).records[0]);
      assert.deepEqual(await unfit(page), []);
    });
  }));
});
