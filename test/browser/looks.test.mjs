// Looks in windows, with text, and in browsers that are not the usual ones.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { every } from './browser.mjs';
import { launch, Look } from './look.mjs';
import { states } from './states.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

async function looking(options, run) {
  const look = await Look.open(browser, { bypassCSP: true, ...options });
  try {
    await run(look);
  } finally {
    await look.close();
  }
}

// What an operator writes may have words of any length, and a figure of a million does not fit.
const few = ['waiting', 'waiting-5-ahead', 'called-nobody-there', 'missed', 'closed', 'lobby', 'draw-fits', 'door-asks', 'interrupted-form', 'form-late', 'over-left', 'move', 'place-wrong', 'error-404'];
const chosen = Object.entries(states).filter(([id, state]) => state.script !== false && id !== 'waiting-a-million-ahead' && (every || few.includes(id)))
  .map(([id, { act, ...state }]) => [id, { ...state, ...(state.message ? { message: 'Um 11 Uhr geht es weiter.' } : {}) }]);

const styled = (page, css) => page.evaluate((text) => { document.head.append(Object.assign(document.createElement('style'), { textContent: text })); }, css);

// cut are the words that break where they have no hyphen. Links and sums in hexadecimal digits may break anywhere.
const cut = (page) => page.evaluate(() => {
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = texts.nextNode());) {
    const el = node.parentElement;
    if (el.closest('script, style, noscript, .spoken') || !el.checkVisibility() || getComputedStyle(el).overflowWrap === 'anywhere') continue;
    for (const word of node.data.matchAll(/[^\s\u00ad-]+/g)) {
      const range = document.createRange();
      // The box of a word's second part begins with the hyphen, on the line before.
      range.setStart(node, word.index + (node.data[word.index - 1] === '\u00ad' ? 1 : 0));
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].filter((r) => r.width > 0).map((r) => Math.round(r.top)));
      if (lines.size > 1) found.push(`${word[0]} in ${el.outerHTML.slice(0, 60)}`);
    }
  }
  return found;
});

// readable sees whether the pages can still be read with a style, or after something else was set.
async function readable(t, css, set) {
  await looking({ viewport: { width: 360, height: 780 } }, async (look) => {
    await set?.(look);
    for (const [id, state] of chosen) {
      await t.test(id, async () => {
        await look.show(state);
        await styled(look.page, css);
        assert.deepEqual([...await look.wider(), ...await cut(look.page)], []);
      });
    }
  });
}

test('with text at twice its size on a telephone no word is cut, and nothing is too wide', (t) => readable(t, '', async (look) => {
  await look.cdp.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
  await look.show(states.missed);
  assert.equal(await look.page.evaluate(() => getComputedStyle(document.querySelector('#heading ~ p:not(.lead)')).fontSize), '36px');
}));

test('with the spacing of WCAG 1.4.12 no word is cut, and nothing is too wide', (t) => readable(t,
  '* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; } p { margin-bottom: 2em !important; }'));

test('a screen of 3840 pixels has text in its middle, in lines of at most 80 signs', async () => {
  await looking({ viewport: { width: 3840, height: 2160 } }, async (look) => {
    await look.show(states.waiting);
    const { left, right, signs } = await look.page.evaluate(() => {
      const box = document.querySelector('main').getBoundingClientRect();
      const lead = document.querySelector('#know li');
      const one = Object.assign(document.createElement('span'), { textContent: 'n'.repeat(100), style: 'white-space: nowrap' });
      lead.append(one);
      const width = one.getBoundingClientRect().width / 100;
      one.remove();
      return { left: box.left, right: innerWidth - box.right, signs: lead.getBoundingClientRect().width / width };
    });
    assert.ok(Math.abs(left - right) <= 1 && left > 1000, `${left} pixels on the left, ${right} on the right`);
    assert.ok(signs <= 80, `${signs} signs`);
  });
});

test('at 400 % of 1280 pixels nothing is too wide', async () => {
  await looking({ viewport: { width: 320, height: 200 }, deviceScaleFactor: 4 }, async (look) => {
    await look.show(states.waiting);
    assert.deepEqual(await look.wider(), []);
  });
});

test('in forced colours the bar is seen, and buttons, fields and notes have borders', async () => {
  await looking({ viewport: { width: 360, height: 780 }, forcedColors: 'active' }, async (look) => {
    await look.show({ ahead: 2000 });
    await look.show({ ahead: 1000, stale: true, message: 'Um 11 Uhr geht es weiter.' });
    await look.page.evaluate(() => { const bar = document.getElementById('bar'); Object.assign(bar, { max: 100, value: 50, hidden: false }); });
    assert.deepEqual(await bordered(look.page, 'button:not(.languages button), .button, .note, .message, .facts'), []);
    const [ground, done, left] = await colours(look, '#bar', [[-0.1, 0.5], [0.25, 0.5], [0.75, 0.5]]);
    assert.ok(contrast(done, left) >= 3, `what is done is ${done}, what is left ${left}`);
    assert.ok(contrast(done, ground) >= 3, `what is done is ${done}, the page ${ground}`);
    await look.show(states['door-asks']);
    assert.deepEqual(await bordered(look.page, 'button:not(.languages button), .button, input'), []);
  });
});

