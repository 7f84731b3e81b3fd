// Package httpx is the boundary to the public internet: it owns the server and decides what counts as a request.
//
// fasthttp's parser is fast because it is lenient, and it forgets the bytes it parsed. So it is not asked: every
// connection is wrapped (conn.go), the raw head is read and checked here (head.go, fields.go), the body is framed
// here (body.go), and fasthttp is given a head that we wrote ourselves, without a body. What follows from that:
//
//   - nothing is decided on anything but the raw bytes, and they are checked before any handler runs;
//   - fasthttp never sees a byte of a body, so an unread body cannot become the next request: before the next head is
//     read, the rest of the body is skipped up to a bound or the connection is closed (finish, the one place);
//   - "Expect: 100-continue" is answered when the handler first reads the body, and not at all when it does not.
//
// A refused request gets one answer (fault.go) and the connection is closed.
//
// gateway and proxy import it; with them it is the only package that may see a fasthttp.RequestCtx.
package httpx
