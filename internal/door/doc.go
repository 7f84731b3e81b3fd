// Package door says who may come in: codes on paper, invitations as links, and the place codes by which a place is named.
//
// All of them prove themselves. A code is the number of a batch, a serial number and a MAC by a key of the gateway's ring, so there is no
// list of codes to keep, to lose or to steal: [Batches] says what was printed and what of it counts, and travels in the room's document. How
// often a code was used is counted by the store, which knows it only as a keyed hash ([Entry].Code).
//
// The package is pure: it has no clock and does no I/O. Times are milliseconds since 1970, by the clock of the line. What it reads came from
// anybody, so nothing here counts guesses; internal/gateway does.
//
// What is printed today must be read by every later release: testdata holds codes, invitations and place codes of each kind for good.
//
// Everything but [Batches] is safe for concurrent use. internal/gateway and internal/operator import it. Of this module it imports pkg/token.
package door
