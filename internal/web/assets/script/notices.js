// The pages for an interruption and for a form that came too late.

// retryPage loads the page again, by GET, as soon as the gateway can be reached: a browser's own error page
// would not come back by itself.
function retryPage() {
  var failures = 0, next = Number(data.next), to = $('go').getAttribute('href');
  function go() { lead(to); }
  function attempt() {
    request(data.probe, 'HEAD', go, function () {
      failures += 1;
      setTimeout(attempt, backoff(failures));
    });
  }
  $('go').addEventListener('click', function (e) { e.preventDefault(); go(); });
  if (next > 0) { setTimeout(attempt, jitter(next)); }
}

// formPage never sends anything again. It asks for the page that held the form and says when that answers.
function formPage() {
  var next = Number(data.next);
  function attempt() {
    request(data.probe, 'HEAD', function (got) {
      if (got.status >= 500 || got.status === 429) { again(); return; }
      write('answers', text('answers', 'text'));
    }, again);
  }
  function again() { setTimeout(attempt, jitter(Math.max(next, 2000))); }
  backButton();
  if (next > 0 && data.probe) { setTimeout(attempt, jitter(next)); }
}

function backButton() {
  show('back-step', history.length > 1);
  $('back').addEventListener('click', function () { history.back(); });
}
