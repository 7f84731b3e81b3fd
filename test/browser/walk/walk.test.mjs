// A walk through a site that breaks easily. Each scene has a room of its own; most let one person in at a time.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { every, until } from '../browser.mjs';
import { engine } from './engines.mjs';

const { GATE, ADMIN, TOKEN, SITE, FRONT, CITY, SPOILED } = process.env;
const idle = parseInt(process.env.IDLE, 10) * 1000;
const port = (address) => address.split(':').pop();
const at = (room) => `http://${room}.localhost:${port(GATE)}`;

let browser;
before(async () => { browser = await engine(); });
after(async () => { await browser?.close(); });

const scenes = [];

// rarely is a scene that is played in long walks only.
const rarely = (name, scene) => { if (every) walk(name, scene); };

// walk is a scene, with visitors that end with it.
function walk(name, scene) {
  scenes.push([name, async () => {
    const visitors = [];
    const visitor = async () => {
      visitors.push(await browser.visitor());
      return visitors.at(-1);
    };
    try { await scene(visitor); } finally { for (const v of visitors) await v.close(); }
  }]);
}

// seen is what the site saw at the host of a room.
const seen = async (room) => (await fetch(`http://${SITE}/-/figures?host=${room}.localhost`)).json();

// told is what the gate says of a room, not older than the question.
async function told(room) {
  const asked = new Date();
  return until('fresh figures', async () => {
    const answer = await fetch(`http://${ADMIN}/v1/rooms/${room}`, { headers: { Authorization: `Bearer ${TOKEN}` } });
    const now = await answer.json();
    return new Date(now.as_of) > asked && now;
  });
}

const shows = (tab, heading) => until(`the heading ${heading}`, async () => {
  const now = await tab.heading();
  return heading instanceof RegExp ? heading.test(now) : now === heading;
});
// goesIn waits for the turn of a tab and presses the button: a page that nobody touches claims nothing.
async function goesIn(tab, heading = 'Book', limit = 30000) {
  const turn = await until(`the turn, or ${heading}`, async () => {
    const now = await tab.heading();
    return [heading, 'It is your turn'].includes(now) && now;
  }, limit);
  if (turn !== heading) await tab.click('#go');
  await shows(tab, heading);
}
const empty = (room) => until(`nobody inside ${room}`, async () => (await told(room)).inside === 0);
const pause = (ms) => new Promise((r) => { setTimeout(r, ms); });
const waits = /^(You are in the queue|It is your turn|You are next)/;

// enters opens the site's first page and waits until it is the site's.
async function enters(tab, room, path = '/', heading = 'Book') {
  await tab.go(at(room) + path);
  await shows(tab, heading);
}

walk('a form that is sent again within a stay books once, and gets its answer', async (visitor) => {
  const tab = await (await visitor()).tab();
  await enters(tab, 'shop');
  await tab.fill('#name', 'Erika');
  // A double click: the second press comes before the first answer.
  await tab.run("const b = document.getElementById('send'); b.click(); b.click();");
  await shows(tab, /^Booked/);
  for (let i = 0; i < 2; i++) {
    await tab.back();
    await shows(tab, 'Book');
    await tab.fill('#name', 'Erika');
    await tab.click('#send');
    await shows(tab, 'Booked 1');
  }
  assert.equal((await seen('shop')).bookings, 1);
  await tab.go(at('shop') + '/');
  await tab.fill('#name', 'Erika and another');
  await tab.click('#send');
  await shows(tab, 'Booked 2');
  assert.equal((await seen('shop')).orphans, 0);
});

rarely('idle counts from the last request, and then the place is free', async (visitor) => {
  const tab = await (await visitor()).tab();
  await enters(tab, 'idle');
  let last = Date.now();
  // Three requests, each within idle of the one before: longer than idle in all. One that this machine made late begins anew.
  for (let done = 0; done < 3;) {
    await pause(idle * 0.6);
    const gap = Date.now() - last;
    await tab.go(at('idle') + '/');
    await shows(tab, 'Book');
    last = Date.now();
    done = gap < idle - 1000 ? done + 1 : 0;
  }
  const other = await (await visitor()).tab();
  await other.go(at('idle') + '/');
  await shows(other, waits);
  await goesIn(other);
  assert.ok(Date.now() - last >= idle - 1500, `the place was free ${Date.now() - last} ms after the last request`);
});

