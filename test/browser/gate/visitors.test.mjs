// What browsers send by themselves takes no number and uses up no call. Each test has a room of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { every, long, until } from '../browser.mjs';
import { admin, at, goesIn, heading, inLine, joins, numbers, open, port, setUp, shut, withContext } from './gate.mjs';

setUp();
const { ADMIN, TOKEN, CHROMIUM } = process.env;

let elsewhere, evil, html, front;
// What stands in front of the gateway on another port: it takes cookies away, or holds what it is sent.
let cookies = false;
let held = () => {}, answered = () => {};
const behind = (room) => `http://${room}.localhost:${front.address().port}`;

before(async () => {
  // Another site: it shows whatever the test says.
  elsewhere = createServer((_, answer) => { answer.writeHead(200, { 'Content-Type': 'text/html' }).end(html); });
  await new Promise((r) => { elsewhere.listen(0, '127.0.0.1', r); });
  evil = `http://elsewhere.localhost:${elsewhere.address().port}/`;
  front = createServer(async (asked, answer) => {
    await held(asked);
    const headers = { ...asked.headers };
    if (!cookies) delete headers.cookie;
    asked.pipe(request({ host: '127.0.0.1', port, method: asked.method, path: asked.url, headers }, (got) => {
      answered(asked, got);
      const kept = { ...got.headers };
      if (!cookies) delete kept['set-cookie'];
      got.pipe(answer.writeHead(got.statusCode, kept));
    }));
  });
  await new Promise((r) => { front.listen(0, '127.0.0.1', r); });
});

after(async () => {
  elsewhere?.close();
  front?.close();
});

// settled waits until the browser asks for nothing more.
const settled = (page) => page.waitForLoadState('networkidle');

long('a site with a service worker: page, number, reload, turn', async () => {
  const room = 'worker', termine = at(room) + '/termine';
  await withContext({}, async (context) => {
    const page = await context.newPage();
    await page.goto(at(room) + '/open/install');
    await page.waitForFunction(() => document.title === 'installed');
    await page.goto(at(room) + '/open/again');
    assert.equal(await page.locator('#mode').textContent(), 'GET navigate empty', 'the worker passes nothing on');
    await page.goto(termine);
    await heading(page, inLine);
    const number = await page.locator('#number').textContent();
    await page.reload();
    await heading(page, inLine);
    assert.equal(await page.locator('#number').textContent(), number);
    await open(room);
    await goesIn(page);
    assert.equal(page.url(), termine);
    await page.reload();
    await heading(page, 'Inside');
    assert.equal(await numbers(room), 1);
  });
  await withContext({}, async (context) => { // nobody waits
    const page = await context.newPage();
    await page.goto(at(room) + '/open/install');
    await page.waitForFunction(() => document.title === 'installed');
    await page.goto(termine);
    await heading(page, 'Inside');
  });
});

test("another site's frames, objects and hidden forms take no number", async () => {
  const room = 'frames', termine = at(room) + '/termine';
  for (const pace of every ? [shut, open] : [open]) {
    await pace(room);
    const before = await numbers(room);
    for (const part of [
      `<iframe src="${termine}"></iframe>`, `<object data="${termine}" type="text/html"></object>`, `<embed src="${termine}" type="text/html">`,
      `<frameset cols="*"><frame src="${termine}"></frameset>`,
      `<iframe name="hidden" hidden></iframe><form method="post" target="hidden" action="${termine}"><input name="a" value="1"></form><script>document.forms[0].submit()</script>`,
      `<iframe name="hidden" hidden></iframe><form target="hidden" action="${termine}"></form><script>document.forms[0].submit()</script>`,
      `<iframe name="hidden" hidden></iframe><form method="post" target="hidden" action="${at(room)}/.einlass/join?room=${room}&to=/"></form><script>document.forms[0].submit()</script>`,
      `<img src="${termine}"><script src="${termine}"></script><link rel="prefetch" href="${termine}"><script>fetch('${termine}', { mode: 'no-cors', credentials: 'include' })</script>`,
    ]) {
      await withContext({}, async (context) => {
        html = part;
        const page = await context.newPage();
        const asked = [];
        context.on('request', (r) => { if (r.url().startsWith(at(room))) asked.push(r.url()); });
        await page.goto(evil);
        await until('the load: ' + part, () => asked.length > 0);
        await settled(page);
        assert.deepEqual(await context.cookies(), []);
      });
    }
    assert.equal(await numbers(room), before);
  }
});

