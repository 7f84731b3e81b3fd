// Package demo is a small but real booking site that breaks the way town
// portals did: beyond its knee it gets slower and does less, then it refuses,
// then it falls over and forgets who was there.
//
// It has three layers, each usable without the ones above it:
//
//   - Curve and Capacity: the server under load, as a pure type without a
//     clock. Simulators drive it in virtual time.
//   - Calendar and Ledger: appointments, holds, bookings, contingents that open
//     by the clock, and the guard against double bookings. No clock either.
//   - Site: the pages over HTTP, each answered after the time that the Capacity
//     says the server would have taken, and counters at /_portal/stats.
//
// The curve is the Universal Scalability Law, see Curve. Three properties of
// ordinary servers turn its bend into a collapse, and all of them are played:
// the server works on for browsers that have given up; the queue is served in
// order, oldest and most hopeless first; a restart loses every session. What
// follows is a metastable failure: once people reload faster than the server
// works, the overload keeps itself alive after its cause is gone (N. Bronson et
// al., "Metastable Failures in Distributed Systems", HotOS 2021).
//
// Invariants: Requests = Served + Errors + Timeouts + Open at every moment; with
// the guard on no place is sold twice and nobody has two; nothing is stored
// outside memory; a page never contains what somebody typed unescaped; the site
// knows nothing of a gate, except for one header if it is asked for it.
//
// README.md has the parameters of Speyer and where each one comes from. The
// demo of cmd/gateway, the load tests and package citizens import it; it imports
// none of ours.
package demo
