// How one is called who is not at the page: by the title of the tab, and by sound where that is wanted.

var flashing, ringing;

function alarm() {
  if (flashing) { return; }
  var turnTitle = doc.title, still = window.matchMedia && matchMedia('(prefers-reduced-motion: reduce)').matches, on = true;
  flashing = setInterval(function () {
    on = !on;
    if (!still) { doc.title = on ? turnTitle : siteTitle; }
  }, 1000);
  bell.ring_();
  ringing = setInterval(bell.ring_, 20000);
}

function stopAlarm() {
  clearInterval(flashing);
  clearInterval(ringing);
  if (flashing && state === 'called') { doc.title = tab; }
  flashing = ringing = undefined;
  bell.quiet_();
}