test('a frame shows a button, and the press takes the number', async () => {
  const room = 'press';
  // In another site's frame the button opens a window, and the number is that of the window. Without script too.
  for (const javaScriptEnabled of [true, false]) {
    await withContext({ javaScriptEnabled }, async (context) => {
      const before = await numbers(room);
      html = `<h1>Elsewhere</h1><iframe src="${at(room)}/termine?ort=3" width="600" height="500"></iframe>`;
      const page = await context.newPage();
      await page.goto(evil);
      const link = page.frameLocator('iframe').getByRole('link', { name: 'Open in a new window' });
      await link.waitFor();
      assert.equal(await numbers(room), before);
      const opened = context.waitForEvent('page');
      await link.click();
      await heading(await opened, inLine);
      assert.equal(await numbers(room), before + 1);
    });
  }
  await withContext({}, async (context) => {
    const before = await numbers(room);
    const page = await context.newPage();
    await page.goto(at(room) + '/open/framing');
    const frame = page.frameLocator('iframe');
    const button = frame.getByRole('button', { name: 'Continue' });
    await button.waitFor();
    assert.equal(await numbers(room), before);
    await button.click();
    await frame.getByRole('heading', { name: inLine }).waitFor();
    assert.equal(await numbers(room), before + 1);
    await page.reload();
    await frame.getByRole('heading', { name: inLine }).waitFor();
    await open(room);
    await goesIn(frame);
    assert.equal(await numbers(room), before + 1);
  });
});

test('a browser without cookies takes one number and is told', async () => {
  const room = 'cookies';
  cookies = false;
  await withContext({}, async (context) => {
    const page = await context.newPage();
    const loads = [];
    page.on('request', (r) => { if (r.isNavigationRequest()) loads.push(r.url()); });
    await page.clock.install();
    await page.goto(behind(room) + '/termine?ort=3#slot-5');
    await heading(page, 'Your browser does not keep cookies');
    const before = loads.length;
    await page.clock.runFor(600000);
    assert.equal(loads.length, before, 'the page about cookies loads something');
    assert.equal(await numbers(room), 1, `${loads}`);
    const again = page.getByRole('link', { name: 'Try again' });
    assert.equal(await again.getAttribute('href'), '/termine?ort=3');
    cookies = true;
    await again.click();
    await heading(page, inLine);
    await page.clock.runFor(60000);
    await heading(page, inLine);
    assert.equal(await numbers(room), 2, 'a press is a person');
  });
});

test('a language that is chosen on a phone keeps the place, without script too', async () => {
  const room = 'language';
  for (const [javaScriptEnabled, mine] of [[true, 1], [false, 2]]) {
    await withContext({ javaScriptEnabled, viewport: { width: 320, height: 640 }, locale: 'tr-TR' }, async (context) => {
      const page = await context.newPage();
      const number = () => page.locator('body').getAttribute('data-number');
      const wide = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      await page.goto(at(room) + '/termine?ort=3');
      await heading(page, inLine);
      const before = await number();
      const button = page.getByRole('button', { name: 'Deutsch' });
      assert.equal(await button.getAttribute('lang'), 'de');
      const { height } = await button.boundingBox();
      assert.ok(height >= 44, `the button is ${height} px high`);
      await button.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'English' }).waitFor();
      assert.equal(await page.locator('html').getAttribute('lang'), 'de');
      assert.equal(await number(), before);
      if (javaScriptEnabled) assert.ok(await wide() <= 0, 'the page is wider than the window');
      await page.goto(at(room) + '/termine?ort=3');
      assert.equal(await page.locator('html').getAttribute('lang'), 'de');
      assert.equal(await numbers(room), mine);
    });
  }
});

long('a browser without cookies and without script takes one number and is told', async () => {
  const room = 'scriptless';
  cookies = false;
  await withContext({ javaScriptEnabled: false }, async (context) => {
    const page = await context.newPage();
    await page.goto(behind(room) + '/termine?ort=3');
    await heading(page, 'Your browser does not keep cookies');
    assert.equal(await page.locator('meta[http-equiv]').count(), 0);
    assert.equal(await numbers(room), 1);
    cookies = true; // somebody has followed the advice, and loads the page again
    await page.reload();
    await page.reload();
    await heading(page, 'You do not have a number');
    assert.equal(await numbers(room), 1);
    await page.getByRole('button', { name: 'Join the queue again' }).click();
    await heading(page, inLine);
    assert.equal(await numbers(room), 2);
  });
});

