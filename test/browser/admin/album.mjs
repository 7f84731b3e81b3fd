// Takes the pictures of the operators' pages: node album.mjs GATEWAY OUT. A gateway of its own shows its demo, with simulated citizens.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [, , program, out] = process.argv;
const token = 'token-of-the-album-0123456789abcdef';

const freePort = () => new Promise((done) => {
  const server = createServer();
  server.listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => done(port)); });
});

const [front, admin] = [await freePort(), await freePort()];
const base = `http://127.0.0.1:${admin}`;
const gateway = spawn(program, ['demo', '--set', `listen.http=127.0.0.1:${front}`, '--set', `admin.listen=127.0.0.1:${admin}`, '--set', `admin.token=${token}`], { stdio: 'ignore' });

async function api(method, path, body) {
  const answer = await fetch(base + path, { method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return text.startsWith('{') && !text.includes('\n{') ? JSON.parse(text) : text;
}

const until = async (done) => {
  for (let left = 600; left > 0; left--) {
    if (await done().catch(() => false)) return;
    await new Promise((r) => { setTimeout(r, 200); });
  }
  throw new Error('the demo did not come up');
};

const phone = { width: 390, height: 844 }, desktop = { width: 1280, height: 900 };
const room = '/rooms/termine';
const schedule = {
  zone: 'Europe/Berlin', groups: [{ name: 'einheimische', title: 'Einheimische', ask: 'code' }, { name: 'alle', title: 'Alle anderen' }],
  openings: [{ days: ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'], start: '00:01', end: '23:55', quota: 400 }],
};
const run = () => api('PATCH', '/v1/rooms/termine', { mode: 'run', rate: 30 });
const pause = () => api('PATCH', '/v1/rooms/termine', { mode: 'pause' });
const press = (name) => async (page) => { await page.getByRole('button', { name, exact: true }).click(); };

// conflict has somebody else change the pace while a form is filled.
async function conflict(page) {
  await page.locator('#rate').fill('20');
  await api('PATCH', '/v1/rooms/termine', { rate: 45 });
  await page.locator('#pace button').first().click();
  await page.locator('#ask[open]').waitFor();
}

async function preview(page) {
  await page.locator('#one-quota').fill('500');
  await page.locator('#one-preview').click();
  await page.locator('#preview:not([hidden])').waitFor();
}

async function confirmed(page) {
  await page.locator('.rare summary').click();
  await page.locator('#all').click();
  await page.locator('#ask[open]').waitFor();
}

async function taken(page) {
  await page.locator('#take button').click();
  await page.locator('#place:not([hidden])').waitFor();
}

// ends gives a message an end.
async function ends(page) {
  await page.locator('#template').selectOption('slow');
  await page.locator('#message-until').fill('23:30');
  await page.locator('#message-form button').first().click();
  await page.locator('#message-now:not([hidden])').waitFor();
}

// hush has the gateway say nothing any more, until the picture is taken.
async function hush(page) {
  gateway.kill('SIGSTOP');
  await page.locator('#lost:not([hidden])').waitFor();
}

// checked has another configuration looked at.
async function checked(page) {
  await page.getByText('Einen Text prüfen').click();
  await page.locator('#text').fill((await page.locator('#inforce').textContent()).replace(/rate: 30\b/, 'rate: 40'));
  await page.locator('#check button').click();
  await page.locator('#review:not([hidden])').waitFor();
}

// announced is a draw that is fixed.
async function announced() {
  const body = { schedule: null };
  await api('PATCH', '/v1/rooms/termine', body).catch((e) => api('PATCH', '/v1/rooms/termine', { ...body, confirm: JSON.parse(/\{.*/.exec(e.message)[0]).confirm }));
  const opening = '2027-01-04 08:00';
  await api('POST', '/v1/rooms/termine/debug/plan', {
    steps: [
      { at: new Date().toISOString(), opening, rank: 200, phase: 'lobby' },
      { at: new Date(Date.now() + 3600_000).toISOString(), opening, rank: 201, phase: 'open', draw: true },
    ],
  });
  await until(async () => (await api('GET', '/v1/rooms/termine/draws')).records.length > 0);
}

// pictures: name, what it shows, path, size, scheme, and what happens before. "whole": all of the page and not only its window.
const pictures = [
  ['room-phone-light', 'A room that works', room, phone, 'light', { before: run, whole: true }],
  ['room-phone-dark', 'The same in dark', room, phone, 'dark', {}],
  ['room-desktop-light', 'The same on a desktop', room, desktop, 'light', { whole: true }],
  ['room-desktop-dark', 'The same in dark', room, desktop, 'dark', { whole: true }],
  ['room-english', 'In English', room, desktop, 'light', { locale: 'en-GB' }],
  ['paused-phone', 'One press has paused the room; the next one takes it back', room, phone, 'light', { act: press('Anhalten') }],
  ['paused-desktop', 'What is to be done in a paused room', room, desktop, 'dark', { before: pause }],
  ['conflict', 'Somebody else has changed the pace meanwhile', room, desktop, 'light', { before: run, act: conflict }],
  ['confirm-phone', 'What takes something from people says so', room, phone, 'dark', { act: confirmed }],
  ['message-phone', 'A message with its end', room, phone, 'light', { act: ends, whole: true }],
  ['lost-phone', 'No figures come: since when', room, phone, 'light', { act: hush }],
  ['room-forced', 'In forced colours', room, phone, 'dark', { forced: true, whole: true }],
  ['rooms-phone-dark', 'All rooms', '/', phone, 'dark', {}],
  ['rooms-desktop', 'All rooms', '/', desktop, 'light', {}],
  ['plan-desktop', 'The plan', `${room}/plan`, desktop, 'light', { before: () => api('PATCH', '/v1/rooms/termine', { schedule }).catch(() => null) }],
  ['plan-phone-dark', 'What another plan would do', `${room}/plan`, phone, 'dark', { act: preview, whole: true }],
  ['places-desktop', 'A place for somebody on the phone', `${room}/places`, desktop, 'light', { act: taken }],
  ['places-phone', 'The same on a phone', `${room}/places`, phone, 'dark', { whole: true }],
  ['codes-desktop', 'Batches of codes', `${room}/codes`, desktop, 'dark', { before: () => api('POST', '/v1/rooms/termine/codes', { group: 'einheimische', count: 200 }) }],
  ['people-desktop', 'Who may operate the gateway', '/people', desktop, 'light', {}],
  ['people-phone', 'The same on a phone', '/people', phone, 'dark', {}],
  ['keys-desktop', 'The keys that sign', '/keys', desktop, 'dark', {}],
  ['keys-phone', 'The same on a phone', '/keys', phone, 'light', { whole: true }],
  ['config-desktop', 'The configuration in force', '/config', desktop, 'light', {}],
  ['config-phone', 'What another one would change', '/config', phone, 'dark', { act: checked }],
  ['audit-desktop', 'Who has changed what', '/audit', desktop, 'light', {}],
  ['audit-phone', 'The same on a phone', '/audit', phone, 'dark', {}],
  ['settings-phone', 'Who is logged in', '/settings', phone, 'light', {}],
  ['login-phone', 'Log in', '/login', phone, 'light', {}],
  ['login-desktop', 'Log in', '/login', desktop, 'dark', {}],
  ['draws-phone', 'A draw that is fixed', `${room}/draws`, phone, 'light', { before: announced }],
  ['draws-desktop', 'The same on a desktop', `${room}/draws`, desktop, 'dark', {}],
];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
  // The demo's line is there, and a minute of history.
  await until(async () => (await api('GET', '/v1/rooms/termine')).totals.admitted >= 20);
  mkdirSync(out, { recursive: true });
  for (const name of readdirSync(out)) if (name.endsWith('.png')) rmSync(join(out, name));
  for (const [name, , path, viewport, colorScheme, { before, act, whole, forced, locale = 'de-DE' }] of pictures) {
    if (before) await before();
    const context = await browser.newContext({ viewport, colorScheme, forcedColors: forced ? 'active' : 'none', locale, timezoneId: 'Europe/Berlin', reducedMotion: 'reduce', extraHTTPHeaders: path === '/login' ? {} : { Authorization: `Bearer ${token}` } });
    const page = await context.newPage();
    await page.goto(base + path, { waitUntil: 'load' });
    await page.locator(path === '/' ? '#rooms li' : 'main h1').first().waitFor();
    if (path === room) await page.locator('#charts .uplot').first().waitFor();
    if (act) await act(page);
    await page.locator('#all:not([hidden]) td, #inforce:not(:empty), #draws li, #entries li, #me div, #next, #places, #batches tr, #login, #rooms li, #figures div').first().waitFor();
    if (act && ![conflict, confirmed, hush, checked].includes(act)) await page.locator('#toast, #preview').first().waitFor();
    await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); })); // charts are drawn in a frame of their own
    await page.screenshot({ path: join(out, name + '.png'), fullPage: Boolean(whole) });
    gateway.kill('SIGCONT');
    await context.close();
  }
  const rows = pictures.map(([name, what]) => `| [${name}](${name}.png) | ${what} |`);
  writeFileSync(join(out, 'README.md'), `# The operators' pages\n\nPictures of the operators' room in a browser, taken by \`make operator-pages\` from \`gateway demo\`.\n\n| picture | what it shows |\n|---|---|\n${rows.join('\n')}\n`);
  try { execFileSync('pngquant', ['--force', '--skip-if-larger', '--ext', '.png', '64', ...pictures.map(([name]) => join(out, name + '.png'))]); } catch { /* as they are */ }
} finally {
  await browser.close();
  gateway.kill();
}
