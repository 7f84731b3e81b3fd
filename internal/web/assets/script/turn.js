// The turn. The time inside begins when a place is claimed, so a page claims for a person only: by a press, or by counting down
// while somebody is here. Whoever is away is called and loses nothing by this page.

var target; // what leads to the site: loading it claims a call
var going = false;
var call; // the call that is on, see called

function turn(s) {
  schedule(s.next || 10000);
  if (s.state === 'none') { anew(); return; }
  // Another tab has claimed. A gateway of the release before does not tell in words what a call is, and its pages went in when looked at.
  if (s.state === 'inside' || !s.words) {
    if (visible()) { enter(); } else if (s.state === 'called') { alarm(); }
    return;
  }
  called(s);
}

// called shows a call. until is when it ends, stopped that the visitor wants to go on by a press only.
function called(s) {
  var first = !call;
  if (first) { call = { stopped_: kept(stopKey()) === true }; }
  call.last = s.last;
  call.until = s.until > 0 ? now() + s.until * 1000 : Infinity;
  if (first && s.until <= 60) { call.warned_ = true; } // the call itself says it
  render(s);
  clearTimeout(call.warning_);
  if (!call.warned_ && s.until > 0) { call.warning_ = setTimeout(warn, Math.max(0, s.until - 60) * 1000); }
  countIn(first);
  if (first && !call.counting_ && !here()) { alarm(); }
}

// sayTurn tells of the call: what it is, how long it lasts, and what the page does by itself.
function sayTurn(words) {
  var rest = here() && mayCount() ? fill('entry', { n: Number(data.entry) }) : words.claim;
  say((words.heading + '. ' + words.lead + ' ' + rest).replace(/\.\. /, '. '), true);
}

// warn tells a minute before the end of a call what comes then.
function warn() {
  var claim = $('claim'), words = text(claim, call.last ? 'ends' : 'again');
  call.warned_ = true;
  write(claim, words);
  show(claim, true);
  say(words, true);
  if (!here()) { bell.ring_(); }
}

// endCall forgets a call that is over.
function endCall() {
  if (!call) { return; }
  stopCounting();
  clearTimeout(call.warning_);
  forget(stopKey());
  call = undefined;
}

function stopKey() { return data.poll + number + 'stop'; }

// ---- going on by itself ----

function mayCount() { return data.entry >= 3 && !(call && call.stopped_); }

// countIn begins to count down if somebody is here. The heading takes the focus, so that whoever uses keys or hears the page
// stands before the buttons. told: that has been said.
function countIn(told) {
  if (state !== 'called' || !call || call.counting_ || going || !here() || !mayCount() || failures) { return; }
  var heading = $('heading');
  stopAlarm();
  stir();
  call.ends_ = now() + Number(data.entry) * 1000;
  call.ticked_ = mark();
  call.counting_ = setInterval(tick, 500);
  show('entry', true);
  tick();
  heading.setAttribute('tabindex', '-1');
  heading.focus();
  if (!told) { say($('entry-left').textContent, true); }
}

// tick shows what is left. A device that was asleep has counted for nobody, and a page without a connection would leave for nothing.
function tick() {
  var left = Math.ceil((call.ends_ - now()) / 1000), slept = since(call.ticked_) > 5000;
  call.ticked_ = mark();
  if (slept) { seen = -Infinity; }
  if (slept || !visible() || now() >= call.until || left <= 0 && (failures || navigator.onLine === false)) {
    stopCounting();
    poll();
    return;
  }
  write('entry-left', fill('entry', { n: Math.max(left, 0) }));
  if (left <= 0) {
    stopCounting();
    enter();
  }
}

function stopCounting() {
  clearInterval(call.counting_);
  call.counting_ = undefined;
  show('entry', false);
}

// stay is the press on the button that stops the count. From then on only a press goes on, in this tab and for this call.
function stay() {
  if (!call) { return; }
  call.stopped_ = true;
  keep(stopKey(), true);
  stopCounting();
  $('go').focus();
}

// ---- leaving the page ----

// enter loads the page's target, which leads to the URL first asked for and keeps its fragment on the way.
function enter() { leadOn(target); }

// anew loads the page to learn what became of the place, at most twice a minute, and where there is no number yet as often as the server
// wants it. That claims nothing.
function anew() {
  var key = 'einlass-anew', before = kept(key) || 0;
  if (Math.abs(Date.now() - before) < (!hasPlace() && data.next < 5000 ? 3000 : 30000)) { return; }
  keep(key, Date.now());
  leadOn(data.anew || target);
}

function leadOn(url) {
  going = true;
  stopAlarm();
  // Should the navigation come to nothing (a download, say), go on polling. Not before a slow site has had its
  // time: a second attempt would cut off the first.
  setTimeout(function () { going = false; schedule(1000); }, 120000);
  lead(url);
}
