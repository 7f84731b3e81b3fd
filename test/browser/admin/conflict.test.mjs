// Two operators at the same room: neither overwrites what the other has set without having read it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { patch, ready, room, setUp, withOperator } from './admin.mjs';

setUp();

const toast = (page) => page.locator('#toast-text');
const rate = (page) => page.getByLabel('Einlässe je Minute', { exact: true });
const question = (page) => page.getByRole('dialog', { name: 'Jemand anders war schneller' });

test('two operators in conflict read both values, and nothing is overwritten unasked', async () => {
  await patch('conflict', { rate: 60 });
  await withOperator('/rooms/conflict', async (mine) => {
    await withOperator('/rooms/conflict', async (theirs) => {
      await ready(mine);
      await ready(theirs);
      await rate(mine).fill('30');
      await rate(theirs).fill('90');
      await rate(theirs).press('Enter');
      await toast(theirs).getByText('Tempo ist jetzt 90, vorher 60.').waitFor();
      await rate(mine).press('Enter');
      await question(mine).getByText('von 60 auf 90 geändert. Sie wollten 30.').waitFor();
      await until('theirs is in force', async () => (await room('conflict')).rate === 90);
      await mine.keyboard.press('Escape');
      await toast(mine).getByText('Es bleibt bei 90.').waitFor();
      assert.equal(await rate(mine).inputValue(), '90');
      await rate(mine).fill('45');
      await patch('conflict', { rate: 120 });
      await rate(mine).press('Enter');
      await question(mine).getByRole('button', { name: 'Trotzdem 45' }).click();
      await toast(mine).getByText('Tempo ist jetzt 45, vorher 120.').waitFor();
      await until('mine is in force', async () => (await room('conflict')).rate === 45);
    });
  });
});

test('a form that keeps the focus overwrites no change of a colleague unasked', async () => {
  await patch('focus', { rate: 60 });
  await withOperator('/rooms/focus', async (page) => {
    await ready(page);
    await rate(page).fill('61');
    await rate(page).press('Enter');
    await toast(page).getByText('Tempo ist jetzt 61, vorher 60.').waitFor();
    await patch('focus', { rate: 90 }); // the field has the focus, and goes on to show 61
    await until('the page knows', async () => (await page.locator('#slower').textContent()).includes('70'));
    assert.equal(await rate(page).inputValue(), '61');
    await rate(page).fill('62');
    await rate(page).press('Enter');
    await question(page).getByText('von 61 auf 90 geändert. Sie wollten 62.').waitFor();
    assert.equal((await room('focus')).rate, 90);
    await page.keyboard.press('Escape');
    await toast(page).getByText('Es bleibt bei 90.').waitFor();
    assert.equal(await rate(page).inputValue(), '90');
  });
});

test('what a colleague has changed elsewhere stands in nobody\'s way, and the button that names a pace means the one beside it', async () => {
  await patch('others', { rate: 60, message: '' });
  await withOperator('/rooms/others', async (page, context) => {
    await ready(page);
    await rate(page).fill('64');
    await patch('others', { message: 'Heute nur Ausweise.' });
    await until('the page knows', async () => await page.locator('#message').inputValue() === 'Heute nur Ausweise.');
    await rate(page).press('Enter');
    await toast(page).getByText('Tempo ist jetzt 64, vorher 60.').waitFor();
    assert.equal((await room('others')).message, 'Heute nur Ausweise.');
    // The page has not heard of the change yet: its button means what it says, which is of the moment before.
    await context.route('**/v1/rooms/others', async (route) => {
      if (route.request().method() === 'PATCH' && (await room('others')).rate === 64) await patch('others', { rate: 120 });
      await route.continue();
    });
    await page.getByRole('button', { name: 'Langsamer (50)' }).click();
    await question(page).getByText('von 64 auf 120 geändert. Sie wollten 50.').waitFor();
    assert.equal((await room('others')).rate, 120);
  });
});

test('a form shows what a colleague has set meanwhile, in each field that nobody is changing, and asks about the others alone', async () => {
  await patch('fields', { message: 'Alt.', messages: { en: 'Old.' }, message_until: '' });
  await withOperator('/rooms/fields', async (page) => {
    await ready(page);
    const german = page.getByLabel('Text auf der Warteseite'), english = page.getByLabel('Text auf Englisch');
    await german.fill('Neu.');
    await patch('fields', { messages: { en: 'Theirs.' } });
    await until('the page shows it', async () => await english.inputValue() === 'Theirs.');
    await page.getByRole('button', { name: 'Meldung zeigen' }).click();
    await toast(page).getByText('Die Meldung ist geändert.').waitFor();
    await until('both are in force', async () => { const { message, messages } = await room('fields'); return message === 'Neu.' && messages.en === 'Theirs.'; });
    await german.fill('Mine.');
    await patch('fields', { message: 'Theirs too.', messages: { en: 'Theirs.' } });
    await until('the page knows', async () => await german.evaluate((f) => f.dataset.is) === 'Theirs too.');
    assert.equal(await german.inputValue(), 'Mine.');
    await page.getByRole('button', { name: 'Meldung zeigen' }).click();
    await question(page).getByText('von „Neu.“ auf „Theirs too.“ geändert. Sie wollten „Mine.“.').waitFor();
    await question(page).getByRole('button', { name: 'Trotzdem „Mine.“' }).click();
    await until('it is in force', async () => (await room('fields')).message === 'Mine.');
  });
});
