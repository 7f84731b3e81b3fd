// What people can press while they wait: sound, the screen that stays on, copies, how often the figures change.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, hidden, long, polled, polls, setUp, setup, show, spoken, still, until, withPage } from './browser.mjs';

setUp();

// recordSignals notes notifications, tones and vibration instead of making them. window.answer is what the person answers who is asked
// for consent, window.broken what a browser does that has the constructor of notifications and no use for it.
const recordSignals = () => {
  window.signals = [];
  window.Notification = class {
    static permission = 'default';
    static requestPermission(old) {
      window.signals.push('asked');
      this.permission = window.answer ?? 'granted';
      old?.(this.permission); // browsers of some years call and answer
      return Promise.resolve(this.permission);
    }
    constructor(title, { body }) {
      if (window.broken) throw new TypeError('Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.');
      window.signals.push(`notice: ${title} (${body})`);
    }
    close() { window.signals.push('closed'); }
  };
  navigator.vibrate = () => window.signals.push('vibrates');
  // A sound card that plays nothing, at once: when window.play is called.
  const waves = [];
  window.play = () => { for (const w of waves.splice(0)) w.onended?.(); };
  window.AudioContext = window.silent === 'none' ? undefined : class {
    currentTime = 0;
    resume() { return window.silent ? Promise.reject(new Error('not allowed')) : Promise.resolve(); }
    createOscillator() {
      const wave = { frequency: {}, connect() {}, stop() {}, start() { window.signals.push('tone'); if (!window.silent) waves.push(wave); } };
      return wave;
    }
    createGain() { return { gain: { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect() {} }; }
  };
};

const signals = (page) => page.evaluate(() => window.signals);
const tones = ['tone', 'tone', 'tone'];

// At the press everything is tried, and only what has worked is promised.
const full = 'This is the sound when it is your turn. You will also see a notification. Please keep this page open.';
const sound = 'This is the sound when it is your turn. Please keep this page open and the sound on.';
const touch = 'You will hear a sound. For that this page must be open and the screen on.';
const notice = 'We will show a notification when it is your turn. Please keep this page open.';
const none = 'This device does not play a sound at the moment. Please look here from time to time.';
for (const [what, device, note, options, rarely] of [
  ['a computer', {}, full],
  ['no notifications', { answer: 'denied' }, sound, {}, true],
  ['a constructor that throws', { broken: true }, sound, {}, true],
  ['a telephone', { broken: true }, touch, { hasTouch: true, isMobile: true }],
  ['a telephone with notifications', {}, touch, { hasTouch: true, isMobile: true }, true],
  ['a browser that plays nothing', { silent: true }, notice, {}, true],
  ['nothing that works', { silent: true, broken: true }, none],
]) {
  (rarely ? long : test)(`the bell promises what was tried: ${what}`, async () => {
    await withPage(options ?? {}, async (page) => {
      await page.addInitScript((d) => Object.assign(window, d), device);
      await page.addInitScript(recordSignals);
      await still(page);
      await hidden(page);
      await setup({ next: 60000 });
      await page.goto(base + '/termine');
      const button = page.locator('#bell-button');
      assert.equal(await button.textContent(), 'Tell me with a sound');
      assert.deepEqual(await signals(page), [], 'before the press nothing is tried');
      await button.click();
      assert.equal(await button.textContent(), 'Turn the sound off');
      assert.equal(await button.getAttribute('aria-pressed'), null, 'the label says it, and nothing says it twice');
      const promised = () => page.locator('#bell-note').textContent();
      if (device.silent) {
        assert.equal(await promised(), '', 'it is not known yet');
        await page.clock.runFor(3000);
      } else {
        assert.equal(await promised(), '', 'the tone has not been played yet');
        await page.evaluate(() => window.play());
      }
      await until('the promise', async () => (await promised()) === note);
      assert.equal(await spoken(page), note);
      const works = note !== none;
      assert.equal(await button.textContent(), works ? 'Turn the sound off' : 'Tell me with a sound');
      const noted = device.answer !== 'denied' && !device.broken;
      const tried = ['asked', ...tones].sort().concat(noted ? ['notice: Bürgerbüro Musterstadt (A test: this is how we will tell you.)'] : []);
      assert.deepEqual((await signals(page)).sort(), tried.sort());

      await page.evaluate(() => { window.signals = []; });
      await setup({ state: 'called', next: 60000 });
      await polled(page, 60001);
      await page.getByRole('heading', { name: 'It is your turn' }).waitFor();
      const rung = (await signals(page)).filter((s) => s !== 'closed');
      assert.deepEqual(rung, works ? [...tones, 'vibrates', ...(noted ? ['notice: It is your turn (Bürgerbüro Musterstadt)'] : [])] : []);
      await page.clock.runFor(21000);
      assert.equal((await signals(page)).filter((s) => s === 'tone').length, works ? 6 : 0, 'it rings again');
      assert.equal((await signals(page)).filter((s) => s.startsWith('notice')).length, works && noted ? 1 : 0, 'one notification is enough');
    });
  });
}

long('the bell is turned off again, and nobody who did not press it is told by sound', async () => {
  await withPage({}, async (page) => {
    await page.addInitScript(recordSignals);
    await still(page);
    await hidden(page);
    await setup({ next: 60000 });
    await page.goto(base + '/termine');
    await page.getByRole('button', { name: 'Tell me with a sound' }).click();
    await page.evaluate(() => window.play());
    await page.getByRole('button', { name: 'Turn the sound off' }).click();
    assert.equal(await page.locator('#bell-note').textContent(), '');
    await page.evaluate(() => { window.signals = []; });
    await setup({ state: 'called', next: 60000 });
    await polled(page, 60001);
    await page.getByRole('heading', { name: 'It is your turn' }).waitFor();
    assert.deepEqual(await signals(page), []);
  });
});

// recordLocks gives the browser a lock of the screen, or one that refuses.
const recordLocks = () => {
  window.locks = [];
  Object.defineProperty(navigator, 'wakeLock', { value: {
    request: () => {
      window.locks.push('asked');
      if (window.refuses) return Promise.reject(new DOMException('battery', 'NotAllowedError'));
      return Promise.resolve({ release: () => { window.locks.push('released'); return Promise.resolve(); } });
    },
  } });
};
const phone = { hasTouch: true, isMobile: true };

test('a telephone keeps its screen on, again after every look at something else', async () => {
  await withPage(phone, async (page) => {
    await page.addInitScript(recordLocks);
    await still(page);
    await hidden(page);
    await setup({ next: 60000 });
    await page.goto(base + '/termine');
    const locks = () => page.evaluate(() => window.locks.splice(0));
    const button = page.locator('#awake-button');
    assert.deepEqual(await locks(), []);
    await button.click();
    const said = page.locator('#awake-note');
    await until('the promise', async () => (await said.textContent()) === 'The screen stays on as long as you look at this page.');
    assert.equal(await button.textContent(), 'Let the screen go off');
    assert.deepEqual(await locks(), ['asked']);
    await show(page);
    assert.deepEqual(await locks(), ['asked', 'released'], 'the browser has ended the lock');
    await setup({ next: 60000, state: 'ended', number: 0, ahead: -1, shut: true });
    await polled(page, 60001);
    await until('the end', async () => !(await button.isVisible()));
    assert.deepEqual(await locks(), ['released'], 'nobody has to wait any more');
    await show(page);
    assert.deepEqual(await locks(), []);
  });
});

test('a screen that cannot be kept on is not promised', async () => {
  await withPage(phone, async (page) => {
    await page.addInitScript(() => { window.refuses = true; });
    await page.addInitScript(recordLocks);
    await still(page);
    await setup({ next: 60000 });
    await page.goto(base + '/termine');
    await page.locator('#awake-button').click();
    await until('the refusal', async () => (await page.locator('#awake-note').textContent()) === 'Your device does not allow this at the moment.');
    assert.equal(await page.locator('#awake-button').textContent(), 'Keep the screen on');
  });
  for (const [options, lock] of [[phone, false], [{}, true]]) {
    await withPage(options, async (page) => {
      await page.addInitScript(lock ? recordLocks : () => { Object.defineProperty(navigator, 'wakeLock', { value: undefined }); });
      await setup();
      await page.goto(base + '/termine');
      await page.locator('#bell-button').waitFor();
      assert.equal(await page.locator('#awake').isVisible(), false, lock ? 'a computer' : 'a browser that cannot');
    });
  }
});

test('whoever waits long reads when an alarm clock should ring', async () => {
  await withPage({ timezoneId: 'America/New_York' }, async (page) => {
    await still(page, new Date('2027-06-13T22:10:00Z'));
    const clock = Date.parse('2027-06-14T07:23:00Z'); // 9:23 in the room
    const at = async (minutes, low, later = 0) => {
      await setup({ next: 60000, clock: clock + minutes * 60000, zone: 120, low: low * 60, high: (low + 20 + later) * 60 });
      if (minutes) await polled(page, 60001); else await page.goto(base + '/termine');
      const alarm = page.locator('#alarm');
      return (await alarm.isVisible()) ? alarm.textContent() : '';
    };
    assert.equal(await at(0, 20), '', 'a short wait');
    assert.equal(await at(1, 50), 'Set an alarm clock to 10:05.'); // 9:24 + 50 - 5 = 10:09
    assert.equal(await at(2, 60), 'Set an alarm clock to 10:05.', 'ten minutes later is no reason to set it again');
    assert.equal(await at(3, 45), 'Set an alarm clock to 10:05.');
    assert.equal(await at(4, 40), 'Set an alarm clock to 10:00.', 'too late would be');
    assert.equal(await at(5, 100), 'Set an alarm clock to 10:55.'); // 9:28 + 100 - 10 = 10:58
    assert.equal(await at(6, 10), '');
  });
});

test('place code and link are copied, or marked where the browser does not allow that', async () => {
  const clipboard = (kind) => {
    window.copied = [];
    const writeText = kind === 'yes' ? (t) => { window.copied.push(t); return Promise.resolve(); } : () => Promise.reject(new Error('no'));
    Object.defineProperty(navigator, 'clipboard', { value: kind === 'none' ? undefined : { writeText } });
    document.execCommand = () => kind === 'refused, old way' && window.copied.push('old: ' + getSelection());
  };
  for (const [where, kind, press, copied, told] of [
    ['wait', 'yes', 'Copy the code', ['7KQ4-M2PX'], 'Copied'],
    ['wait', 'refused, old way', 'Copy the code', ['old: 7KQ4-M2PX'], 'Copied'],
    ['wait', 'none', 'Copy the code', [], 'Marked. You can copy it now.'],
    ['move', 'yes', 'Copy the link', ['LINK'], 'Copied'],
  ]) {
    await withPage({}, async (page) => {
      await page.addInitScript(clipboard, kind);
      await still(page);
      await setup({ page: where, code: '7KQ4-M2PX', next: 600000 });
      await page.goto(base + '/termine');
      const button = page.getByRole('button', { name: press });
      await button.click();
      await page.getByRole('button', { name: told }).waitFor();
      assert.equal(await spoken(page), told);
      const link = where === 'move' ? await page.locator('#link').textContent() : '';
      assert.deepEqual(await page.evaluate(() => window.copied), copied.map((c) => c.replace('LINK', link)));
      if (!copied.length) assert.equal(await page.evaluate(() => String(getSelection())), '7KQ4-M2PX', 'the code is not marked');
      await page.clock.runFor(11000);
      await page.getByRole('button', { name: press }).waitFor();
    });
  }
});
