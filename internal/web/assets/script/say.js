// What the waiting page says to those who do not look at it: the sentences that screen readers speak.

var spokenAt = now(), spokenAhead = Infinity, toldMore;
var heard; // the word of the chance that was read on the page or spoken last
var promised = 0, worseAt = 0; // the latest time of the turn that was said, and when a later one was told, in ms of now

// said is what an element says, if it is shown.
function said(id) { var el = $(id); return el && !el.hidden ? ' ' + el.textContent : ''; }

// Two regions speak: one when the screen reader has finished, one at once. The second is made here, as only the script fills it.
var polite = $('spoken'), urgent = polite && polite.cloneNode(false), lastSaid = '';
if (urgent) {
  urgent.id = 'urgent';
  urgent.setAttribute('role', 'alert');
  polite.parentNode.appendChild(urgent);
}

// say speaks a sentence, never the same twice in a row. What is an alert interrupts: that it is one's turn, or was, or soon is no more.
function say(text, alert) {
  if (!text || text === lastSaid) { return; }
  lastSaid = text;
  spokenAt = now();
  (alert ? urgent : polite).textContent = text;
}

// tell writes what came of a press beside its button, and speaks it.
function tell(el, words) {
  write(el, words);
  say(words);
}

// Screen readers hear what matters: a new state at once, another word of the chance with the next answer that brings no other
// news, the figures at a milestone and no more than once a minute, otherwise every five minutes.
function announce(s, words, changed) {
  var n = place ? place.shown : s.ahead;
  var passed = [1000, 500, 200, 100, 50, 20, 10, 5, 3, 2, 1, 0].some(function (m) { return n >= 0 && n <= m && spokenAhead > m; });
  var quiet = now() - spokenAt;
  if (!words) { return; }
  if (state === 'called') {
    if (changed) { sayTurn(words); }
    return;
  }
  if (worse(s, words) && !changed) { return; }
  if (changed) {
    say((words.heading + '. ' + words.lead + said('last')).replace(/\.\. /, '. '), state === 'missed');
    spokenAhead = n;
  } else if (s.more > 0 && !toldMore) {
    toldMore = true;
    say(words.more);
  } else if (s.chance > 0 && s.chance !== heard) {
    heard = s.chance;
    say(words.chance);
  } else if (/^(waiting|front)$/.test(state) && n >= 0 && (passed && quiet > 60000 || quiet > 300000)) {
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

function lost(on) {
  var was = !$('lost').hidden;
  if (was === on) { return; }
  write($('lost'), on ? text($('lost'), 'lost') : '');
  show($('lost'), on && $('lost').textContent);
  say(text($('lost'), on ? 'lost' : 'found'));
}
