// ---- print
// What stands on paper only: when that was. Numbers are given anew each day, so a number without its date names nothing.

// setUpPrint gives those who can print a button for it.
function setUpPrint() {
  var button = $('print').querySelector('button');
  if (!window.print) { return; }
  button.addEventListener('click', function () { window.print(); });
  window.addEventListener('beforeprint', renderPrint);
}

function renderPrint() {
  var el = $('printed-at');
  show('print', number > 0 && window.print);
  show('printed', number > 0);
  write(el, fill(el, { t: fullTime(serverNow()) }));
  show(el, true);
}
