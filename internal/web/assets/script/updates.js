// How often the page changes by itself, which visitors choose. The page asks all the same, so that the place stays alive, and another
// state is always shown, as that may be the turn.

var held, wanted = false, viewed = mark(); // an answer that is not shown, whether the next one is to be, and when one was

// view shows an answer or holds it back: as often as that is wished.
function view(s) {
  var choice = $('updates-choice');
  // In minutes; never is no number.
  if (s.state === state && !wanted && !live() && !(since(viewed) >= choice.value * 60000)) {
    held = s;
    return;
  }
  display(s, wanted);
  wanted = false;
}

// display shows an answer, and speaks the figures to who has asked for them.
function display(s, asked) {
  held = undefined;
  viewed = mark();
  render(s);
  if (asked) { say((fact('ahead') + fact('estimate') + said('updated')).trim()); }
}

// live: what counts by itself may do so.
function live() { return $('updates-choice').value === '0'; }

// setUpUpdates gives the choice, which lasts as long as the tab, and the button that shows what is known now.
function setUpUpdates() {
  var choice = $('updates-choice'), key = 'einlass-updates';
  choice.value = kept(key) || '0';

  // update shows at once what is known, and asks, unless that was just done.
  function update() {
    var late = since(last) > 3000;
    if (held) { display(held, !late); }
    if (late) {
      wanted = true;
      poll();
    }
  }

  choice.addEventListener('change', function () {
    keep(key, choice.value);
    clearInterval(counting);
    if (live()) { update(); }
  });
  $('updates-now').addEventListener('click', update);
}
