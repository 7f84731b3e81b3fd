// A town's own page: colours and logo, and the links at its foot.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, log, long, setUp, setup, until, withPage } from './browser.mjs';

setUp();

const left = async () => (await log()).some((r) => r.url.startsWith('/.einlass/away'));
const colour = (locator, property = 'color') => locator.evaluate((el, p) => getComputedStyle(el)[p], property);

for (const [what, options, run] of [['', {}, test], [' without script', { javaScriptEnabled: false }, long]]) {
  run(`a link at the foot opens a window, and the page goes on waiting${what}`, async () => {
    await withPage(options, async (page, context) => {
      await setup({ town: true });
      await page.goto(base + '/termine');
      await setup({ town: true, page: 'site' });
      const opened = context.waitForEvent('page');
      await page.getByRole('link', { name: 'Legal notice' }).click();
      const imprint = await opened;
      await imprint.waitForLoadState();
      assert.equal(imprint.url(), base + '/impressum');
      assert.equal(page.url(), base + '/termine');
      assert.equal(await left(), false);
      await imprint.close();
      assert.equal(await left(), false);
      await page.goto(base + '/other'); // the page itself goes
      if (options.javaScriptEnabled !== false) await until('the page to say that it goes', left);
    });
  });
}

test('colours are the town’s on a screen, and nobody’s on paper or where colours are forced', async () => {
  await withPage({}, async (page) => {
    await setup({ town: true });
    await page.goto(base + '/termine');
    const link = page.getByRole('link', { name: 'Privacy' });
    for (const [media, want] of [
      [{ colorScheme: 'light' }, 'rgb(122, 31, 43)'], [{ colorScheme: 'dark' }, 'rgb(240, 168, 176)'],
      [{ colorScheme: 'light', media: 'print' }, 'rgb(0, 0, 0)'],
    ]) {
      await page.emulateMedia({ media: 'screen', ...media });
      assert.equal(await colour(page.locator('footer a').first()), want, JSON.stringify(media));
    }
    await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
    assert.equal(await colour(page.locator('body'), 'backgroundColor'), 'rgb(250, 246, 240)');
    await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
    assert.notEqual(await colour(link), 'rgb(240, 168, 176)');
  });
});

test('the title stands as text below the logo, which is small and on white in the dark', async () => {
  await withPage({ viewport: { width: 320, height: 600 } }, async (page) => {
    await setup({ town: true });
    await page.goto(base + '/termine');
    const logo = page.locator('header img'), header = page.getByRole('banner');
    assert.equal(await header.textContent(), 'Bürgerbüro Musterstadt');
    assert.equal(await logo.getAttribute('alt'), '', 'a voice would read the title twice');
    const { width, height, y } = await logo.boundingBox();
    const title = await header.evaluate((el) => {
      const range = document.createRange();
      range.selectNodeContents(el.querySelector('img').nextSibling);
      const { top, height } = range.getBoundingClientRect();
      return { top, height };
    });
    assert.ok(title.height > 0 && title.top >= y + height, `the title is ${title.height} high and begins at ${title.top}, the logo ends at ${y + height}`);
    assert.ok(await logo.evaluate((el) => el.naturalWidth > 0), 'it is broken');
    assert.ok(height <= 54 && width <= 284, `${width} × ${height}`);
    for (const [media, want] of [[{ colorScheme: 'light' }, 'rgba(0, 0, 0, 0)'], [{ colorScheme: 'dark' }, 'rgb(255, 255, 255)'], [{ forcedColors: 'active' }, 'rgb(255, 255, 255)']]) {
      await page.emulateMedia({ colorScheme: 'dark', ...media });
      assert.equal(await colour(logo, 'backgroundColor'), want, JSON.stringify(media));
    }
  });
});
