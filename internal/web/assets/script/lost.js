// A connection that is lost: told after ten seconds without an answer, as most are back sooner, and when it is back.

var silence = 0, silentFrom;

// unanswered begins to count, if nothing counts yet.
function unanswered() {
  if (silence || shown('lost')) { return; }
  silentFrom = mark();
  silence = setTimeout(lose, 10000);
}

function lose() {
  silence = 0;
  // A device that was asleep has not asked.
  if (since(silentFrom) > 15000) { unanswered(); return; }
  write('lost', fill('lost', { t: clock(silentFrom[0] + behind) }));
  show('lost', $('lost').textContent);
  say($('lost').textContent);
}

function found() {
  clearTimeout(silence);
  silence = 0;
  if (!shown('lost')) { return; }
  show('lost', false);
  say(text('lost', 'found'));
}