rarely('a form within the grace is sent, and its answer is read', async (visitor) => {
  const first = await visitor();
  const tab = await first.tab();
  await enters(tab, 'grace');
  await tab.fill('#name', 'Erika');
  await empty('grace');
  const second = await first.tab(); // opened meanwhile: it resumes the stay, or waits for that
  await second.go(at('grace') + '/');
  await shows(second, /^(Book|You can go back in)/);
  await tab.click('#send');
  await shows(tab, 'Booked 1');
  assert.equal((await told('grace')).last_number, 1);
});

rarely('a form within the grace is sent although somebody else is inside by now', async (visitor) => {
  const tab = await (await visitor()).tab();
  await enters(tab, 'other');
  await tab.fill('#name', 'Erika');
  await empty('other');
  await enters(await (await visitor()).tab(), 'other');
  await tab.click('#send');
  await shows(tab, 'Booked 1');
  assert.equal((await told('other')).last_number, 2);
});

rarely('a form after the grace is not sent, and says so', async (visitor) => {
  const tab = await (await visitor()).tab();
  await enters(tab, 'late');
  await tab.fill('#name', 'Erika');
  await empty('late');
  await pause(2500); // the grace and the second that times are rounded to; more changes nothing
  await tab.click('#send');
  await shows(tab, 'We did not receive your form');
  assert.equal((await seen('late')).bookings, 0);
  await tab.back();
  await shows(tab, 'Book');
});

rarely('who is done gives the place up at once, and keeps the last page whole', async (visitor) => {
  const tab = await (await visitor()).tab();
  await enters(tab, 'finish');
  const other = await (await visitor()).tab();
  await other.go(at('finish') + '/');
  await shows(other, waits);
  await tab.click('#send');
  await shows(tab, 'Booked 1');
  await goesIn(other);
  await until('the style', async () => (await tab.run("return getComputedStyle(document.querySelector('h1')).color")) === 'rgb(1, 2, 3)');
  await tab.reload();
  await shows(tab, 'Booked 1');
  await until('the picture', () => tab.run("return document.getElementById('code').naturalWidth > 0"));
  for (const path of ['/termin.ics', '/termin.pdf', '/stil.css']) {
    await tab.run(`window.got = 0; fetch('${path}').then((a) => { window.got = a.status; }); return 1`);
    assert.equal(await until(path, () => tab.run('return window.got')), 200, path);
  }
  assert.equal((await told('finish')).inside, 1, 'only the other is inside');
});

rarely('a rule ends the stay of a double click, and a chain of redirects leads to the last page', async (visitor) => {
  const tab = await (await visitor()).tab();
  await enters(tab, 'rule');
  const other = await (await visitor()).tab();
  await other.go(at('rule') + '/');
  await shows(other, waits);
  await tab.run("const b = document.getElementById('send'); b.click(); b.click();");
  await shows(tab, 'Booked 1');
  await goesIn(other);
  await until('the style', async () => (await tab.run("return getComputedStyle(document.querySelector('h1')).color")) === 'rgb(1, 2, 3)');
  await tab.reload();
  await shows(tab, 'Booked 1');
  assert.equal((await seen('rule')).bookings, 1);
  assert.equal((await told('rule')).last_number, 2);
});

// opens opens a page that includes the client script, and stays on it for as long as a person does at least.
async function opens(tab, room, path = '/seite?nr=1', heading = 'Page 1') {
  await enters(tab, room, path, heading);
  await scripted(tab);
}

async function scripted(tab) {
  await until('the script', () => tab.run('return !!window.Einlass'));
  await pause(1500);
}

const grace = 30000; // of a stay whose last page was closed
const outlasts = () => pause(grace + 5000);
const ends = (room) => until(`the end of the stay in ${room}`, async () => (await told(room)).inside === 0, grace + 30000);

