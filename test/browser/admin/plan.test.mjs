// The plan in a browser: what it says, what another one would do, and who has changed it meanwhile.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { api, opens, patch, setUp, unfit, withOperator } from './admin.mjs';

setUp();

const toast = (page) => page.locator('#toast-text');
const inDays = (n) => new Date(Date.now() + n * 86400_000).toISOString().slice(0, 10);

test('a change of the plan is shown before it is made, and undone', async () => {
  const start = new Date(Date.now() + 30 * 86400_000).toISOString().slice(0, 10);
  await patch('plan', { schedule: { zone: 'Europe/Berlin', openings: [{ dates: [start], start: '08:00', end: '12:00', quota: 50 }] } });
  const planned = async () => (await api('GET', '/v1/rooms/plan/plan')).schedule.changes || [];
  await withOperator('/rooms/plan/plan', async (page) => {
    await page.locator('#next').getByText('Die Öffnung beginnt, insgesamt 50 frei').waitFor();
    await page.getByLabel('Freigegeben').fill('80');
    await page.getByRole('button', { name: 'Zeigen, was anders wird' }).first().click();
    const preview = page.locator('#preview');
    await preview.getByText(/08:00 Die Öffnung beginnt, insgesamt 80 frei, bisher: Die Öffnung beginnt, insgesamt 50 frei$/).waitFor();
    assert.deepEqual(await planned(), [], 'a preview changes nothing');
    assert.deepEqual(await unfit(page), []);
    await page.getByRole('button', { name: 'So machen' }).click();
    await toast(page).getByText('Der Plan ist geändert.').waitFor();
    await page.locator('#next').getByText('Die Öffnung beginnt, insgesamt 80 frei').waitFor();
    await until('the quota is another', async () => (await planned())[0]?.quota === 80);
    await page.getByRole('button', { name: 'Rückgängig' }).click();
    await page.locator('#next').getByText('Die Öffnung beginnt, insgesamt 50 frei').waitFor();
    await until('the plan is as it was', async () => (await planned()).length === 0);
  });
});

test('a preview and its warnings are in the language of the page', async () => {
  const opening = { dates: [inDays(1)], lobby: '08:30', start: '09:00', end: '23:50', order: 'draw', quota: 50, standby: 20, more: [{ at: '12:00', quota: 30 }], who: ['alle'] };
  const schedule = { zone: 'Europe/Berlin', groups: [{ name: 'alle', title: 'Alle' }], openings: [opening] };
  await patch('german', { mode: 'pause', schedule });
  await withOperator('/rooms/german/plan', async (page) => {
    await page.locator('#warnings').getByText('Der Raum ist angehalten. Niemand kommt an die Reihe, was der Plan auch sagt.').waitFor();
    await page.getByText('(für Geübte)').click();
    await page.locator('#schedule').fill(JSON.stringify({ ...schedule, openings: [{ ...opening, dates: [inDays(2)], start: '09:30' }] }));
    await page.getByRole('button', { name: 'Zeigen, was anders wird' }).last().click();
    await page.locator('#changes').getByText(/^Fällt weg: .* Der Vorraum öffnet, für /).waitFor();
    await page.locator('#changes').getByText(/^Neu: .*09:30 Die Öffnung beginnt, insgesamt 50 frei, alle dürfen nachrücken, die Reihenfolge wird ausgelost/).waitFor();
    await page.locator('#changes').getByText(/^Neu: .*12:00 30 mehr werden frei, insgesamt 80 frei, 20 dürfen nachrücken/).waitFor();
    for (const id of ['changes', 'preview-warnings', 'warnings', 'next']) {
      const text = await page.locator('#' + id).textContent();
      assert.doesNotMatch(text, /\b(the|opens|ends|quota|numbers|instead|who|share)\b/i, id);
      assert.equal(await page.locator(`#${id} [lang=en]`).count(), 0, id);
    }
  });
});

test('what is wrong with a plan is said in the language of the page', async () => {
  await patch('wrong-plan', { schedule: { zone: 'Europe/Berlin', openings: [{ dates: [inDays(30)], start: '08:00', end: '12:00', quota: 50 }] } });
  await withOperator('/rooms/wrong-plan/plan', async (page) => {
    const show = page.getByRole('button', { name: 'Zeigen, was anders wird' });
    const says = (text) => page.locator('#wrong').getByText(text).waitFor();
    await page.locator('#next').getByText('Die Öffnung beginnt, insgesamt 50 frei').waitFor();
    await page.locator('#one-start').fill('13:00');
    await show.first().click();
    await says('Beginn: 13:00 liegt nicht vor dem Ende um 12:00. Geben Sie einen früheren Beginn an, oder auch ein anderes Ende.');
    assert.deepEqual(await unfit(page), []);
    await page.getByText('(für Geübte)').click();
    await page.locator('#schedule').fill(JSON.stringify({ zone: 'Mars', openings: [{ days: ['monday'], start: '8', order: 'lot', colour: 'red' }] }));
    await show.last().click();
    await says(/^schedule\.openings\[0\]\.colour: Das kennt der Plan nicht\. Möglich: days, dates, .*\.$/);
    await page.locator('#schedule').fill(JSON.stringify({ zone: 'Mars', openings: [{ days: ['monday'], start: '8', order: 'lot' }] }));
    await show.last().click();
    await says(/schedule\.zone: „Mars“ ist keine Zeitzone\. Ein Beispiel: Europe\/Berlin\.\sschedule\.openings\[0\]\.start: „8“ ist keine Uhrzeit\..*\sschedule\.openings\[0\]\.order: „lot“ ist nicht erlaubt\. Möglich: arrival, draw\./);
  });
});

test('an open page shows a plan that somebody else has changed, and what was typed stays', async () => {
  await patch('others-plan', { schedule: { zone: 'Europe/Berlin', openings: [{ dates: [inDays(30)], start: '08:00', end: '12:00', quota: 50 }] } });
  await withOperator('/rooms/others-plan/plan', async (page) => {
    await page.getByText('Die Öffnung beginnt, insgesamt 50 frei').waitFor();
    await page.getByLabel('Freigegeben').fill('90');
    await page.getByRole('button', { name: 'Zeigen, was anders wird' }).first().click();
    await page.locator('#preview').getByText(/insgesamt 90 frei/).waitFor();
    await patch('others-plan', { schedule: { zone: 'Europe/Berlin', openings: [{ dates: [inDays(30)], start: '08:00', end: '12:00', quota: 70 }] } });
    await page.locator('#next').getByText('Die Öffnung beginnt, insgesamt 70 frei').waitFor();
    assert.equal(await page.getByLabel('Freigegeben').inputValue(), '90');
    await page.getByRole('button', { name: 'So machen' }).click();
    await page.getByRole('dialog', { name: 'Jemand anders war schneller' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#next').getByText('Die Öffnung beginnt, insgesamt 70 frei').waitFor();
    await opens('others-plan', 12);
    await page.getByText('0 von 12 sind gebucht.').waitFor();
  });
});
