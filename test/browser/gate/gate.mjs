// What the tests through the real gateway share: a Chromium, the rooms, and what an operator does with one. Each test has a room of its own.
import { request } from 'node:http';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import { until } from '../browser.mjs';

const { GATE, ADMIN, TOKEN, CHROMIUM } = process.env;
export const port = GATE.split(':')[1];
export const at = (room) => `http://${room}.${room === 'plain' ? 'test' : 'localhost'}:${port}`;

// inLine is the heading of somebody who waits: most rooms here let nobody in, so that the page stands still.
export const inLine = /^(You are in the queue|Nobody is being let in at the moment)$/;

export const launching = {
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--host-resolver-rules=MAP *.localhost 127.0.0.1,MAP plain.test 127.0.0.1', '--enable-features=FencedFrames'],
};

let browser;

// setUp starts the browser of a file, with more of how it is started.
export function setUp(more = {}) {
  before(async () => { browser = await chromium.launch({ ...launching, ...more }); });
  after(async () => { await browser?.close(); });
}

// setUpOnce is setUp for a program that is no test.
export async function setUpOnce(run) {
  browser = await chromium.launch(launching);
  try { await run(); } finally { await browser.close(); }
}

export async function withContext(options, run) {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  context.setDefaultTimeout(30000);
  try { await run(context); } finally { await context.close(); }
}

export async function admin(room, change) {
  const answer = await fetch(`http://${ADMIN}/v1/rooms/${room}`, {
    method: change ? 'PATCH' : 'GET', headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/merge-patch+json' },
    body: change && JSON.stringify(change),
  });
  if (!answer.ok) throw new Error(`${room}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

// told is what a room says of itself, not older than the question.
export async function told(room) {
  const asked = new Date();
  return until('fresh figures', async () => {
    const now = await admin(room);
    return new Date(now.as_of) > asked && now;
  });
}

// numbers is how many a room has given.
export const numbers = async (room) => (await told(room)).last_number;

export const open = (room) => admin(room, { rate: 6000, burst: 100, mode: 'run' });
export const shut = (room) => admin(room, { mode: 'pause' });

// joins takes a number as a page load does, and polls once, so that the place is worth something.
export async function joins(room) {
  const ask = (path, headers) => new Promise((done, failed) => {
    request({ host: '127.0.0.1', port, path, headers: { Host: `${room}.localhost:${port}`, ...headers } }, (a) => { a.resume().on('end', () => done(a)); })
      .on('error', failed).end();
  });
  const page = await ask('/termine', { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' });
  const cookie = (page.headers['set-cookie'] ?? []).map((c) => c.split(';')[0]).join('; ');
  await ask(`/.einlass/status?room=${room}&shown=`, { Cookie: cookie });
}

export const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

// goesIn presses the button at the turn: a page that nobody touches claims nothing.
export async function goesIn(page) {
  const go = page.locator('#go'), inside = page.getByRole('heading', { level: 1, name: 'Inside' });
  await go.or(inside).first().waitFor();
  if (await go.isVisible()) await go.click();
  await inside.waitFor();
}
