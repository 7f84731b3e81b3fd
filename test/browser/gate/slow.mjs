// Loads pages of the line on a slow telephone, see slow_test.go: the processor is slowed down and the network emulated by Chromium, and
// what is said is the browser's own measure. A page is never kept in a cache, so each load is as slow as the first.
import { at, heading, inLine, open, setUpOnce, withContext } from './gate.mjs';

const { PROCESSOR, LATENCY, BITS, ROUNDS } = process.env;

const pages = [
  { name: 'waiting', room: 'waiting', shows: inLine },
  { name: 'lobby', room: 'lobby', id: 'termine', shows: /./ },
  { name: 'turn', room: 'turn', shows: 'It is your turn', before: called },
];

// slowDown makes a page that of a slow telephone, and answers what counts its answers.
async function slowDown(context, page) {
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false, latency: Number(LATENCY), downloadThroughput: Number(BITS) / 8, uploadThroughput: Number(BITS) / 8,
  });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: Number(PROCESSOR) });
}

// painted waits for the first paint with text, and says when it was, when the largest text was there, and when the script had run.
const painted = () => new Promise((done) => {
  let largest = 0;
  new PerformanceObserver((list) => {
    largest = list.getEntries().at(-1).startTime;
    const [load] = performance.getEntriesByType('navigation');
    const first = performance.getEntriesByName('first-contentful-paint')[0];
    if (first && load.domContentLoadedEventEnd > 0) {
      done({ first: first.startTime, largest, script: load.domContentLoadedEventEnd, answered: load.responseEnd, bytes: load.encodedBodySize });
    }
  }).observe({ type: 'largest-contentful-paint', buffered: true });
});

// called waits until it is the turn of whoever has just come.
async function called(page, room) {
  await page.waitForResponse((r) => r.url().includes('/.einlass/status'));
  await open(room);
  await heading(page, 'It is your turn');
}

// load asks as a page does that loads itself again: nothing is claimed by it.
async function load(context, of) {
  const page = await context.newPage();
  await slowDown(context, page);
  await page.goto(`${at(of.room)}/.einlass/wait?room=${of.id ?? of.room}&said=0&to=/termine`, { waitUntil: 'load' });
  await heading(page, of.shows);
  console.log(JSON.stringify({ page: of.name, ...await page.evaluate(painted) }));
  await page.close();
}

await setUpOnce(async () => {
  for (const of of pages) {
    await withContext({}, async (context) => {
      const first = await context.newPage();
      await first.goto(`${at(of.room)}/termine`);
      await heading(first, of.before ? inLine : of.shows);
      await of.before?.(first, of.room);
      for (let round = 0; round < Number(ROUNDS); round += 1) await load(context, of);
    });
  }
});
