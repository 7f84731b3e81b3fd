// Whether somebody is at the page. A page that is open need not be looked at: only a hand on the device is a sign of a person.

var presenceLasts = 120000; // for how long a sign counts, in ms
var seen = -Infinity; // when the last sign came, in ms of now
var stirred = 0; // when the page moved its own content last
var pointed; // where the pointer was

// here: the page is visible, and somebody has used pointer, key, touch or scrolling within two minutes.
function here() { return visible() && now() - seen < presenceLasts; }

// stir says that the page changes itself. A browser then may scroll by itself.
function stir() { stirred = now(); }

// watch calls what is to be done at each sign of a person.
function watch(then) {
  ['pointerdown', 'pointermove', 'mousedown', 'mousemove', 'keydown', 'touchstart', 'touchmove', 'wheel', 'click', 'scroll'].forEach(function (kind) {
    window.addEventListener(kind, function (e) {
      if (!isSign(e)) { return; }
      seen = now();
      then();
    }, true);
  });
  stir();
}

// isSign tells what a person does from what browsers report of themselves: that a still pointer stands over other content than
// before, and that a page has become shorter than it was scrolled.
function isSign(e) {
  var at;
  if (e.isTrusted === false) { return false; }
  if (e.type === 'scroll') { return now() - stirred > 1000; }
  if (!/move$/.test(e.type) || e.type === 'touchmove') { return true; }
  at = e.screenX + ' ' + e.screenY;
  if (at === pointed) { return false; }
  if (pointed === undefined) {
    pointed = at;
    return false;
  }
  pointed = at;
  return true;
}
