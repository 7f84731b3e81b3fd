// Computes the whole order of a draw from its published record alone:
//
//	node recompute.mjs RECORD
//
// It prints a line for each lot in the order of the places: place, epoch and number of the ticket, place counted from 1. It fails with
// the name of the first thing that does not fit: a signature, the commitment, the freeze, the beacon's value, the seed. Whether drand
// has signed the round it cannot tell, only that the value is the hash of the signature. It shares no code with the gateway
// or with the pages; docs/draw.md says what it follows.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const bytes = (hex) => Buffer.from(hex, 'hex');

// be64 and le32 are a number's bytes.
const be64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64BE(BigInt(n)); return b; };
const le32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32LE(Number(n)); return b; };

function need(fits, what) { if (!fits) throw new Error(what); }

// signed checks the signature of a statement and gives what it says. The text that was signed is the statement as it stands.
function signed(record, what) {
  need(record[what], `${what}: the record has none`);
  const { kid, signature, statement } = record[what];
  const key = record.keys.find((k) => k.kid === kid);
  need(key, `${what}: key ${kid} is not in the record`);
  const spki = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes(key.key).toString('base64url') }, format: 'jwk' });
  need(verify(null, Buffer.from(JSON.stringify(statement)), spki, bytes(signature)), `${what}: the signature does not fit`);
  need(statement.statement === `einlass/draw/v1/${what}`, `${what}: it is another statement`);
  return statement;
}

function beaconOf(commitment, freeze, result) {
  if (result.fallback) {
    need(result.beacon === 'none', 'result: a draw that fell back has no beacon');
  } else {
    need(result.beacon === commitment.beacon, 'result: another beacon than was announced');
  }
  switch (result.beacon) {
    case 'drand': {
      const { genesis, period } = commitment.chain;
      const wait = freeze.frozen + 10_000 - genesis * 1000;
      need(freeze.round === 1 + Math.ceil(Math.max(0, wait) / (period * 1000)), 'freeze: another round than follows from its time');
      return sha256(bytes(result.signature));
    }
    case 'typed': return sha256(result.line);
    default: return Buffer.alloc(32);
  }
}

// seedOf checks everything that comes before the order.
function seedOf(commitment, freeze, result, freezeText) {
  for (const s of [freeze, result]) {
    need(s.room === commitment.room && s.opening === commitment.opening, 'the statements are of different draws');
  }
  need(freeze.commit === commitment.commit, 'freeze: another commitment');
  need(result.freeze === sha256(freezeText).toString('hex'), 'result: another freeze');
  const lots = freeze.segments.reduce((sum, s) => sum + s.last - s.first + 1, 0);
  need(lots === freeze.n && freeze.segments[0].epoch === freeze.epoch && freeze.segments[0].first === freeze.n0, 'freeze: the lots are not as many as it says');
  if (result.secret) {
    need(sha256('einlass/draw/v1/commit\n', bytes(result.secret)).toString('hex') === commitment.commit, 'result: the secret is not the one that was sealed');
  }
  if (result.algorithm === 'arrival') {
    need(result.fallback === 'no-seed' && /^0{64}$/.test(result.seed), 'result: only a draw that has failed keeps the order of arrival');
    return null;
  }
  need(result.algorithm === 'swap-or-not-90-sha256', `result: algorithm ${result.algorithm} is not known`);
  const value = beaconOf(commitment, freeze, result);
  need(value.toString('hex') === result.value, "result: the value is not the beacon's");
  const seed = sha256('einlass/draw/v1/seed\n', bytes(result.secret), be64(freeze.epoch), be64(freeze.n0), be64(freeze.n), bytes(freeze.root), value);
  need(seed.toString('hex') === result.seed, 'result: the seed does not follow');
  return seed;
}

// arrivalsByPlace is the lot that has drawn each place. All lots go through the rounds together, so that each hash is made once.
function arrivalsByPlace(seed, n) {
  const lots = Array.from({ length: n }, (_, i) => i);
  if (!seed) return lots;
  for (let r = 0; r < 90; r += 1) {
    const round = Buffer.concat([seed, Buffer.of(r)]);
    const pivot = Number(sha256(round).readBigUInt64LE() % BigInt(n));
    const blocks = new Map();
    for (let lot = 0; lot < n; lot += 1) {
      const i = lots[lot], mirror = (pivot + n - i) % n, high = Math.max(i, mirror), block = Math.floor(high / 256);
      if (!blocks.has(block)) blocks.set(block, sha256(round, le32(block)));
      if (blocks.get(block)[(high % 256) >> 3] >> (high % 8) & 1) lots[lot] = mirror;
    }
  }
  const byPlace = new Array(n);
  lots.forEach((place, lot) => { byPlace[place] = lot; });
  return byPlace;
}

// orderOf is the order of a record: the tickets by their places.
export function orderOf(text) {
  const record = JSON.parse(text);
  const [commitment, freeze, result] = ['commitment', 'freeze', 'result'].map((what) => signed(record, what));
  const seed = seedOf(commitment, freeze, result, JSON.stringify(freeze));
  const tickets = freeze.segments.flatMap(({ epoch, first, last }) =>
    Array.from({ length: last - first + 1 }, (_, i) => ({ epoch, number: first + i })));
  return arrivalsByPlace(seed, freeze.n).map((lot) => tickets[lot]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const order = orderOf(await readFile(process.argv[2], 'utf8'));
    process.stdout.write(order.map(({ epoch, number }, place) => `${place + 1} ${epoch} ${number}\n`).join(''));
  } catch (err) {
    process.stderr.write(`recompute: ${err.message}\n`);
    process.exitCode = 1;
  }
}