test('a form of a browser without cookies takes no number, though there is room', async () => {
  const room = 'form';
  cookies = false;
  await open(room);
  const before = await numbers(room);
  await withContext({}, async (context) => {
    const page = await context.newPage();
    await page.goto(behind(room) + '/open/form');
    await page.getByRole('button', { name: 'Send' }).click();
    await heading(page, 'We did not receive your form');
    assert.equal(await numbers(room), before);
    assert.equal(await page.getByRole('link', { name: 'Open in a new window' }).getAttribute('href'), '/open/form');
  });
});

long('who leaves in one tab takes no number in the other', async () => {
  const room = 'leave';
  for (const javaScriptEnabled of [true, false]) {
    await withContext({ javaScriptEnabled }, async (context) => {
      const before = await numbers(room);
      const [a, b] = [await context.newPage(), await context.newPage()];
      await a.goto(at(room) + '/termine');
      await b.goto(at(room) + '/termine?tab=2');
      await heading(b, inLine);
      await a.getByText('Leave the queue', { exact: true }).click();
      await a.getByRole('button', { name: 'Yes, leave the queue' }).click();
      await heading(a, 'You have left the queue');
      await heading(b, 'You have left the queue');
      await a.reload();
      await heading(a, 'You have left the queue');
      await a.goto(a.url()); // Enter in the address bar
      await heading(a, 'You have left the queue');
      await a.goto(at(room) + '/open/again');
      await a.goBack();
      await heading(a, 'You have left the queue');
      // The button's own address, out of an old page's history.
      await a.goto(`${at(room)}/.einlass/leave?room=${room}`);
      await heading(a, 'You have left the queue');
      assert.equal(await numbers(room), before + 1);
      await b.getByRole('button', { name: 'Join the queue again' }).click();
      await heading(b, inLine);
      assert.ok(b.url().endsWith(`/.einlass/wait?room=${room}&to=/termine?tab=2`), b.url());
      assert.equal(await numbers(room), before + 2);
      await a.reload();
      if (a.url().includes('/wait?')) await heading(a, inLine);
    });
  }
});

long('four tabs at once show the figures of one number', async () => {
  const room = 'tabs';
  cookies = true;
  // The four are sent before any is answered, so that none has a cookie, and answered one after the other.
  const waiting = [];
  held = (asked) => asked.url.startsWith('/termine?tab=') && new Promise((go) => { waiting.push(go); });
  await withContext({}, async (context) => {
    const tabs = await Promise.all([1, 2, 3, 4].map(() => context.newPage()));
    const loaded = tabs.map((tab, i) => tab.goto(`${behind(room)}/termine?tab=${i}`));
    await until('four requests', () => waiting.length === 4);
    held = () => {};
    for (const go of waiting) go();
    await Promise.all(loaded);
    assert.equal(await numbers(room), 4);
    const number = await until('one number in every tab', async () => {
      const all = new Set(await Promise.all(tabs.map((tab) => tab.locator('#number').textContent())));
      return all.size === 1 && Number([...all][0]);
    });
    // Whichever ticket the browser kept, every tab says of it what is true: as many are ahead as came before.
    for (const tab of tabs) {
      const ahead = await tab.locator('#ahead').textContent();
      assert.equal(Number(/^\d+/.exec(ahead)?.[0] ?? 0), number - 1, `number ${number}: ${ahead}`);
    }
  });
});

test('a prefetch takes no number and claims no call', async () => {
  const room = 'prefetch';
  await withContext({}, async (context) => {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Preload.enable');
    let states = [];
    devtools.on('Preload.prefetchStatusUpdated', (e) => states.push(e.status));
    const guess = async (url) => {
      states = [];
      await page.goto(url);
      await until('the end of a guess', () => states.some((s) => s !== 'Pending' && s !== 'Running'));
      return states.at(-1);
    };
    assert.equal(await guess(`${at(room)}/open/guess#prefetch`), 'Failure');
    assert.equal(await numbers(room), 0, 'a number was taken');
    assert.deepEqual(await context.cookies(), []);

    await page.goto(at(room) + '/termine');
    await heading(page, inLine);
    await page.goto(at(room) + '/open/away'); // called while nobody looks
    await open(room);
    await until('the call', async () => (await admin(room)).head_number === 1);
    assert.equal(await guess(`${at(room)}/open/guess?called#prefetch`), 'Failure');
    await numbers(room); // fresh figures
    assert.equal((await admin(room)).totals.admitted, 0, 'the call was claimed');
    await page.goto(at(room) + '/termine');
    await goesIn(page);
    // Somebody inside may guess: that is the site's affair.
    assert.equal(await guess(`${at(room)}/open/guess?inside#prefetch`), 'Ready');
  });
});

