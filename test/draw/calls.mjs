// Holds the calls of a journal to the order that a record gives:
//
//	node calls.mjs RECORD JOURNAL
//
// Of each ticket with a lot, its first call counts if it stood in the line until then: whoever was away when the turn came goes to
// the front later, which is not the draw's doing. In the order of the places, the times of these calls must not fall. A call's time is its
// end less the claim window, which the journal's document says. It prints how many calls it has held to the order, and fails with the
// first one that is out of it, or when it has seen next to none.
import { readFileSync } from 'node:fs';
import { orderOf } from './recompute.mjs';

const [, , recordFile, journalFile] = process.argv;
const places = new Map(orderOf(readFileSync(recordFile, 'utf8')).map(({ epoch, number }, place) => [`${epoch}.${number}`, place]));

let window = 0;
const calls = new Map(); // by ticket: the time of its call, or null if it does not count
for (const line of readFileSync(journalFile, 'utf8').split('\n')) {
  if (!line) continue;
  const event = JSON.parse(line);
  window = event.document?.Timing?.Window / 1e6 || event.memory?.Document?.Timing?.Window / 1e6 || window;
  const ticket = `${event.epoch}.${event.number}`;
  if (!places.has(ticket) || (event.kind !== 'keep' && event.kind !== 'claim') || calls.has(ticket)) continue;
  if (event.state === 'called') calls.set(ticket, event.until - window);
  else if (event.state !== 'waiting' && event.state !== 'lobby') calls.set(ticket, null);
}

let last = { at: 0 };
let held = 0;
for (const [ticket, place] of [...places].sort((a, b) => a[1] - b[1])) {
  const at = calls.get(ticket);
  if (!at) continue;
  if (at < last.at) {
    process.stderr.write(`calls: ticket ${ticket} has place ${place + 1} and was called ${last.at - at} ms before ticket ${last.ticket}, which has place ${last.place + 1}\n`);
    process.exit(1);
  }
  last = { at, ticket, place };
  held += 1;
}
if (!window || held * 3 < places.size) {
  process.stderr.write(`calls: of ${places.size} lots only ${held} calls are in the journal\n`);
  process.exit(1);
}
process.stdout.write(`${held} calls of ${places.size} lots are in the order of the record\n`);
