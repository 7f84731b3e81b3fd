// How often the waiting page changes by itself: as visitors wish, while the place stays alive and the turn is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, hidden, passing, setUp, settled, setup, spoken, still, until, withPage } from './browser.mjs';

setUp();

const ahead = (page) => page.locator('#ahead b').textContent();
const choose = (page, value) => page.locator('#updates-choice').selectOption(value);

// answered lets a poll come with these figures, in the 20 seconds between two.
async function answered(page, changes) {
  await setup({ next: 20000, ...changes });
  for (let i = 0; i < 4; i++) {
    await page.clock.runFor(5000);
    await settled(page);
  }
}

async function open(page) {
  await still(page);
  await setup({ next: 20000, ahead: 900 });
  await page.goto(base + '/termine');
}

for (const value of ['5', 'never']) {
  test(`updates that are held back: ${value}`, async () => {
    await withPage({}, async (page) => {
      await hidden(page);
      await open(page);
      await choose(page, value);
      await answered(page, { ahead: 800, message: 'Bald.' });
      assert.equal(await ahead(page), '900', 'the view has changed');
      assert.match(await page.title(), /^900 ahead/);
      assert.equal(await page.locator('#message').isVisible(), false);
      assert.equal(await spoken(page), '');
      await page.reload();
      assert.equal(await page.locator('#updates-choice').inputValue(), value, 'the choice is forgotten');
      await answered(page, { ahead: 700 });
      assert.equal(await ahead(page), '800');

      // Five minutes after the page was loaded, or not.
      for (let i = 0; i < 15; i++) await answered(page, { ahead: 699 - i });
      assert.equal(await ahead(page), value === '5' ? '686' : '800');

      await answered(page, { ahead: 600 });
      await setup({ next: 20000, ahead: 500, low: 60, high: 120 });
      await page.clock.runFor(5000);
      await page.getByRole('button', { name: 'Update now' }).click();
      await until('what is known now', async () => (await ahead(page)) === '500');
      await until('the words', async () => /^Ahead of you: 500 people\. How long it will take: about 1 to 2 minutes\. Last updated: /.test(await spoken(page)));

      // The turn comes through, as every other state.
      await setup({ state: 'called', next: 20000, until: 180 });
      await passing(page, 'the turn', () => page.getByRole('heading', { name: 'It is your turn' }).isVisible());
      assert.match(await page.locator('#urgent').textContent(), /^It is your turn\./);
    });
  });
}

test('the last known figures are shown at once, without a connection too', async () => {
  await withPage({ expectFailures: true }, async (page) => {
    await open(page);
    await choose(page, 'never');
    await answered(page, { ahead: 800 });
    await setup({ next: 20000, ahead: 800, polls: 'drop' });
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Update now' }).press('Enter');
    assert.equal(await ahead(page), '800');
  });
});

test('what counts by itself stands still with the rest', async () => {
  await withPage({}, async (page) => {
    await still(page);
    await setup({ state: 'lobby', number: 5, ahead: 4, starts: 725, next: 600000 });
    await page.goto(base + '/termine');
    const left = page.locator('#starts');
    await until('the countdown', async () => (await left.textContent()) === '12:05 minutes');
    await choose(page, 'never');
    await page.clock.runFor(5000);
    assert.equal(await left.textContent(), '12:05 minutes');
    await setup({ state: 'lobby', number: 5, ahead: 4, starts: 700, next: 600000 });
    await choose(page, '0');
    await until('the countdown', async () => (await left.textContent()) === '11:40 minutes');
    await page.clock.runFor(1000);
    assert.equal(await left.textContent(), '11:39 minutes');
  });
});
