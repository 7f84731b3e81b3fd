// Whatever a browser sends, a person reads a page; and a browser that refuses cookies takes one number.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { long } from '../browser.mjs';
import { at, heading, inLine, launching, numbers, port, setUp, withContext } from './gate.mjs';

setUp();
const { WHOLE_CHROMIUM } = process.env;
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// cookiesOf are as many cookies as it takes for so many bytes: none may be longer than 4 kB.
const cookiesOf = (room, bytes) => Array.from({ length: Math.ceil(bytes / 4000) }, (_, i) => ({ name: `c${i}`, value: 'x'.repeat(Math.min(4000, bytes - i * 4000)), url: at(room) }));

const room = 'faults';
const faults = [
  ['a URL of 9 kB', 414, `${at(room)}/termine?${'x'.repeat(9 << 10)}`],
  ['cookies of 17 kB', 431, `${at(room)}/termine`, cookiesOf(room, 17 << 10)],
  ['cookies of 24 kB', 431, `${at(room)}/termine`, cookiesOf(room, 24 << 10)],
  ['an own URL that does not exist', 404, `${at(room)}/.einlass/nothing?room=${room}`],
  ['the URL of the button that leaves', 200, `${at(room)}/.einlass/leave?room=${room}`],
  ['a host that nobody serves', 421, `http://nobody.localhost:${port}/termine`],
];

for (const [locale, lang] of [['en-GB', 'en'], ['de-DE', 'de']]) {
  (lang === 'en' ? test : long)(`each fault is a page that says what to do, ${lang}`, async (t) => {
    for (const [what, status, url, cookies] of faults) {
      await t.test(what, async () => {
        await withContext({ locale }, async (context) => {
          const page = await context.newPage();
          const refused = [];
          page.on('console', (m) => { if (m.type() === 'error' && !/the server responded with a status of/.test(m.text())) refused.push(m.text()); });
          page.on('pageerror', (e) => { refused.push(String(e)); });
          if (cookies) await context.addCookies(cookies);
          const answer = await page.goto(url);
          assert.equal(answer.status(), status);
          assert.match(answer.headers()['content-type'], /^text\/html/);
          const seen = await page.evaluate(() => ({
            lang: document.documentElement.lang, titled: document.title.length, headings: [...document.querySelectorAll('h1')].map((h) => h.innerText),
            ways: [...document.querySelectorAll('main a[href="/"], main form[method="post"] button, a[href^="tel:"]')].length, wide: document.documentElement.scrollWidth - window.innerWidth,
            ground: getComputedStyle(document.body).fontFamily, raw: document.body.innerText.includes('{'),
          }));
          assert.equal(seen.lang, lang);
          assert.ok(seen.titled > 0 && seen.headings.length === 1 && seen.headings[0].length > 5, JSON.stringify(seen));
          assert.equal(seen.ways > 0, status !== 421, 'where the page leads'); // what another host is for nobody knows here
          assert.match(seen.ground, /sans-serif|system-ui/, 'the page has no style');
          assert.ok(!seen.raw && seen.wide <= 0, JSON.stringify(seen));
          await page.evaluate(axe);
          const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
          assert.ok(found.passes.length > 10, 'axe checked next to nothing');
          assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`), []);
          assert.deepEqual(refused, []);
        });
      });
    }
    assert.equal(await numbers(room), 0, 'a fault took a number');
  });
}

// refuses runs with a whole browser whose settings refuse all cookies. The storage of its tabs is refused with them.
async function refuses(options, run) {
  const profile = await mkdtemp(path.join(tmpdir(), 'einlass-cookies-'));
  await mkdir(path.join(profile, 'Default'));
  await writeFile(path.join(profile, 'Default', 'Preferences'), JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }));
  const context = await chromium.launchPersistentContext(profile, { ...launching, executablePath: WHOLE_CHROMIUM, locale: 'en-GB', ...options });
  try {
    await run(context.pages()[0]);
    assert.deepEqual(await context.cookies(), [], 'this browser keeps cookies');
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

for (const javaScriptEnabled of [true, false]) {
  (javaScriptEnabled ? test : long)(`a browser whose settings refuse cookies takes one number, ${javaScriptEnabled ? 'with script' : 'without script'}`, async () => {
    const room = javaScriptEnabled ? 'refusing' : 'refusing-scriptless';
    await refuses({ javaScriptEnabled }, async (page) => {
      const loads = [];
      page.on('request', (r) => { if (r.isNavigationRequest()) loads.push(r.url()); });
      await page.clock.install();
      await page.goto(at(room) + '/termine?ort=3');
      await heading(page, 'Your browser does not keep cookies');
      await page.getByRole('link', { name: 'Try again' }).waitFor();
      assert.equal(await page.locator('meta[http-equiv]').count(), 0);
      const before = loads.length;
      await page.clock.runFor(600000);
      assert.equal(loads.length, before, 'the page about cookies loads something');
      await page.reload();
      await heading(page, 'Your browser does not keep cookies');
      assert.equal(await numbers(room), 1, `${loads}`);
      // A press is a person: it takes another number, one.
      await page.getByRole('link', { name: 'Try again' }).click();
      await page.waitForURL((u) => u.pathname !== '/termine');
      await heading(page, 'Your browser does not keep cookies');
      assert.equal(await numbers(room), 2);
    });
  });
}

test('who has a number and visits again has the same number', async () => {
  const room = 'again';
  await withContext({}, async (context) => {
    const page = await context.newPage();
    await page.goto(at(room) + '/termine?ort=3');
    await heading(page, inLine);
    const number = await page.locator('#number').textContent();
    await page.reload();
    await page.goto(at(room) + '/');
    await page.goBack();
    await page.goto(page.url()); // Enter in the address bar
    await heading(page, inLine);
    assert.equal(await page.locator('#number').textContent(), number);
    assert.equal(await numbers(room), 1);
  });
});
