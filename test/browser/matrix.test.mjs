// Every state looks as it did: its texts, its roles, its boxes. None is wider than its window, has a sign that the font lacks, or
// breaks a rule of WCAG 2.2 AA that a program can check. An ordinary run looks at each in German, on a telephone and a desktop; one
// with every test also on the narrowest window, dark, in forced colours, without script, and in the other languages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { every } from './browser.mjs';
import { Golden, updating } from './golden.mjs';
import { launch, Look } from './look.mjs';
import { states } from './states.mjs';

// What is written anew is looked at in one scheme, and checked afterwards.
const heights = { 320: 640, 360: 780, 1280: 800 };
const schemes = [
  { name: 'light', colorScheme: 'light', forcedColors: 'none' },
  ...(every && !updating ? [{ name: 'dark', colorScheme: 'dark', forcedColors: 'none' }, { name: 'forced colours', colorScheme: 'dark', forcedColors: 'active' }] : []),
];
const runs = [
  { golden: new Golden('de.txt', ['360', '1280', '320']), lang: 'de', widths: every ? ['360', '1280', '320'] : ['360', '1280'], schemes },
  ...(every ? [
    { golden: new Golden('de-noscript.txt'), lang: 'de', widths: ['360', '1280', '320'], schemes, scripted: false },
    { golden: new Golden('en.txt', ['360']), lang: 'en', widths: ['360'], schemes: schemes.slice(0, 1) },
    { golden: new Golden('de-simple.txt', ['360']), lang: 'de-simple', widths: ['360'], schemes: schemes.slice(0, 1) },
  ] : []),
];

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

for (const { golden, lang, widths, schemes, scripted = true } of runs) {
  test(`${lang}, ${scripted ? 'with' : 'without'} script`, async (t) => {
    const look = await Look.open(browser, { scripted, viewport: size(widths[0]) });
    for (const [id, state] of Object.entries(states)) {
      if (state.script === !scripted) continue;
      await t.test(id, async () => {
        await look.page.setViewportSize(size(widths[0]));
        await look.show(state, { lang });
        const { wrong, seen } = await through(look, widths, schemes);
        assert.deepEqual([...wrong, ...golden.differs(id, seen)], []);
      });
    }
    golden.write();
    await look.close();
  });
}

const size = (width) => ({ width: Number(width), height: heights[width] });

// through looks at the page in every width and every scheme of colours. The checker is asked at the first width only, unless every
// test is played: what it finds seldom depends on the width.
async function through(look, widths, schemes) {
  const wrong = [], seen = {};
  for (const width of widths) {
    await look.page.setViewportSize(size(width));
    for (const { name, ...media } of schemes) {
      if (schemes.length > 1) await look.page.emulateMedia(media);
      const note = (found) => { wrong.push(...found.map((f) => `${width} pixels, ${name}: ${f}`)); };
      const lines = await look.lines();
      note(await look.wider());
      if (!updating && (every || width === widths[0])) note(await look.unfit({ forced: media.forcedColors === 'active' }));
      if (seen[width]) note(JSON.stringify(seen[width]) === JSON.stringify(lines) ? [] : ['colours move something']);
      seen[width] ??= lines;
    }
  }
  wrong.push(...(await look.missing()).map((c) => `the font has no ${c}`));
  return { wrong, seen };
}
