// A page is one answer: gzip, nothing else is asked for before its first poll, and nothing in it is against its policy. Each kind of page
// that a person meets comes through the real gateway, to a whole Chromium, which asks for icons too.
import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { after, before, test } from 'node:test';
import { admin, heading, inLine, numbers, open, port, setUp, withContext } from './gate.mjs';

setUp({ executablePath: process.env.WHOLE_CHROMIUM });

// front stands before the gateway and notes all that a browser asks for, also what its tools do not tell of.
let front;
let asked = [];
const at = (room) => `http://${room}.localhost:${front.address().port}`;

before(async () => {
  front = createServer((ask, answer) => {
    const seen = { method: ask.method, url: ask.url, document: ask.headers['sec-fetch-dest'] === 'document' };
    asked.push(seen);
    ask.pipe(request({ host: '127.0.0.1', port, method: ask.method, path: ask.url, headers: ask.headers }, (got) => {
      Object.assign(seen, { encoding: got.headers['content-encoding'], policy: got.headers['content-security-policy'], type: got.headers['content-type'] });
      got.pipe(answer.writeHead(got.statusCode, got.headers));
    }));
  });
  await new Promise((r) => { front.listen(0, '127.0.0.1', r); });
});
after(() => { front?.close(); });

// watched runs a visit. What is wrong in any of its pages is said at the end, and so many pages of the gateway must have been seen.
async function watched(pages, run) {
  asked = [];
  const wrong = [];
  await withContext({}, async (context) => {
    // The console also says that a document came with the status of an error.
    context.on('console', (m) => { if (m.type() === 'error' && !/the server responded with a status of/.test(m.text())) wrong.push(m.text()); });
    context.on('weberror', (e) => { wrong.push(String(e.error())); });
    await run(await context.newPage(), context);
    await Promise.all(context.pages().map((page) => page.waitForLoadState('networkidle')));
  });
  const ours = asked.filter((a) => a.document && a.policy?.includes("default-src 'none'"));
  for (const page of ours) {
    if (page.encoding !== 'gzip' || !page.type.startsWith('text/html')) wrong.push(`${page.url} came as ${page.encoding} ${page.type}`);
  }
  // The page of a draw asks for the record, and the others ask by polls. What a page before says when it goes, and what the site's pages ask for, is not meant.
  const meant = asked.filter((a) => !a.url.startsWith('/.einlass/away?'));
  for (const [i, a] of meant.entries()) {
    if (!a.document && ours.includes(meant[i - 1]) && !/^\/\.einlass\/(status|draw\.json)\?/.test(a.url)) wrong.push(`${a.method} ${a.url} after ${meant[i - 1].url}`);
  }
  assert.deepEqual(wrong, []);
  assert.ok(ours.length >= pages, `${ours.length} pages: ${asked.map((a) => a.url)}`);
}

// anew loads the page of a state, which a poll has brought until now.
async function anew(page, room, name) {
  await heading(page, name);
  await page.goto(`${at(room)}/.einlass/wait?room=${room}&to=/termine`);
  await heading(page, name);
}

test('waiting, and called by a poll', async () => {
  await watched(1, async (page) => {
    await page.goto(at('called') + '/termine?ort=3');
    await heading(page, inLine);
    await page.waitForResponse((r) => r.url().includes('/.einlass/status'));
    await open('called');
    await heading(page, 'It is your turn');
  });
});

test('left', async () => {
  await watched(2, async (page) => {
    await page.goto(at('left') + '/termine');
    await heading(page, inLine);
    await page.getByText('Leave the queue', { exact: true }).click();
    await page.getByRole('button', { name: 'Yes, leave the queue' }).click();
    await anew(page, 'left', 'You have left the queue');
  });
});

test('errors', async () => {
  await watched(3, async (page) => {
    for (const url of ['/.einlass/nothing?room=lost', '/termine?' + 'x'.repeat(9 << 10)]) {
      await page.goto(at('lost') + url);
      await page.getByRole('heading', { level: 1 }).waitFor();
    }
    await page.goto(at('nobody') + '/termine');
    await page.getByRole('heading', { level: 1 }).waitFor();
  });
});

test('a form that comes late', async () => {
  await watched(1, async (page) => {
    await page.goto(at('lost') + '/open/form');
    await page.getByRole('button', { name: 'Send' }).click();
    await heading(page, 'We did not receive your form');
  });
});

test('the door that asks for a code', async () => {
  await admin('door', { schedule: { zone: 'Europe/Berlin', groups: [{ name: 'residents', title: 'People of Speyer', ask: '06232 14-0' }], who: ['residents'] } });
  await numbers('door'); // its gateway knows
  await watched(2, async (page) => {
    await page.goto(at('door') + '/termine');
    await heading(page, 'Please enter your code');
    await page.getByLabel('Your code').fill('X');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/\.einlass\/door/);
    await page.getByRole('heading', { level: 1 }).waitFor();
  });
});

test('a place that is taken to another device', async () => {
  await watched(4, async (page, context) => {
    await page.goto(at('moved') + '/termine');
    await heading(page, inLine);
    await page.getByText('Take your place to another device').click();
    const [shown] = await Promise.all([context.waitForEvent('page'), page.getByRole('button', { name: 'Show the link (new window)' }).click()]);
    await heading(shown, 'How to take your place along');
    const link = await shown.locator('.link').textContent();
    await withContext({}, async (others) => {
      const other = await others.newPage();
      await other.goto(link);
      await other.getByRole('button', { name: 'Yes, go on here' }).click();
      await heading(other, inLine);
    });
    await anew(page, 'moved', 'Your place is on your other device now');
  });
});

test('a lobby and its draw', async () => {
  await watched(2, async (page) => {
    await page.goto(at('drawn') + '/termine');
    await page.locator('#draw-link, a[href*="/.einlass/draw"]').first().waitFor();
    await page.goto(at('drawn') + '/.einlass/draw');
    await page.getByRole('heading', { level: 1 }).waitFor();
  });
});
