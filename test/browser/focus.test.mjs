// The order in which the Tab key goes through each page, and the size of what can be pressed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, hidden, setUp, setup, withPage } from './browser.mjs';

setUp();

const door = { code: '', groups: [{ title: 'Einwohner', ask: 'Fragen: 06232 14-0' }] };
const waits = ['Copy the code', 'Tell me with a sound', 'Update this page', 'Update now', 'Print my place', 'How we work this out', 'Take your place to another device', 'Leave the queue'];
const footer = ['Deutsch', 'Leichte Sprache', '07131 56-2000'];
const pages = {
  waiting: [{ code: '7KQ4-M2PX', message: 'Um 9 Uhr geht es weiter.' }, [...waits, ...footer]],
  called: [{ state: 'called', until: 290, message: 'Bis gleich.' }, ['Continue', 'Print my place', 'Take your place to another device', 'Leave the queue', ...footer]],
  missed: [{ state: 'missed', ahead: -1, last: true }, ['I am back', 'Print my place', 'Take your place to another device', 'Leave the queue', ...footer]],
  full: [{ state: 'full', ahead: -1 }, ['Print my place', 'Take your place to another device', 'Leave the queue', ...footer]],
  'the end of the line': [{ state: 'ended', number: 0, ahead: -1 }, ['Join the queue again', '07131 56-2000', ...footer]],
  door: [{ page: 'door', door }, ['Your code', 'Continue', '06232 14-0', ...footer]],
  error: [{ page: 'error', status: 502 }, ['Go to the start page', ...footer]],
};

// focused is what has the focus, by its name.
const focused = () => {
  const el = document.activeElement;
  return el === document.body ? '' : (el.labels?.[0] ?? el).innerText.trim();
};

for (const [what, [changes, order]] of Object.entries(pages)) {
  test(`the Tab key goes from the main action to the footer: ${what}`, async () => {
    await withPage({ viewport: { width: 360, height: 740 } }, async (page) => {
      await hidden(page); // a page that is not looked at goes nowhere by itself
      await setup(changes);
      await page.goto(base + '/termine');
      const got = [];
      for (let i = 0; i <= order.length; i++) {
        await page.keyboard.press('Tab');
        const name = await page.evaluate(focused);
        if (!name) break;
        got.push(name);
      }
      assert.deepEqual(got, order);
    });
  });
}

// Whoever reads the page from top to bottom, without the Tab key, gets the same order.
test('the page reads in the order of its keys', async () => {
  await withPage({}, async (page) => {
    await setup({ state: 'full', ahead: -1, message: 'Bis gleich.' });
    await page.goto(base + '/termine');
    const order = await page.evaluate(() => {
      const parts = ['h1', '#go', '#message-box', '#bell', '#leave', 'footer'];
      return [...document.querySelectorAll(parts.join())].map((el) => parts.find((part) => el.matches(part)));
    });
    assert.deepEqual(order, ['h1', '#go', '#message-box', '#bell', '#leave', 'footer']);
  });
});

// A link within a sentence is as high as its line: WCAG 2.2, 2.5.8. Telephone numbers and addresses are as high as all others.
const small = () => [...document.querySelectorAll('a, button, summary, input, select')].filter((el) => {
  const { width, height } = el.getBoundingClientRect();
  const inSentence = el.matches('a:not([href^="tel:"], [href^="mailto:"])') && el.parentElement.textContent.trim() !== el.textContent.trim();
  return el.checkVisibility() && el.type !== 'hidden' && !inSentence && (width < 44 || height < 44);
}).map((el) => `${el.outerHTML} ${el.getBoundingClientRect().width} × ${el.getBoundingClientRect().height}`);

test('what can be pressed is 44 pixels high and wide at least', async () => {
  await withPage({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }, async (page) => {
    await hidden(page);
    for (const changes of [...Object.values(pages).map(([c]) => c), { page: 'place-found' }, { page: 'move' }, { page: 'retry', status: 502 }, { page: 'form', status: 502 }, { page: 'over-left' }, { page: 'take' }]) {
      await setup(changes);
      await page.goto(base + '/termine');
      await page.locator('details').evaluateAll((all) => { for (const d of all) d.open = true; });
      assert.deepEqual(await page.evaluate(small), [], JSON.stringify(changes));
    }
  });
});
