// Times of day, by the server's clock: a device's may be wrong, and would contradict the times that the page names. They are in the room's
// zone, if it has one, else in the visitor's, which only the browser knows.

// now is a clock that nobody sets, in ms. It may stand still while the device sleeps.
function now() { return window.performance && performance.now ? performance.now() : Date.now(); }

// mark is a moment by both clocks of the device, and since how long ago one was, in ms: longer than one clock says if it was set back
// or stood still meanwhile.
function mark() { return [now(), Date.now()]; }
function since(then) { return Math.max(now() - then[0], Date.now() - then[1]); }

var behind = Date.now() - now(), zone = NaN; // how far now is behind the server's clock, in ms; how far the zone is ahead of UTC, in minutes

function setClock(time, minutes) {
  if (time > 0) { behind = time - now(); zone = minutes; }
}

function serverNow() { return now() + behind; }

// dayOf is a name for the day of a time.
function dayOf(time) { return isNaN(zone) ? new Date(time).toDateString() : Math.floor((time + zone * 60000) / 86400000); }

// zoned is a time that is to be written in UTC to be the room's, if its zone is known.
function zoned(time) { return new Date(isNaN(zone) ? time : time + zone * 60000); }

// clock writes 24 hours, as the sentences of the server do: what a browser thinks usual in a country ("7:05 AM") would stand beside its "8:00".
function clock(time) {
  var date = zoned(time), known = !isNaN(zone), minute = known ? date.getUTCMinutes() : date.getMinutes();
  return (known ? date.getUTCHours() : date.getHours()) + ':' + ('0' + minute).slice(-2);
}

// fullTime is a time with its date, written as in the visitor's country if the page is in its language.
function fullTime(time) {
  var how = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }, date = zoned(time), own = navigator.language || '';
  if (!isNaN(zone)) { how.timeZone = 'UTC'; }
  own = own.split('-')[0] === root.lang.split('-')[0] ? own : root.lang;
  return (window.Intl ? date.toLocaleDateString(own, how) : date.toUTCString().slice(0, 16)) + ', ' + clock(time);
}

// oClock turns a range into times of day. Short waits need none, and one that ends tomorrow would mislead.
function oClock(low, high) {
  var five = 300000, at = serverNow();
  if (!(high >= 600)) { return ''; }
  var from = Math.floor((at + low * 1000) / five) * five, to = Math.ceil((at + high * 1000) / five) * five;
  if (from < at || dayOf(to) !== dayOf(at)) { return ''; }
  return fill('clock', { low: clock(from), high: clock(to) });
}
