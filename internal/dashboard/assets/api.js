// Requests to the API, and the stream of its figures.

// Problem is an answer that refuses (RFC 9457).
export class Problem extends Error {
  constructor(status, body, version) {
    super(body.detail || body.title || String(status));
    Object.assign(this, { status, code: body.code || '', body, version });
  }
}

// toLogin asks who it is, and comes back.
export const toLogin = () => {
  if (location.pathname !== '/login') location.assign('/login?next=' + encodeURIComponent(location.pathname));
};

// patience is how long, in ms, an answer may take: longer than the longest act of the API.
const patience = 15000;

let apart = 0; // how far the gateway's clock is ahead of this device's, in ms

// now is the time of the gateway: the device's clock may be wrong.
export const now = () => Date.now() + apart;

function compare(date) {
  const by = Date.parse(date) - Date.now();
  if (Math.abs(by - apart) > 2000) apart = by; // the header counts in seconds
}

// call asks the API.
export async function call(method, path, body, headers = {}, within = patience) {
  const options = { method, headers: { Accept: 'application/json', ...headers }, credentials: 'same-origin', cache: 'no-store' };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers['Content-Type'] = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  }
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(new TypeError('no answer')), within);
  options.signal = stop.signal;
  try {
    const answer = await fetch(path, options), text = await answer.text();
    compare(answer.headers.get('Date'));
    let read = {};
    try { read = text ? JSON.parse(text) : {}; } catch { read = { title: text.slice(0, 200) }; }
    if (answer.ok) return read;
    if (answer.status === 401 && path !== '/v1/session') toLogin();
    throw new Problem(answer.status, read);
  } finally { clearTimeout(timer); }
}

// download asks for a table and hands it to the browser to keep. A table that was cut off is refused by fetch.
export async function download(path, body, name) {
  const answer = await fetch(path, { method: 'POST', credentials: 'same-origin', headers: { Accept: 'text/csv', 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Problem(answer.status, await answer.json());
  keep(await answer.blob(), name);
}

// keep hands something to the browser to save under a name.
export function keep(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

export const of = (room, more = '') => `/v1/rooms/${encodeURIComponent(room)}${more}`;

// quiet is after how much silence, in ms, the rooms are asked for: a stream may be cut without a sign, or have nothing to tell. long is
// after how much the page says that no figures come.
const quiet = 3000, long = 6000;

// follow calls tell with all rooms as they change: by the stream where there is one, else by asking each second. lost is called with
// when the last figures came as long as none come, and with nothing when they come again.
export function follow(tell, lost) {
  let last = performance.now(), at = now(), asking = false, gone = false, stream;
  const got = (body) => {
    last = performance.now();
    at = now();
    if (gone) lost();
    gone = false;
    tell(body.rooms);
  };
  const listen = () => {
    stream?.close();
    stream = new EventSource('/v1/events');
    stream.addEventListener('rooms', (e) => got(JSON.parse(e.data)));
  };
  const ask = async () => {
    if (asking) return;
    asking = true;
    try {
      got(await call('GET', '/v1/rooms', undefined, {}, quiet));
      // Whoever answers can be listened to again; where it is refused, asking goes on.
      if (stream.readyState !== EventSource.CONNECTING) listen();
    } catch { /* the next second asks again */ }
    asking = false;
  };
  listen();
  setInterval(() => {
    const silent = performance.now() - last;
    if (silent > long) { gone = true; lost(at); }
    if (silent > quiet || stream.readyState === EventSource.CLOSED) ask();
  }, 1000);
}
