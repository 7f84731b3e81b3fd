// Texts, figures, and the parts that all views have: what was done with its undo, questions, and refusals in words.
import { Problem } from './api.js';

const texts = JSON.parse(document.getElementById('texts').textContent);
export const language = document.documentElement.lang;
export const $ = (id) => document.getElementById(id);

// t is a text, with its {names} filled in. A count n chooses between key.one and key.
export function t(key, values = {}) {
  const one = values.n === 1 && texts[key + '.one'];
  const text = one || texts[key];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? (typeof values[name] === 'number' ? number(values[name]) : values[name]) : all));
}
export const has = (key) => texts[key] !== undefined;

const figures = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
export const number = (n) => figures.format(n);
export const percent = (part) => new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(part);
// brief is how long an answer takes, in seconds of two figures; 0: nobody knows.
export const brief = (seconds) => (!seconds ? '–' : t('seconds', { n: new Intl.NumberFormat(language, { maximumSignificantDigits: 2 }).format(seconds) }));
export const clock = (at, seconds = true) => new Date(at).toLocaleTimeString(language, { hourCycle: 'h23', hour: '2-digit', minute: '2-digit', ...(seconds && { second: '2-digit' }) });
export const day = (at, timeZone, seconds) => new Date(at).toLocaleString(language, { timeZone, hourCycle: 'h23', weekday: 'short', day: 'numeric', month: 'numeric', hour: '2-digit', minute: '2-digit', ...(seconds && { second: '2-digit' }) });

export const date = (at) => new Date(at).toLocaleDateString(language, { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'numeric' });

// long says how long some seconds are.
export function long(seconds) {
  if (seconds < 90) return t('seconds', { n: Math.round(seconds) });
  if (seconds < 5400) return t('minutes', { n: Math.round(seconds / 60) });
  if (seconds >= 172800) return t('days', { n: Math.round(seconds / 86400) });
  return t('hours', { n: Math.round(seconds / 360) / 10 });
}

// put writes a text only where it is another: what is announced is announced once.
export function put(node, text) { if (node.textContent !== text) node.textContent = text; }

// make is an element with attributes and children; a value of true is an attribute without one.
export function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

// list makes the children of a node be those of texts, and leaves it alone if they are already.
export function list(node, wanted, build) {
  const key = JSON.stringify(wanted);
  if (node.dataset.key === key) return;
  node.dataset.key = key;
  node.replaceChildren(...wanted.map(build));
}

let undoing;

// toast says what was done. undo takes it back; it stays until it is closed or something else is done.
export function toast(text, undo, level = '') {
  const box = $('toast');
  undoing = undo;
  box.hidden = false;
  box.dataset.level = level;
  $('undo').hidden = !undo;
  put($('toast-text'), text);
}

$('undo').addEventListener('click', () => {
  const undo = undoing;
  undoing = undefined;
  $('undo').hidden = true;
  if (undo) doing($('undo'), undo);
});
$('toast-close').addEventListener('click', () => { $('toast').hidden = true; });

// ask asks whether something dangerous is meant. The safe answer has the focus.
export function ask(title, text, yes, no = t('ask.no')) {
  const box = $('ask');
  put($('ask-title'), title);
  put($('ask-text'), text);
  put($('ask-yes'), yes);
  put($('ask-no'), no);
  box.returnValue = '';
  box.showModal();
  $('ask-no').focus();
  return new Promise((done) => { box.addEventListener('close', () => done(box.returnValue === 'yes'), { once: true }); });
}
$('ask-yes').addEventListener('click', () => $('ask').close('yes'));
$('ask-no').addEventListener('click', () => $('ask').close(''));

// all shows the page of a view that is for administrators of all rooms, or says that it is, and reports which.
export function all(who) {
  const may = who.role === 'admin' && !who.rooms;
  $('not').hidden = may;
  $('all').hidden = !may;
  return may;
}

// Left is thrown where somebody has been asked and said no.
export class Left extends Error {}

// words says why something was refused.
export function words(error) {
  if (!(error instanceof Problem)) return t('problem.offline');
  if (error.code === 'invalid' && error.body.errors) {
    return error.body.errors.map((e) => (has('field.' + e.field) ? t('field.' + e.field) : `${e.field} ${e.detail}`)).join(' ');
  }
  return has('problem.' + error.code) ? t('problem.' + error.code, { what: error.message }) : t('problem.other', { what: error.message });
}

// doing runs an act of a button once at a time, and says what went wrong.
export async function doing(button, act) {
  if (button.getAttribute('aria-busy') === 'true') return;
  button.setAttribute('aria-busy', 'true');
  try { await act(); } catch (e) {
    if (e instanceof Left) { toast(t('left')); return; }
    if (!(e instanceof Problem) && !(e instanceof TypeError)) throw e;
    toast(words(e), undefined, 'bad');
  } finally { button.removeAttribute('aria-busy'); }
}

export const on = (id, act) => $(id).addEventListener('click', (e) => doing(e.currentTarget, act));
export const onSubmit = (id, act) => $(id).addEventListener('submit', (e) => { e.preventDefault(); doing(e.submitter || e.currentTarget, act); });
