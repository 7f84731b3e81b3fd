// What the browser tests share: one Chromium for a file, one context and one page for a test, and the fake gateway that
// they direct. The fake gateway's address and Chromium's path come from the environment, see browser_test.go.
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

export const base = process.env.SERVER;

// every says that all tests are played, and not only one for each rule: see few_test.go and every_test.go.
export const every = process.argv.includes('every-test');

// long is a test that is played with all others only. It is for what another test holds in a simpler way.
export const long = (name, run) => { if (every) test(name, run); };

let browser;

export function setUp() {
  before(async () => {
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync'],
    });
  });
  after(async () => { await browser?.close(); });
}

// setup directs the fake gateway. What is not said is that of somebody in the middle of the line.
export async function setup(changes = {}) {
  const body = {
    page: 'wait', state: 'waiting', number: 4711, ahead: 1234, exact: true, low: 720, high: 1080, next: 600000,
    ...changes,
  };
  const answer = await fetch(base + '/-/setup', { method: 'PUT', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`setup: ${answer.status} ${await answer.text()}`);
}

// log is what the fake gateway was asked, without the browser's own questions.
export async function log(method = 'GET') {
  const answer = await fetch(base + '/-/log', { method });
  return (await answer.json()).filter((r) => r.url !== '/favicon.ico');
}

export async function polls() { return (await log()).filter((r) => r.url.startsWith('/.einlass/status')); }

// until waits for something that the browser does in its own time.
export async function until(what, test, limit = 30000) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await test();
    if (value) return value;
    if (Date.now() > end) throw new Error('did not happen: ' + what);
    await new Promise((r) => { setTimeout(r, 25); });
  }
}

// withPage runs a test in a context of its own and fails it for anything that a page must never do: raise an
// error, break its own content policy, or ask anybody but the gateway.
export async function withPage(options, test) {
  await log('DELETE');
  const { expectFailures = false, expectErrors = false, name, scripted, ...contextOptions } = options;
  const context = await browser.newContext({ locale: 'en-GB', ...contextOptions });
  const wrong = [];
  context.on('request', (r) => { if (!r.url().startsWith(base)) wrong.push('asked ' + r.url()); });
  context.on('weberror', (e) => { wrong.push('error ' + e.error()); });
  context.on('console', (m) => {
    // The console also reports that a document came with an error status, as waiting and error pages do.
    const expected = /Failed to load resource/.test(m.text()) && (expectFailures || !m.location().url.includes('/.einlass/'));
    if (m.type() === 'error' && !expected) wrong.push('console ' + m.text());
  });
  try {
    context.setDefaultTimeout(30000);
    const page = await context.newPage();
    await test(page, context);
  } finally {
    await closed(context);
  }
  if (wrong.length && !expectErrors) throw new Error(wrong.join('\n'));
}

// closed closes a context. One that is in the middle of loading a page may never answer, so its pages are stopped
// first; and it is not waited for longer than makes sense, as the browser goes with the file anyway.
async function closed(context) {
  const enough = new Promise((r) => { setTimeout(r, 5000).unref(); });
  const stopped = Promise.all(context.pages().map((p) => p.unrouteAll({ behavior: 'ignoreErrors' }).then(() => p.goto('about:blank')).catch(() => {})));
  await Promise.race([stopped, enough]);
  await Promise.race([context.close().catch(() => {}), enough]);
}

// text is what a person reads on the page, one line for each piece, without what only a screen reader says and where words may break.
export async function text(page) {
  const [all, spoken] = await page.evaluate(() => [document.body.innerText, ['spoken', 'urgent'].map((id) => document.getElementById(id)?.innerText)]);
  const lines = all.replace(/\u00ad/g, '').split('\n').map((l) => l.trim()).filter((l) => l);
  for (const said of spoken) {
    const at = lines.lastIndexOf(said?.trim()); // what is said may also stand in the page
    if (at >= 0) lines.splice(at, 1);
  }
  return lines.join('\n');
}

// hidden makes a page believe that it is in the background, until show is called: the browser that runs tests
// keeps every page in front.
export async function hidden(page) {
  await page.addInitScript(() => {
    let state = 'hidden';
    Object.defineProperty(document, 'visibilityState', { get: () => state });
    window.addEventListener('test-visibility', (e) => {
      state = e.detail;
      document.dispatchEvent(new Event('visibilitychange'));
    });
  });
}

export async function show(page) {
  await page.evaluate(() => { window.dispatchEvent(new CustomEvent('test-visibility', { detail: 'visible' })); });
}

// still stops the page's clock: what time does there must not depend on how long this machine takes. Only
// page.clock.runFor and polled let it go by. It goes until it is stopped, so it begins long before: it cannot be stopped in
// its past.
export async function still(page, from = new Date()) {
  await page.addInitScript(counted);
  await page.clock.install({ time: new Date(from.getTime() - 3600_000) });
  await page.clock.pauseAt(new Date(from.getTime() + 1000));
}

// polled makes the page poll, by turning its clock by a second or more, and waits until the page has read the
// answer. The page's clock must stand still.
export async function polled(page, ms) {
  const answer = page.waitForResponse((r) => r.url().includes('/.einlass/status'));
  await page.clock.runFor(ms);
  await answer;
  await settled(page);
}

// passing lets the page's time go by in small steps until something has happened. It is for pages that do not write when they
// have read an answer: a timer that such a page sets afterwards fires all the same.
export const passing = (page, what, done) => until(what, async () => {
  if (await done()) return true;
  await page.clock.runFor(500).catch(() => {}); // it may be loading anew
  return false;
});

export const spoken = (page) => page.locator('#spoken').textContent();

// counted is a script that counts a page's requests, and those whose end the page has read. A message from a channel comes when that is done.
export const counted = () => {
  const real = XMLHttpRequest.prototype.send;
  window.asked = window.done = window.failed = 0;
  XMLHttpRequest.prototype.send = function (...args) {
    window.asked++;
    this.addEventListener('error', () => { window.failed++; });
    this.addEventListener('loadend', () => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { window.done++; };
      port2.postMessage(0);
    });
    return real.apply(this, args);
  };
};

// settled waits until a page whose clock stands still has read the end of all that it has asked. It may be loading anew meanwhile.
export const settled = (page) => until('the end of the requests', () => page.evaluate(() => window.asked >= 0 && window.asked === window.done).catch(() => false));
