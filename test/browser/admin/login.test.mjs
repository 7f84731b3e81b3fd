// Who logs in sees and changes what their role lets them, in this browser alone.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { until } from '../browser.mjs';
import { at, base, patch, ready, room, setUp, unfit, withOperator } from './admin.mjs';

setUp();

const people = JSON.parse(process.env.PEOPLE); // name → password and secret
const anonymous = { extraHTTPHeaders: {} };

// code is the one-time code of a moment (RFC 6238).
function code(secret, now = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/=+$/, '')].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = mac[19] & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1e6).padStart(6, '0');
}

async function logIn(page, name, typed = people[name].password) {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Passwort').fill(typed);
  await page.getByLabel('Code aus der App').fill(code(people[name].secret));
  await page.getByRole('button', { name: 'Anmelden' }).click();
}

test('a log-in with a one-time code leads to where somebody wanted to go, and its end back', async () => {
  await patch('login', { rate: 60 });
  await withOperator('/rooms/login', async (page) => {
    await page.getByRole('heading', { level: 1, name: 'Anmelden' }).waitFor();
    await logIn(page, 'olga', 'falsch geraten hier');
    await page.getByText('Name, Passwort oder Code stimmt nicht.').waitFor();
    assert.deepEqual(await unfit(page), []);
    await logIn(page, 'olga');
    await page.locator('#state-word').getByText('Läuft', { exact: true }).waitFor();
    assert.match(page.url(), /\/rooms\/login$/);
    await page.getByRole('button', { name: 'Anhalten' }).click();
    await page.locator('#state-word').getByText('Angehalten', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Rückgängig' }).click();
    await until('the room goes on', async () => (await room('login')).mode === 'run');
    await page.getByRole('link', { name: 'Mein Zugang' }).click();
    await page.getByText('Darf bedienen').waitFor();
    await page.getByRole('button', { name: 'Abmelden' }).click();
    await page.getByRole('heading', { level: 1, name: 'Anmelden' }).waitFor();
    await page.goto(base + '/rooms/login');
    await page.getByRole('heading', { level: 1, name: 'Anmelden' }).waitFor();
  }, anonymous);
});

test('who may only look sees no control, and cannot change a thing past the page either', async () => {
  await withOperator('/login?next=/rooms/login', async (page) => {
    await logIn(page, 'vera');
    await ready(page);
    await page.getByText('Sie dürfen diesen Raum sehen, aber nichts ändern.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Anhalten' }).count(), 0);
    assert.equal(await page.getByLabel('Einlässe je Minute', { exact: true }).count() && await page.getByLabel('Einlässe je Minute', { exact: true }).isVisible(), false);
    const status = await page.evaluate(async () => (await fetch('/v1/rooms/login', {
      method: 'PATCH', headers: { 'Content-Type': 'application/merge-patch+json' }, body: '{"mode":"pause"}',
    })).status);
    assert.equal(status, 403);
  }, anonymous);
});

test('an administrator reads in the record who has changed what, and why', async () => {
  await withOperator('/login?next=/rooms/record', async (page) => {
    await logIn(page, 'anna');
    await ready(page);
    await page.getByLabel('Grund fürs Protokoll').fill('Probe am Morgen');
    await page.getByLabel('Einlässe je Minute', { exact: true }).fill('42');
    await page.getByLabel('Einlässe je Minute', { exact: true }).press('Enter');
    await page.locator('#toast-text').getByText('Tempo ist jetzt 42').waitFor();
    await page.getByRole('row', { name: /^Tempo 0 42 anna, .*: Probe am Morgen$/ }).waitFor();
    await page.getByRole('link', { name: 'Protokoll' }).click();
    const entry = page.locator('#entries li').filter({ hasText: 'Grund: Probe am Morgen' });
    await entry.getByText('anna (admin)').waitFor();
    await entry.getByText(/Tempo: \d+ → 42/).waitFor();
    assert.deepEqual(await unfit(page), []);
  }, anonymous);
});

test('a page of another origin can do nothing with the session, nor can a cookie that was carried off', async () => {
  await patch('stolen', { mode: 'run', rate: 60 });
  await withOperator('/login?next=/rooms/stolen', async (page, context) => {
    await logIn(page, 'otto');
    await ready(page);
    const cookies = await context.cookies(base);
    const session = cookies.find((c) => c.name === '__Host-einlass-admin');
    assert.ok(session.httpOnly && session.secure && session.sameSite === 'Strict', JSON.stringify(session));
    const before = await room('stolen');

    const foreign = await context.newPage();
    await foreign.goto(at('stolen'));
    const sent = await foreign.evaluate(async (admin) => {
      const to = `${admin}/v1/rooms/stolen`;
      const tries = [
        fetch(to, { credentials: 'include' }),
        fetch(to, { method: 'PATCH', credentials: 'include', headers: { 'Content-Type': 'application/merge-patch+json' }, body: '{"mode":"pause"}' }),
        fetch(`${to}/outcomes`, { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{"total":7}' }),
      ];
      return (await Promise.allSettled(tries)).map((r) => (r.value ? r.value.type : r.status));
    }, base);
    assert.deepEqual(sent, ['rejected', 'rejected', 'opaque']);
    await foreign.setContent(`<form method="post" action="${base}/v1/rooms/stolen/stays/end"><input name="all" value="true"><button>Gewinn abholen</button></form>`);
    const answer = foreign.waitForResponse((r) => r.url().startsWith(base));
    await foreign.getByRole('button').click();
    assert.ok((await answer).status() >= 400);

    const carried = { Cookie: `${session.name}=${session.value}`, 'Content-Type': 'application/merge-patch+json' };
    for (const more of [{}, { 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://fremd.example' }]) {
      const refused = await fetch(`${base}/v1/rooms/stolen`, { method: 'PATCH', headers: { ...carried, ...more }, body: '{"mode":"pause"}' });
      assert.ok([401, 403].includes(refused.status), `${JSON.stringify(more)}: ${refused.status}`);
    }
    const after = await room('stolen');
    assert.deepEqual([after.mode, after.version, after.opening.booked], ['run', before.version, before.opening.booked]);
  }, { ...anonymous, foreign: true });
});
