// All rooms.
import { follow } from './api.js';
import { lost } from './lost.js';
import { $, list, make, number, t } from './ui.js';
import { lineOf, state } from './words.js';

export function start() {
  follow((rooms) => {
    $('none').hidden = rooms.length > 0;
    const rows = rooms.map((r) => ({ id: r.id, title: r.title || r.id, ...state(r), line: number(lineOf(r)), inside: number(r.inside) }));
    list($('rooms'), rows, (r) => make('li', { 'data-level': r.level },
      make('a', { href: `/rooms/${encodeURIComponent(r.id)}` }, r.title),
      make('p', { class: 'word' }, r.word), make('p', {}, r.why),
      make('p', { class: 'hint' }, t('rooms.figures', { line: r.line, inside: r.inside }))));
  }, lost);
}
