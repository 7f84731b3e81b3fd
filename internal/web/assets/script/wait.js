// The waiting page.

function waitingPage() {
  var target = $('go').getAttribute('href');
  var state = data.state, number = Number(data.number), place, last = 0, due = 0, timer, failures = 0;
  var busy = false, going = false, spokenAt = Date.now(), spokenAhead = Infinity, toldMore = !$('more').hidden, tab = doc.title;
  var counting, begins = 0, counted = 0; // until what the page counts, and what is between the device's clocks
  var chance = $('chance') ? Number(text($('chance'), 'said')) : 0; // what was said of it last
  var heard = chance; // the word of it that was read on the page or spoken last
  var promised = 0, worseAt = 0; // the latest time of the turn that was said, and when a later one was told, in ms of now
  var bell = setUpBell();

  function hasPlace() { return /^(waiting|front|missed|called|paused|down|recovering|turn|checking|full|lobby|lots|drawing|late|between|refill|over|standby|booked)$/.test(state); }

  // asks: it is this visitor's turn, and the page asks again and again to be let in. Nobody is let in while nobody looks.
  function asks() { return /^(full|resume)$/.test(state) && data.ask && visible(); }

  // settle makes sure that the figure shown never rises, not even when the page is loaded anew from another gateway: what
  // was shown in this tab before for the same number is shown again until a poll, which sends it along, brings less.
  function settle(n, words) {
    var key = data.poll + number, before = kept(key);
    if (n < 0 || !hasPlace() || !words) { return words; }
    if (before && before.shown < n) {
      place = before;
      words.ahead = before.ahead;
      if (before.state === state) { words.tab = before.tab; }
    } else {
      place = { first: Math.max(before ? before.first : 0, n), shown: n, state: state, ahead: words.ahead, tab: words.tab };
    }
    keep(key, place);
    return words;
  }

  function render(s) {
    var changed = s.state !== state, words;
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
    updated();
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

  // renderAhead writes a sentence in three parts, the figure in the middle, or in one part.
  function renderAhead(parts) {
    var el = $('ahead'), figure;
    el.textContent = '';
    el.appendChild(doc.createTextNode(parts[0]));
    if (parts.length < 3) { return; }
    figure = doc.createElement('b');
    figure.textContent = parts[1];
    el.appendChild(figure);
    el.appendChild(doc.createTextNode(parts[2]));
  }

  // The bar goes from the first figure shown in this tab to nobody ahead: no guess, no animation of its own.
  function renderBar(n) {
    var first = place ? place.first : 0;
    show($('bar'), n > 0 && n < first);
    if (first > 0) {
      $('bar').max = first;
      $('bar').value = first - Math.max(n, 0);
    }
  }

  // shownAhead is what the page says of people ahead, in the parts that renderAhead takes.
  function shownAhead() {
    var el = $('ahead'), figure = el.querySelector('b');
    function of(node) { return node ? node.textContent : ''; }
    return figure ? [of(figure.previousSibling), of(figure), of(figure.nextSibling)] : [of(el)];
  }

  function renderClock(low, high) {
    var text = oClock(low, high);
    write($('clock'), text);
    show($('clock'), text);
  }

  // renderComing writes what comes next: words, a time by RFC 3339, that time in words, words and so on.
  function renderComing(parts) {
    var el = $('coming'), i, time;
    if (!el || !parts) { return; }
    el.textContent = parts[0];
    for (i = 1; i + 2 < parts.length; i += 3) {
      time = doc.createElement('time');
      time.setAttribute('datetime', parts[i]);
      time.textContent = parts[i + 1];
      el.appendChild(time);
      el.appendChild(doc.createTextNode(parts[i + 2]));
    }
  }

  // countDown counts the seconds that the server has named, whatever the device's clock says. What is longer than an hour stays in words.
  function countDown(seconds, words) {
    var el = $('starts');
    clearInterval(counting);
    if (words) { write(el, words); }
    if (!(seconds > 0) || !el || !text(el, 'text')) { return; }
    begins = now() + seconds * 1000;
    counted = Date.now() - now();
    counting = setInterval(count, 1000);
    count();
  }

  // count shows what is left. Where the clocks of the device do not go alike, it was asleep or was set: what is left is not known
  // until the next answer, and only the time that the page names still stands.
  function count() {
    var left = Math.max(0, Math.ceil((begins - now()) / 1000)), el = $('starts'), apart = Math.abs(Date.now() - now() - counted) > 2000;
    if (apart || !left) {
      clearInterval(counting);
      show($('starts-fact'), false);
    } else if (left < 3600) {
      write(el, fill(el, { t: Math.floor(left / 60) + (left % 60 < 10 ? ':0' : ':') + left % 60 }));
    }
    if (apart) { poll(); }
  }

  // said is what an element says, if it is shown.
  function said(id) { var el = $(id); return el && !el.hidden ? ' ' + el.textContent : ''; }

  // say speaks a sentence, never the same twice in a row.
  function say(text) {
    if (text === $('spoken').textContent) { return; }
    spokenAt = Date.now();
    $('spoken').textContent = text;
  }

  // Screen readers hear what matters: a new state at once, another word of the chance with the next answer that brings no other
  // news, the figures at a milestone and no more than once a minute, otherwise every five minutes.
  function announce(s, words, changed) {
    var n = place ? place.shown : s.ahead;
    var passed = [1000, 500, 200, 100, 50, 20, 10, 5, 3, 2, 1, 0].some(function (m) { return n >= 0 && n <= m && spokenAhead > m; });
    var since = Date.now() - spokenAt;
    if (!words) { return; }
    if (worse(s, words) && !changed) { return; }
    if (changed) {
      say((words.heading + '. ' + words.lead + said('last')).replace(/\.\. /, '. '));
      spokenAhead = n;
    } else if (s.more > 0 && !toldMore) {
      toldMore = true;
      say(words.more);
    } else if (s.chance > 0 && s.chance !== heard) {
      heard = s.chance;
      say(words.chance);
    } else if (/^(waiting|front)$/.test(state) && n >= 0 && (passed && since > 60000 || since > 300000)) {
      say(words.ahead.join('') + ' – ' + words.estimate);
      spokenAhead = n;
    }
  }

  // worse tells when the turn is further away than was said before, by a quarter or more of what was left, and when it is no longer
  // known at all. It reports whether it has.
  function worse(s, words) {
    var at = now(), ends = at + s.high * 1000, told = $('worse');
    if (!/^(waiting|front)$/.test(state) || !words || s.high <= 0) {
      var gone = promised > 0 && words && /^(waiting|front)$/.test(state);
      promised = 0;
      show(told, false);
      if (gone) { say(words.estimate); }
      return gone;
    }
    if (!promised || ends <= promised) {
      if (promised - ends > 120000 || at - worseAt > 300000) { show(told, false); }
      promised = ends;
      return false;
    }
    if (ends - at < 1.25 * (promised - at) || ends - promised < 120000) { return false; }
    promised = ends;
    worseAt = at;
    write(told, fill(told, { e: words.estimate }));
    show(told, true);
    say(told.textContent);
    return true;
  }

  // now is a clock that nobody sets, in ms.
  function now() { return window.performance && performance.now ? performance.now() : Date.now(); }

  function updated() {
    write($('updated'), fill($('updated'), { t: clock(serverNow(), true) }));
    show($('updated'), state !== 'called' && state !== 'missed');
  }

  function lost(on) {
    var was = !$('lost').hidden;
    if (was === on) { return; }
    write($('lost'), on ? text($('lost'), 'lost') : '');
    show($('lost'), on && $('lost').textContent);
    say(text($('lost'), on ? 'lost' : 'found'));
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
    schedule(s.next);
    if (s.words || s.state === state) { stopAlarm(); render(s); } else { anew(); }
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

  // enter loads the page's target, which leads to the URL first asked for and keeps its fragment on the way.
  function enter() {
    going = true;
    stopAlarm();
    // Should the navigation come to nothing (a download, say), go on polling. Not before a slow site has had its
    // time: a second attempt would cut off the first.
    setTimeout(function () { going = false; schedule(1000); }, 120000);
    lead(target);
  }

  // anew loads the page's target to learn what became of the place, or to get one where there was none, at most twice a
  // minute.
  function anew() {
    var key = 'einlass-anew', before = kept(key) || 0;
    if (Date.now() - before < 30000) { return; }
    keep(key, Date.now());
    enter();
  }

  // wake polls at once when the page is looked at, or the connection or the device is back.
  function wake() {
    stopAlarm();
    if (state === 'called' || failures || Date.now() >= due || Date.now() - last > 3000) { poll(); }
  }

  // ---- it is your turn, and the page is in the background ----

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
    if (flashing && state === 'called') { doc.title = tab; }
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
  // A form that opens a window leaves this page where it is.
  doc.addEventListener('submit', function (e) { if (!e.target.target) { going = true; } });
  $('go').addEventListener('click', function (e) {
    if (!e.ctrlKey && !e.metaKey && !e.shiftKey) {
      e.preventDefault();
      enter();
    }
  });

  (function start() {
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
    updated();
    nav = window.performance && performance.getEntriesByType && performance.getEntriesByType('navigation')[0];
    if (nav && nav.type === 'back_forward') { poll(); } else { schedule(Number(data.next)); }
  })();
}
