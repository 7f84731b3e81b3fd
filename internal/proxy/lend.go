package proxy

import "time"

// mayLend tells whether the connection that this request goes out on may serve others afterwards.
//
// An origin that does not read a body takes its bytes for the next request, and what it answers to that goes to the
// next visitor on the connection, or that visitor's request becomes the end of one that another began. Nothing on our side tells such
// an origin from others. So, unless the operator vouches for it (keep_alive.share), a connection serves others only
// after requests that were a head and nothing else, which we wrote ourselves, and only of people inside: strangers are
// many, cost nothing, and would find whatever else makes this origin answer twice. A handshake that may leave the two
// ends in disagreement about the protocol is no such request either.
//
// HEAD is never one, whatever the operator says of bodies: an origin that answers it like a GET sends a body which nothing
// in the answer's head need announce, and which would be the answer to the next request.
//
// Lending goes one way. Any request may go out on a kept connection, because nothing is left in those; what it makes of
// the connection stays with it, since that is never given back. And it keeps the number of connections at that of the
// requests in flight: an origin with few workers would stall if idle ones held them while a form waits for a new one.
func (x *exchange) mayLend() bool {
	if x.req.method == "HEAD" {
		return false
	}
	return x.b.cfg.KeepAlive.Share || (x.class == fromInside && x.req.length == 0 && !x.req.upgrade)
}

// fate is what becomes of a connection after its answer.
type fate uint8

const (
	fateClose fate = iota // at once: something is unfinished
	fatePart              // the origin closes first: it was asked to, or has announced it
	fateKeep
)

// fate decides once there is an answer's head; it holds if the body is read to its end. An answer that has no body and
// announces one is where origins go wrong: what they send nevertheless may come later than the head, and would be the
// answer to the next request. To a 304 that is not done, as it may well announce one.
func (x *exchange) fate() fate {
	kind := x.ans.body(x.req.method)
	announced := x.ans.chunked || x.ans.length > 0
	switch {
	case x.broken, kind == bodyUntilClose:
		return fateClose
	case !x.ans.keepAlive(), x.req.close && !x.req.upgrade:
		return fatePart
	case !x.lends, announced && kind == bodyNone && x.ans.status != 304:
		return fateClose
	}
	return fateKeep
}

// release lets go of a connection, and ends its request.
func (b *Backend) release(o *origin, c *conn, f fate, now time.Time) {
	switch f {
	case fateKeep:
		o.pool.put(c, now)
	case fatePart:
		b.lingering.add(c)
	default:
		c.close()
	}
	o.done()
}
