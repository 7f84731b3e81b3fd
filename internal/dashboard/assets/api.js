// Requests to the API, and the stream of its figures.

// Problem is an answer that refuses (RFC 9457).
export class Problem extends Error {
  constructor(status, body, version) {
    super(body.detail || body.title || String(status));
    Object.assign(this, { status, code: body.code || '', body, version });
  }
}

const toLogin = () => {
  if (location.pathname !== '/login') location.assign('/login?next=' + encodeURIComponent(location.pathname));
};

// call asks the API. An answer's object carries its ETag as "etag" where there is one.
export async function call(method, path, body, headers = {}) {
  const options = { method, headers: { Accept: 'application/json', ...headers }, credentials: 'same-origin', cache: 'no-store' };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers['Content-Type'] = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  }
  const answer = await fetch(path, options);
  const text = await answer.text();
  let read = {};
  try { read = text ? JSON.parse(text) : {}; } catch { read = { title: text.slice(0, 200) }; }
  if (answer.ok) return read;
  if (answer.status === 401 && path !== '/v1/session') toLogin();
  throw new Problem(answer.status, read);
}

// download asks for a table and hands it to the browser to keep. A table that was cut off is refused by fetch.
export async function download(path, body, name) {
  const answer = await fetch(path, { method: 'POST', credentials: 'same-origin', headers: { Accept: 'text/csv', 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Problem(answer.status, await answer.json());
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

export const of = (room, more = '') => `/v1/rooms/${encodeURIComponent(room)}${more}`;

// follow calls tell with all rooms as they change: by the stream where there is one, else by asking each second. lost is called with
// when the last figures came as long as none come, and with nothing when they come again.
export function follow(tell, lost) {
  let last = Date.now(), timer = 0, gone = false;
  const got = (body) => {
    last = Date.now();
    if (gone) { gone = false; lost(); }
    tell(body.rooms);
  };
  const ask = async () => {
    try { got(await call('GET', '/v1/rooms')); } catch (e) { if (e.status === 401) return; }
    timer = setTimeout(ask, 1000);
  };
  const listen = () => {
    if (!window.EventSource) { ask(); return; }
    const stream = new EventSource('/v1/events');
    stream.addEventListener('rooms', (e) => got(JSON.parse(e.data)));
    stream.onerror = () => {
      if (stream.readyState !== EventSource.CLOSED) return; // it comes again by itself
      stream.close();
      if (!timer) ask();
    };
  };
  listen();
  setInterval(() => {
    if (Date.now() - last > 5000) { gone = true; lost(new Date(last)); }
  }, 1000);
}
