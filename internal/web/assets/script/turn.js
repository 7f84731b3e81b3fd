// The turn: the way in, and how one is called who does not look at the page.

var target; // what leads to the site, or anew to this page
var going = false;
var flashing, ringing;

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
