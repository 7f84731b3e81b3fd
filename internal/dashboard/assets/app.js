// The script of every page: takes the module of the page's view.
import { call, now, toLogin } from './api.js';
import { lost } from './lost.js';
import { $, clock, put, toast, words } from './ui.js';

const { view, room } = document.body.dataset;

setInterval(() => put($('clock'), clock(now())), 1000);
put($('clock'), clock(now()));

// awake is how often, in ms, an open page says that it is: who looks at it stays logged in, as long as the gateway lets anybody be.
const awake = 5 * 60_000;

// me is who is logged in; without sessions, whoever has got through to the API.
async function me() {
  try { return await call('GET', '/v1/session'); } catch (e) {
    if (e.status === 404) return { name: '', role: 'operator' };
    if (e.status === 401) toLogin();
    throw e;
  }
}

const ranks = ['viewer', 'operator', 'admin'];

async function start() {
  const module = await import(`./${view}.js`);
  if (view === 'login') { module.start(); return; }
  try {
    const who = await me();
    if (who.name) { put($('who'), who.name); $('who').hidden = false; }
    for (const node of document.querySelectorAll('[data-needs]')) node.hidden = ranks.indexOf(who.role) < ranks.indexOf(node.dataset.needs);
    setInterval(() => me().catch(() => {}), awake);
    await module.start(who, room);
    lost();
  } catch (e) {
    if (e.status === 401) return;
    if (!(e instanceof TypeError) && !(e.status >= 500)) { toast(words(e), undefined, 'bad'); return; }
    lost(now());
    again();
  }
}

// again loads the page anew when somebody answers: what it shows has not begun.
async function again() {
  for (;;) {
    await new Promise((done) => { setTimeout(done, 1000); });
    try { await call('GET', '/v1/session'); } catch (e) { if (e instanceof TypeError || e.status >= 500) continue; }
    location.reload();
    return;
  }
}

start();
