// The order of a draw: the swap-or-not shuffle with 90 rounds, as docs/draw.md of the product describes it. It is written for itself, so
// that it checks what the server has computed.

var ROUNDS = 90;

// placeOf is the place that a lot of n has drawn. Lots and places are counted from 0; seed is 32 bytes.
function placeOf(seed, n, lot) {
  var round, pivot, flip, high, bits;
  for (round = 0; round < ROUNDS; round += 1) {
    pivot = remainder(sha256(seed.concat(round)), n);
    flip = (pivot + n - lot) % n;
    high = Math.max(lot, flip);
    bits = sha256(seed.concat(round, le32(Math.floor(high / 256))));
    if (bits[Math.floor(high % 256 / 8)] >> high % 8 & 1) { lot = flip; }
  }
  return lot;
}

// remainder is what the first eight bytes, the lowest first, leave when they are divided by n. Digit by digit, as by hand: no number on
// the way is above 2^53, so that each is exact.
function remainder(bytes, n) {
  var rest = 0, i;
  for (i = 7; i >= 0; i -= 1) { rest = (rest * 256 + bytes[i]) % n; }
  return rest;
}

function le32(n) { return be64(n).slice(4).reverse(); }
