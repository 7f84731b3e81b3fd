// The screen stays on, and an alarm clock helps where it does not.

// setUpAwake is the offer to keep the screen on, for devices whose pages stand still without it and whose browser can. It says that it
// stays on when the browser has agreed. Browsers end that with every look at something else, so the page asks for it again when it is back.
function setUpAwake() {
  var box = $('awake'), button = $('awake-button'), note = $('awake-note'), wanted = false, lock;
  if (!navigator.wakeLock || !touches()) { return { render_: function () { } }; }

  function redraw(words) {
    write(button, text(button, wanted ? 'off' : 'ask'));
    tell(note, words);
  }

  function refused() {
    wanted = false;
    redraw(text(note, 'refused'));
  }

  function take(agreed) {
    try {
      navigator.wakeLock.request('screen').then(function (got) {
        free();
        lock = got;
        if (wanted) { agreed(); } else { free(); }
      }, refused);
    } catch (e) { refused(); }
  }

  function free() {
    if (lock) { lock.release(); }
    lock = undefined;
  }

  button.addEventListener('click', function () {
    wanted = !wanted;
    if (wanted) { take(function () { redraw(text(note, 'on')); }); } else { free(); redraw(''); }
  });
  doc.addEventListener('visibilitychange', function () {
    if (wanted && visible()) { take(function () { }); }
  });

  return {
    // render shows the offer where people wait, and lets the screen go off where nobody has to.
    render_: function () {
      var waits = mayBeCalled();
      show(box, waits);
      if (wanted && !waits && !/^(called|turn|checking|full|resume|missed)$/.test(state)) {
        wanted = false;
        free();
        redraw('');
      } else { write(button, text(button, wanted ? 'off' : 'ask')); }
    }
  };
}

// setUpAlarm names a time for an alarm clock where the wait is longer than 20 minutes: before the early end of the range by a tenth of
// it, at least by five minutes, in steps of five minutes. A time that was named stands as long as it is not too late and not
// earlier than needed by a quarter of an hour, as people set a clock once.
function setUpAlarm() {
  var el = $('alarm'), named = 0, step = 300000;
  return function (low) {
    var at = 0;
    if (low > 1200 && low < 43200) { at = Math.floor((serverNow() + (low - Math.max(300, low / 10)) * 1000) / step) * step; }
    if (!at || !named || at < named || at - named > 3 * step) { named = at; }
    write(el, named ? fill(el, { t: clock(named) }) : '');
    show(el, named);
  };
}
