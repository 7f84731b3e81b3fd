// The polls of the waiting page: when they are due, what they answer, and what is done when none comes.

var last = [-Infinity, -Infinity], timer, failures = 0, busy = false;
var doubted = false; // there was an error since the last answer, see guard.js
var sentences = {}; // the text of the last answer that brought one, and its version: it is not sent again

// asks: it is this visitor's turn, and the page asks again and again to be let in. Nobody is let in while nobody looks.
function asks() { return /^(full|resume)$/.test(state) && data.ask && visible(); }

// schedule sets the next poll. Timers of a tab in the background fire late, by up to a minute, and not at all
// while a device sleeps, see wake.
function schedule(ms) {
  clearTimeout(timer);
  if (ms > 0) { timer = setTimeout(poll, Math.max(ms, 500)); }
}

function poll() {
  if (busy || going) { return; }
  busy = true;
  last = mark();
  unanswered();
  clearTimeout(timer);
  // The figure belongs to its number: another tab may have got another one meanwhile.
  var asking = asks();
  request((asking ? data.ask : data.poll) + (place ? number + '.' + place.shown : '') + (chance ? '&chance=' + chance : '') + (sentences.text ? '&text=' + sentences.text : '') + (state === 'nostore' ? '&as=nostore' : ''), asking ? 'POST' : 'GET', function (got) { finish(answered, got); }, function () { finish(failed); });
}

// finish does something with an answer, or without one. What goes wrong in it would not be heard of in a promise, see guard.js.
function finish(step, value) {
  try { step(value); } catch (e) {
    setTimeout(function () { throw e; }, 0);
    return;
  }
  doubted = false;
  well();
}

function answered(got) {
  var s = got.value, status = got.status;
  busy = false;
  if (status === 401 || status === 410) { s = { state: 'none', next: 20000 }; }
  if (!s || typeof s.state !== 'string') { failed(got.after); return; }
  if (s.words) { sentences = s; }
  if (s.text && s.text === sentences.text) {
    s.message = sentences.message;
    s.message_lang = sentences.message_lang;
    s.words = sentences.words;
  }
  failures = 0;
  found();
  s.at = now();
  setClock(s.now, Number(s.zone));
  if (s.turn) { s.state = 'turn'; }
  if (s.checking) { s.state = 'checking'; }
  if (s.ended && $('join')) { s.state = 'ended'; }
  if (s.state === 'none' || s.state === 'inside' || s.state === 'called') { turn(s); return; }
  endCall();
  schedule(s.next);
  if (s.words || s.state === state) { stopAlarm(); view(s); } else { anew(); }
}

function failed(retryAfter) {
  busy = false;
  failures += 1;
  schedule(Math.max(backoff(failures), Math.min(retryAfter || 0, 120) * 1000));
}

// wake polls at once when the page is looked at, or the connection or the device is back.
function wake() {
  stopAlarm();
  if (state === 'called' || failures || since(last) > 3000) { poll(); }
}
