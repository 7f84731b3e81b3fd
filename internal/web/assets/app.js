// The script of every page. It saves reloads; nothing depends on it. Written for old telephones: no syntax
// newer than ECMAScript 5, and where a browser lacks fetch the pages reload instead.
(function (T) {
'use strict';

var doc = document, root = doc.documentElement, body = doc.body, data = body.dataset;
root.className = 'js';

function $(id) { return doc.getElementById(id); }
function visible() { return doc.visibilityState !== 'hidden'; }
function jitter(ms) { return ms * (0.8 + 0.4 * Math.random()); }

// Storage of this tab; a browser may forbid it.
function keep(key, value) { try { sessionStorage.setItem(key, JSON.stringify(value)); } catch (e) { } }
function kept(key) { try { return JSON.parse(sessionStorage.getItem(key)); } catch (e) { return null; } }

// request asks by GET or HEAD and gives the answer, or the reason why there is none, within 15 seconds.
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

// backoff is how long to wait after the n-th failure in a row: from two seconds doubling to a minute, spread so
// that a crowd that lost its connection at once does not come back at once.
function backoff(n) { return jitter(Math.min(60000, 1000 * Math.pow(2, Math.min(n, 6)))); }

// ---- words ----

// Times of day are written as in the visitor's country.
var region = (navigator.language || '').split('-')[0] === T.lang.split('-')[0] ? navigator.language : T.lang;

function grouped(n) { return String(n).replace(/\B(?=(\d{3})+$)/g, T.separator); }

function form(forms, n) {
  var name = window.Intl && Intl.PluralRules ? new Intl.PluralRules(T.lang).select(n) : n === 1 ? 'one' : 'other';
  return forms[name] || forms.other;
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, function (mark, name) {
    return name === 'title' ? T.title : name in values ? String(values[name]) : mark;
  });
}

function count(id, n) { return fill(form(T[id], n), { n: grouped(n) }); }

// shownAhead rounds an inexact count up, as the page does (number.go, roundAhead).
function shownAhead(n, exact) {
  var step = exact ? 1 : n >= 100000 ? 1000 : n >= 10000 ? 100 : n >= 100 ? 10 : 1;
  return Math.ceil(n / step) * step;
}

function ahead(n, exact) {
  if (n <= 0) { return T['ahead.none']; }
  return form(T[exact ? 'ahead.exact' : 'ahead.about'], shownAhead(n, exact));
}

// duration and estimate say a range as the page does (estimate.go).
function duration(min) {
  var id = min < 60 ? 'duration.minutes' : min % 60 ? 'duration.both' : 'duration.hours';
  return fill(T[id], { h: Math.floor(min / 60), m: min % 60 });
}

function estimate(low, high) {
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

// oClock turns a range into times of day. Short waits need none, and one that ends tomorrow would mislead.
function oClock(low, high) {
  var five = 300000, now = Date.now();
  if (high < 600) { return ''; }
  var from = new Date(Math.floor((now + low * 1000) / five) * five), to = new Date(Math.ceil((now + high * 1000) / five) * five);
  if (from < now || to.toDateString() !== new Date(now).toDateString()) { return ''; }
  return fill(T['estimate.clock'], { low: clock(from), high: clock(to) });
}

function show(el, on) { if (el) { el.hidden = !on; } }
function write(el, text) { if (el.textContent !== text) { el.textContent = text; } }

// ---- the waiting page ----

function waitingPage() {
  var target = $('go').getAttribute('href');
  var state = data.state, number = Number(data.number), place, last = 0, due = 0, timer, failures = 0;
  var busy = false, going = false, spokenAt = Date.now(), spokenAhead = Infinity;
  var bell = setUpBell();

  function hasPlace() { return /^(waiting|front|missed|called|paused|recovering)$/.test(state); }

  // The figure shown never rises, not even when the page is loaded anew from another gateway.
  function lower(n, exact) {
    var key = data.poll + number, before = kept(key);
    if (n < 0 || !hasPlace()) { return { shown: n, exact: exact }; }
    place = { first: n, shown: n, exact: exact };
    if (before) {
      place.first = Math.max(before.first, n);
      if (before.shown < n) {
        place.shown = before.shown;
        place.exact = before.exact;
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
    write($('estimate'), estimate(s.low, s.high));
    renderClock(s.low, s.high);
    write($('claim'), s.until < 60 ? T['claim.soon'] : count('claim.minutes', Math.floor(s.until / 60)));
    show($('claim'), state === 'called' && s.until > 0);
    write($('message'), s.message || '');
    show($('message-box'), s.message);
    show($('stale'), s.stale);
    bell.render(state);
    doc.title = titleFor(n, exact);
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

  // The bar goes from the first figure shown in this tab to nobody ahead: no guess, no animation of its own.
  function renderBar(n) {
    var first = place ? place.first : 0;
    show($('bar'), n > 0 && first > 1);
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
    return fill(T.state[state][0], {}) + ' · ' + T.title;
  }

  function say(text) { spokenAt = Date.now(); $('spoken').textContent = text; }

  // Screen readers hear what matters: a new state at once, the figures at a milestone and no more than once a
  // minute, otherwise every five minutes.
  function announce(s, n, exact, changed) {
    var passed = [1000, 500, 200, 100, 50, 20, 10, 5, 3, 2, 1, 0].some(function (m) { return n >= 0 && n <= m && spokenAhead > m; });
    var since = Date.now() - spokenAt;
    if (changed) {
      say(fill(T.state[state][0] + '. ' + T.state[state][1], {}).replace(/\.\. /, '. '));
      spokenAhead = n;
    } else if (/^(waiting|front)$/.test(state) && n >= 0 && (passed && since > 60000 || since > 300000)) {
      say(fill(ahead(n, exact), { n: grouped(shownAhead(n, exact)) }) + ' – ' + estimate(s.low, s.high));
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

  // schedule sets the next poll. Timers of a tab in the background fire late, by up to a minute, and not at all
  // while a device sleeps: what counts is when the poll is due, see wake.
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
    request(data.poll + (place ? place.shown : ''), 'GET', answered, failed);
  }

  function answered(got) {
    var s = got.value, status = got.answer.status;
    busy = false;
    if (status === 401 || status === 410) { s = { state: 'none', next: 20000 }; }
    if (!s || typeof s.state !== 'string') { failed(null, Number(got.answer.headers.get('Retry-After'))); return; }
    failures = 0;
    lost(false);
    updated();
    if (s.state === 'none' || s.state === 'inside' || s.state === 'called') { turn(s); return; }
    schedule(s.next);
    if (T.state[s.state]) { stopAlarm(); render(s); } else { anew(); }
  }

  // turn: it is worth loading the page. In the background that would use up a call nobody sees, so the page
  // says so and goes in when it is looked at.
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

  // enter loads the URL first asked for. A reload keeps its fragment, which a replace by the same URL would
  // mistake for a jump within this page.
  function enter() {
    going = true;
    stopAlarm();
    // Should the navigation come to nothing (a download, say), go on polling. Not before a slow site has had its
    // time: a second attempt would cut off the first.
    setTimeout(function () { going = false; schedule(1000); }, 120000);
    if (location.hash && target === location.pathname + location.search) { location.reload(); } else { location.replace(target); }
  }

  // anew loads the page to get a place, at most twice a minute.
  function anew() {
    var key = 'einlass-anew', before = kept(key) || 0;
    if (Date.now() - before < 30000) { return; }
    keep(key, Date.now());
    enter();
  }

  // wake polls at once when the page is looked at, or the connection or the device is back.
  function wake() {
    stopAlarm();
    if (state === 'called' || Date.now() >= due || Date.now() - last > 3000) { poll(); }
  }

  // ---- it is your turn, and the page is in the background ----

  var flashing, ringing;

  function alarm() {
    if (flashing) { return; }
    var turnTitle = doc.title, still = window.matchMedia && matchMedia('(prefers-reduced-motion: reduce)').matches, on = true;
    flashing = setInterval(function () {
      on = !on;
      if (!still) { doc.title = on ? turnTitle : T.title; }
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
  // A page that comes back from the browser's memory shows what was true when it was left.
  window.addEventListener('pageshow', function (e) {
    if (e.persisted) {
      going = busy = false;
      poll();
    }
  });
  // A closed tab says so, that its place does not use up a call.
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
    // The page says it all already; only the count may have to be lowered to what was shown before.
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

// setUpBell is the offer to tell by sound and notification. Both need the visitor's consent, so both are asked
// for by a press on the button only.
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
      show(box, (Sound || canNotify) && /^(waiting|front|paused|recovering)$/.test(state));
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
      // Some telephones allow notifications from service workers only and throw here; the sound remains.
      try {
        notice = new Notification(fill(T.state.called[0], {}), { body: T.title, tag: 'einlass' });
        notice.onclick = function () { window.focus(); };
      } catch (e) { canNotify = false; }
    },
    quiet: function () {
      if (notice) { notice.close(); }
      notice = undefined;
    }
  };
}

// ---- the page for a short interruption ----

// retryPage loads the page again, by GET, as soon as the gateway can be reached: a browser's own error page
// would not come back by itself.
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

// formPage never sends anything again. It asks for the page that held the form and says when that answers.
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
})(/* texts */ {});
