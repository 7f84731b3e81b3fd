// Measures what the check of a draw takes, see shots/main.go: all script of its page, from the first byte to the verdict, in a browser that
// has just been started and has compiled nothing. Measured is the processor's time on the page's thread, so that what else runs on the
// machine does not count.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { base, setup } from './browser.mjs';

const record = JSON.parse(readFileSync(new URL('../../pkg/queue/draw/testdata/record-drand.json', import.meta.url), 'utf8'));
await setup({ draw: { stage: 'done', public: 'drand', lots: 9000, epoch: 7, ticket: 1, lot: 1, place: 3670, number: 3670, record } });

async function once(rate) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  const context = await browser.newContext();
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  await cdp.send('Emulation.setCPUThrottlingRate', { rate });
  await page.goto(base + '/.einlass/draw');
  await page.waitForFunction(() => document.getElementById('check').getAttribute('data-verdict') === 'fits');
  const { metrics } = await cdp.send('Performance.getMetrics');
  await browser.close();
  return metrics.find((m) => m.name === 'ScriptDuration').value * 1000;
}

for (const rate of [1, 6]) {
  const took = [];
  for (let i = 0; i < 11; i += 1) took.push(await once(rate));
  took.sort((a, b) => a - b);
  console.log(`slowed down ${rate} times: ${took[0].toFixed(1)} to ${took[10].toFixed(1)} ms, median ${took[5].toFixed(1)} ms`);
}