// Playwright forbids pages to be prerendered, so this browser is nobody's but its own.
long('a prerender takes no number', async () => {
  const room = 'prerender';
  cookies = true;
  const guesses = [];
  answered = (asked, got) => { if (asked.url === '/termine') guesses.push(`${asked.headers['sec-purpose']} ${got.statusCode}`); };
  const profile = await mkdtemp(path.join(tmpdir(), 'einlass-prerender-'));
  const alone = spawn(CHROMIUM, ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', `--user-data-dir=${profile}`,
    `${behind(room)}/open/guess#prerender`], { stdio: 'ignore', detached: true });
  try {
    await until('the guess', () => guesses.includes('prefetch;prerender 503'));
    assert.equal(await numbers(room), 0, 'a number was taken');
    assert.deepEqual(guesses.filter((g) => !g.endsWith(' 503')), []);
  } finally {
    answered = () => {};
    const gone = new Promise((r) => { alone.once('exit', r); });
    process.kill(-alone.pid, 'SIGKILL');
    await gone;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});

long('without script the page that loads itself says when it takes longer than it said before', async () => {
  const room = 'longer', url = at(room) + '/termine?ort=3';
  for (let i = 0; i < 30; i++) await joins(room);
  await withContext({ javaScriptEnabled: false }, async (context) => {
    const page = await context.newPage();
    await page.goto(url);
    await heading(page, inLine);
    const worse = page.locator('#worse');
    assert.equal(await worse.isVisible(), false);
    await admin(room, { rate: 3 });
    await worse.filter({ hasText: 'It is taking longer than expected: now ' }).waitFor();
    assert.ok((await worse.textContent()).includes(await page.locator('#estimate').textContent()));
    assert.ok(page.url().endsWith('&to=/termine?ort=3'), page.url());
    assert.equal((await context.cookies()).length, 2, 'what was said is in no cookie');
  });
});

test('by plain http a form without a pass gets a page with a way on', async () => {
  const room = 'plain';
  await withContext({}, async (context) => {
    const page = await context.newPage();
    await page.goto(at(room) + '/open/again');
    assert.equal(await page.locator('#mode').textContent(), 'GET  ', 'this browser says what it loads');
    await page.goto(at(room) + '/open/form');
    await page.locator('#name').fill('Erika');
    await page.getByRole('button', { name: 'Send' }).click();
    await heading(page, 'We did not receive your form');
    assert.equal(await numbers(room), 0);
    const opened = context.waitForEvent('page');
    await page.getByRole('link', { name: 'Open in a new window' }).click();
    const tab = await opened;
    await heading(tab, 'Open'); // the form's own page needs no pass here
    await tab.goto(at(room) + '/termine');
    await heading(tab, inLine);
    assert.equal(await numbers(room), 1);
    await open(room);
    await goesIn(tab);
    await page.getByRole('button', { name: 'Back to my form' }).click();
    assert.equal(await page.locator('#name').inputValue(), 'Erika');
    await page.getByRole('button', { name: 'Send' }).click();
    await heading(page, 'Inside');
    assert.equal(await numbers(room), 1);
  });
});

// guard lets residents in only, and gives so many of their codes, each for one visitor.
async function guard(room, count) {
  await admin(room, { schedule: { zone: 'Europe/Berlin', groups: [{ name: 'residents', title: 'People of Speyer', ask: '06232 14-0' }], who: ['residents'] } });
  await numbers(room); // its gateway knows
  const answer = await fetch(`http://${ADMIN}/v1/rooms/${room}/codes`, {
    method: 'POST', headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ group: 'residents', count, uses: 1, reason: 'letters' }),
  });
  const lines = (await answer.text()).trim().split('\n').map((line) => JSON.parse(line));
  const codes = lines.map((line) => line.code).filter(Boolean);
  assert.equal(codes.length, count, JSON.stringify(lines));
  await numbers(room);
  return codes;
}

