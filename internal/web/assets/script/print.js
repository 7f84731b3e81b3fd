// ---- print
// What stands on paper only: when that was. Numbers are given anew each day, so a number without its date names nothing.

// setUpPrint gives those who can print a button for it.
function setUpPrint() {
  var button = $('print').querySelector('button');
  if (!window.print) { return; }
  button.addEventListener('click', function () { window.print(); });
  window.addEventListener('beforeprint', renderPrint);
}

// A place that has ended is none any more, on paper neither.
function renderPrint() {
  var el = $('printed-at'), named = number > 0 && hasPlace();
  show('print', named && window.print);
  show('printed', named);
  write(el, fill(el, { t: fullTime(serverNow()) }));
  show(el, true);
}
