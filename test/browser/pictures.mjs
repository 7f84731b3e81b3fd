// Which pictures the album has, and of what.
import { createHash } from 'node:crypto';
import { base, setup } from './browser.mjs';
import { withoutScript } from './look.mjs';
import { pathOf, setupOf, states } from './states.mjs';

// One state of each kind of page, which the album shows also in dark and on a desktop.
const kinds = ['waiting', 'called-there', 'closed', 'lobby', 'draw-fits', 'door-asks', 'interrupted-form', 'over-left', 'move', 'error-404'];
// What a browser without script shows.
const stills = ['waiting', 'waiting-no-reloads', 'called-nobody-there'];

// picturesOf are the views in which a state is shown.
export const picturesOf = (id) => [
  ...(states[id].script === false ? [] : ['light']),
  ...(kinds.includes(id) ? ['dark', 'wide'] : []), ...(stills.includes(id) ? ['still'] : []),
];

// sourceOf is a sum of the page and the style that a state is sent as. The script is not in it: it draws little, and changes often.
export async function sourceOf(state) {
  await setup({ ...setupOf(state), lang: 'de', message: state.message ?? '' });
  const page = withoutScript(await (await fetch(base + pathOf(state))).text());
  return createHash('sha256').update(page).digest('hex').slice(0, 16);
}
