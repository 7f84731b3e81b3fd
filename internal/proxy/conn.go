package proxy

import (
	"crypto/tls"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/einlass/einlass/internal/socket"
)

const (
	// connBuffer holds an ordinary answer head and a small body; it stays with the
	// connection, so it decides what an idle one costs.
	connBuffer = 8 << 10
	// tick is how often a wait looks up: is the limit reached, is the client still there?
	tick = time.Second
)

// watch bounds one wait.
type watch struct {
	until  time.Time
	now    time.Time // if set, what the clock says, for once: asking it costs as much as a lock
	client net.Conn  // the visitor's connection, watched for its end while we wait; nil for none
}

// conn is one connection to an origin, with a read buffer. One goroutine reads and
// one writes at a time.
type conn struct {
	nc     net.Conn
	direct *socket.Conn // nc; nil if it is read and written in the ordinary way
	peeker socket.Peeker

	buf  []byte
	r, w int // buf[r:w] was read and not consumed

	// Deadlines are armed coarsely, one tick ahead, and looked at again when they
	// fire: a busy connection arms them once a second instead of at every call.
	readBy, writeBy time.Time

	noWrites  atomic.Bool
	reused    bool
	sealed    bool // TLS: a write that timed out cannot be continued
	idleSince time.Time
}

func newConn(nc net.Conn) *conn {
	c := &conn{nc: socket.Direct(nc), buf: make([]byte, connBuffer)}
	c.direct, _ = c.nc.(*socket.Conn)
	_, c.sealed = nc.(*tls.Conn)
	if sc, ok := bottom(nc).(syscall.Conn); ok {
		c.peeker.Reset(sc)
	}
	return c
}

// kept tells that the connection came out of the pool.
func (c *conn) kept() bool { return c != nil && c.reused }

func (c *conn) close() { _ = c.nc.Close() }

// buffered is what was read and not consumed.
func (c *conn) buffered() []byte { return c.buf[c.r:c.w] }

// fill reads at least one byte more into the buffer, growing it up to limit bytes.
func (c *conn) fill(w *watch, limit int) error {
	switch {
	case c.r == c.w:
		c.r, c.w = 0, 0
	case c.w == len(c.buf) && c.r > 0:
		c.w = copy(c.buf, c.buf[c.r:c.w])
		c.r = 0
	}
	if c.w == len(c.buf) {
		if len(c.buf) >= limit {
			return malformed("more than the buffer may hold")
		}
		grown := make([]byte, min(2*len(c.buf), limit))
		copy(grown, c.buf)
		c.buf = grown
	}
	n, err := c.read(c.buf[c.w:], w)
	c.w += n
	return err
}

func (w *watch) time() time.Time {
	now := w.now
	if now.IsZero() {
		return time.Now()
	}
	w.now = time.Time{}
	return now
}

// read reads directly, past the buffer. It returns no error beside bytes.
func (c *conn) read(p []byte, w *watch) (int, error) {
	for {
		if err := c.armRead(w.time(), w.until); err != nil {
			return 0, err
		}
		n, err := c.nc.Read(p)
		if n > 0 {
			return n, nil
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return 0, err
		}
		if err := w.expired(); err != nil {
			return 0, err
		}
	}
}

func (c *conn) armRead(now, until time.Time) error {
	by, stale := rearm(c.readBy, now, until, tick)
	if !stale {
		return nil
	}
	c.readBy = by
	return c.nc.SetReadDeadline(by)
}

// quiet tells that the connection is open and has nothing to read: an idle connection
// that is not quiet was closed, or carries bytes that answer no request of ours.
func (c *conn) quiet() bool { return c.peeker.Quiet() }

// ask sends p, which is all of a request, and where it can it waits in the same call for the first bytes of the answer: no
// look for them is lost before they are due. They are in the buffer then. That wait lasts a tick at most, and no longer than
// until; at its end the client is looked after, see expired. sent tells whether all of p was sent; err is that of reading
// then, and of writing otherwise.
func (c *conn) ask(p []byte, w *watch, until time.Time) (sent bool, err error) {
	if c.direct == nil || c.r != c.w {
		err := c.write(p, w)
		return err == nil, err
	}
	if err := c.armRead(w.time(), until); err != nil {
		return false, err
	}
	n, got, err := c.direct.Ask(p, c.buf)
	c.r, c.w = 0, got
	late := errors.Is(err, os.ErrDeadlineExceeded)
	switch {
	case n == len(p) && late:
		w.until = until
		return true, w.expired()
	case n == len(p):
		return true, err
	case late || err == nil:
		err = c.write(p[n:], w)
		return err == nil, err
	}
	return false, err
}

// write sends all of p or fails; part of it may then have been sent.
func (c *conn) write(p []byte, w *watch) error {
	for {
		now := w.time()
		ahead := tick
		if c.sealed {
			ahead = w.until.Sub(now)
		}
		if by, stale := rearm(c.writeBy, now, w.until, ahead); stale {
			if err := c.nc.SetWriteDeadline(by); err != nil {
				return err
			}
			c.writeBy = by
		}
		if c.noWrites.Load() { // asked after the deadline was moved, see haltWrites
			return errExpired
		}
		n, err := c.nc.Write(p)
		if err == nil {
			return nil
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		if err := w.expired(); err != nil {
			return err
		}
		p = p[n:]
	}
}

// haltWrites breaks off a write in another goroutine, for good.
func (c *conn) haltWrites() {
	c.noWrites.Store(true)
	_ = c.nc.SetWriteDeadline(longAgo)
}

// longAgo as a deadline ends a wait at once.
var longAgo = time.Unix(1, 0)

// errExpired says that a wait reached its limit.
var errExpired = errors.New("the time for it ran out")

// expired is asked at each tick; nil means: go on waiting.
func (w *watch) expired() error {
	if !time.Now().Before(w.until) {
		return errExpired
	}
	if w.client != nil && hasLeft(w.client) {
		return ErrClientGone
	}
	return nil
}

// rearm says whether a deadline has to move, and to when: as far ahead as wanted, not
// beyond until. One that still has three quarters of its way to go is left as it is.
func rearm(armed, now, until time.Time, ahead time.Duration) (by time.Time, stale bool) {
	if armed.Sub(now) >= ahead-ahead/4 && !armed.After(until) {
		return armed, false
	}
	by = now.Add(ahead)
	if until.Before(by) {
		by = until
	}
	return by, true
}
