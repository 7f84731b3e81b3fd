// What operators change in a room. Each act says what was done and how to take it back; a change that somebody else has overtaken is told
// with both values.
import { Problem, call, of } from './api.js';
import { $, Left, ask, day, has, t, toast } from './ui.js';

const reason = () => ($('reason') && $('reason').value.trim()) || undefined;

// shown is a value as people read it.
function shown(key, value) {
  if (has(`value.${key}.${value}`)) return t(`value.${key}.${value}`);
  if (key === 'message_until' && value) return day(value);
  if (key === 'messages') return shown('message', Object.values(value).filter(Boolean).join(' / '));
  if (typeof value === 'object') return t('value.object');
  if (value === '') return t('value.nothing');
  return typeof value === 'number' ? t('value.number', { n: value }) : t('value.text', { text: String(value) });
}

// before is the patch that brings back what a patch replaces.
function before(room, patch) {
  const back = {};
  for (const [key, value] of Object.entries(patch)) {
    if (key === 'messages') {
      back.messages = {};
      for (const tag of Object.keys(value)) back.messages[tag] = room.messages[tag] ?? null;
    } else back[key] = room[key];
  }
  if ('rate' in patch) back.burst = room.burst;
  return back;
}

// sure does an act, and asks first if the API says that it takes something from people.
export async function sure(method, path, body, headers) {
  try { return await call(method, path, body, headers); } catch (e) {
    if (!(e instanceof Problem) || e.code !== 'confirm') throw e;
    const { effect_kind: kind, count, effect, confirm } = e.body;
    const text = has('effect.' + kind) ? t('effect.' + kind, { n: count ?? 0 }) : effect;
    if (!await ask(t('effect.title'), text, has('yes.' + kind) ? t('yes.' + kind) : t('yes'))) throw new Left();
    return call(method, path, { ...body, confirm }, headers);
  }
}

// change makes a change of a room as it was looked at. seen: nothing that is newer is overwritten unasked; else whatever there is. text is what is
// said when it is done.
export async function change(room, patch, { seen, undone, text } = {}) {
  const headers = seen ? { 'If-Match': `"${room.version}"` } : {};
  let after;
  try {
    after = await sure('PATCH', of(room.id), { ...patch, reason: reason() }, headers);
  } catch (e) {
    if (!(e instanceof Problem) || e.code !== 'version_conflict') throw e;
    return conflict(room, patch, { undone, text });
  }
  const key = Object.keys(patch)[0];
  const back = after.undo || before(room, patch);
  const did = has(`did.${key}.${after[key]}`) ? `did.${key}.${after[key]}` : 'did.' + (key === 'messages' ? 'message' : key);
  const done = undone ? t('did.undone') : text || t(did, { is: shown(key, after[key]), was: shown(key, room[key]) });
  toast(done, undone ? undefined : () => change(after, back, { seen: true, undone: true }));
  document.dispatchEvent(new CustomEvent('changed', { detail: after }));
  return after;
}

// newer is a room as it is since somebody has changed it: what a GET shows may be of the moment before.
async function newer(room) {
  for (let left = 10; ; left--) {
    const now = await call('GET', of(room.id));
    if (now.version > room.version || left === 0) return now;
    await new Promise((done) => { setTimeout(done, 200); });
  }
}

// conflict makes a change if somebody else has changed other things meanwhile; else it says what they have set, and asks whose value shall be
// in force.
async function conflict(room, patch, more) {
  const now = await newer(room);
  const of = (r, key) => JSON.stringify(key === 'messages' ? Object.keys(patch.messages).map((tag) => r.messages[tag]) : r[key]);
  const key = Object.keys(patch).find((k) => of(now, k) !== of(room, k));
  if (!key) return change(now, patch, { ...more, seen: true });
  document.dispatchEvent(new CustomEvent('changed', { detail: now }));
  const values = { what: t('name.' + key), theirs: shown(key, now[key]), was: shown(key, room[key]), mine: shown(key, patch[key]) };
  if (!await ask(t('conflict.title'), t('conflict.text', values), t('conflict.mine', values), t('conflict.keep', values))) {
    toast(t('conflict.left', values));
    return now;
  }
  return change(now, patch, { ...more, seen: true });
}

// tell says something of what is booked.
export async function tell(room, told, text, back) {
  const heard = await call('POST', of(room.id, '/outcomes'), { ...told, reason: reason() });
  toast(text, back && (() => tell(room, back(heard), t('did.undone'))));
}
