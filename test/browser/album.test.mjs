// The pictures in docs/pages are of the pages as they are.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { picturesOf, sourceOf } from './pictures.mjs';
import { states } from './states.mjs';

const folder = new URL('../../docs/pages/album/', import.meta.url);
const files = readdirSync(folder).filter((f) => f.endsWith('.png'));
const index = readFileSync(new URL('../README.md', folder), 'utf8');

test('each picture is of its page as it is today', async () => {
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8'));
  assert.deepEqual(Object.keys(manifest).sort(), Object.keys(states).sort(), 'the states and the album differ: run make pages, and look at the new pictures');
  const old = [];
  for (const [id, state] of Object.entries(states)) if (await sourceOf(state) !== manifest[id]) old.push(id);
  assert.deepEqual(old, [], 'these pages have changed, and their pictures have not: run make pages, and look at them');
});

test('the album has each picture that its index shows, and no others', () => {
  const expected = Object.keys(states).flatMap((id) => picturesOf(id).map((view) => `${id}-${view}.png`)).sort();
  assert.deepEqual([...files].sort(), expected);
  assert.deepEqual([...index.matchAll(/src="album\/([^"]+)"/g)].map((m) => m[1]).sort(), expected);
});

test('the album is small', () => {
  const size = files.reduce((sum, f) => sum + statSync(new URL(f, folder)).size, 0);
  assert.ok(size <= 4 << 20, `${size} bytes`);
});
