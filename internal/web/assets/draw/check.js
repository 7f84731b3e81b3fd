// What can be checked of a draw by its published record: pure, so that it is the same in a test as on a page.

// checkDraw computes again what the record says, and the place of mine, a ticket's epoch and number with the place that it was told,
// counted from 1. Each answer is true where it fits, false where it does not, and left out where there is nothing to check:
//
//   lots   the statements belong together, and the lots are as many as they say
//   seal   the secret is what was sealed before the lobby opened
//   value  the public value is from where it was announced to be from, unless it is said why not, and follows from what was published of it
//   seed   the seed follows from the secret, the lots and the public value
//   place  the lot has drawn the place that its bearer was told
//   drawn  the place that was computed, counted from 1
function checkDraw(record, mine) {
  var said = record.commitment.statement, frozen = record.freeze.statement, result = record.result.statement, lot, fits, answer = {};
  answer.lots = belongTogether(said, frozen, result);
  if (result.secret) {
    answer.seal = hash(ofText('einlass/draw/v1/commit\n').concat(ofHex(result.secret))) === said.commit;
  }
  if (result.algorithm === 'swap-or-not-90-sha256') {
    fits = valueOf(result) === result.value && (result.beacon === said.beacon || !!result.fallback);
    if (!fits || result.beacon !== 'none') { answer.value = fits; }
    answer.seed = seedOf(frozen, result) === result.seed;
  }
  lot = lotOf(frozen.segments, mine.epoch, mine.number);
  if (lot >= 0 && mine.place > 0) {
    answer.drawn = 1 + (result.algorithm === 'arrival' ? lot : placeOf(ofHex(result.seed), frozen.n, lot));
    answer.place = answer.drawn === mine.place;
  }
  return answer;
}

function hash(bytes) { return hex(sha256(bytes)); }

// belongTogether holds the statements against each other. The result names the freeze by the hash of its text.
function belongTogether(said, frozen, result) {
  var all = frozen.segments.reduce(function (sum, s) { return sum + s.last - s.first + 1; }, 0), first = frozen.segments[0];
  return [frozen, result].every(function (s) { return s.room === said.room && s.opening === said.opening; }) &&
    frozen.commit === said.commit && result.freeze === hash(ofText(JSON.stringify(frozen))) &&
    all === frozen.n && first.epoch === frozen.epoch && first.first === frozen.n0 && frozen.round === roundAfter(frozen.frozen, said.chain);
}

// roundAfter is the round of drand that decides: the first that begins ten seconds after the start, or later.
function roundAfter(frozen, chain) {
  return chain && 1 + Math.max(0, Math.ceil((frozen + 10000 - chain.genesis * 1000) / (chain.period * 1000)));
}

// valueOf is the public value by what was published of it.
function valueOf(result) {
  switch (result.beacon) {
  case 'drand': return hash(ofHex(result.signature));
  case 'typed': return hash(ofText(result.line));
  default: return new Array(65).join('0');
  }
}

function seedOf(frozen, result) {
  return hash([].concat(ofText('einlass/draw/v1/seed\n'), ofHex(result.secret || ''), be64(frozen.epoch), be64(frozen.n0), be64(frozen.n),
    ofHex(frozen.root), ofHex(result.value)));
}

// lotOf is how many lots come before a number, -1 where it has none.
function lotOf(segments, epoch, number) {
  var before = 0, i, s;
  for (i = 0; i < segments.length; i += 1) {
    s = segments[i];
    if (s.epoch === epoch && number >= s.first && number <= s.last) { return before + number - s.first; }
    before += s.last - s.first + 1;
  }
  return -1;
}
