// The script of every page, in parts that are put into one function, in the order of parts_test.go. It saves reloads;
// nothing depends on it. It knows no language: sentences come with the page and with each poll. Written for old
// telephones: no syntax newer than ECMAScript 5, and nothing newer of the web without a way around it.

var doc = document, root = doc.documentElement, body = doc.body, data = body.dataset;

var titled = doc.querySelector('header p'), siteTitle = titled ? titled.textContent : doc.title;

// Functions take an element or its id.
function $(el) { return typeof el === 'string' ? doc.getElementById(el) : el; }
function visible() { return doc.visibilityState !== 'hidden'; }
function jitter(ms) { return ms * (0.8 + 0.4 * Math.random()); }

// Storage of this tab; a browser may forbid it.
function keep(key, value) { try { sessionStorage.setItem(key, JSON.stringify(value)); } catch (e) { } }
function forget(key) { try { sessionStorage.removeItem(key); } catch (e) { } }
function kept(key) { try { return JSON.parse(sessionStorage.getItem(key)); } catch (e) { return null; } }

// well says that the script has done what it is for, see guard.js.
function well() { root.className = 'js'; }

// request asks and gives the answer's status, value and Retry-After, or calls failed, within 15 seconds. Redirects are followed, which no
// answer to a poll is.
function request(url, method, done, failed) {
  var ask = new XMLHttpRequest(), ended = false, limit = setTimeout(function () { end(failed); ask.abort(); }, 15000);
  function end(call, value) {
    if (!ended) { ended = true; clearTimeout(limit); call(value); }
  }
  ask.open(method, url);
  ask.setRequestHeader('Accept', method === 'HEAD' ? '*/*' : 'application/json');
  ask.onerror = function () { end(failed); };
  ask.onload = function () {
    var got = { status: ask.status, after: Number(ask.getResponseHeader('Retry-After')) };
    if (method !== 'HEAD' && ask.status === 200) {
      try { got.value = JSON.parse(ask.responseText); } catch (e) { end(failed); }
    }
    end(done, got);
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
function backoff(n) { return jitter(Math.min(60000, 1000 * (1 << Math.min(n, 6)))); }

function shown(id) { return !$(id).hidden; }
function show(el, on) { if ($(el)) { $(el).hidden = !on; } }
function write(el, text) { if ($(el) && $(el).textContent !== text) { $(el).textContent = text; } }
// only hides, in a state that has the element, one that has nothing to say.
function only(el, on) { show(el, $(el) && shown(el) && on); }

// text is a sentence that the page brought along for the script. Pages of the release before have none.
function text(el, name) { return $(el).getAttribute('data-' + name) || ''; }

// fill puts values into such a sentence.
function fill(el, values) {
  return text(el, 'text').replace(/\{(\w+)\}/g, function (mark, name) {
    return name in values ? values[name] : mark;
  });
}
