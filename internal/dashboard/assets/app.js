// The script of every page: takes the module of the page's view.
import { call } from './api.js';
import { $, clock, put, toast, words } from './ui.js';

const { view } = document.body.dataset;

setInterval(() => put($('clock'), clock(new Date())), 1000);
put($('clock'), clock(new Date()));

// me is who is logged in; without sessions, whoever has got through to the API.
async function me() {
  try { return await call('GET', '/v1/session'); } catch (e) {
    if (e.status === 404) return { name: '', role: 'operator' };
    throw e;
  }
}

const ranks = ['viewer', 'operator', 'admin'];

async function start() {
  const module = await import(`./${view}.js`);
  if (view === 'login') { module.start(); return; }
  let who;
  try { who = await me(); } catch (e) {
    if (e.status === 401) { location.assign('/login?next=' + encodeURIComponent(location.pathname)); return; }
    toast(words(e), undefined, 'bad');
    return;
  }
  if (who.name) { put($('who'), who.name); $('who').hidden = false; }
  for (const node of document.querySelectorAll('[data-needs]')) node.hidden = ranks.indexOf(who.role) < ranks.indexOf(node.dataset.needs);
  await module.start(who, document.body.dataset.room);
}

start();
