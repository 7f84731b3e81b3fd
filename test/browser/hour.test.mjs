// What a screen reader speaks in an hour of waiting: every change of every live region, with the minute, against hour.de.golden.txt and
// hour.en.golden.txt. UPDATE_HOUR=1 writes them.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { base, long, settled, setUp, setup, still, withPage } from './browser.mjs';

setUp();

const start = Date.parse('2027-06-14T06:00:00Z');
const messages = {
  de: ['Um 9 Uhr kommen 40 Termine dazu.', 'Es wird etwas später. Bitte bleiben Sie.'],
  en: ['40 more appointments come at 9.', 'It will be a little later. Please stay.'],
};

// What happens, from one minute to another, besides ten people a minute who have their turn.
const events = [
  [5, 17, { message: 0 }],
  [17, 60, { message: 1 }],
  [20, 24, { state: 'paused' }],
  [26, 29, { stale: true }],
  [31, 31.1, { polls: 'drop' }], // too short to be told
  [33, 36, { low: 2400, high: 3500 }],
  [37, 39, { polls: 'drop' }],
  [42, 44, { low: 0, high: 0, full: true }],
  [44, 47, { state: 'missed', ahead: -1 }],
  [47, 55, { state: 'front', ahead: -1, last: true, low: 0 }],
  [55, 60, { state: 'called', ahead: -1, last: true }],
];

function scene(minute, lang) {
  const ahead = Math.ceil(Math.max(0, 400 - 10 * minute)), now = events.filter(([from, to]) => minute >= from && minute < to);
  const all = Object.assign({ ahead, low: ahead * 5, high: ahead * 7 + Math.ceil(60 - minute) * 60, next: 20000, clock: start + minute * 60000, zone: 120 }, ...now.map((e) => e[2]));
  if ('message' in all) all.message = messages[lang][all.message];
  if (all.state === 'called') all.until = Math.round((60 - minute) * 60);
  return all;
}

// listen notes from now on what each live region says.
const listen = () => {
  const regions = '[role=status],[role=alert],[role=log],[aria-live]';
  window.heard = [];
  new MutationObserver((changes) => {
    for (const region of new Set(changes.map((c) => (c.target.closest ? c.target : c.target.parentElement)?.closest(regions)))) {
      if (region?.textContent) window.heard.push([Date.now(), region.getAttribute('role'), region.textContent]);
    }
  }).observe(document, { childList: true, characterData: true, attributes: true, attributeFilter: ['role', 'aria-live'], subtree: true });
};

// hour plays it in steps that are shorter than any pause between two polls, and than what is told as a lost connection.
async function hour(page, lang) {
  await still(page, new Date(start));
  await page.addInitScript(() => { Math.random = () => 0.5; }); // the pauses between two tries
  await page.addInitScript(listen);
  await setup(scene(0, lang));
  await page.goto(base + '/termine');
  for (let second = 0, step; second < 3599; second += step) {
    const now = scene(second / 60, lang);
    if (second % 20 === 0 || step === 1) await setup(now);
    step = now.polls || second % 5 ? 1 : 5;
    await page.clock.runFor(step * 1000);
    await settled(page);
  }
  const began = await page.evaluate(() => Date.now()) - 3600_000;
  return (await page.evaluate(() => window.heard)).map(([time, role, text]) => `${String(Math.floor((time - began) / 60000)).padStart(2)} ${role}: ${text}\n`).join('');
}

for (const [lang, locale] of [['de', 'de-DE'], ['en', 'en-GB']]) {
  (lang === 'de' ? test : long)(`an hour of announcements, ${lang}`, async () => {
    await withPage({ locale, expectFailures: true }, async (page) => {
      const heard = await hour(page, lang), golden = new URL(`hour.${lang}.golden.txt`, import.meta.url);
      if (process.env.UPDATE_HOUR) await writeFile(golden, heard);
      assert.equal(heard, await readFile(golden, 'utf8'));
      const said = heard.trim().split('\n').map((line) => line.slice(3));
      said.forEach((line, i) => assert.notEqual(line, said[i - 1], 'the same twice in a row'));
    });
  });
}
