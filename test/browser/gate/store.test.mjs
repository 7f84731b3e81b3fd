// What somebody reads and keeps while the store of the line is killed, and when it is back, with what it knew or without.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../browser.mjs';
import { at, goesIn, heading, inLine, joins, numbers, open, setUp, withContext } from './gate.mjs';

setUp();
const { STORE } = process.env;
const noNumber = 'You do not have a number yet';

// store has the store killed (kill), or started again with what it knew (keep) or without (empty).
async function store(act) {
  const answer = await fetch(`${STORE}/${act}`);
  assert.equal(answer.status, 200, act);
}

// away kills the store for the time of run.
async function away(run, back = 'keep') {
  await store('kill');
  try { await run(); } finally { await store(back); }
}

// opens lets people into a room as soon as operators are answered again.
const opens = (room) => until('operators are answered', () => open(room).then(() => true, () => false));

// polls waits until a page has asked so many times more.
async function polls(page, times) {
  for (let i = 0; i < times; i++) await page.waitForResponse((r) => new URL(r.url()).pathname === '/.einlass/status');
}

const number = async (page) => Number((await page.locator('#number').textContent()).replace(/\D/g, ''));

// waits opens the page of somebody who has one before them.
async function waits(context, room) {
  await joins(room);
  const page = await context.newPage();
  await page.goto(at(room) + '/termine?ort=3');
  await heading(page, inLine);
  return page;
}

// loads counts the pages that a tab loads.
function loads(page) {
  const all = [];
  page.on('request', (r) => { if (r.isNavigationRequest()) all.push(r.url()); });
  return all;
}

test('who waits keeps the number while the store is away, and goes in when it is back', async () => {
  await withContext({}, async (context) => {
    const page = await waits(context, 'kept'), before = await number(page), loaded = loads(page);
    await away(async () => {
      await polls(page, 3);
      await heading(page, inLine);
      assert.equal(await number(page), before);
      assert.deepEqual(loaded, [], 'the page loads itself while the store is away');
      assert.equal(await page.locator('#lost').isVisible(), false, 'the gateway answers: no connection is lost');
      // A person who does not trust it loads it again.
      await page.reload();
      await heading(page, inLine);
      assert.equal(await number(page), before);
    });
    await polls(page, 2);
    assert.equal(await number(page), before);
    await opens('kept');
    await goesIn(page);
  });
});

test('without script the page shows the number while the store is away, and goes in when it is back', async () => {
  const room = 'scriptless';
  await withContext({ javaScriptEnabled: false }, async (context) => {
    const page = await waits(context, room), before = await number(page);
    await away(async () => {
      for (let i = 0; i < 2; i++) {
        const answer = await page.reload();
        assert.equal(answer.status(), 200);
        await heading(page, inLine);
        assert.equal(await number(page), before);
        const again = await page.locator('meta[http-equiv=refresh]').getAttribute('content');
        assert.ok(Number.parseInt(again, 10) >= 20, `loads itself after ${again}`);
      }
    });
    await page.reload();
    assert.equal(await number(page), before);
    await opens(room);
    await until('the turn', async () => {
      await page.reload();
      return await page.getByRole('heading', { level: 1, name: 'Inside' }).count() || await page.locator('#go').count();
    });
    await goesIn(page);
  });
});

test('a store that is back with nothing is told by the tickets: who waits has the same number, and newcomers are behind', async () => {
  const room = 'emptied';
  await withContext({}, async (context) => {
    const page = await waits(context, room), before = await number(page);
    await away(() => polls(page, 1), 'empty');
    await until('the number is known again', () => numbers(room).then((last) => last >= before, () => false));
    await polls(page, 2);
    await heading(page, inLine);
    assert.equal(await number(page), before);
    await withContext({}, async (other) => {
      const newcomer = await other.newPage();
      await newcomer.goto(at(room) + '/termine');
      await heading(newcomer, inLine);
      assert.ok(await number(newcomer) > before);
    });
    await opens(room);
    await goesIn(page);
  });
});

for (const javaScriptEnabled of [true, false]) {
  const room = javaScriptEnabled ? 'arrival' : 'arrival-scriptless';
  test(`who comes while the store is away has no number yet, and gets one by himself, ${javaScriptEnabled ? 'with script' : 'without script'}`, async () => {
    await withContext({ javaScriptEnabled }, async (context) => {
      context.setDefaultTimeout(60000);
      const page = await context.newPage();
      await away(async () => {
        await page.goto(at(room) + '/termine?ort=3');
        await heading(page, noNumber);
        assert.equal(await page.locator('#number').isVisible(), false);
      });
      await heading(page, inLine);
      assert.ok(await number(page) > 0);
      await opens(room);
      await goesIn(page);
      assert.equal(new URL(page.url()).search, '?ort=3', 'where somebody wanted to go');
    });
  });
}

test('whose turn it is presses while the store is away: the page says that the place is kept, and the next press goes in when it is back', async () => {
  const room = 'turn';
  await withContext({}, async (context) => {
    const page = await waits(context, room), before = await number(page);
    await opens(room);
    const go = page.locator('#go'), inside = page.getByRole('heading', { level: 1, name: 'Inside' });
    await go.waitFor();
    await away(async () => {
      await go.click();
      await heading(page, /^(It will be your turn soon|It is your turn)$/);
      await page.getByText('You keep your place.').waitFor();
      assert.equal(await number(page), before);
      assert.equal(await inside.count(), 0);
    });
    await until('a press goes in', async () => {
      if (await go.isVisible()) await go.click();
      return inside.count();
    });
  });
});
