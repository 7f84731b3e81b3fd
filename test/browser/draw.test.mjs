// The page of a draw: what it says before and after, and that the browser computes the place by itself.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { base, log, setUp, setup, text, until, withPage } from './browser.mjs';

setUp();

const record = (rule) => JSON.parse(readFileSync(new URL(`../../pkg/queue/draw/testdata/record-${rule}.json`, import.meta.url), 'utf8'));
const page = `${base}/.einlass/draw`;

// drawn is the draw of a record for the ticket 7.1, which has drawn place 3,670 of 9,000 there.
const drawn = (changes = {}, change = () => {}, rule = 'drand') => {
  const r = record(rule);
  change(r);
  return { stage: 'done', public: rule, lots: 9000, epoch: 7, ticket: 1, lot: 1, place: 3670, number: 3670, record: r, ...changes };
};
const announced = (changes = {}) => drawn({ stage: 'announced', lots: 0, place: 0, number: 0, ...changes }, (r) => { delete r.freeze; delete r.result; });

async function verdict(p) {
  await until('a verdict', async () => p.locator('#check').getAttribute('data-verdict'));
  return (await text(p)).split('\n');
}

test('a draw that fits, by the record alone', async () => {
  await withPage({}, async (p) => {
    await setup({ draw: drawn() });
    await p.goto(page);
    const read = await verdict(p);
    for (const want of ['Everything fits.', 'The secret number fits the seal. It was not exchanged.', 'The public random value fits what was published of it.',
      'Your place fits. Your lot has drawn exactly this place.', '3,670', '9,000']) assert.ok(read.some((l) => l.includes(want)), `${want} is not in\n${read.join('\n')}`);
    assert.ok(!read.some((l) => /does not|before the start\./.test(l)), read.join('\n'));
    assert.deepEqual((await log()).map((r) => r.url), ['/.einlass/draw', '/.einlass/draw.json'], 'it asks for more than the page and the record');
  });
});

test('each thing that does not fit is said', async () => {
  const other = 'ff'.repeat(32);
  for (const [want, draw] of [
    ['Your place does not fit. Your lot has drawn the place 3670.', drawn({ place: 12, number: 12 })],
    ['The secret number does not fit the seal.', drawn({}, (r) => { r.result.statement.secret = other; })],
    ['The combined number does not fit', drawn({}, (r) => { r.result.statement.seed = other; })],
    ['The public random value does not fit what was published of it.', drawn({}, (r) => { r.result.statement.signature = other; })],
    ['The count of the lots does not fit', drawn({}, (r) => { r.freeze.statement.n = 8999; })],
  ]) {
    await withPage({}, async (p) => {
      await setup({ draw });
      await p.goto(page);
      const read = await verdict(p);
      assert.ok(read.includes('Not everything fits. Please ask us about it.'), read.join('\n'));
      assert.ok(read.some((l) => l.startsWith(want)), `${want} is not in\n${read.join('\n')}`);
    });
  }
});

test('where there was nothing to draw nothing is computed', async () => {
  await withPage({}, async (p) => {
    await setup({ draw: announced({ stage: 'nothing', lot: 0 }) });
    await p.goto(page);
    await until('the record to be read', () => p.evaluate(() => localStorage.length === 1));
    const read = await text(p);
    assert.match(read, /There was nothing to draw/);
    assert.doesNotMatch(read, /lot in this draw|Calculated|checks/);
  });
});

test('the seal that this device saw before the start is compared', async () => {
  await withPage({}, async (p) => {
    await setup({ draw: announced() });
    await p.goto(page);
    await until('the seal to be remembered', () => p.evaluate(() => localStorage.length === 1));
    const read = await text(p);
    assert.match(read, /The order is drawn by lot/);
    assert.match(read, /Your lot\n1$/m);
    await setup({ draw: drawn() });
    await p.reload();
    assert.ok((await verdict(p)).includes('The seal is the one that this device saw before the start.'));
    await setup({ draw: drawn({}, (r) => { r.commitment.statement.commit = '12'.repeat(32); }) });
    await p.reload();
    assert.ok((await verdict(p)).includes('The seal is not the one that this device saw before the start.'));
  });
});

test('a ticket without a lot, and a record that cannot be had', async () => {
  await withPage({ expectFailures: true }, async (p) => {
    await setup({ draw: drawn({ epoch: 0, ticket: 0, lot: 0, place: 0, number: 0 }) });
    await p.goto(page);
    const read = await verdict(p);
    assert.ok(read.includes('Everything fits.') && !read.some((l) => l.startsWith('Your place')), read.join('\n'));
    await p.route('**/.einlass/draw.json', (route) => route.abort());
    await p.reload();
    assert.ok((await verdict(p)).includes('Your device cannot check the draw at the moment. Please load this page again later.'));
  });
});

test('without script the page says all there is', async () => {
  await withPage({ javaScriptEnabled: false }, async (p) => {
    await setup({ draw: drawn() });
    await p.goto(page);
    await p.getByText('Figures to compute it again').click();
    const read = await text(p);
    for (const want of ['The order has been drawn', 'Your lot', '3,670', 'With the figures below others can do it for you.', record('drand').result.statement.seed, 'The whole record of the draw']) {
      assert.ok(read.includes(want), `${want} is not in\n${read}`);
    }
    assert.ok(!read.includes('Computed by your device'));
    await setup({ draw: announced({ stage: 'frozen', next: 1000 }) });
    await p.reload();
    await setup({ draw: drawn({ fallback: true }) });
    await p.getByText('The public random value of drand did not come in time. The order was drawn by the sealed secret alone.').waitFor();
  });
});

test('a record that is whole before its page is does no harm', async () => {
  await withPage({}, async (p) => {
    await setup({ draw: announced({ stage: 'frozen', next: 600000 }) });
    await p.route('**/.einlass/draw.json', async (route) => { await setup({ draw: drawn() }); await route.continue(); });
    const got = p.waitForEvent('requestfinished', (r) => r.url().endsWith('/draw.json'));
    await p.goto(page);
    await got;
    assert.ok(!await p.evaluate(() => localStorage.length), 'a seal is remembered after the draw');
    assert.match(await text(p), /The draw is under way/);
  });
});

test('a page of a draw under way loads again by itself', async () => {
  await withPage({}, async (p) => {
    await setup({ draw: announced({ stage: 'frozen', next: 1000 }) });
    await p.goto(page);
    await setup({ draw: drawn() });
    assert.ok((await verdict(p)).includes('Everything fits.'));
  });
});

test('the waiting page leads to the draw and stays open', async () => {
  await withPage({}, async (p, context) => {
    await setup({ state: 'lots', number: 0, ahead: -1, came: 312, news: 'comes', next: 1000, draw: announced() });
    await p.goto(base + '/termine');
    await p.getByText('You can read here how the order is drawn.').waitFor();
    await setup({ state: 'waiting', number: 3670, ahead: 3669, news: 'alone', draw: drawn({ fallback: true }) });
    await p.locator('#draw-news', { hasText: 'The order was drawn by the sealed secret alone.' }).waitFor();
    const opened = context.waitForEvent('page');
    await p.getByRole('link', { name: 'See and check the draw (new window)' }).click();
    assert.ok((await verdict(await opened)).includes('Everything fits.'));
    assert.ok(await p.getByRole('heading', { name: 'You are in the queue' }).isVisible());
    assert.ok(!(await log()).some((r) => r.url.includes('away')), 'the place is given away');
  });
});