// bordered are the visible elements without a border all around, or with one that has the colour of what is around it.
const bordered = (page, selector) => page.evaluate((what) => {
  const all = [...document.querySelectorAll(what)].filter((el) => el.checkVisibility());
  if (!all.length) return ['nothing is there'];
  return all.filter((el) => {
    const style = getComputedStyle(el), around = getComputedStyle(document.body).backgroundColor;
    return ['Top', 'Right', 'Bottom', 'Left'].some((side) => Number.parseFloat(style[`border${side}Width`]) < 1
      || style[`border${side}Style`] === 'none' || style[`border${side}Color`] === around);
  }).map((el) => el.outerHTML.slice(0, 80));
}, selector);

// colours are those of a picture, at points that are given in parts of an element's width and height.
async function colours(look, selector, points) {
  const box = await look.page.locator(selector).boundingBox();
  const picture = (await look.page.screenshot({ fullPage: true })).toString('base64');
  const blank = await look.context.newPage();
  const read = await blank.evaluate(async ([data, at]) => {
    const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + data)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
    canvas.drawImage(image, 0, 0);
    return at.map(([x, y]) => [...canvas.getImageData(x, y, 1, 1).data].slice(0, 3));
  }, [picture, points.map(([x, y]) => [Math.round(box.x + x * box.width), Math.round(box.y + y * box.height)])]);
  await blank.close();
  return read;
}

const luminance = (colour) => colour.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const contrast = (a, b) => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};

// What a browser of 2015 does not know is left out of the style, rule by rule and declaration by declaration, as it would do.
function olden(html) {
  return html.replace(/(<style>)([\s\S]*?)(<\/style>)/g, (_, open, css, close) => open + css
    .replace(/[^{}]*:focus-visible[^{}]*\{[^}]*\}/g, '')
    .replace(/([{;])\s*(?:--[\w-]+|(?:margin|padding|border)-(?:inline|block)(?:-\w+)*|inset(?:-\w+)*|gap|text-wrap|hyphens)\s*:[^;}]*/g, '$1')
    .replace(/([{;])\s*[\w-]+\s*:[^;}]*(?:var|clamp|min|max)\([^;}]*/g, '$1') + close);
}

test('in an old browser text keeps 12 pixels from the edge', async (t) => {
  await looking({ viewport: { width: 320, height: 640 }, edit: olden }, async (look) => {
    for (const [id, state] of chosen.filter(([, s]) => !s.draw)) {
      await t.test(id, async () => {
        await look.show(state);
        assert.deepEqual(await look.wider(), []);
        assert.deepEqual(await look.page.evaluate(() => {
          const css = [...document.styleSheets].flatMap((s) => [...s.cssRules]).map((r) => r.cssText).join('');
          const near = /var\(|clamp\(|-inline|-block:/.test(css) ? ['the style has what it should not have'] : [];
          const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let node; (node = texts.nextNode());) {
            if (!node.data.trim() || node.parentElement.closest('script, noscript, .spoken') || !node.parentElement.checkVisibility()) continue;
            const range = document.createRange();
            range.selectNodeContents(node);
            for (const r of range.getClientRects()) if (r.width > 1 && (r.left < 12 || r.right > innerWidth - 12)) near.push(`${node.data.trim()} from ${r.left} to ${r.right}`);
          }
          return near;
        }), []);
      });
    }
  });
});

test('on paper text is black on white, and what can only be pressed is not there', async () => {
  await looking({ viewport: { width: 794, height: 1123 }, colorScheme: 'dark' }, async (look) => {
    await look.show(states.waiting);
    await look.page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const { text, ground, pressed } = await look.page.evaluate(() => ({
      text: getComputedStyle(document.querySelector('h1')).color, ground: getComputedStyle(document.body).backgroundColor,
      pressed: [...document.querySelectorAll('button, progress')].filter((el) => el.checkVisibility()).map((el) => el.outerHTML.slice(0, 60)),
    }));
    assert.deepEqual({ text, ground, pressed }, { text: 'rgb(0, 0, 0)', ground: 'rgb(255, 255, 255)', pressed: [] });
  });
});

test('who wants little motion gets none', async () => {
  await looking({}, async (look) => {
    await look.show(states.waiting);
    assert.equal(await look.page.evaluate(() => document.getAnimations().length), 0);
  });
});