walk('the last of two tabs that is closed frees the place', async (visitor) => {
  const me = await visitor();
  const [first, second] = [await me.tab(), await me.tab()];
  await opens(first, 'tabs');
  await opens(second, 'tabs');
  await first.close();
  if (every) await outlasts();
  assert.equal((await told('tabs')).inside, 1, 'a tab is open');
  await pause(1000);
  await second.close();
  await ends('tabs');
});

for (const room of every ? ['kept', 'unkept'] : ['kept']) { // for Back, as browsers keep pages, or not
  walk(`a reload, the next page, Back, and a page without the script keep the place, where pages are ${room}`, async (visitor) => {
    const tab = await (await visitor()).tab();
    await opens(tab, room);
    await tab.reload();
    await shows(tab, 'Page 1');
    await scripted(tab);
    await tab.click('a');
    await shows(tab, 'Page 2');
    await scripted(tab);
    await tab.back();
    await shows(tab, 'Page 1');
    await scripted(tab);
    if (browser.keeps) assert.equal(await tab.run('return document.title'), room === 'kept' ? 'kept' : 'Site');
    await outlasts();
    assert.equal((await told(room)).inside, 1, 'after Back');
    if (!every) return; // a page without the script says nothing
    await tab.click('a');
    await shows(tab, 'Page 2');
    await scripted(tab);
    await tab.go(at(room) + '/weiter');
    await shows(tab, 'On');
    await outlasts();
    assert.equal((await told(room)).inside, 1, 'on a page without the script');
  });
}

rarely('a browser that keeps nothing says nothing, and the page is whole', async (visitor) => {
  const me = await visitor();
  const tab = await me.tab();
  await opens(tab, 'forgets', '/ohne', 'Without');
  assert.equal(await tab.run('return document.title'), 'Site');
  await tab.close();
  await outlasts();
  assert.equal((await told('forgets')).inside, 1);
  const again = await me.tab();
  await opens(again, 'forgets', '/ohne', 'Without');
  await again.run('Einlass.finish()');
  await empty('forgets');
});

rarely('a tab that crashes says nothing, and those beside it stay', async (visitor) => {
  const me = await visitor();
  const [first, second] = [await me.tab(), await me.tab()];
  await opens(first, 'crashes');
  await opens(second, 'crashes');
  if (second.crash) await second.crash(); else await second.close();
  await outlasts();
  assert.equal((await told('crashes')).inside, 1);
});

rarely('the site logs out, clears its cookies and sets one of our name, and the place stays', async (visitor) => {
  const tab = await (await visitor()).tab();
  await enters(tab, 'logout');
  const before = (await told('logout')).last_number;
  await tab.go(at('logout') + '/logout');
  await shows(tab, 'Logged out');
  await tab.go(at('logout') + '/');
  await shows(tab, 'Book');
  assert.equal((await told('logout')).last_number, before);
});

rarely('what a browser says on a socket keeps its stay, what it only hears does not', async (visitor) => {
  const talking = await (await visitor()).tab();
  await enters(talking, 'talk', '/chat?talk', 'Chat');
  const listening = await (await visitor()).tab();
  await enters(listening, 'listen', '/chat?listen', 'Chat');
  await until('both sockets', async () => (await seen('talk')).sockets === 1 && (await seen('listen')).sockets === 1);
  await empty('listen');
  await until('the end of the socket', async () => (await seen('listen')).sockets === 0);
  const { said } = await seen('talk');
  await until('longer than idle on the socket', async () => (await seen('talk')).said > said + idle / 1000);
  assert.equal((await told('talk')).inside, 1);
  await talking.go(at('talk') + '/');
  await shows(talking, 'Book');
});

rarely("a page's own timer keeps nobody inside", async (visitor) => {
  const tab = await (await visitor()).tab();
  await enters(tab, 'takt', '/takt', 'Timer');
  await until('the timer', async () => (await seen('takt')).ticks > 2);
  await empty('takt');
});

