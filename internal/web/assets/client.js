// For pages of the site, which may include it: <script src="/.einlass/client.js?room=ID" async></script>. It tells the gateway when
// the last page of the room was closed in this browser, so that the place is free for the next visitor, and gives pages
// Einlass.finish(). It sends a POST and nothing else, and stores a time for each open page. It changes nothing of the page. Written for old
// telephones: no syntax newer than ECMAScript 5. Where a browser lacks something it says nothing, and the stay ends as without it.

var doc = document, script = doc.currentScript, i;
if (!script) {
  var all = doc.getElementsByTagName('script');
  for (i = 0; i < all.length; i++) { if (/\/client\.js([?#]|$)/.test(all[i].src)) { script = all[i]; } }
}
if (!script || window.Einlass) { return; }

var own = location.protocol + '//' + location.host + '/';
var base = script.src.replace(/client\.js([?#].*)?$/, '');
if (base.indexOf(own) !== 0) { return; }
var room = (/[?&]room=([^&#]*)/.exec(script.src) || ['', ''])[1];

// post tells the gateway something. A browser without sendBeacon tells it as long as the page is there.
function post(name, more) {
  var url = base + name + '?room=' + room + (more || '');
  if (navigator.sendBeacon) { return navigator.sendBeacon(url); }
  var x = new XMLHttpRequest();
  x.open('POST', url);
  x.send();
  return true;
}

window.Einlass = { finish: function () { post('done'); } };

// Each open page has a time of its own in the browser's storage. A page that crashed leaves its time behind; it counts for an hour.
var pages = 'einlass-page.' + room + '.', closedAt = 'einlass-closed.' + room;
var id = pages + Math.random().toString(36).slice(2) + Date.now().toString(36);
var hour = 3600000, minute = 60000, counting = true, open = false;

// others counts the other open pages, and forgets those that are old.
function others() {
  var n = 0, old = [], now = Date.now(), key, at;
  for (i = 0; i < localStorage.length; i++) {
    key = localStorage.key(i);
    if (key.indexOf(pages) === 0 && key !== id) {
      at = +localStorage.getItem(key);
      if (Math.abs(now - at) < hour) { n++; } else { old.push(key); }
    }
  }
  for (i = 0; i < old.length; i++) { localStorage.removeItem(old[i]); }
  return n;
}

// mark notes that this page is open. Who cannot count pages never says that the last one is closed.
function mark() {
  try { localStorage.setItem(id, String(Date.now())); open = true; } catch (e) { counting = false; }
}

// back is true if a page was closed a moment ago.
function back() {
  try { return Math.abs(Date.now() - localStorage.getItem(closedAt)) < minute; } catch (e) { return false; }
}

function here() {
  mark();
  if (back()) { post('here'); }
}

// A page that is left for another one of the site is closed too, but only when the other one is there. The gateway may have heard of
// that one already, and knows it by what the page says: for how long it has asked for nothing itself. Requests until three seconds
// after the load are its own, as browsers ask for an icon then; what it asked for just before the person began
// to leave, or since, is not.
var leaving = 0, settle = 3000, before = 300;

function quiet() {
  var now = performance.now(), most = (leaving || now) - before, last = 0, e;
  var entries = performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'));
  for (i = 0; i < entries.length; i++) {
    e = entries[i];
    if (e.name.indexOf(own) === 0 && e.name.indexOf(base) !== 0) { last = Math.max(last, e.responseEnd); }
    if (e.loadEventEnd) { last = Math.max(last, e.loadEventEnd + settle); }
  }
  return Math.max(0, Math.floor(now - Math.min(last, most)));
}

// Firefox lets the last page of a site that is closed no more at its storage. So a page counts the others, and takes itself out, when the
// person begins to leave; one that is still there soon after, for the site has asked or is slow, puts itself in again.
var rest = -1;

function leaves() {
  leaving = performance.now();
  try {
    rest = others();
    localStorage.removeItem(id);
    setTimeout(function () { if (open) { here(); } }, 2000);
  } catch (e) { }
}

function closed(event) {
  if (!open || !counting) { return; }
  open = false;
  try {
    localStorage.removeItem(id);
    rest = others();
  } catch (e) { }
  // Kept for Back, or on the way to a page that took its time and is there now. A browser that is busy may need some
  // hundred milliseconds to close a page.
  if (event.persisted || leaving && performance.now() - leaving > 1000 || rest !== 0) { return; }
  try { localStorage.setItem(closedAt, String(Date.now())); } catch (e) { }
  post('closed', '&quiet=' + quiet());
}

function start() {
  here();
  window.addEventListener('beforeunload', leaves);
  window.addEventListener('pagehide', closed);
  window.addEventListener('pageshow', function (event) { if (event.persisted) { leaving = 0; here(); } });
  doc.addEventListener('visibilitychange', function () { if (!doc.hidden) { mark(); } });
  setInterval(mark, minute);
}

if (!window.addEventListener || !window.performance || !performance.now || !performance.getEntriesByType) { return; }
// A page that is drawn ahead is not open yet.
if (doc.prerendering) { doc.addEventListener('prerenderingchange', start); } else { start(); }
