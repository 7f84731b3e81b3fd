(function(T){'use strict';
var doc = document, root = doc.documentElement, body = doc.body, data = body.dataset;
root.className = 'js';
var siteTitle = doc.querySelector('header p').textContent;
function $(id) { return doc.getElementById(id); }
function visible() { return doc.visibilityState !== 'hidden'; }
function jitter(ms) { return ms * (0.8 + 0.4 * Math.random()); }
function keep(key, value) { try { sessionStorage.setItem(key, JSON.stringify(value)); } catch (e) { } }
function kept(key) { try { return JSON.parse(sessionStorage.getItem(key)); } catch (e) { return null; } }
function request(url, method, done, failed) {
var ended = false, cut = window.AbortController && new AbortController();
var limit = setTimeout(function () { if (cut) { cut.abort(); } end(failed, new Error('no answer in time')); }, 15000);
function end(call, value) {
if (!ended) { ended = true; clearTimeout(limit); call(value); }
}
fetch(url, {
method: method, credentials: 'same-origin', cache: 'no-store', redirect: 'manual',
headers: { Accept: method === 'HEAD' ? '*/*' : 'application/json' }, signal: cut ? cut.signal : undefined
}).then(function (answer) {
if (method === 'HEAD' || !answer.ok) { return { answer: answer }; }
return answer.json().then(function (value) { return { answer: answer, value: value }; });
}).then(function (got) { end(done, got); }, function (err) { end(failed, err); });
}
function backoff(n) { return jitter(Math.min(60000, 1000 * Math.pow(2, Math.min(n, 6)))); }
function show(el, on) { if (el) { el.hidden = !on; } }
function write(el, text) { if (el.textContent !== text) { el.textContent = text; } }
var region = (navigator.language || '').split('-')[0] === T.lang.split('-')[0] ? navigator.language : T.lang;
function grouped(n) { return String(n).replace(/\B(?=(\d{3})+$)/g, T.separator); }
function form(forms, n) {
var name = window.Intl && Intl.PluralRules ? new Intl.PluralRules(T.lang).select(n) : n === 1 ? 'one' : 'other';
return forms[name] || forms.other;
}
function fill(text, values) {
return text.replace(/\{(\w+)\}/g, function (mark, name) {
return name === 'title' ? siteTitle : name in values ? String(values[name]) : mark;
});
}
function count(id, n) { return fill(form(T[id], n), { n: grouped(n) }); }
function shownAhead(n, exact) { return exact ? n : Math.ceil(n / aheadStep(n)) * aheadStep(n); }
function held(n) { return Math.floor(n / aheadStep(n)) * aheadStep(n); }
function aheadStep(n) { return n >= 100000 ? 1000 : n >= 10000 ? 100 : n >= 100 ? 10 : 1; }
function ahead(n, exact) {
if (n <= 0) { return T['ahead.none']; }
return form(T[exact ? 'ahead.exact' : 'ahead.about'], shownAhead(n, exact));
}
function duration(min) {
var id = min < 60 ? 'duration.minutes' : min % 60 ? 'duration.both' : 'duration.hours';
return fill(T[id], { h: Math.floor(min / 60), m: min % 60 });
}
function estimate(low, high, full) {
if (high <= 0 && full) { return T['estimate.full']; }
var h = Math.ceil(high / 60), step = h > 180 ? 30 : h > 60 ? 10 : h > 20 ? 5 : 1;
h = Math.ceil(h / step) * step;
var l = Math.min(Math.floor(Math.floor(low / 60) / step) * step, h);
if (high <= 0 || h > 1440 && l < 60) { return T['estimate.unknown']; }
if (high <= 60) { return T['estimate.soon']; }
if (h > 1440) { return fill(T['estimate.more'], { low: duration(l) }); }
if (h > 60 && l === h) { return fill(T['estimate.single'], { low: duration(l) }); }
if (h > 60 && l < 1) { return fill(T['estimate.longest'], { high: duration(h) }); }
if (h > 60) { return fill(T['estimate.span'], { low: duration(l), high: duration(h) }); }
if (l < 1) { return count('estimate.upto', h); }
if (l === h) { return count('estimate.about', h); }
return fill(T['estimate.minutes'], { low: l, high: h });
}
function clock(date, seconds) {
var how = { hour: '2-digit', minute: '2-digit' };
if (seconds) { how.second = '2-digit'; }
return date.toLocaleTimeString(region, how);
}
function oClock(low, high) {
var five = 300000, now = Date.now();
if (high < 600) { return ''; }
var from = new Date(Math.floor((now + low * 1000) / five) * five), to = new Date(Math.ceil((now + high * 1000) / five) * five);
if (from < now || to.toDateString() !== new Date(now).toDateString()) { return ''; }
return fill(T['estimate.clock'], { low: clock(from), high: clock(to) });
}
function waitingPage() {
var target = $('go').getAttribute('href');
var state = data.state, number = Number(data.number), place, last = 0, due = 0, timer, failures = 0;
var busy = false, going = false, spokenAt = Date.now(), spokenAhead = Infinity, toldMore = !$('more').hidden;
var bell = setUpBell();
function hasPlace() { return /^(waiting|front|missed|called|paused|down|recovering|turn)$/.test(state); }
function lower(n, exact) {
var key = data.poll + number, before = kept(key);
if (n < 0 || !hasPlace()) { return { shown: n, exact: exact }; }
place = { first: n, shown: n, exact: exact };
if (before) {
place.first = Math.max(before.first, n);
if (before.shown < n) {
place.shown = held(before.shown);
place.exact = false; // it is not the count any more
}
}
keep(key, place);
return place;
}
function render(s) {
var changed = s.state !== state, parts = T.state[s.state];
state = s.state;
number = s.number || number;
var now = lower(s.ahead, s.exact), n = now.shown, exact = now.exact;
body.setAttribute('data-state', state);
Array.prototype.forEach.call(doc.querySelectorAll('[data-in]'), function (el) {
show(el, (' ' + el.getAttribute('data-in') + ' ').indexOf(' ' + state + ' ') >= 0);
});
write($('heading'), fill(parts[0], {}));
write($('lead'), fill(parts[1], {}));
write($('number'), grouped(number));
show($('number-fact'), number > 0);
renderAhead(n, exact);
write($('more'), s.more > 0 ? count('ahead.more', s.more) : '');
show($('more'), !$('more').hidden && s.more > 0);
write($('estimate'), estimate(s.low, s.high, s.full));
renderClock(s.low, s.high);
write($('claim'), s.until < 60 ? T['claim.soon'] : count('claim.minutes', Math.floor(s.until / 60)));
show($('claim'), state === 'called' && s.until > 0);
write($('message'), s.message || '');
show($('message-box'), s.message);
show($('stale'), s.stale);
bell.render(state);
updated();
if (!flashing) { doc.title = titleFor(n, exact); }
announce(s, n, exact, changed);
}
function renderAhead(n, exact) {
var el = $('ahead'), text = ahead(n, exact), at = text.indexOf('{n}'), figure;
show($('ahead-fact'), !$('ahead-fact').hidden && n >= 0);
el.textContent = '';
if (at < 0) { el.textContent = text; } else {
figure = doc.createElement('b');
figure.textContent = grouped(shownAhead(n, exact));
el.appendChild(doc.createTextNode(text.slice(0, at)));
el.appendChild(figure);
el.appendChild(doc.createTextNode(text.slice(at + 3)));
}
renderBar(n);
}
function renderBar(n) {
var first = place ? place.first : 0;
show($('bar'), n > 0 && n < first);
if (first > 0) {
$('bar').max = first;
$('bar').value = first - Math.max(n, 0);
}
}
function renderClock(low, high) {
var text = oClock(low, high);
write($('clock'), text);
show($('clock'), text);
}
function titleFor(n, exact) {
if (state === 'called') { return fill(T['tab.turn'], {}); }
if (/^(waiting|front|recovering)$/.test(state) && n > 0) {
return fill(T['tab.ahead'], { n: grouped(shownAhead(n, exact)) });
}
return fill(T.state[state][0], {}) + ' · ' + siteTitle;
}
function say(text) { spokenAt = Date.now(); $('spoken').textContent = text; }
function announce(s, n, exact, changed) {
var passed = [1000, 500, 200, 100, 50, 20, 10, 5, 3, 2, 1, 0].some(function (m) { return n >= 0 && n <= m && spokenAhead > m; });
var since = Date.now() - spokenAt;
if (changed) {
say(fill(T.state[state][0] + '. ' + T.state[state][1], {}).replace(/\.\. /, '. '));
spokenAhead = n;
} else if (s.more > 0 && !toldMore) {
toldMore = true;
say(count('ahead.more', s.more));
} else if (/^(waiting|front)$/.test(state) && n >= 0 && (passed && since > 60000 || since > 300000)) {
say(fill(ahead(n, exact), { n: grouped(shownAhead(n, exact)) }) + ' – ' + estimate(s.low, s.high, s.full));
spokenAhead = n;
}
}
function updated() {
write($('updated'), fill(T['label.updated'], { t: clock(new Date(), true) }));
show($('updated'), state !== 'called' && state !== 'missed');
}
function lost(on) {
var was = !$('lost').hidden;
if (was === on) { return; }
write($('lost'), on ? T['connection.lost'] : '');
show($('lost'), on);
say(T[on ? 'connection.lost' : 'connection.found']);
}
function schedule(ms) {
clearTimeout(timer);
due = ms > 0 ? Date.now() + ms : Infinity;
if (ms > 0) { timer = setTimeout(poll, Math.max(ms, 500)); }
}
function poll() {
if (busy || going) { return; }
if (!window.fetch) { enter(); return; }
busy = true;
last = Date.now();
clearTimeout(timer);
request(data.poll + (place ? number + '.' + place.shown : ''), 'GET', answered, failed);
}
function answered(got) {
var s = got.value, status = got.answer.status;
busy = false;
if (status === 401 || status === 410) { s = { state: 'none', next: 20000 }; }
if (!s || typeof s.state !== 'string') { failed(null, Number(got.answer.headers.get('Retry-After'))); return; }
failures = 0;
lost(false);
if (s.turn) { s.state = 'turn'; }
if (s.state === 'none' || s.state === 'inside' || s.state === 'called') { turn(s); return; }
schedule(s.next);
if (T.state[s.state]) { stopAlarm(); render(s); } else { anew(); }
}
function turn(s) {
schedule(s.next || 10000);
if (s.state === 'none') { anew(); return; }
if (!visible() && s.state === 'inside') { return; }
s.state = 'called';
render(s);
if (visible()) { enter(); } else { alarm(); }
}
function failed(err, retryAfter) {
busy = false;
failures += 1;
if (failures > 1 || navigator.onLine === false) { lost(true); }
schedule(Math.max(backoff(failures), Math.min(retryAfter || 0, 120) * 1000));
}
function enter() {
going = true;
stopAlarm();
setTimeout(function () { going = false; schedule(1000); }, 120000);
if (location.hash && target === location.pathname + location.search) { location.reload(); } else { location.replace(target + location.hash); }
}
function anew() {
var key = 'einlass-anew', before = kept(key) || 0;
if (Date.now() - before < 30000) { return; }
keep(key, Date.now());
enter();
}
function wake() {
stopAlarm();
if (state === 'called' || failures || Date.now() >= due || Date.now() - last > 3000) { poll(); }
}
var flashing, ringing;
function alarm() {
if (flashing) { return; }
var turnTitle = doc.title, still = window.matchMedia && matchMedia('(prefers-reduced-motion: reduce)').matches, on = true;
flashing = setInterval(function () {
on = !on;
if (!still) { doc.title = on ? turnTitle : siteTitle; }
}, 1000);
bell.ring();
ringing = setInterval(bell.ring, 20000);
}
function stopAlarm() {
clearInterval(flashing);
clearInterval(ringing);
if (flashing && state === 'called') { doc.title = titleFor(0, true); }
flashing = ringing = undefined;
bell.quiet();
}
doc.addEventListener('visibilitychange', function () { if (visible()) { wake(); } });
doc.addEventListener('resume', wake);
window.addEventListener('online', wake);
window.addEventListener('offline', function () { lost(true); });
window.addEventListener('pageshow', function (e) {
if (e.persisted) {
going = busy = false;
poll();
}
});
window.addEventListener('pagehide', function () {
if (!going && hasPlace() && navigator.sendBeacon) { navigator.sendBeacon(data.away); }
});
doc.addEventListener('submit', function () { going = true; });
$('go').addEventListener('click', function (e) {
if (!e.ctrlKey && !e.metaKey && !e.shiftKey) {
e.preventDefault();
enter();
}
});
(function start() {
var n = Number(data.ahead), now = lower(n, data.exact === 'true'), nav;
spokenAhead = now.shown;
if (now.shown < n) {
renderAhead(now.shown, now.exact);
doc.title = titleFor(now.shown, now.exact);
} else { renderBar(n); }
renderClock(Number(data.low), Number(data.high));
bell.render(state);
updated();
nav = window.performance && performance.getEntriesByType && performance.getEntriesByType('navigation')[0];
if (nav && nav.type === 'back_forward') { poll(); } else { schedule(Number(data.next)); }
})();
}
function setUpBell() {
var box = $('bell'), button = $('bell-button'), note = $('bell-note'), on = false, sound, notice;
var Sound = window.AudioContext || window.webkitAudioContext;
var canNotify = 'Notification' in window;
function redraw() {
button.setAttribute('aria-pressed', String(on));
write(button, T[on ? 'bell.off' : 'bell.ask']);
write(note, on ? T[canNotify && Notification.permission === 'granted' ? 'bell.full' : 'bell.sound'] : '');
}
function tone(at, pitch) {
var wave = sound.createOscillator(), gain = sound.createGain(), start = sound.currentTime + at;
wave.frequency.value = pitch;
gain.gain.setValueAtTime(0, start);
gain.gain.linearRampToValueAtTime(0.4, start + 0.03);
gain.gain.exponentialRampToValueAtTime(0.001, start + 0.6);
wave.connect(gain);
gain.connect(sound.destination);
wave.start(start);
wave.stop(start + 0.65);
}
button.addEventListener('click', function () {
on = !on;
if (on && Sound) {
sound = sound || new Sound();
if (sound.resume) { sound.resume(); }
}
redraw();
if (on && canNotify && Notification.permission === 'default') {
var asked = Notification.requestPermission(redraw);
if (asked && asked.then) { asked.then(redraw, redraw); }
}
});
return {
render: function (state) {
show(box, (Sound || canNotify) && /^(waiting|front|paused|down|recovering)$/.test(state));
redraw();
},
ring: function () {
if (!on) { return; }
if (sound) {
tone(0, 660);
tone(0.35, 880);
tone(0.7, 1100);
}
if (navigator.vibrate) { navigator.vibrate([300, 150, 300]); }
if (notice || !canNotify || Notification.permission !== 'granted') { return; }
try {
notice = new Notification(fill(T.state.called[0], {}), { body: siteTitle, tag: 'einlass' });
notice.onclick = function () { window.focus(); };
} catch (e) { canNotify = false; }
},
quiet: function () {
if (notice) { notice.close(); }
notice = undefined;
}
};
}
function retryPage() {
var failures = 0, next = Number(data.next);
function go() { location.replace($('go').getAttribute('href')); }
function attempt() {
if (!window.fetch) { go(); return; }
request(data.probe, 'HEAD', go, function () {
failures += 1;
setTimeout(attempt, backoff(failures));
});
}
if (next > 0) { setTimeout(attempt, jitter(next)); }
}
function formPage() {
var next = Number(data.next);
function attempt() {
request(data.probe, 'HEAD', function (got) {
if (got.answer.status >= 500 || got.answer.status === 429) { again(); return; }
write($('answers'), T['interruption.answers']);
}, again);
}
function again() { setTimeout(attempt, jitter(Math.max(next, 2000))); }
backButton();
if (next > 0 && data.probe && window.fetch) { setTimeout(attempt, jitter(next)); }
}
function backButton() {
show($('back-step'), history.length > 1);
$('back').addEventListener('click', function () { history.back(); });
}
switch (data.page) {
case 'wait': waitingPage(); break;
case 'retry': retryPage(); break;
case 'form': formPage(); break;
case 'lapsed': backButton(); break;
}
})({"ahead.about":{"one":"about {n} person","other":"about {n} people"},"ahead.exact":{"one":"{n} person","other":"{n} people"},"ahead.more":{"one":"{n} person who has come back goes before you.","other":"{n} people who have come back go before you."},"ahead.none":"Nobody. You are next.","bell.ask":"Tell me when it is my turn","bell.full":"We will tell you with a sound and a notification. Please leave the sound on.","bell.off":"Turn off","bell.sound":"We will tell you with a sound. Please leave the sound on.","claim.minutes":{"one":"Your place is held for about {n} more minute.","other":"Your place is held for about {n} more minutes."},"claim.soon":"Your place is held for less than a minute more.","connection.found":"Connected again.","connection.lost":"No connection at the moment. Your number stays yours. This page keeps trying by itself.","duration.both":"{h} h {m} min","duration.hours":"{h} h","duration.minutes":"{m} min","estimate.about":{"one":"about {n} minute","other":"about {n} minutes"},"estimate.clock":"between {low} and {high}","estimate.full":"There is no free place at the moment. We do not know yet how long it will take.","estimate.longest":"up to {high}","estimate.minutes":"about {low} to {high} minutes","estimate.more":"more than {low}","estimate.single":"about {low}","estimate.soon":"less than a minute","estimate.span":"about {low} to {high}","estimate.unknown":"not known yet","estimate.upto":{"one":"up to {n} minute","other":"up to {n} minutes"},"interruption.answers":"The site is answering again. You can go back to your form now.","label.updated":"Updated at {t}","lang":"en","separator":",","state":{"called":["It is your turn","You can go in now."],"closed":["The line is closed","No more places are being given out at the moment."],"front":["It will be your turn soon","Your number is valid. You go before everybody who is still waiting. Please stay on this page."],"missed":["It was your turn. That is no problem.","You have lost nothing. Press the button. Then it will be your turn again."],"nostore":["You will get your number shortly","We cannot give out numbers right now because of a technical interruption. You have lost nothing. This page keeps trying by itself."],"paused":["Nobody is being let in at the moment","You keep your place. It goes on by itself. Please keep this page open."],"recovering":["You are in line","There was a short technical interruption. Your number and the order of the line stay as they are. Please keep this page open."],"shed":["You will get your number shortly","Very many people are arriving at once. This page keeps trying by itself. You do not need to reload it."],"turn":["One moment, it is your turn","Please stay on this page."],"waiting":["You are in line","Please keep this page open. You do not need to do anything else."]},"tab.ahead":"{n} ahead of you · {title}","tab.turn":"It is your turn! · {title}"});
