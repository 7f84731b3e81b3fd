// What the tests of the operators' pages share: one Chromium for a file, operators with a browser each, and people who wait.
import { after, before } from 'node:test';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const { GATE, ADMIN, TOKEN, CHROMIUM } = process.env;
export const base = `http://${ADMIN}`;
export const at = (room) => `http://${room}.localhost:${GATE.split(':')[1]}/termine`;
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const launching = {
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--host-resolver-rules=MAP *.localhost 127.0.0.1'],
};

let browser;
export function setUp() {
  before(async () => { browser = await chromium.launch(launching); });
  after(async () => { await browser?.close(); });
}

// withOperator opens a page of the dashboard in a browser of its own, and fails for anything that it must never do: raise an error, break
// its own content policy, or ask anybody but the gateway.
export async function withOperator(path, run, options = {}) {
  // foreign: the test looks at other origins too; base: another way to the gateway, others: further gateways
  const { foreign, base: to = base, others = [to], ...contextOptions } = options;
  const context = await browser.newContext({
    locale: 'de-DE', viewport: { width: 1280, height: 900 }, extraHTTPHeaders: { Authorization: `Bearer ${TOKEN}` }, ...contextOptions,
  });
  const wrong = [];
  context.on('request', (r) => { if (!foreign && !others.some((o) => r.url().startsWith(o))) wrong.push('asked ' + r.url()); });
  context.on('weberror', (e) => { wrong.push('error ' + e.error()); });
  context.on('console', (m) => { if (!foreign && m.type() === 'error' && !/Failed to load resource/.test(m.text())) wrong.push('console ' + m.text()); });
  context.setDefaultTimeout(30000);
  try {
    const page = await context.newPage();
    await page.goto(to + path);
    await run(page, context);
  } finally { await context.close(); }
  if (wrong.length) throw new Error(wrong.join('\n'));
}

// withVisitor opens the page of somebody who wants to go in.
export async function withVisitor(room, run) {
  const context = await browser.newContext({ locale: 'en-GB' });
  context.setDefaultTimeout(30000);
  try {
    const page = await context.newPage();
    await page.goto(at(room));
    await run(page);
  } finally { await context.close(); }
}

// goesIn has a visitor go in at the turn, and answers what shows that.
export async function goesIn(visitor) {
  const go = visitor.locator('#go'), inside = visitor.getByRole('heading', { level: 1, name: 'Inside' });
  await go.or(inside).first().waitFor();
  if (await go.isVisible()) await go.click();
  await inside.waitFor();
  return inside;
}

// api asks the operators' API past the pages.
export async function api(method, path, body) {
  const answer = await fetch(base + path, {
    method, headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
export const room = (id) => api('GET', `/v1/rooms/${id}`);
export const patch = (id, change) => api('PATCH', `/v1/rooms/${id}`, change);

// opens puts an opening with a quota in force.
export const opens = (id, quota) => api('POST', `/v1/rooms/${id}/debug/plan`, {
  steps: [{ at: new Date().toISOString(), opening: 'heute', rank: 2, phase: 'open', quota }],
});

// ready waits until a page shows its room.
export const ready = (page) => page.locator('#state-word').filter({ hasNotText: '…' }).waitFor();

// unfit is what axe finds against WCAG 2.2 AA, and what is wider than the window. In forced colours it cannot tell contrasts.
export async function unfit(page, { forced = false } = {}) {
  await page.evaluate(axe);
  const found = await page.evaluate((skip) => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], ...(skip && { rules: { 'color-contrast': { enabled: false } } }),
  }), Boolean(forced));
  if (found.passes.length < 10) return ['axe checked next to nothing'];
  const all = found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' | ')}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) all.push(`${wide} pixels wider than the window`);
  const small = await page.evaluate(() => [...document.querySelectorAll('a, button, input, select, textarea, summary')]
    .filter((e) => e.offsetParent && !e.classList.contains('skip') && e.type !== 'checkbox' && e.getBoundingClientRect().height < 43.5)
    .map((e) => e.outerHTML.slice(0, 80)));
  return all.concat(small.map((s) => 'too small: ' + s));
}
