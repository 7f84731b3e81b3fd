// What pages say to those who do not look at them: the sentences that screen readers speak.

// said is what an element says, if it is shown.
function said(id) { return shown(id) ? ' ' + $(id).textContent : ''; }

// bare is a text without what says where words may be cut: voices read that as the end of a word.
function bare(text) { return (text || '').replace(/\u00ad/g, ''); }

// Two regions speak: one when the screen reader has finished, one at once. The second is made here, as only the script fills it.
var polite = $('spoken'), urgent = polite && polite.cloneNode(false), lastSaid = '';
if (urgent) {
  urgent.id = 'urgent';
  urgent.setAttribute('role', 'alert');
  polite.parentNode.appendChild(urgent);
}

// say speaks, never the same twice in a row. What is an alert interrupts: that it is one's turn, or was, or soon is no more.
// quote is what somebody else has written, in a language of its own.
function say(text, alert, quote, lang) {
  var region = alert ? urgent : polite, el;
  text = bare(text);
  if (!text || text + (quote || '') === lastSaid) { return; }
  lastSaid = text + (quote || '');
  region.textContent = text;
  if (quote) {
    el = doc.createElement('span');
    el.lang = lang;
    el.textContent = quote;
    region.appendChild(el);
  }
}

// tell writes what came of a press beside its button, and speaks it.
function tell(el, words) {
  write(el, words);
  say(words);
}
