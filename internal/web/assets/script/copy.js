// Buttons that copy.

// setUpCopy: a press puts the text that the button names into the clipboard, or marks it where the browser does not allow that.
function setUpCopy() {
  Array.prototype.forEach.call(doc.querySelectorAll('[data-copy]'), function (button) {
    var from = $(text(button, 'copy')), label = button.textContent, back;

    function done(copied) {
      tell(button, text(button, copied ? 'done' : 'marked'));
      clearTimeout(back);
      back = setTimeout(function () { write(button, label); }, 10000);
    }

    function mark() {
      var range = doc.createRange(), marked = window.getSelection(), copied = false;
      range.selectNodeContents(from);
      marked.removeAllRanges();
      marked.addRange(range);
      try { copied = doc.execCommand('copy'); } catch (e) { }
      done(copied);
    }

    show(button, true);
    button.addEventListener('click', function () {
      try { navigator.clipboard.writeText(from.textContent).then(function () { done(true); }, mark); } catch (e) { mark(); }
    });
  });
}
