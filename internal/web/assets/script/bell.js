// The signals for those who do not look at the page.

// setUpBell is the offer to tell by sound and notification. Both need the visitor's consent, so both are asked
// for by a press on the button only.
function setUpBell() {
  var box = $('bell'), button = $('bell-button'), note = $('bell-note'), on = false, sound, notice;
  var Sound = window.AudioContext || window.webkitAudioContext;
  var canNotify = 'Notification' in window;

  function redraw() {
    button.setAttribute('aria-pressed', String(on));
    write(button, text(button, on ? 'off' : 'ask'));
    write(note, on ? text(note, canNotify && Notification.permission === 'granted' ? 'full' : 'sound') : '');
  }

  function tone(at, pitch) {
    var wave = sound.createOscillator(), gain = sound.createGain(), start = sound.currentTime + at;
    wave.frequency.value = pitch;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.4, start + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.001, start + 0.6);
    wave.connect(gain);
    gain.connect(sound.destination);
    wave.start(start);
    wave.stop(start + 0.65);
  }

  button.addEventListener('click', function () {
    on = !on;
    if (on && Sound) {
      sound = sound || new Sound();
      if (sound.resume) { sound.resume(); }
    }
    redraw();
    if (on && canNotify && Notification.permission === 'default') {
      var asked = Notification.requestPermission(redraw);
      if (asked && asked.then) { asked.then(redraw, redraw); }
    }
  });

  return {
    render: function (state) {
      show(box, (Sound || canNotify) && text(button, 'ask') && /^(waiting|front|paused|down|recovering|lobby|lots|drawing|late|between|refill|standby|booked)$/.test(state));
      redraw();
    },
    ring: function () {
      if (!on) { return; }
      if (sound) {
        tone(0, 660);
        tone(0.35, 880);
        tone(0.7, 1100);
      }
      if (navigator.vibrate) { navigator.vibrate([300, 150, 300]); }
      if (notice || !canNotify || Notification.permission !== 'granted') { return; }
      // Some telephones allow notifications from service workers only and throw here; the sound remains.
      try {
        notice = new Notification($('heading').textContent, { body: siteTitle, tag: 'einlass' });
        notice.onclick = function () { window.focus(); };
      } catch (e) { canNotify = false; }
    },
    quiet: function () {
      if (notice) { notice.close(); }
      notice = undefined;
    }
  };
}
