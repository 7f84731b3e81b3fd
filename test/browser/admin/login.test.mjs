// Who logs in sees and changes what their role lets them, in this browser alone.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { logIn } from './people.mjs';
import { at, base, goesIn, patch, ready, room, setUp, unfit, withOperator } from './admin.mjs';

setUp();

const anonymous = { extraHTTPHeaders: {} };

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

test('a window that is open keeps its session, whichever view it shows, and leads to the log-in when it is over', async () => {
  await withOperator('/login?next=/settings', async (page, context) => {
    await logIn(page, 'uwe');
    await page.getByText('Darf bedienen').waitFor();
    for (const path of ['/settings', '/rooms/login/codes', '/rooms/login/places']) {
      await page.clock.install();
      let asked = 0;
      const count = (r) => { if (new URL(r.url()).pathname === '/v1/session') asked++; };
      await page.goto(base + path);
      await page.locator('#who').getByText('uwe').waitFor();
      page.on('request', count);
      // Nobody touches it for the hour after which a session ends.
      for (let minutes = 0; minutes < 60; minutes += 10) await page.clock.runFor('10:00');
      await until(`${path} has asked each quarter of an hour`, () => asked >= 4);
      page.off('request', count);
    }
    await context.clearCookies({ name: '__Host-einlass-admin' });
    await page.clock.runFor('10:00');
    await page.getByRole('heading', { level: 1, name: 'Anmelden' }).waitFor();
    assert.match(page.url(), /next=%2Frooms%2Flogin%2Fplaces$/);
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
    await goesIn(foreign); // the page of the site: that of the line may ask nobody but the gateway
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
