// What a room did of late: a chart for each of some figures, and the same as a table.
/* global uPlot */
import { call, of } from './api.js';
import { $, clock, language, make, t } from './ui.js';

// charts are their names and the columns of the history that they draw; "force" is made from others.
const charts = [['line', ['waiting']], ['people', ['inside']], ['enter', ['admitted', 'force']], ['stock', ['booked']], ['answers', ['median']]];
const every = { '15m': 10000, '2h': 30000, '24h': 120000 };

let id, span = '15m', timer, drawn = [];

export function start(room) {
  id = room;
  for (const button of $('spans').querySelectorAll('button')) {
    button.addEventListener('click', () => { span = button.value; load(); });
  }
  for (const look of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) matchMedia(look).addEventListener('change', load);
  let width = 0;
  new ResizeObserver(() => {
    if ($('charts').clientWidth !== width && width) for (const u of drawn) u.setSize(size(u.root.parentNode));
    width = $('charts').clientWidth;
  }).observe($('charts'));
  load();
}

async function load() {
  clearTimeout(timer);
  for (const button of $('spans').querySelectorAll('button')) button.setAttribute('aria-pressed', String(button.value === span));
  let history;
  try { history = await call('GET', of(id, `/history?span=${span}&points=60`)); } catch (e) {
    $('history').hidden = $('history').hidden || e.status === 404;
  }
  if (history) {
    $('history').hidden = false;
    const c = history.columns;
    c.force = c.asked.map((asked, i) => (asked === null || c.factor[i] === null ? null : asked * c.factor[i]));
    show(c);
  }
  timer = setTimeout(load, every[span]);
}

const size = (node) => ({ width: node.clientWidth, height: 170 });

// colour is what a text of a class has: as numbers, for a canvas knows no colours of the system's own.
function colour(name) {
  const probe = make('i', { class: 'ink-' + name, hidden: true });
  $('charts').append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

// precise is a figure of a table, as exact as the chart has it.
const precise = new Intl.NumberFormat(language, { maximumFractionDigits: 3 });

function show(c) {
  const open = [...document.querySelectorAll('#charts details')].map((d) => d.open);
  for (const u of drawn) u.destroy();
  drawn = [];
  const box = $('charts');
  if (!box.children.length) {
    box.append(...charts.map(([name]) => make('figure', {},
      make('figcaption', {}, t('chart.' + name)), make('div', { class: 'plot', role: 'img' }),
      make('details', {}, make('summary', {}, t('chart.table')), make('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': t('chart.' + name) }, make('table'))))));
  }
  charts.forEach(([, columns], i) => {
    const figure = box.children[i], plot = figure.querySelector('.plot');
    plot.setAttribute('aria-label', summary(c[columns[0]]));
    drawn.push(draw(plot, c, columns));
    figure.querySelector('details').open = open[i] || false;
    table(figure.querySelector('table'), c, columns);
  });
}

// summary says a chart in a sentence.
function summary(values) {
  const known = values.filter((v) => v !== null);
  if (!known.length) return t('chart.nothing');
  return t('chart.says', { now: known[known.length - 1], low: Math.min(...known), high: Math.max(...known) });
}

function draw(node, c, columns) {
  const least = columns[0] === 'median' ? 0.1 : 1;
  const axis = { stroke: colour('quiet'), grid: { stroke: colour('line') }, ticks: { stroke: colour('line') }, font: '13px system-ui, sans-serif' };
  const styles = [{ stroke: colour('accent'), width: 3 }, { stroke: colour('warn'), width: 2, dash: [6, 4] }];
  return new uPlot({
    ...size(node), legend: { show: false }, cursor: { show: false },
    scales: { y: { range: (u, low, high) => [0, Math.max(least, high * 1.1)] } },
    axes: [
      { ...axis, values: (u, ticks) => ticks.map((s) => clock(s * 1000, false)) },
      { ...axis, size: 62, values: (u, ticks) => ticks.map((v) => v.toLocaleString(language)) },
    ],
    series: [{}, ...columns.map((name, i) => ({ label: t('column.' + name), ...styles[i], points: { show: false } }))],
  }, [c.t, ...columns.map((name) => c[name])], node);
}

function table(node, c, columns) {
  const head = make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, t('column.t')), ...columns.map((name) => make('th', { scope: 'col', class: 'n' }, t('column.' + name)))));
  const rows = c.t.map((at, i) => make('tr', {}, make('th', { scope: 'row' }, clock(at * 1000)),
    ...columns.map((name) => make('td', { class: 'n' }, c[name][i] === null ? '–' : precise.format(c[name][i]))))).reverse();
  node.replaceChildren(head, make('tbody', {}, ...rows));
}
