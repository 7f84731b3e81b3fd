// The waiting page: its state, and how an answer is shown.

var state, number, place; // place is what was shown of people ahead, see settle
var tab; // the title of the page while nothing flashes
var chance; // what was said of it last
var bell, awake, alarmClock;

function waitingPage() {
  target = $('go').getAttribute('href');
  state = data.state;
  number = Number(data.number);
  tab = doc.title;
  chance = Number(text('chance', 'said'));
  bell = setUpBell();
  awake = setUpAwake();
  alarmClock = setUpAlarm();
  setUpCopy();
  setUpUpdates();
  setUpPrint();
  listen();
  watch(function () {
    if (call) { stopAlarm(); }
    countIn();
  });
  begin();
}

// isIn: an element belongs to the state.
function isIn(el) { return (' ' + text(el, 'in') + ' ').indexOf(' ' + state + ' ') >= 0; }

// hasPlace: one can leave.
function hasPlace() { return isIn($('leave')); }

// mayBeCalled: one waits, and the turn may come yet.
function mayBeCalled() { return state !== 'turn' && isIn($('know')); }

function render(s) {
  var changed = s.state !== state, words;
  stir();
  state = s.state;
  if (s.number > 0 || /^(lots|drawing)$/.test(state)) { number = s.number; } // a draw gives another number
  words = settle(s.ahead, s.words);
  body.setAttribute('data-state', state);
  Array.prototype.forEach.call(doc.querySelectorAll('[data-in]'), function (el) {
    show(el, isIn(el));
  });
  show('number-fact', number > 0);
  if (s.code) {
    write('code', s.code);
    write('code-spelled', s.code.split('').join(' '));
    show('code-fact', true);
    show('code-know', true);
  }
  only('ahead-fact', s.ahead >= 0);
  only('more', s.more > 0);
  show('claim', state === 'called' && s.until > 0);
  only('stay', words && words.stay);
  only('last', s.last);
  only('chance', s.chance > 0);
  chance = s.chance || 0;
  only('came-fact', s.came > 0);
  only('starts-fact', s.starts > 0);
  only('join', !s.shut);
  show('coming', words && words.next);
  show('draw', words && words.draw);
  if (words) { renderWords(words); } else { renderPlain(s); }
  write('message', s.message || '');
  $('message').lang = s.message_lang || root.lang;
  show('message-box', s.message);
  renderFigures(s, words && words.starts);
  announce(s, words, changed);
}

// renderFigures shows what changes without words, and what depends on it.
function renderFigures(s, starts) {
  renderBar(place ? place.shown : s.ahead);
  renderClock(s.low, s.high);
  countDown(s.starts, starts);
  renderStale(s.stale, s.of);
  bell.render_();
  awake.render_();
  alarmClock(s.low);
  show('updates', mayBeCalled());
  updated(s.stale, s.at);
}

function renderWords(words) {
  ['heading', 'lead', 'number', 'more', 'estimate', 'claim', 'stay', 'chance', 'came'].forEach(function (id) { write(id, words[id] || ''); });
  renderAhead(words.ahead);
  renderComing(words.next);
  write('draw-news', words.draw || '');
  tab = words.tab;
  if (!flashing) { doc.title = tab; }
}

// renderPlain shows what a gateway of the release before answers, which sends no sentences: a figure under its label
// is right in every language, and what it cannot say is left out. A new state loads the page anew, see answered.
function renderPlain(s) {
  renderAhead([String(s.ahead)]);
  show('more', false);
  show('estimate-fact', false);
  show('claim', false);
  if (!flashing) { doc.title = tab = siteTitle; }
}

function listen() {
  doc.addEventListener('visibilitychange', function () { if (visible()) { wake(); } });
  doc.addEventListener('resume', wake);
  window.addEventListener('online', wake);
  window.addEventListener('error', function () {
    if (!doubted) { schedule(2000); }
    doubted = true;
  });
  window.addEventListener('offline', unanswered);
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
  // A form that opens a window leaves this page where it is.
  doc.addEventListener('submit', function (e) { if (!e.target.target) { going = true; } });
  $('entry-stop').addEventListener('click', stay);
  $('go').addEventListener('click', function (e) {
    if (!e.ctrlKey && !e.metaKey && !e.shiftKey) {
      e.preventDefault();
      enter();
    }
  });
}

// begin takes over from the page as it was sent.
function begin() {
  var s = {
    ahead: Number(data.ahead), low: Number(data.low), high: Number(data.high), starts: Number(data.starts),
    stale: shown('stale'), of: Number(text('stale', 'of'))
  }, words = settle(s.ahead, { ahead: shownAhead(), tab: doc.title }), nav;
  setClock(Number(data.now), Number(data.zone));
  // The page says it all already; only the count may have to be what was shown before.
  if (place && place.shown < s.ahead) {
    renderAhead(words.ahead);
    doc.title = tab = words.tab;
  }
  read();
  promised = s.high > 0 ? now() + s.high * 1000 : 0;
  renderFigures(s);
  nav = window.performance && performance.getEntriesByType && performance.getEntriesByType('navigation')[0];
  // A page that was sent at the turn does not say for how long it may be taken.
  if (state === 'called' || nav && nav.type === 'back_forward') { poll(); } else { schedule(Number(data.next)); }
}
