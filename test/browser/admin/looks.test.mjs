// Each view fits, is read and is pressed by everybody, and a chart shows what its table says.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { long, until } from '../browser.mjs';
import { api, patch, ready, setUp, unfit, withOperator } from './admin.mjs';

setUp();

const views = ['/', '/login', '/rooms/small', '/rooms/small/plan', '/rooms/small/places', '/rooms/small/codes', '/rooms/small/draws', '/audit', '/settings'];

// opened waits until a view shows what it has.
async function opened(page, path) {
  if (path === '/rooms/small') {
    await page.locator('#state-word').getByText('Angehalten', { exact: true }).waitFor();
    await page.locator('#charts .uplot').first().waitFor();
  }
  if (path === '/') await page.locator('#rooms li').first().waitFor();
  await page.waitForLoadState('networkidle').catch(() => {}); // a stream never rests
}

const telephone = { width: 360, height: 780 }, screen = { width: 1280, height: 900 };
const looks = [
  [test, 'at 360 pixels, light', { viewport: telephone, colorScheme: 'light' }],
  [long, 'at 1280 pixels, light', { viewport: screen, colorScheme: 'light' }],
  [long, 'at 360 pixels, dark', { viewport: telephone, colorScheme: 'dark' }],
  [test, 'at 1280 pixels, dark', { viewport: screen, colorScheme: 'dark' }],
  [test, 'in forced colours', { viewport: telephone, forcedColors: 'active' }],
];
for (const [run, how, options] of looks) {
  run(`each view is usable ${how}`, async () => {
    await patch('small', { mode: 'pause' });
    for (const path of views) {
      await withOperator(path, async (page) => {
        await opened(page, path);
        assert.deepEqual(await unfit(page, { forced: options.forcedColors }), [], path);
      }, options);
    }
  });
}

test('in forced colours one sees what is pressed, where one is, and what a chart draws', async () => {
  await patch('small', { mode: 'pause' });
  for (const colorScheme of ['light', 'dark']) {
    await withOperator('/rooms/small', async (page) => {
      await opened(page, '/rooms/small');
      const looks = await page.evaluate(() => {
        const of = (selector) => getComputedStyle(document.querySelector(selector));
        const drawn = [...document.querySelectorAll('#charts canvas')].map((canvas) => {
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          let far = 0;
          const ground = getComputedStyle(canvas.closest('figure')).backgroundColor.match(/\d+/g).map(Number);
          for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3] > 200) far = Math.max(far, Math.abs(data[i] - ground[0]) + Math.abs(data[i + 1] - ground[1]) + Math.abs(data[i + 2] - ground[2]));
          }
          return far;
        });
        return {
          pressed: [of('[aria-pressed=true]').backgroundColor, of('[aria-pressed=false]').backgroundColor],
          here: [of('nav a[aria-current]').borderBottomColor, of('nav a:not([aria-current])').borderBottomColor],
          edges: ['#state', '#alerts li', '#run', '#rate', 'figure'].filter((s) => parseFloat(of(s).borderTopWidth) < 1),
          drawn,
        };
      });
      assert.notEqual(looks.pressed[0], looks.pressed[1]);
      assert.notEqual(looks.here[0], looks.here[1]);
      assert.deepEqual(looks.edges, []);
      assert.ok(looks.drawn.length > 3 && looks.drawn.every((far) => far > 300), JSON.stringify(looks.drawn));
    }, { forcedColors: 'active', colorScheme });
  }
});

test('a chart shows the figures that its table says, and those that the gateway has', async () => {
  await patch('charts', { rate: 60 });
  await api('POST', '/v1/rooms/charts/places', {});
  await until('there is a history', async () => (await api('GET', '/v1/rooms/charts/history?span=15m&points=60')).columns.waiting.filter((n) => n !== null).length > 1);
  await withOperator('/', async (page, context) => {
    await context.addInitScript(() => {
      let real;
      globalThis.drawn = [];
      Object.defineProperty(globalThis, 'uPlot', {
        configurable: true, get: () => real,
        set(library) {
          real = function uPlot(options, data, node) { globalThis.drawn.push({ figure: node.closest('figure'), data, labels: options.series.map((s) => s.label) }); return new library(options, data, node); };
        },
      });
    });
    let history;
    await page.route('**/history?*', async (route) => {
      const answer = await route.fetch();
      history = await answer.json();
      // What a room seldom has: gaps, large figures and small ones.
      const c = history.columns;
      const last = c.t.length - 1;
      c.waiting[last] = 12345; c.waiting[last - 1] = null; c.median[last] = 0.034; c.admitted[last] = 59.96; c.asked[last] = 60; c.factor[last] = 0.5;
      await route.fulfill({ json: history });
    });
    await page.goto(page.url() + 'rooms/charts');
    await ready(page);
    await page.locator('#charts .uplot').nth(4).waitFor();
    const shown = await page.evaluate(() => globalThis.drawn.map(({ figure, data, labels }) => ({
      data, labels, head: [...figure.querySelectorAll('thead th')].map((c) => c.textContent),
      rows: [...figure.querySelectorAll('tbody tr')].map((r) => [...r.children].map((c) => c.textContent)).reverse(),
    })));
    assert.equal(shown.length, 5);
    const read = (text) => (text === '–' ? null : Number(text.replaceAll('.', '').replace(',', '.')));
    const close = (a, b) => (a === null || b === null ? a === b : Math.abs(a - b) <= 0.0005);
    for (const { data, labels, head, rows } of shown) {
      assert.deepEqual(head.slice(1), labels.slice(1));
      assert.equal(rows.length, data[0].length);
      rows.forEach((row, i) => row.slice(1).forEach((cell, k) => assert.ok(close(read(cell), data[k + 1][i]), `${head[k + 1]}: the chart has ${data[k + 1][i]}, the table ${cell}`)));
    }
    const c = history.columns;
    assert.deepEqual(shown[0].data, [c.t, c.waiting]);
    assert.deepEqual(shown[2].data[2].at(-1), 30, 'the pace in force is that which was asked, by the factor');
    assert.deepEqual(shown[4].data, [c.t, c.median]);
  });
});
