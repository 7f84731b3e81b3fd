// Package proxy forwards a visitor's request to the origin servers of one room and
// hands the answer back, unchanged wherever HTTP lets a proxy leave it unchanged.
//
// It speaks HTTP/1.1 to the origin with a transport of its own, because three
// promises need one: the path that was decided on is the path that is sent, byte
// for byte; a request is never silently sent twice; and an answer whose end two
// readers could see in different places is refused.
//
// Invariants:
//
//   - A request head is built from the visitor's raw field lines, in their order,
//     less what belongs to one hop, to us, or cannot be trusted (forwarding fields of a peer
//     that is not trusted), plus what we vouch for. Nothing else is invented.
//   - An answer head reaches the visitor as the origin's own bytes, less the hop-by-hop
//     fields. No field is renamed, reordered, merged or added.
//   - At most one retry, only for an idempotent request without a body, only on a kept
//     connection that died before a byte of the answer came.
//   - Bodies stream in both directions with back-pressure; per request at most a few
//     buffers of 32 KiB are held, whatever the size of the body.
//   - A connection to the origin goes back to the pool only after a complete exchange
//     that both sides agree has ended.
//   - Forward never returns an error after a byte of the answer was sent: it then
//     breaks the connection, so that a visitor cannot mistake half an answer for a whole.
//
// The gateway imports it; it imports httpx for the visit and config for its section, and nothing else of ours.
// A Backend is safe for concurrent use.
package proxy
