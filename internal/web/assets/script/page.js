// The script of every page, in parts that are put into one function, in the order of asset.go. It saves reloads;
// nothing depends on it. It knows no language: sentences come with the page and with each poll. Written for old
// telephones: no syntax newer than ECMAScript 5, and nothing newer of the web without a way around it.

var doc = document, root = doc.documentElement, body = doc.body, data = body.dataset;
root.className = 'js';

var titled = doc.querySelector('header p'), siteTitle = titled ? titled.textContent : doc.title;

function $(id) { return doc.getElementById(id); }
function visible() { return doc.visibilityState !== 'hidden'; }
function jitter(ms) { return ms * (0.8 + 0.4 * Math.random()); }

// Storage of this tab; a browser may forbid it.
function keep(key, value) { try { sessionStorage.setItem(key, JSON.stringify(value)); } catch (e) { } }
function forget(key) { try { sessionStorage.removeItem(key); } catch (e) { } }
function kept(key) { try { return JSON.parse(sessionStorage.getItem(key)); } catch (e) { return null; } }

// request asks and gives the answer, or the reason why there is none, within 15 seconds.
function request(url, method, done, failed) {
  var ended = false, cut = window.AbortController && new AbortController();
  var limit = setTimeout(function () { if (cut) { cut.abort(); } end(failed, new Error('no answer in time')); }, 15000);
  var type = method === 'HEAD' ? '*/*' : 'application/json';
  function end(call, value) {
    if (!ended) { ended = true; clearTimeout(limit); call(value); }
  }
  if (!window.fetch) {
    requestBefore(url, method, type, function (got) { end(done, got); }, function (err) { end(failed, err); });
    return;
  }
  fetch(url, {
    method: method, credentials: 'same-origin', cache: 'no-store', redirect: 'manual',
    headers: { Accept: type }, signal: cut ? cut.signal : undefined
  }).then(function (answer) {
    if (method === 'HEAD' || !answer.ok) { return { answer: answer }; }
    return answer.json().then(function (value) { return { answer: answer, value: value }; });
  }).then(function (got) { end(done, got); }, function (err) { end(failed, err); });
}

// requestBefore asks as browsers did before they had fetch. They follow redirects, which no answer to a poll is.
function requestBefore(url, method, type, done, failed) {
  var ask = new XMLHttpRequest();
  ask.open(method, url);
  ask.setRequestHeader('Accept', type);
  ask.onerror = failed;
  ask.onload = function () {
    var got = { answer: { status: ask.status, headers: { get: function (name) { return ask.getResponseHeader(name); } } } };
    if (method !== 'HEAD' && ask.status === 200) {
      try { got.value = JSON.parse(ask.responseText); } catch (e) { failed(e); return; }
    }
    done(got);
  };
  ask.send();
}

// lead loads a URL in the place of this page and takes the fragment along, which no request carries. A replace by the same URL
// and fragment would be taken for a jump within this page.
function lead(url) {
  if (location.hash && url === location.pathname + location.search) { location.reload(); } else { location.replace(url + location.hash); }
}

// backoff is how long to wait after the n-th failure in a row: from two seconds doubling to a minute, spread so
// that a crowd that lost its connection at once does not come back at once.
function backoff(n) { return jitter(Math.min(60000, 1000 * Math.pow(2, Math.min(n, 6)))); }

function show(el, on) { if (el) { el.hidden = !on; } }
function write(el, text) { if (el && el.textContent !== text) { el.textContent = text; } }
// only hides, in a state that has the element, one that has nothing to say. Pages of the release before lack some elements.
function only(el, on) { show(el, el && !el.hidden && on); }

// text is a sentence that the page brought along for the script. Pages of the release before have none.
function text(el, name) { return el.getAttribute('data-' + name) || ''; }

// fill puts values into such a sentence.
function fill(el, values) {
  return text(el, 'text').replace(/\{(\w+)\}/g, function (mark, name) {
    return name in values ? values[name] : mark;
  });
}
