// Old telephones do not parse anything newer than ECMAScript 5, and run nothing of a script that they do not parse. What counts is
// what is sent: a minifier may write what its source does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'acorn';
import { base, setup } from './browser.mjs';
import { pathOf, setupOf, states } from './states.mjs';

const scripts = /<script[^>]*>([\s\S]*?)<\/script>/g;

test('each script that a page brings is ECMAScript 5', async () => {
  const seen = new Set();
  for (const state of Object.values(states)) {
    await setup({ ...setupOf(state), lang: 'de' });
    const page = await (await fetch(base + pathOf(state))).text();
    for (const [, script] of page.matchAll(scripts)) seen.add(script);
  }
  assert.ok(seen.size >= 4, `${seen.size} scripts: of the waiting page, its guard, the short pages and the draw`);
  for (const script of seen) {
    try {
      parse(script, { ecmaVersion: 5, sourceType: 'script' });
    } catch (e) {
      assert.fail(`${e.message}: …${script.slice(Math.max(0, e.pos - 40), e.pos + 40)}…`);
    }
  }
});

test('what the parser refuses is newer', () => {
  assert.throws(() => parse('var a = 2 ** 3', { ecmaVersion: 5 }));
});
