// Package httpx is the boundary to the public internet: it owns the connections and decides what counts as a request.
//
// # Why there is a reader in front of fasthttp
//
// fasthttp's parser is fast because it is lenient, and it forgets the bytes it parsed: when a handler runs, bare line
// feeds, folded lines, repeated lengths and the raw request line are gone, and with a streamed body the unread rest of
// it lies in the buffer from which the next request will be read. So fasthttp is not asked. Every connection is wrapped
// (conn.go); the raw head is read and checked here (request.go, head.go, target.go), the body is framed here (body.go),
// and fasthttp is given a head of some forty bytes that we wrote, without a body. It remains what it is good at:
// answers, their buffers, hijacking. What follows from that:
//
//   - Everything is decided on the raw bytes, each of which is looked at once, before any handler runs. For a
//     browser's request that takes half a microsecond and allocates nothing.
//   - fasthttp never sees a byte that a visitor sent, so nothing of a body can become a request by its doing. There is
//     one way to the next head, and finish (finish.go) stands in it: what is left of a body is skipped, within bounds
//     of size and time, or the connection is closed. However a visit ended makes no difference: answered early,
//     refused, ignored, panicked.
//   - "Expect: 100-continue" is answered when a handler first reads the body, and not at all when none does.
//   - The parser is strict where RFC 9112 allows leniency. What it takes, net/http reads in the same way; a fuzz test
//     holds it to that.
//
// A refused request gets one answer, by the one table in fault.go, and the connection is closed.
//
// # Limits
//
// All limits are in Config, with their defaults; none is fasthttp's. Times are enforced by deadlines on the connection
// (deadline.go). An idle connection is parked: it holds no buffer, no fasthttp state and a goroutine whose stack was
// never deep (listen.go). A connection beyond a limit of connections gets one answer, 429 or 503, and takes no
// place; while many are being answered so, it is closed at once (places.go).
//
// # Who the visitor is
//
// Forwarding fields and PROXY headers are believed from trusted proxies only (client.go, forwarded.go, proxyproto.go).
//
// gateway and proxy import this package; with them it is the only one that may see a fasthttp.RequestCtx.
package httpx
