// The polls of the waiting page: when they are due, what they answer, and what is done when none comes.

var last = [-Infinity, -Infinity], timer, failures = 0, busy = false;

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
  clearTimeout(timer);
  // The figure belongs to its number: another tab may have got another one meanwhile.
  var asking = asks();
  request((asking ? data.ask : data.poll) + (place ? number + '.' + place.shown : '') + (chance ? '&chance=' + chance : ''), asking ? 'POST' : 'GET', answered, failed);
}

function answered(got) {
  var s = got.value, status = got.answer.status;
  busy = false;
  if (status === 401 || status === 410) { s = { state: 'none', next: 20000 }; }
  if (!s || typeof s.state !== 'string') { failed(null, Number(got.answer.headers.get('Retry-After'))); return; }
  failures = 0;
  lost(false);
  if (s.turn) { s.state = 'turn'; }
  if (s.checking) { s.state = 'checking'; }
  if (s.ended && $('join')) { s.state = 'ended'; }
  if (s.state === 'none' || s.state === 'inside' || s.state === 'called') { turn(s); return; }
  endCall();
  schedule(s.next);
  if (s.words || s.state === state) { stopAlarm(); render(s); } else { anew(); }
}

function failed(err, retryAfter) {
  busy = false;
  failures += 1;
  if (failures > 1 || navigator.onLine === false) { lost(true); }
  schedule(Math.max(backoff(failures), Math.min(retryAfter || 0, 120) * 1000));
}

// wake polls at once when the page is looked at, or the connection or the device is back.
function wake() {
  stopAlarm();
  if (state === 'called' || failures || since(last) > 3000) { poll(); }
}
