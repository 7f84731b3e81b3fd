// A cable between a browser and a gateway, which can be pulled and cut without a sign.
import { connect, createServer } from 'node:net';

// cable leads to an address. Its base is where a browser goes. cut ends all connections and refuses others; hush keeps them, and lets nothing
// through any more; mend lets everything through again, on new connections.
export async function cable(to) {
  const [host, port] = to.split(':');
  const pairs = new Set();
  let state = 'whole';
  const server = createServer((near) => {
    if (state === 'cut') { near.destroy(); return; }
    const far = connect(Number(port), host), pair = [near, far];
    pairs.add(pair);
    for (const [from, into] of [[near, far], [far, near]]) {
      from.on('data', (bytes) => { if (state === 'whole' && !pair.hushed) into.write(bytes); });
      from.on('close', () => { into.destroy(); pairs.delete(pair); });
      from.on('error', () => {});
    }
    pair.hushed = state === 'hush';
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  const end = () => { for (const [near] of pairs) near.destroy(); };
  return {
    base: `http://127.0.0.1:${server.address().port}`,
    cut() { state = 'cut'; end(); },
    hush() { state = 'hush'; for (const pair of pairs) pair.hushed = true; },
    mend() { state = 'whole'; },
    close() { end(); server.close(); },
  };
}
