// Package queue holds the rules of the line: what a place is, which place is next, how fast places are called, and how
// a line survives the loss of its store.
//
// The package has three parts:
//
//   - the domain types ([Place], [Order], [Document], [Standing], [Snapshot]);
//   - [Store], the port that two packages implement: memstore (in this process, with state files) and
//     redisstore (sorted sets and Lua). Its documentation is the specification: both stores give the same
//     replies to the same calls, which queuetest checks;
//   - [Room], the engine of one room in one process: it batches arrivals, coalesces heartbeats, keeps the
//     snapshot fresh, answers polls from it and ticks Advance.
//
// Invariants, each with a test in queuetest:
//
//  1. Numbers are unique and dense per epoch. No place overtakes another.
//  2. Never more entries than the pace allows, however many gateways tick, and however often. Pace is paid at entry: a call that
//     nobody claims costs none.
//  3. An absent place never blocks the line and never uses up a call. One that comes back goes to the front: after a call that
//     lapsed once, after a second one never.
//  4. One ticket buys one stay. One that ran out is resumed at the door, before every new call.
//  5. A poll and a request with a pass cost no store call.
//  6. The line survives the loss of its store: it is rebuilt from the watermarks of gateways and from tickets.
//  7. The store's absence is a mode, not a crash.
//  8. A place belongs to somebody who is there: what is never heard of is soon worth nothing.
//
// The package imports no other package of this module but draw, no web server, no Redis client and no logger.
package queue
