// Who logs in, with which password and which one-time codes.
import { createHmac } from 'node:crypto';

export const people = JSON.parse(process.env.PEOPLE); // name → password and secret

// code is the one-time code of a moment (RFC 6238).
export function code(secret, now = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/=+$/, '')].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = mac[19] & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1e6).padStart(6, '0');
}

export async function logIn(page, name, typed = people[name].password) {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Passwort').fill(typed);
  await page.getByLabel('Code aus der App').fill(code(people[name].secret));
  await page.getByRole('button', { name: 'Anmelden' }).click();
}
