// The waiting page: its state, and how an answer is shown.

var state, number, place; // place is what was shown of people ahead, see settle
var tab; // the title of the page while nothing flashes
var chance; // what was said of it last
var bell, awake, alarmClock;

function waitingPage() {
  target = $('go').getAttribute('href');
  state = data.state;
  number = Number(data.number);
  toldMore = !$('more').hidden;
  tab = doc.title;
  chance = $('chance') ? Number(text($('chance'), 'said')) : 0;
  heard = chance;
  bell = setUpBell();
  awake = setUpAwake();
  alarmClock = setUpAlarm();
  setUpCopy();
  listen();
  watch(function () {
    if (call) { stopAlarm(); }
    countIn();
  });
  begin();
}

function hasPlace() { return /^(waiting|front|missed|called|paused|down|recovering|turn|checking|full|lobby|lots|drawing|late|between|refill|over|standby|booked)$/.test(state); }

function render(s) {
  var changed = s.state !== state, words;
  stir();
  setClock(s.now, Number(s.zone));
  state = s.state;
  if (s.number > 0 || /^(lots|drawing)$/.test(state)) { number = s.number; } // a draw gives another number
  words = settle(s.ahead, s.words);
  body.setAttribute('data-state', state);
  Array.prototype.forEach.call(doc.querySelectorAll('[data-in]'), function (el) {
    show(el, (' ' + el.getAttribute('data-in') + ' ').indexOf(' ' + state + ' ') >= 0);
  });
  show($('number-fact'), number > 0);
  if (s.code) {
    write($('code'), s.code);
    write($('code-spelled'), s.code.split('').join(' '));
    show($('code-fact'), true);
    show($('code-know'), true);
  }
  only($('ahead-fact'), s.ahead >= 0);
  only($('more'), s.more > 0);
  show($('claim'), state === 'called' && s.until > 0);
  only($('stay'), words && words.stay);
  only($('last'), s.last);
  only($('chance'), s.chance > 0);
  chance = s.chance || 0;
  only($('came-fact'), s.came > 0);
  only($('starts-fact'), s.starts > 0);
  only($('join'), !s.shut);
  show($('coming'), words && words.next);
  show($('draw'), words && words.draw);
  if (words) { renderWords(words); } else { renderPlain(s); }
  renderBar(place ? place.shown : s.ahead);
  renderClock(s.low, s.high);
  countDown(s.starts, words && words.starts);
  write($('message'), s.message || '');
  show($('message-box'), s.message);
  show($('stale'), s.stale);
  bell.render(state);
  awake.render(state);
  alarmClock(s.low);
  updated(s.stale);
  announce(s, words, changed);
}

function renderWords(words) {
  write($('heading'), words.heading);
  write($('lead'), words.lead);
  write($('number'), words.number);
  renderAhead(words.ahead);
  write($('more'), words.more);
  write($('estimate'), words.estimate);
  write($('claim'), words.claim);
  write($('stay'), words.stay || '');
  write($('chance'), words.chance || '');
  write($('came'), words.came || '');
  renderComing(words.next);
  write($('draw-news'), words.draw || '');
  tab = words.tab;
  if (!flashing) { doc.title = tab; }
}

// renderPlain shows what a gateway of the release before answers, which sends no sentences: a figure under its label
// is right in every language, and what it cannot say is left out. A new state loads the page anew, see answered.
function renderPlain(s) {
  renderAhead([String(s.ahead)]);
  show($('more'), false);
  show($('estimate-fact'), false);
  show($('claim'), false);
  if (!flashing) { doc.title = tab = siteTitle; }
}

function listen() {
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
  // A form that opens a window leaves this page where it is.
  doc.addEventListener('submit', function (e) { if (!e.target.target) { going = true; } });
  if ($('entry-stop')) { $('entry-stop').addEventListener('click', stay); }
  $('go').addEventListener('click', function (e) {
    if (!e.ctrlKey && !e.metaKey && !e.shiftKey) {
      e.preventDefault();
      enter();
    }
  });
}

// begin takes over from the page as it was sent.
function begin() {
  var n = Number(data.ahead), words = settle(n, { ahead: shownAhead(), tab: doc.title }), nav;
  setClock(Number(data.now), Number(data.zone));
  // The page says it all already; only the count may have to be what was shown before.
  if (place) {
    spokenAhead = place.shown;
    if (place.shown < n) {
      renderAhead(words.ahead);
      doc.title = tab = words.tab;
    }
  }
  renderBar(place ? place.shown : n);
  promised = Number(data.high) > 0 ? now() + Number(data.high) * 1000 : 0;
  renderClock(Number(data.low), Number(data.high));
  countDown(Number(data.starts));
  bell.render(state);
  awake.render(state);
  alarmClock(Number(data.low));
  updated($('stale') && !$('stale').hidden);
  nav = window.performance && performance.getEntriesByType && performance.getEntriesByType('navigation')[0];
  // A page that was sent at the turn does not say for how long it may be taken.
  if (state === 'called' || nav && nav.type === 'back_forward') { poll(); } else { schedule(Number(data.next)); }
}
