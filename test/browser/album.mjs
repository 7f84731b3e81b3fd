// Takes a picture of every state on a telephone, and of one state of each kind also dark and on a desktop, with the index and the
// manifest that says which page each was taken of. See shots/main.go.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { launch, Look } from './look.mjs';
import { picturesOf, sourceOf } from './pictures.mjs';
import { groups, states } from './states.mjs';

const { OUT, ONLY } = process.env;
const folder = path.join(OUT, 'album');
const views = {
  light: { viewport: { width: 360, height: 640 }, colorScheme: 'light' },
  dark: { viewport: { width: 360, height: 640 }, colorScheme: 'dark' },
  wide: { viewport: { width: 1280, height: 640 }, colorScheme: 'light' },
  still: { viewport: { width: 360, height: 640 }, colorScheme: 'light', scripted: false },
};

// The folder of an album holds nothing else.
if (!ONLY) rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const browser = await launch('album-fonts.conf');
for (const [view, options] of Object.entries(views)) {
  const look = await Look.open(browser, options);
  for (const [id, state] of Object.entries(states)) {
    if (!id.includes(ONLY) || !picturesOf(id).includes(view)) continue;
    await look.show(state, { open: false });
    await look.page.screenshot({ path: path.join(folder, `${id}-${view}.png`), fullPage: true });
  }
  await look.close();
}
await browser.close();
const files = readdirSync(folder).filter((f) => f.endsWith('.png') && f.includes(ONLY)).map((f) => path.join(folder, f));
execFileSync('pngquant', ['--ext', '.png', '--force', '--strip', '--speed', '1', '16', ...files]);

if (!ONLY) {
  const manifest = {};
  for (const [id, state] of Object.entries(states)) manifest[id] = await sourceOf(state);
  writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify(manifest, null, 1) + '\n');
  writeFileSync(path.join(OUT, 'README.md'), index());
}

// index is the page on which all pictures are.
function index() {
  const commit = execFileSync('git', ['describe', '--always', '--dirty', '--exclude', '*'], { encoding: 'utf8' }).trim();
  const names = { light: 'on a telephone', dark: 'in dark', wide: 'on a desktop', still: 'without script' };
  const picture = (id, view) => `<img src="album/${id}-${view}.png" alt="${id}, ${names[view]}" width="${view === 'wide' ? 640 : 240}">`;
  const out = [
    '# Every page that a visitor can see', '',
    `Taken by \`make pages\` on ${new Date().toISOString().slice(0, 10)}, of ${commit}. Do not edit. Each state is there in German on a telephone of 360 pixels, one of`,
    'each kind also in dark, on a desktop and without script. [The rules](rules.md) of the page, [how a town changes it](own.md),',
    '[how people test it](people.md).', '',
  ];
  for (const [group, members] of Object.entries(groups)) {
    out.push(`## ${group}`, '');
    for (const id of Object.keys(members)) out.push(`**${id}**`, '', picturesOf(id).map((view) => picture(id, view)).join('\n'), '');
  }
  return out.join('\n').trimEnd() + '\n';
}
