// The figures of the waiting page: people ahead, bar, times of day, what comes next, seconds that are counted down.

var counting, begins = 0, counted = 0; // until what the page counts, and what is between the device's clocks

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
  show('bar', n > 0 && n < first);
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
  write('clock', text);
  show('clock', text);
}

// renderComing writes what comes next: words, a time by RFC 3339, that time in words, words and so on. Its entry for a calendar is found by
// that time.
function renderComing(parts) {
  var el = $('coming'), link = $('calendar').querySelector('a'), i, time;
  show('calendar', parts && parts.length > 1);
  if (!parts) { return; }
  if (parts.length > 1) { link.href = link.href.replace(/&at=.*/, '&at=' + Date.parse(parts[1]) / 1000); }
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
  if (!(seconds > 0)) { return; }
  begins = now() + seconds * 1000;
  counted = Date.now() - now();
  if (live()) { counting = setInterval(count, 1000); }
  count();
}

// count shows what is left. Where the device's time of day has run ahead of now, the device was asleep or was set: what is left is not
// known until the next answer, and only the time that the page names still stands. A device that is set back changes nothing.
function count() {
  var left = Math.max(0, Math.ceil((begins - now()) / 1000)), el = $('starts'), ahead = Date.now() - now() - counted, apart = ahead > 2000;
  counted += Math.min(ahead, 0);
  if (apart || !left) {
    clearInterval(counting);
    show('starts-fact', false);
  } else if (left < 3600) {
    write(el, fill(el, { t: Math.floor(left / 60) + (left % 60 < 10 ? ':0' : ':') + left % 60 }));
  }
  if (apart) { poll(); }
}

// renderStale says that the figures are the last known ones, and of when they are. of is in ms, 0: not known. That time does not move on.
function renderStale(stale, of) {
  var el = $('stale');
  if (stale) { write(el, of > 0 ? fill(el, { t: clock(of) }) : text(el, 'none')); }
  show(el, stale);
}

// updated says of when the figures are, if nothing else on the page does. at is when they came, in ms of now.
function updated(stale, at) {
  var el = $('updated');
  if (!stale) { write(el, fill(el, { t: clock((at || now()) + behind) })); }
  renderPrint();
  show(el, el.textContent && !stale && state !== 'called' && state !== 'missed');
}
