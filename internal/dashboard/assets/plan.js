// What a room does by its schedule, and what another one would do: nothing is changed that has not been shown before.
import { Problem, call, of } from './api.js';
import { change } from './acts.js';
import { $, day, has, list, long, make, on, onSubmit, put, t, words } from './ui.js';

let room, plan, wanted;

export async function start(who, id) {
  room = await call('GET', of(id));
  put($('title'), room.title || id);
  await load(id);
  onSubmit('schedule-form', () => preview(parsed()));
  on('one-preview', () => preview(one()));
  on('drop', () => { $('preview').hidden = true; $('edit').querySelector('button').focus(); });
  on('apply', async () => {
    await change(room, { schedule: wanted }, { version: plan.version });
    $('preview').hidden = true;
  });
  document.addEventListener('changed', (e) => { room = e.detail; load(id, room.version); });
}

// load shows the plan of a version or of a newer one: what a GET shows may be of the moment before.
async function load(id, version = 0) {
  for (let left = 10; left > 0; left--) {
    plan = await call('GET', of(id, '/plan'));
    if (plan.version >= version) break;
    await new Promise((done) => { setTimeout(done, 200); });
  }
  put($('now'), t('plan.phase.' + plan.phase));
  put($('booked'), plan.quota === undefined ? '' : t('sold.now', { n: plan.booked, quota: plan.quota }));
  put($('zone'), t('plan.zone', { zone: plan.zone }));
  list($('warnings'), plan.warnings, (w) => make('li', { 'data-level': 'warn', lang: 'en' }, w));
  $('no-next').hidden = plan.next.length > 0;
  list($('next'), plan.next.slice(0, 12), (e) => make('li', {}, make('b', {}, day(e.at, plan.zone)), ' ', says(e), ' ', make('span', { class: 'hint' }, e.in > 0 ? t('plan.in', { long: long(e.in) }) : '')));
  const openings = [...new Set(plan.next.map((e) => e.opening))].filter(Boolean);
  $('today').hidden = openings.length === 0;
  list($('opening'), openings, (o) => make('option', { value: o }, o));
  $('schedule').value = JSON.stringify(plan.schedule, null, 2);
}

// says is an event in words. What a release does not know yet is told in those of the API.
function says(e) {
  if (!has('plan.what.' + e.what)) return make('span', { lang: 'en' }, e.words);
  return t('plan.what.' + e.what) + (e.quota === undefined || e.what === 'end' || e.what === 'between' ? '' : t('plan.of', { quota: e.quota }));
}

// one is the schedule with a change of one opening.
function one() {
  const part = { opening: $('opening').value };
  if ($('one-skip').checked) part.skip = true;
  else {
    if ($('one-start').value) part.start = $('one-start').value;
    if ($('one-end').value) part.end = $('one-end').value;
    if ($('one-quota').value !== '') part.quota = $('one-quota').valueAsNumber;
  }
  const others = (plan.schedule.changes || []).filter((c) => c.opening !== part.opening);
  const before = (plan.schedule.changes || []).find((c) => c.opening === part.opening);
  return { ...plan.schedule, changes: [...others, { ...(part.skip ? {} : before), ...part }] };
}

function parsed() {
  try { return JSON.parse($('schedule').value); } catch (e) { throw new Problem(0, { code: 'json', detail: e.message }); }
}

async function preview(schedule) {
  put($('wrong'), '');
  let would;
  try { would = await call('POST', of(room.id, '/plan/preview'), { schedule }); } catch (e) {
    if (!(e instanceof Problem)) throw e;
    $('preview').hidden = true;
    put($('wrong'), e.body.errors ? e.body.errors.map((f) => `${f.field}: ${f.detail}`).join('\n') : words(e));
    return;
  }
  wanted = schedule;
  list($('changes'), would.changes.length ? would.changes : [t('plan.same')], (c) => make('li', { lang: 'en' }, c));
  list($('preview-warnings'), would.plan.warnings, (w) => make('li', { 'data-level': 'warn', lang: 'en' }, w));
  $('apply').hidden = would.changes.length === 0;
  $('preview').hidden = false;
  $('preview').focus();
}
