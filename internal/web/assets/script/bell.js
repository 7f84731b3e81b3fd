// The signals for those who do not look at the page.

// touches: the device is worked with a finger. Its browser stands still while the screen is off. Old browsers do not know the pointer.
function touches() {
  function has(pointer) { return window.matchMedia && matchMedia('(pointer: ' + pointer + ')').matches; }
  return has('coarse') || !has('fine') && 'ontouchstart' in window;
}

// setUpBell is the offer to tell by sound and notification. Both need the visitor's consent, so both are asked for by a press on the
// button only. The press tries both at once, and the page promises what has worked: a tone that was played to its end, a notification
// that was made.
function setUpBell() {
  var box = $('bell'), button = $('bell-button'), note = $('bell-note'), on = false, asking = false, playing = false, heard, seen, sound, notice, trial, limit;
  var Sound = window.AudioContext || window.webkitAudioContext;
  var canNotify = 'Notification' in window;

  function promise() {
    if (heard && seen && !touches()) { return 'full'; }
    if (heard) { return touches() ? 'touch' : 'sound'; }
    return seen ? 'notice' : '';
  }

  function redraw() {
    write(button, text(button, on ? 'off' : 'ask'));
    tell(note, on ? text(note, promise()) : '');
  }

  // tone plays one and calls when it has been played.
  function tone(at, pitch, played) {
    var wave = sound.createOscillator(), gain = sound.createGain(), start = sound.currentTime + at;
    wave.frequency.value = pitch;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.4, start + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.001, start + 0.6);
    wave.connect(gain);
    gain.connect(sound.destination);
    if (played) { wave.onended = played; }
    wave.start(start);
    wave.stop(start + 0.65);
  }

  function tones(played) {
    // A browser stops the sound of a page that was away, and some do not let it go on.
    var goes = sound.resume && sound.resume();
    if (goes && goes.then) { goes.then(null, function () { }); }
    tone(0, 660);
    tone(0.35, 880);
    tone(0.7, 1100, played);
  }

  // notify makes a notification, if that can be done. Some telephones allow them from service workers only and throw here.
  function notify(title, words) {
    var made;
    if (!canNotify || Notification.permission !== 'granted') { return undefined; }
    try {
      made = new Notification(title, { body: words, tag: 'einlass' });
      made.onclick = function () { window.focus(); };
    } catch (e) { canNotify = false; }
    return made;
  }

  // tryNotice may be called twice: browsers of some years take a function and answer a promise.
  function tryNotice() {
    if (!asking) { return; }
    asking = false;
    trial = on && notify(siteTitle, text(note, 'trial'));
    seen = !!trial;
    settle();
  }

  function settle() {
    if (!on || playing) { return; }
    if (!heard && !seen && !asking) {
      on = false;
      redraw();
      tell(note, text(note, 'none'));
    } else { redraw(); }
  }

  function trySound() {
    var turn = function (worked) { if (playing) { playing = false; heard = worked; settle(); } };
    try {
      sound = sound || new Sound();
      playing = true;
      tones(function () { turn(true); });
      limit = setTimeout(function () { turn(false); }, 3000);
    } catch (e) { playing = false; }
  }

  button.addEventListener('click', function () {
    var asked;
    on = !on;
    heard = seen = playing = false;
    clearTimeout(limit);
    quiet();
    redraw();
    if (!on) { return; }
    if (Sound) { trySound(); }
    asking = true;
    if (canNotify && Notification.permission === 'default') {
      asked = Notification.requestPermission(tryNotice);
      if (asked && asked.then) { asked.then(tryNotice, tryNotice); }
    } else { tryNotice(); }
  });

  function quiet() {
    if (notice) { notice.close(); }
    if (trial) { trial.close(); }
    notice = trial = undefined;
  }

  return {
    render_: function () {
      show(box, (Sound || canNotify) && mayBeCalled());
      write(button, text(button, on ? 'off' : 'ask'));
    },
    ring_: function () {
      if (!on) { return; }
      if (sound) { tones(); }
      if (navigator.vibrate) { navigator.vibrate([300, 150, 300]); }
      notice = notice || notify($('heading').textContent, siteTitle);
    },
    quiet_: quiet
  };
}
