// Takes the two pictures of the README, see shots/main.go.
import path from 'node:path';
import { chromium } from 'playwright-core';
import { base, setup } from './browser.mjs';
import { moment } from './states.mjs';

const { OUT, CHROMIUM } = process.env;
const state = {
  ...moment, ahead: 1234, number: 128340, low: 720, high: 1080,
  message: '400 appointments are given out today. Everybody who was here before 10 o’clock will get one.',
};

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
for (const [colorScheme, file] of [['light', 'waiting-page.png'], ['dark', 'waiting-page-dark.png']]) {
  const context = await browser.newContext({ locale: 'en-GB', colorScheme, viewport: { width: 760, height: 712 }, deviceScaleFactor: 1.5 });
  const page = await context.newPage();
  // More people are ahead at first, so that the bar has come some way.
  await setup({ ...state, ahead: 2000 });
  await page.goto(base + '/termine');
  await setup(state);
  await page.goto(base + '/termine');
  await page.screenshot({ path: path.join(OUT, file) });
  await context.close();
}
await browser.close();