rarely('a page that browsers keep is asked for again, and its script leads to the line and back', async (visitor) => {
  const tab = await (await visitor()).tab();
  await enters(tab, 'app', '/app', 'Calendar');
  await tab.click('#ask');
  await until('the figure', async () => (await tab.text('#free')) === 'free 7');
  const { pages } = await seen('app');
  await tab.go(at('app') + '/app');
  await shows(tab, 'Calendar');
  await until('the page is asked for', async () => (await seen('app')).pages > pages);
  // The place is gone while the page stands there: the script brings its person back to it, fragment and all.
  await tab.go(at('app') + '/app#slot-7');
  await shows(tab, 'Calendar');
  const ended = await fetch(`http://${ADMIN}/v1/rooms/app/debug/move`, {
    method: 'POST', headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }, body: '{"act":"end"}',
  });
  assert.ok(ended.ok, `${ended.status} ${await ended.text()}`);
  const before = (await told('app')).last_number;
  await tab.click('#ask');
  await until('another number', async () => (await told('app')).last_number === before + 1);
  await shows(tab, 'Calendar');
  assert.equal(new URL(await tab.url()).hash, '#slot-7');
});

walk('the site in a frame of the city, and of others', async (visitor) => {
  const first = await visitor();
  const tab = await first.tab();
  await tab.go(`https://city.localhost:${port(CITY)}/`);
  const frame = () => tab.frame();
  await until('the button', () => frame().text('form .button'));
  assert.equal(await frame().run('return document.documentElement.scrollWidth <= 300'), true, 'wider than the frame');
  await frame().click('form .button');
  if (browser.partitions) {
    await until('the site', async () => (await frame().heading()) === 'Book');
    await frame().fill('#name', 'Erika');
    await frame().click('#send');
    await until('the form', async () => {
      const { bookings, orphans } = await seen('framed');
      return bookings + orphans === 1;
    });
  } else { // no cookie is kept there, so no number is given there
    const link = await until('the link', () => frame().run("const a = document.querySelector('main a'); return a && a.href"));
    assert.equal((await told('framed')).last_number, 0);
    const own = await first.tab();
    await own.go(link);
    await shows(own, 'Book');
    assert.equal((await told('framed')).last_number, 1);
  }
  const before = (await told('framed')).last_number;
  const strange = await (await visitor()).tab();
  await strange.go(`https://elsewhere.localhost:${port(CITY)}/`);
  await until('the window', async () => /window/.test(await strange.frame().text('main') ?? ''));
  assert.equal((await told('framed')).last_number, before);
});

// set is what an operator does with a room.
async function set(room, change) {
  const answer = await fetch(`http://${ADMIN}/v1/rooms/${room}`, {
    method: 'PATCH', headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/merge-patch+json' }, body: JSON.stringify(change),
  });
  assert.ok(answer.ok, `${answer.status} ${await answer.text()}`);
}

for (const room of ['blocked', 'fails']) {
  rarely(`a page whose script is ${room === 'blocked' ? 'blocked' : 'broken'} loads itself again, says so, and reaches the turn`, async (visitor) => {
    const tab = await (await visitor()).tab();
    await set(room, { mode: 'pause' });
    await tab.go(`http://${room}.localhost:${port(SPOILED)}/`);
    await shows(tab, /^(You are in the queue|Nobody is being let in)/);
    const number = await tab.text('#number');
    await until('the word of it', async () => /reloads by itself every \d+ seconds/.test(await tab.text('.bare') ?? ''));
    await set(room, { mode: 'run', rate: 6000, burst: 100 });
    await goesIn(tab, 'Book', 90000);
    assert.deepEqual([number, (await told(room)).last_number], ['1', 1]);
  });
}

rarely('a site of two names gives one number', async (visitor) => {
  const tab = await (await visitor()).tab();
  await tab.go(at('names') + '/weiter');
  await shows(tab, 'On');
  assert.equal(await tab.url(), at('www.names') + '/weiter');
  await tab.go(at('names') + '/'); // the site leads to its other name, and nobody waits again
  await shows(tab, 'Book');
  assert.equal((await told('names')).last_number, 1);
});

// Most scenes wait for the end of a stay, so several are played at a time. Firefox holds up the pages that are behind another.
describe('the walk', { concurrency: process.env.ENGINE === 'firefox' ? 1 : 4 }, () => {
  for (const [name, scene] of scenes) test(name, scene);
});
