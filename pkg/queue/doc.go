// Package queue holds the rules of the line: what a place is, who is next, how fast people are let in,
// and how a line survives the loss of what remembers it.
//
// The package has three parts:
//
//   - the domain types ([Place], [Order], [Control], [Standing], [Snapshot]);
//   - [Store], the port that two packages implement: memstore (in this process, with a state file) and
//     redisstore (sorted sets and Lua). Its documentation is the specification: both stores give the same
//     reply to the same history, and queuetest checks it;
//   - [Room], the engine of one room in one process: it batches arrivals, coalesces heartbeats, keeps the
//     snapshot fresh, answers polls from it and ticks Advance.
//
// Invariants, each with a test in queuetest:
//
//  1. Numbers are unique and dense per epoch. Nobody overtakes.
//  2. Never more calls than the pace allows, whoever ticks, however often.
//  3. An absent place never blocks the line and never uses up a call; who returns goes to the front.
//  4. One ticket buys one stay.
//  5. A poll and a request with a pass cost no store call.
//  6. The line survives the loss of its store: it is rebuilt from what gateways and tickets remember.
//  7. The store's absence is a mode, not a crash.
//
// The package imports no other package of this module, no web server, no Redis client and no logger.
package queue
