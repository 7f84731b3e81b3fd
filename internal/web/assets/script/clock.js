// Times of day: only the browser knows the visitor's.

// They are written as in the visitor's country.
var region = (navigator.language || '').split('-')[0] === root.lang.split('-')[0] ? navigator.language : root.lang;

function clock(date, seconds) {
  var how = { hour: '2-digit', minute: '2-digit' };
  if (seconds) { how.second = '2-digit'; }
  return date.toLocaleTimeString(region, how);
}

// fill puts times into a sentence that the page brought along.
function fill(el, values) {
  return (el.getAttribute('data-text') || '').replace(/\{(\w+)\}/g, function (mark, name) {
    return name in values ? values[name] : mark;
  });
}

// oClock turns a range into times of day. Short waits need none, and one that ends tomorrow would mislead.
function oClock(low, high) {
  var five = 300000, now = Date.now();
  if (!(high >= 600)) { return ''; }
  var from = new Date(Math.floor((now + low * 1000) / five) * five), to = new Date(Math.ceil((now + high * 1000) / five) * five);
  if (from < now || to.toDateString() !== new Date(now).toDateString()) { return ''; }
  return fill($('clock'), { low: clock(from), high: clock(to) });
}
