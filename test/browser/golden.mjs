// What pages have looked like, kept in text files that a person can read in a diff: a state begins with "# " and its name, and each
// line below is a role, a text, and the boxes of the widths that the file's first line names, x y width height.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

export const updating = process.env.UPDATE_MATRIX === '1';
const folder = new URL('golden/', import.meta.url);
const near = 2; // pixels by which a box may differ

// Golden is one file. widths are its columns; without any, only roles and texts are kept.
export class Golden {
  constructor(name, widths = []) {
    Object.assign(this, { name, widths, states: new Map() });
    if (!updating) this.#read();
  }

  // A file that is not there has no states, so that each is missed.
  #read() {
    let lines;
    if (!existsSync(new URL(this.name, folder))) return;
    for (const line of readFileSync(new URL(this.name, folder), 'utf8').split('\n')) {
      if (line.startsWith('# ')) this.states.set(line.slice(2), lines = []);
      else if (lines && line) lines.push(line);
    }
  }

  // differs says how the lines of a state differ from those that are kept; seen are its lines by width.
  differs(id, seen) {
    const widths = this.widths.length ? this.widths : Object.keys(seen).slice(0, 1);
    const texts = seen[Object.keys(seen)[0]].map(([role, text]) => `${role} | ${text}`);
    const boxes = widths.map((w) => seen[w]?.map((line) => line[2]));
    if (updating) {
      const columns = (i) => (this.widths.length ? boxes.map((b) => ` | ${b?.[i]?.join(' ') ?? '-'}`).join('') : '');
      this.states.set(id, texts.map((text, i) => text + columns(i)));
      return [];
    }
    const kept = this.states.get(id);
    if (!kept) return [`${this.name} has no state "${id}"`];
    const split = kept.map((line) => line.split(' | '));
    const wrong = changes(split.map((c) => c.slice(0, 2).join(' | ')), texts);
    if (wrong.length) return wrong;
    for (const [column, width] of this.widths.entries()) {
      if (!seen[width]) continue; // not looked at this time
      for (const [i, columns] of split.entries()) {
        const was = columns[2 + column], is = boxes[column][i]?.join(' ') ?? '-';
        if (!close(was, is)) wrong.push(`at ${width} pixels "${texts[i]}" is at ${is}, and was at ${was}`);
      }
    }
    return wrong;
  }

  write() {
    if (!updating) return;
    mkdirSync(folder, { recursive: true });
    const head = `What pages look like: role, text${this.widths.map((w) => `, box at ${w} pixels`).join('')}. Written by make matrix-update.`;
    writeFileSync(new URL(this.name, folder), [head, ...[...this.states].flatMap(([id, lines]) => ['', `# ${id}`, ...lines]), ''].join('\n'));
  }
}

const close = (was, is) => was === is || (was !== '-' && is !== '-' && was.split(' ').every((n, i) => Math.abs(n - is.split(' ')[i]) <= near));

// changes are the lines that went and those that came.
function changes(was, is) {
  if (was.join('\n') === is.join('\n')) return [];
  const left = [...is], gone = [];
  for (const line of was) {
    const at = left.indexOf(line);
    if (at < 0) gone.push('- ' + line);
    else left.splice(at, 1);
  }
  const came = left.map((line) => '+ ' + line);
  return gone.length + came.length ? [...gone, ...came] : ['the lines are in another order'];
}
