// How a page looks, in words: what a test can compare. One Chromium with one font shows one page after the other.
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { base, counted, settled, setup } from './browser.mjs';
import { moment, pathOf, setupOf } from './states.mjs';

const dejavu = '/usr/share/fonts/truetype/dejavu/';
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// launch starts Chromium with the fonts of a file only, without hinting, which depends on the machine.
export const launch = (fonts = 'fonts.conf') => chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--font-render-hinting=none', '--disable-lcd-text'],
  env: { ...process.env, FONTCONFIG_FILE: fileURLToPath(new URL(fonts, import.meta.url)) },
});

// Look is one page in which states are looked at.
export class Look {
  // open makes the page. Its clock stands still, at the gateway's time. `scripted: false`: as a browser without script reads it.
  static async open(browser, { scripted = true, edit = (html) => html, ...options } = {}) {
    const context = await browser.newContext({ locale: 'de-DE', reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(30000);
    const page = await context.newPage();
    // The checker has timers of its own, which go on while the page's clock stands still.
    await page.addInitScript(() => { globalThis.going = setTimeout.bind(globalThis); });
    await page.addInitScript(counted);
    await page.clock.install({ time: moment.clock - 1000 });
    await page.clock.pauseAt(moment.clock);
    const look = new Look();
    Object.assign(look, { context, page, scripted, cdp: await context.newCDPSession(page) });
    await look.cdp.send('Accessibility.enable');
    if (!scripted) edit = withoutScript;
    await page.route(/\/(termine|draw)$/, async (route) => {
      const answer = await route.fetch({ maxRedirects: 0 });
      await route.fulfill({ response: answer, body: edit(await answer.text()) });
    });
    return look;
  }

  // show loads a state, does what its visitor does, and opens everything that can be opened.
  async show(state, { lang = 'de', open = true } = {}) {
    await setup({ ...setupOf(state), lang, message: state.message ?? '' });
    await this.page.goto(base + pathOf(state));
    await settled(this.page); // at its turn a page asks at once, and says something else to who has come before the answer
    await this.page.evaluate(() => { try { sessionStorage.clear(); } catch { /* not allowed in a frame */ } });
    if (this.scripted) await state.act?.(this.page);
    if (this.scripted && state.draw) await this.#computed();
    if (open) await this.page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true; });
  }

  // computed waits until the page of a draw has computed what it can.
  async #computed() {
    for (;;) {
      await this.page.clock.runFor(100);
      if (await this.page.evaluate(() => !document.querySelector('#check:not([hidden])') || document.querySelector('#check').dataset.verdict)) return;
    }
  }

  // lines are what a screen reader finds, in its order, each with its role, its text and its box: [role, text, [x, y, width, height]].
  async lines() {
    const [{ nodes }, snapshot] = await Promise.all([
      this.cdp.send('Accessibility.getFullAXTree'),
      this.cdp.send('DOMSnapshot.captureSnapshot', { computedStyles: [] }),
    ]);
    const boxes = boxesOf(snapshot.documents[0]);
    const byId = new Map(nodes.map((n) => [n.nodeId, n]));
    const lines = [];
    const walk = (node, into) => {
      const role = node.role?.value;
      if (role === 'InlineTextBox') return;
      if (role === 'StaticText') {
        if (into) into.said.push(node.name.value.trim());
        return;
      }
      const kept = !node.ignored && !['RootWebArea', 'generic', 'none', 'LineBreak', 'ListMarker', 'MarkerStatic'].includes(role);
      const line = kept ? { role: described(node, role), name: node.name?.value ?? '', said: [], box: boxes.get(node.backendDOMNodeId) } : into;
      if (kept) lines.push(line);
      for (const id of node.childIds ?? []) if (byId.has(id)) walk(byId.get(id), line);
    };
    walk(nodes[0]);
    return lines.map(({ role, name, said, box }) => [role, (said.join(' ') || name).replace(/\u00ad/g, '').replace(/\s+/g, ' ').trim(), box]);
  }

  // wider is by how many pixels the page is too wide, and what is.
  wider() {
    return this.page.evaluate(() => {
      const room = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= room) return [];
      return [...document.querySelectorAll('body *')].filter((el) => el.checkVisibility() && el.getBoundingClientRect().right > room + 0.5)
        .map((el) => `${el.outerHTML.slice(0, 80)} reaches ${Math.round(el.getBoundingClientRect().right)} of ${room}`);
    });
  }

  // missing are the signs of the page that its font does not have.
  async missing() {
    const text = await this.page.evaluate(() => {
      const made = [...document.querySelectorAll('*')].flatMap((el) => ['::before', '::after'].map((p) => getComputedStyle(el, p).content)).filter((c) => c !== 'none' && c !== 'normal');
      const named = [...document.querySelectorAll('[aria-label], [alt], [placeholder]')].map((el) => el.getAttribute('aria-label') ?? el.getAttribute('alt') ?? el.getAttribute('placeholder'));
      return [document.title, document.body.innerText, ...made, ...named].join('');
    });
    return [...new Set(text)].filter((c) => !/[\s\u00ad\u200b-\u200f\u2060\u2066-\u2069]/u.test(c) && !drawn(c.codePointAt(0)));
  }

  // unfit is what axe finds against WCAG 2.2 AA, or cannot tell.
  async unfit({ forced = false } = {}) {
    await this.page.evaluate(`((setTimeout) => { ${axe} })(globalThis.going)`);
    const found = await this.page.evaluate((rules) => globalThis.axe.run(document, {
      // Of the rules that pass one element each is enough: to name them all takes longer than to check them.
      resultTypes: ['violations', 'incomplete'],
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules,
    }), {
      'target-size': { enabled: true },
      // Without script a reload is the only way to learn that it is one's turn: the exception for real-time events of 2.2.1.
      'meta-refresh': { enabled: this.scripted },
      // In forced colours the system chooses the colours, and axe computes with those of the style.
      'color-contrast': { enabled: !forced },
    });
    if (found.passes.length < 10) return ['axe checked next to nothing'];
    return [...found.violations, ...found.incomplete].map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html).join(' ')}`);
  }

  close() { return this.context.close(); }
}

export const withoutScript = (html) => html.replace(/<script[\s\S]*?<\/script>/g, '').replace(/<\/?noscript>/g, '');

// described is a role with what changes its meaning.
function described(node, role) {
  const of = (name) => node.properties?.find((p) => p.name === name)?.value.value;
  const names = { DisclosureTriangle: 'disclosure', DescriptionList: 'list of terms' };
  const marks = [role === 'heading' ? of('level') : '', of('expanded') === undefined ? '' : of('expanded') ? 'open' : 'closed', of('focused') ? 'focused' : '', of('invalid') === 'true' ? 'invalid' : ''];
  return [names[role] ?? role, ...marks].filter((m) => m).join(' ');
}

// boxesOf are the boxes of a document's elements by the numbers that Chromium gives them, in whole pixels.
function boxesOf({ nodes, layout }) {
  const boxes = new Map();
  for (const [i, index] of layout.nodeIndex.entries()) boxes.set(nodes.backendNodeId[index], layout.bounds[i].map(Math.round));
  return boxes;
}

// drawn says whether both faces of the font have a sign.
const charsets = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) => execFileSync('fc-query', ['-f', '%{charset}', dejavu + file], { encoding: 'utf8' })
  .split(' ').map((range) => range.split('-').map((n) => Number.parseInt(n, 16))));
const drawn = (code) => charsets.every((ranges) => ranges.some(([from, to = from]) => from <= code && code <= to));