test("a letter's link leads to the booking, and takes nothing before the press", async () => {
  const room = 'letter';
  const [first, second, third] = await guard(room, 3);
  const link = (code) => `${at(room)}/.einlass/door?code=${code}`;
  await withContext({}, async (context) => {
    const page = await context.newPage();
    await page.goto(at(room) + '/termine?ort=3');
    await heading(page, 'Please enter your code');
    await page.getByText('People of Speyer').waitFor();
    for (let i = 0; i < 3; i++) await page.goto(link(first)); // as a mail scanner does, and somebody who looks again
    assert.equal(await page.getByLabel('Your code').inputValue(), first);
    assert.equal(await numbers(room), 0);
    // By keyboard alone: a sign is wrong, then all is typed in small letters and without dashes.
    await page.getByLabel('Your code').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Enter');
    await heading(page, 'Please check your code');
    assert.equal(await page.getByLabel('Your code').inputValue(), first.slice(0, -1));
    await page.reload(); // of the answer to the form
    await heading(page, 'Please check your code');
    await page.getByLabel('Your code').fill(first.replaceAll('-', '').toLowerCase());
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading(page, inLine);
    assert.equal(await numbers(room), 1);
    await page.goBack(); // to the page with the field, which says that there is a number now
    await page.getByText('You have a number already.').waitFor();
    await page.goto(link(first));
    await page.getByText('You have a number already.').waitFor();
    await page.getByRole('link', { name: 'Back to the queue' }).click();
    await heading(page, inLine);
    await open(room);
    await goesIn(page);
    const told = await page.evaluate(() => document.referrer);
    assert.ok(!told.includes(first), `the site is told of the code: ${told}`);
    assert.equal(await numbers(room), 1);
  });
  await withContext({ javaScriptEnabled: false }, async (context) => { // straight in
    const page = await context.newPage();
    await page.goto(link(second));
    await page.getByRole('button', { name: 'Continue' }).click();
    await heading(page, 'Inside');
    assert.ok(!(await page.locator('#mode').textContent()).includes('POST'));
  });
  await shut(room);
  await withContext({}, async (context) => {
    const page = await context.newPage();
    await page.goto(link(third));
    // A double click: the second press comes before the first answer, and the code is for one visitor.
    await page.evaluate(() => { const form = document.getElementById('door'); form.submit(); form.submit(); });
    await heading(page, inLine);
    assert.equal(await numbers(room), 3);
  });
  await withContext({}, async (context) => {
    const page = await context.newPage();
    await page.goto(link(third));
    await page.getByRole('button', { name: 'Continue' }).click();
    await heading(page, 'This code has been used already');
    assert.equal(await numbers(room), 3);
  });
});

test("from grandmother's phone to grandson's computer: one entry, and the phone is told", async () => {
  const room = 'device';
  await joins(room); // somebody before them
  await withContext({ viewport: { width: 360, height: 740 } }, async (phones) => {
    const phone = await phones.newPage();
    await phone.goto(at(room) + '/termine?ort=3');
    await heading(phone, inLine);
    const number = await phone.locator('#number').textContent();
    assert.match(await phone.locator('#code').textContent(), /^[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$/);
    assert.equal(await phone.locator('#code').evaluate((e) => getComputedStyle(e).borderTopStyle), 'none'); // a text, and no field
    await phone.getByText('Take your place to another device').click();
    const [shown] = await Promise.all([phones.waitForEvent('page'), phone.getByRole('button', { name: 'Show the link (new window)' }).click()]);
    await heading(shown, 'How to take your place along');
    await shown.getByRole('img', { name: 'Picture for the camera. It holds the link.' }).waitFor();
    const link = await shown.locator('.link').textContent();
    await heading(phone, inLine); // the waiting page goes on
    await withContext({}, async (computers) => {
      const computer = await computers.newPage();
      for (let i = 0; i < 2; i++) await computer.goto(link); // who looks takes nothing
      await heading(phone, inLine);
      await computer.getByRole('button', { name: 'Yes, go on here' }).click();
      await heading(computer, inLine);
      assert.equal(await computer.locator('#number').textContent(), number);
      await heading(phone, 'Your place is on your other device now');
      await withContext({}, async (others) => {
        const other = await others.newPage();
        await other.goto(link);
        await other.getByRole('button', { name: 'Yes, go on here' }).click();
        await heading(other, 'This link has been used already');
      });
      const before = await numbers(room);
      await open(room);
      await goesIn(computer);
      assert.ok(computer.url().endsWith('/termine?ort=3'), computer.url());
      const told = await computer.evaluate(() => document.referrer);
      assert.ok(!told.includes('&t='), `the site is told of the link: ${told}`);
      await phone.reload();
      await heading(phone, 'Your place is on your other device now');
      assert.equal(await numbers(room), before);
    });
  });
});
