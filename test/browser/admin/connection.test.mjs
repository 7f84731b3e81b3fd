// A page whose connection is lost says so and since when, and shows new figures by itself when it is back.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { cable } from './cable.mjs';
import { patch, ready, room, setUp, unfit, withOperator } from './admin.mjs';

setUp();

// overCable opens a page whose requests go over a cable.
async function overCable(path, run, options) {
  const line = await cable(process.env.ADMIN);
  try { await withOperator(path, (page) => run(page, line), { base: line.base, ...options }); } finally { line.close(); }
}

const rate = (page) => page.getByLabel('Einlässe je Minute', { exact: true });

for (const [how, what] of [['cut', 'was cut'], ['hush', 'went silent']]) {
  test(`a connection that ${what} is told of, with the time of the last figures, and mends itself`, async () => {
    await patch('lost', { mode: 'run', rate: 60 });
    await overCable('/rooms/lost', async (page, line) => {
      await ready(page);
      line[how]();
      const note = page.getByRole('alert').filter({ hasText: 'Es kommen keine neuen Zahlen' });
      await note.waitFor();
      const since = /ist von (\d\d:\d\d:\d\d) Uhr/.exec(await note.textContent());
      assert.ok(since, await note.textContent());
      assert.ok(since[1] < await page.locator('#clock').textContent(), 'the time of the last figures is over');
      assert.deepEqual(await unfit(page), []);
      await patch('lost', { rate: 90 });
      line.mend();
      await note.waitFor({ state: 'hidden' });
      await until('the page shows what is in force', async () => await rate(page).inputValue() === '90');
      // By the stream, and not by asking: a change is there at once.
      const asked = [];
      page.on('request', (r) => { if (new URL(r.url()).pathname === '/v1/rooms') asked.push(r.url()); });
      for (const n of [91, 92, 93]) {
        await patch('lost', { rate: n });
        await until(`${n} is shown`, async () => await rate(page).inputValue() === String(n));
      }
      assert.deepEqual(asked, []);
    });
  });
}

test('an act on a lost connection says that nobody knows what came of it, and the form keeps what was typed', async () => {
  const { rate: before } = await room('lost');
  await overCable('/rooms/lost', async (page, line) => {
    await ready(page);
    await rate(page).fill('77');
    line.cut();
    await rate(page).press('Enter');
    await page.locator('#toast-text').getByText('Das Gateway antwortet nicht.').waitFor();
    assert.equal(await rate(page).inputValue(), '77');
    assert.equal((await room('lost')).rate, before);
    line.mend();
    await page.getByRole('alert').filter({ hasText: 'Es kommen keine neuen Zahlen' }).waitFor({ state: 'hidden' });
    assert.equal(await rate(page).inputValue(), '77');
  });
});

test('a page that comes while the gateway is away begins when it is back', async () => {
  await overCable('/rooms/lost', async (page, line) => {
    await ready(page);
    await page.route('**/v1/session', (route) => route.abort());
    await page.reload();
    await page.getByRole('alert').filter({ hasText: 'Es kommen keine neuen Zahlen' }).waitFor();
    line.mend();
    await page.unroute('**/v1/session');
    await ready(page);
    await page.getByRole('button', { name: 'Anhalten' }).waitFor();
  });
});
