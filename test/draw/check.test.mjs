// The script of the page of a draw, without a page: what it computes is what everybody else does.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const here = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const assets = '../../internal/web/assets/draw/';
const page = new Function(['sha256.js', 'permutation.js', 'check.js'].map((name) => here(assets + name)).join('') +
  ';return { sha256: sha256, hex: hex, ofHex: ofHex, ofText: ofText, placeOf: placeOf, checkDraw: checkDraw, lotOf: lotOf };')();
const record = (rule) => JSON.parse(here(`../../pkg/queue/draw/testdata/record-${rule}.json`));

test('SHA-256 of every length up to three blocks', () => {
  for (let n = 0; n < 200; n += 1) {
    const bytes = Array.from({ length: n }, (_, i) => i * 7 + n & 255);
    assert.equal(page.hex(page.sha256(bytes)), createHash('sha256').update(Buffer.from(bytes)).digest('hex'), `${n} bytes`);
  }
  assert.equal(page.hex(page.sha256(page.ofText('Größe €'))), createHash('sha256').update('Größe €').digest('hex'));
});

test('places of the published vectors', () => {
  const some = '504eb001483eb71ee6e19b723539d175684b6efc04147cb59da5d77a39b96b07';
  for (const [seed, n, places] of [
    ['d1829639290b0ad7a3ab383e4250e809905862ed8a960449396458092852cb34', 9000, [3669, 6116, 2788, 4609, 6350, 5595, 3850, 2446]],
    [some, 10, [0, 3, 7, 6, 4, 2, 1, 9, 5, 8]],
    [some, 9000, [8066, 2907, 470, 7568, 1817, 3753, 8544, 4319, 3311, 7001]],
    [some, 1000000, [742392, 759351, 971041, 750028, 455681, 208092, 425195, 110844, 3852, 548293]],
  ]) {
    assert.deepEqual(places.map((_, lot) => page.placeOf(page.ofHex(seed), n, lot)), places, `of ${n}`);
  }
});

test('one place takes two hashes a round', () => {
  const source = ['sha256.js', 'permutation.js'].map((name) => here(assets + name)).join('');
  const counted = new Function(source.replace('function block(h, bytes, at) {', '$& blocks += 1;') + ';var blocks = 0; return { placeOf: placeOf, blocks: function () { return blocks; } };')();
  counted.placeOf(page.ofHex('ff'.repeat(32)), 1000000, 5);
  assert.equal(counted.blocks(), 180);
});

const mine = { epoch: 7, number: 1, place: 3670 };
const fits = { lots: true, seal: true, value: true, seed: true, place: true, drawn: 3670 };

test('a record that fits', () => {
  assert.deepEqual(page.checkDraw(record('drand'), mine), fits);
  for (const rule of ['none', 'typed']) {
    const { drawn, place, ...rest } = page.checkDraw(record(rule), mine);
    assert.deepEqual(rest, { lots: true, seal: true, seed: true, ...(rule === 'typed' ? { value: true } : {}) }, rule);
    assert.equal(place, drawn === mine.place);
  }
});

test('a lot of a later epoch, and a ticket without a lot', () => {
  const { segments } = record('drand').freeze.statement;
  assert.equal(page.lotOf(segments, 7, 8000), 7999);
  assert.equal(page.lotOf(segments, 9, 4), 8000);
  for (const [epoch, number] of [[7, 8001], [9, 3], [9, 1004], [8, 4]]) assert.equal(page.lotOf(segments, epoch, number), -1);
  const { drawn, place } = page.checkDraw(record('drand'), { epoch: 8, number: 1, place: 1 });
  assert.deepEqual([drawn, place], [undefined, undefined]);
});

test('each thing that does not fit is named', () => {
  const other = 'ff'.repeat(32);
  for (const [what, change, rule = 'drand'] of [
    ['lots', (r) => { r.freeze.statement.n = 9001; }],
    ['lots', (r) => { r.freeze.statement.segments[0].last -= 1; }],
    ['lots', (r) => { r.freeze.statement.frozen += 3000; }],
    ['lots', (r) => { r.result.statement.opening = '2026-12-01 14:00'; }],
    ['seal', (r) => { r.result.statement.secret = other; }],
    ['seal', (r) => { r.commitment.statement.commit = other; }],
    ['value', (r) => { r.result.statement.signature = other; }],
    ['value', (r) => { r.result.statement.line += '1'; }, 'typed'],
    ['value', (r) => { r.result.statement.value = other; }, 'none'],
    ['value', (r) => { r.commitment.statement.beacon = 'drand'; }, 'none'],
    ['seed', (r) => { r.result.statement.seed = other; }],
    ['seed', (r) => { r.freeze.statement.epoch = 8; }],
  ]) {
    const changed = record(rule);
    change(changed);
    assert.equal(page.checkDraw(changed, mine)[what], false, `${what}: ${change}`);
  }
  const answer = page.checkDraw(record('drand'), { ...mine, place: 3671 });
  assert.deepEqual(answer, { ...fits, place: false });
});

test('a draw that fell back, and one that failed', () => {
  const late = record('none');
  late.commitment.statement.beacon = 'typed';
  late.result.statement.fallback = 'nothing-typed';
  assert.equal(page.checkDraw(late, mine).value, undefined);
  delete late.result.statement.fallback;
  assert.equal(page.checkDraw(late, mine).value, false);
  const failed = record('none');
  Object.assign(failed.result.statement, { algorithm: 'arrival', fallback: 'no-seed', seed: '00'.repeat(32) });
  const { seed, value, place, drawn } = page.checkDraw(failed, { ...mine, place: 1 });
  assert.deepEqual([seed, value, place, drawn], [undefined, undefined, true, 1]);
});
