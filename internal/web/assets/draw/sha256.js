// SHA-256 (FIPS 180-4). crypto.subtle is missing on pages without TLS and in old browsers, and a check needs some 180 short hashes.

var K = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
];

// sha256 is the hash of an array of bytes, as an array of 32 bytes.
function sha256(message) {
  var h = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
  var bytes = message.concat(0x80), out = [], at, i;
  while (bytes.length % 64 !== 56) { bytes.push(0); }
  bytes = bytes.concat(be64(message.length * 8));
  for (at = 0; at < bytes.length; at += 64) { block(h, bytes, at); }
  for (i = 0; i < 32; i += 1) { out.push(h[i >> 2] >>> (24 - i % 4 * 8) & 255); }
  return out;
}

var w = new Array(64);

// block works 64 bytes into the state. Rotations are written out: a telephone runs most of a check before its engine has compiled it.
function block(h, bytes, at) {
  var a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], z = h[7], i, x, y, one;
  for (i = 0; i < 16; i += 1, at += 4) {
    w[i] = bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
  }
  for (; i < 64; i += 1) {
    x = w[i - 15];
    y = w[i - 2];
    w[i] = ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10) + w[i - 16] + w[i - 7] | 0;
  }
  for (i = 0; i < 64; i += 1) {
    one = ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + z + K[i] + w[i] | 0;
    x = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c) | 0;
    z = g; g = f; f = e; e = d + one | 0; d = c; c = b; b = a; a = one + x | 0;
  }
  h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += z;
  for (i = 0; i < 8; i += 1) { h[i] |= 0; }
}

// be64 writes a whole number below 2^53 in eight bytes, the highest first.
function be64(n) {
  var out = [], i;
  for (i = 7; i >= 0; i -= 1) { out[i] = n % 256; n = Math.floor(n / 256); }
  return out;
}

// ofText is a text as the bytes of its UTF-8, ofHex are the bytes that a text of hexadecimal digits names, and hex is the way back.
function ofText(text) {
  return unescape(encodeURIComponent(text)).split('').map(function (c) { return c.charCodeAt(0); });
}
function ofHex(text) { return (String(text).match(/../g) || []).map(function (two) { return parseInt(two, 16); }); }
function hex(bytes) { return bytes.map(function (b) { return (b < 16 ? '0' : '') + b.toString(16); }).join(''); }
