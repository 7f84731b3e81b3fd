// What the waiting page speaks of an answer. Figures and times of day are silent, and so is a page that has just loaded, which is read
// anyway.

var heard; // what was on the page or was spoken last: message, stale, chance, quarter of the way, and the time of that
var promised = 0, worseAt = 0; // the latest time of the turn that was said, and when a later one was told, in ms of now

// read notes what the page says when it is loaded, which is not spoken.
function read() {
  heard = { draw: $('draw-news').textContent, message: $('message').textContent, stale: shown('stale'), chance: chance, quarter_: quarter(), at: now() };
}

// announce speaks all that an answer brings: another state, each quarter of the way but not more often than every five minutes, a wait
// that gets longer, figures that get old or are new again, another word of the chance, the operator's message.
function announce(s, words, changed) {
  var news = [], q = quarter(), longer = worse(s, words), fresh = heard.stale && !s.stale, quote;
  function add(text) {
    text = bare(text);
    if (text && lastSaid.slice(-text.length) !== text) { news.push(text); }
  }
  if (!words) { return; }
  if (changed && state === 'called') { sayTurn(words); return; }
  if (changed) {
    add((words.heading + '. ' + words.lead + said('last')).replace(/\.\. /, '. '));
    if (s.number > 0 && words.draw !== heard.draw) { add(words.draw); } // the number that was drawn
  } else if (fresh || q > heard.quarter_ && now() - heard.at >= 300000 && waits()) {
    heard.quarter_ = q;
    heard.at = now();
    add((fact('ahead') + fact('estimate')).trim() || words.heading);
  }
  heard.draw = words.draw;
  heard.quarter_ = Math.min(heard.quarter_, q);
  add(longer);
  if (s.stale && !heard.stale) { add($('stale').textContent); }
  heard.stale = s.stale;
  if (s.chance > 0 && s.chance !== heard.chance) {
    heard.chance = s.chance;
    add(words.chance);
  }
  if (s.message && s.message !== heard.message) {
    news.push($('message-box').querySelector('h2').textContent + ': ');
    quote = s.message;
  }
  heard.message = s.message;
  say(news.join(' '), changed && state === 'missed', quote, $('message').lang);
}

function waits() { return /^(waiting|front)$/.test(state); }

// quarter is how many quarters of the way are done, from the first figure shown to nobody ahead.
function quarter() { return place && place.first > 0 ? Math.floor(4 - 4 * Math.max(place.shown, 0) / place.first) : 0; }

// fact is a figure with its label, as a sentence, if it is shown.
function fact(name) {
  var box = $(name + '-fact');
  return box.hidden ? '' : ' ' + box.querySelector('dt').textContent + ': ' + ($(name).textContent + '.').replace(/\.\.$/, '.');
}

// worse shows that the turn is further away than was said before, by a quarter or more of what was left, and gives what is to be spoken:
// that, or that the wait is not known any more.
function worse(s, words) {
  var at = now(), ends = at + s.high * 1000, told = $('worse'), known = promised;
  if (!waits() || !words || s.high <= 0) {
    promised = 0;
    show(told, false);
    return known && words && waits() ? s.full ? words.estimate : fact('estimate').trim() : '';
  }
  if (!known || ends <= known) {
    if (known - ends > 120000 || at - worseAt > 300000) { show(told, false); }
    promised = ends;
    return '';
  }
  if (ends - at < 1.25 * (known - at) || ends - known < 120000) { return ''; }
  promised = ends;
  worseAt = at;
  write(told, fill(told, { e: words.estimate }));
  show(told, true);
  return told.textContent;
}
