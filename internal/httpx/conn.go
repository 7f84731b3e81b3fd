package httpx

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/einlass/einlass/internal/limit"
	"github.com/einlass/einlass/internal/socket"
)

// conn stands between a connection and fasthttp. It reads requests, checks them, and gives fasthttp one head at a
// time. It is used by one goroutine at a time, except for Close and deadlines.
type conn struct {
	net.Conn
	s      *Server
	secure bool       // TLS ends here, or a PROXY header says that it ended at the proxy
	peer   netip.Addr // the other end: the TCP peer, or the address in a trusted peer's PROXY header
	trust  bool       // peer is a trusted proxy
	told   bool       // a PROXY header was read
	near   bool       // peer is not trusted and has an address at which a proxy of the operator's may stand

	req    *request // nil while the connection is idle
	first  [1]byte
	parked bool // fasthttp was sent home, the connection stays open
	tunnel atomic.Bool

	deadlines deadlines
	idleUntil time.Time // end of the idle time, once the wait for a request has begun
	writeBy   time.Time // the write deadline in force

	networks limit.Networks // that the connection counts for
	refusal  Fault          // the one answer of a connection beyond a limit; NoFault: it is served
	cut      *time.Timer    // ends a connection with a refusal
	after    Ender          // waits for the end of the answer under way
	sheet    *Sheet         // the body of the answer under way, whose head comes next; nil: fasthttp sends it
	closing  sync.Once
}

// Read gives fasthttp the next head, written by us.
func (c *conn) Read(p []byte) (int, error) {
	if c.tunnel.Load() {
		return c.readTunnel(p)
	}
	if c.req == nil || len(c.req.out) == 0 {
		if err := c.nextHead(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.req.out)
	c.req.out = c.req.out[n:]
	return n, nil
}

// reachNext ends the request before, if there was one, and returns when the first byte of the next one is here.
func (c *conn) reachNext() error {
	c.answered()
	if c.req != nil {
		if c.req.begun && !c.finish() {
			return io.EOF
		}
		if len(c.req.unused()) > 0 {
			return nil
		}
		c.rest()
	}
	switch err := c.await(min(c.s.cfg.Limits.IdleTimeout, deepWait)); {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded) && !c.s.stopping.Load():
		c.parked = true
		return io.EOF
	default:
		return err
	}
}

// deepWait is how long a connection waits for its next request on the stack that has served the one before. The
// next request of a busy client finds all buffers in place. A connection that is only kept open is parked: the buffers
// go back to their pools, fasthttp returns, and a new goroutine with a small stack waits on. When a crowd comes, everybody
// of this last time holds buffers and a deep stack at once, so it decides what a fresh connection costs.
const deepWait = 100 * time.Millisecond

// rest lets go of everything that an idle connection does not need.
func (c *conn) rest() {
	if c.req != nil {
		c.req.release()
		c.req = nil
	}
}

// await returns when the first bytes of a request are here. It waits at most d, and not beyond the idle time.
func (c *conn) await(d time.Duration) error {
	c.waitFrom(d)
	r := requests.Get().(*request)
	n, err := c.readFirst(r.in)
	return c.arrived(r, n, err)
}

// awaitLong is await without a buffer: one byte has to come before there is one. That costs a read more, and spares
// four kilobytes of every connection that waits.
func (c *conn) awaitLong() error {
	c.waitFrom(c.s.cfg.Limits.IdleTimeout)
	n, err := c.readFirst(c.first[:])
	r := requests.Get().(*request)
	r.in[0] = c.first[0]
	return c.arrived(r, n, err)
}

// readFirst reads the first bytes of a request. A read whose deadline has passed looks at nothing, and a busy machine wakes it late: what came
// in time would be answered with a reset. So the socket is asked once more before the connection is given up.
func (c *conn) readFirst(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) || !c.givenUp() || !c.hasMore() {
		return n, err
	}
	c.lookAgain()
	return c.Conn.Read(p)
}

// hasMore reports whether the socket has bytes, or an end, that nobody has read.
func (c *conn) hasMore() bool {
	below := c.Conn
	for {
		if sc, ok := below.(syscall.Conn); ok {
			var p socket.Peeker
			p.Reset(sc)
			return !p.Quiet()
		}
		outer, ok := below.(interface{ NetConn() net.Conn })
		if !ok {
			return false
		}
		below = outer.NetConn()
	}
}

func (c *conn) arrived(r *request, n int, err error) error {
	c.busy()
	if n == 0 {
		r.release()
		if err == nil {
			err = io.ErrNoProgress
		}
		return err
	}
	c.idleUntil = time.Time{}
	r.to = n
	c.req = r
	return nil
}

// readTunnel passes bytes through after a hijack.
func (c *conn) readTunnel(p []byte) (int, error) {
	if r := c.req; r != nil {
		if r.from < r.to {
			n := copy(p, r.unused())
			r.from += n
			return n, nil
		}
		c.rest()
	}
	return c.Conn.Read(p)
}

// writePiece is how much may be written under one stall deadline.
const writePiece = 64 << 10

// Write writes what fasthttp sends: an answer, or the head of one whose body is on a sheet.
func (c *conn) Write(p []byte) (int, error) {
	if c.sheet != nil {
		return c.writeSheet(p)
	}
	return c.writeAll(p)
}

// writeAll writes in pieces, each of which has to be taken by the client within the stall time.
func (c *conn) writeAll(p []byte) (int, error) {
	total := 0
	for {
		if !c.tunnel.Load() {
			c.armWrite()
		}
		piece := p[total:min(len(p), total+writePiece)]
		n, err := c.Conn.Write(piece)
		total += n
		if err != nil || total == len(p) {
			return total, err
		}
	}
}

// answered says that the answer under way, if there is one, is over.
func (c *conn) answered() {
	if w := c.after; w != nil {
		c.after = nil
		w.Ended()
	}
}

// cutShort bounds the time of a connection that is refused: neither a slow handshake nor a slow reader holds the place.
func (c *conn) cutShort() {
	socket := c.Conn
	if secured, ok := socket.(*tls.Conn); ok {
		socket = secured.NetConn() // closing TLS waits for a goodbye to be written
	}
	c.cut = time.AfterFunc(refusalTime, func() { _ = socket.Close() })
}

// NetConn is the connection below, for callers that need the socket itself.
func (c *conn) NetConn() net.Conn { return c.Conn }

// Close closes the connection once and gives its place back. fasthttp calls it when it is sent home, too: a parked
// connection stays open.
func (c *conn) Close() error {
	if c.parked {
		return nil
	}
	err := net.ErrClosed
	c.closing.Do(func() {
		c.answered()
		c.dropSheet()
		c.linger()
		err = c.Conn.Close()
		if c.cut != nil {
			c.cut.Stop()
		}
		c.s.places.give(c)
	})
	return err
}

var _ net.Conn = (*conn)(nil)
