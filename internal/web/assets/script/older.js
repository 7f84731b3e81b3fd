// What pages of the release before lack. The parts behind this one take for granted what pages of now have.

(function () {
  var missing = doc.createElement('div'), stale = $('stale'), claim = $('claim');

  function add(id) {
    var el = doc.createElement('div');
    if ($(id)) { return; }
    el.id = id;
    el.appendChild(doc.createElement('a'));
    el.appendChild(doc.createElement('button'));
    missing.appendChild(el);
  }

  if (data.page !== 'wait') { return; }
  missing.hidden = true;
  body.appendChild(missing);
  // Some have the bell without its words, which were in their script.
  if ($('bell-button') && !text('bell-button', 'ask')) {
    $('bell').removeAttribute('id');
    $('bell-button').removeAttribute('id');
    $('bell-note').removeAttribute('id');
  }
  // Places have more states now.
  doc.querySelector('.know').id = 'know';
  doc.querySelector('.leave').id = 'leave';
  $('know').setAttribute('data-in', 'waiting front paused down recovering turn lobby lots drawing late between refill standby booked');
  $('leave').setAttribute('data-in', 'waiting front missed called paused down recovering turn checking full lobby lots drawing late between refill over standby booked');
  // These say the same at all times.
  ['data-text', 'data-none'].forEach(function (name) {
    if (!stale.getAttribute(name)) { stale.setAttribute(name, stale.textContent); }
  });
  if (!text(claim, 'again')) {
    claim.setAttribute('data-again', claim.textContent);
    claim.setAttribute('data-ends', claim.textContent);
  }
  ['stay', 'coming', 'calendar', 'entry', 'entry-left', 'entry-stop', 'draw', 'draw-news', 'last', 'starts-fact', 'starts', 'came-fact', 'came', 'code-fact', 'code',
    'code-spelled', 'code-know', 'chance', 'worse', 'bell', 'bell-button', 'bell-note', 'awake', 'awake-button', 'awake-note', 'alarm', 'updates',
    'updates-choice', 'updates-now', 'print', 'printed', 'printed-at'].forEach(add);
})();
