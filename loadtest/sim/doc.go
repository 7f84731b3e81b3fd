// Package sim plays a scenario in virtual time: every citizen of the morning, on the real rules of the line
// (pkg/queue/memstore with the simulation's clock), in front of the real fragile site (portal's Capacity and Ledger),
// with every answer of the store checked by pkg/queue/journal. A day of ten million visitors takes minutes.
//
// What is the product's own: the store and all its verbs, snapshots and their sketch, the invariants, the server's curve
// and the appointment book. What is played here as pkg/queue's Room plays it, because a goroutine or a timer a visitor
// would not fit into the time: the poll intervals, the coalescing of heartbeats to one in a quarter of the absence time,
// heartbeats with every poll once the head has come by, batches of at most 512 entries; the plan that follows the room's schedule and the
// door that it closes; the report of a booking that the site's answer tells.
//
// # Time
//
// The clock moves in steps of 50 ms. In each one the site works first, to the nanosecond and in order of its events;
// then people arrive, and those whose time has come poll, wake, leave or click; then the batches
// go to the store; every fifth step the line advances and a new snapshot answers the polls that follow. Far from their turn
// people poll at the longest interval, whatever the snapshot says: those polls are counted one by one at their second,
// but only every one that carries a heartbeat is an event.
//
// # Determinism
//
// Everything random comes from one generator with the given seed, in one goroutine; the same seed gives the same
// result, events and all, but for what the run cost. The invariants run in a second goroutine that gives nothing back
// before the end.
//
// # Memory
//
// 40 bytes a ticket here, plus what the store and the checker keep of it: some 500 bytes a ticket in all. Nothing grows
// with the number of events.
package sim
