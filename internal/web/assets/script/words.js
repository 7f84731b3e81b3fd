// Words and figures, the same as in the page itself.

// Times of day are written as in the visitor's country.
var region = (navigator.language || '').split('-')[0] === T.lang.split('-')[0] ? navigator.language : T.lang;

function grouped(n) { return String(n).replace(/\B(?=(\d{3})+$)/g, T.separator); }

function form(forms, n) {
  var name = window.Intl && Intl.PluralRules ? new Intl.PluralRules(T.lang).select(n) : n === 1 ? 'one' : 'other';
  return forms[name] || forms.other;
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, function (mark, name) {
    return name === 'title' ? siteTitle : name in values ? String(values[name]) : mark;
  });
}

function count(id, n) { return fill(form(T[id], n), { n: grouped(n) }); }

// shownAhead rounds an inexact count up, as the page does (number.go, roundAhead). held rounds it down: what was said
// before is said again, and may not become more.
function shownAhead(n, exact) { return exact ? n : Math.ceil(n / aheadStep(n)) * aheadStep(n); }
function held(n) { return Math.floor(n / aheadStep(n)) * aheadStep(n); }
function aheadStep(n) { return n >= 100000 ? 1000 : n >= 10000 ? 100 : n >= 100 ? 10 : 1; }

function ahead(n, exact) {
  if (n <= 0) { return T['ahead.none']; }
  return form(T[exact ? 'ahead.exact' : 'ahead.about'], shownAhead(n, exact));
}

// duration and estimate say a range as the page does (estimate.go).
function duration(min) {
  var id = min < 60 ? 'duration.minutes' : min % 60 ? 'duration.both' : 'duration.hours';
  return fill(T[id], { h: Math.floor(min / 60), m: min % 60 });
}

function estimate(low, high, full) {
  if (high <= 0 && full) { return T['estimate.full']; }
  var h = Math.ceil(high / 60), step = h > 180 ? 30 : h > 60 ? 10 : h > 20 ? 5 : 1;
  h = Math.ceil(h / step) * step;
  var l = Math.min(Math.floor(Math.floor(low / 60) / step) * step, h);
  if (high <= 0 || h > 1440 && l < 60) { return T['estimate.unknown']; }
  if (high <= 60) { return T['estimate.soon']; }
  if (h > 1440) { return fill(T['estimate.more'], { low: duration(l) }); }
  if (h > 60 && l === h) { return fill(T['estimate.single'], { low: duration(l) }); }
  if (h > 60 && l < 1) { return fill(T['estimate.longest'], { high: duration(h) }); }
  if (h > 60) { return fill(T['estimate.span'], { low: duration(l), high: duration(h) }); }
  if (l < 1) { return count('estimate.upto', h); }
  if (l === h) { return count('estimate.about', h); }
  return fill(T['estimate.minutes'], { low: l, high: h });
}

function clock(date, seconds) {
  var how = { hour: '2-digit', minute: '2-digit' };
  if (seconds) { how.second = '2-digit'; }
  return date.toLocaleTimeString(region, how);
}

// oClock turns a range into times of day. Short waits need none, and one that ends tomorrow would mislead.
function oClock(low, high) {
  var five = 300000, now = Date.now();
  if (high < 600) { return ''; }
  var from = new Date(Math.floor((now + low * 1000) / five) * five), to = new Date(Math.ceil((now + high * 1000) / five) * five);
  if (from < now || to.toDateString() !== new Date(now).toDateString()) { return ''; }
  return fill(T['estimate.clock'], { low: clock(from), high: clock(to) });
}
