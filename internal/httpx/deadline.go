package httpx

import (
	"sync"
	"time"
)

// deadlines keeps the read deadline of a connection. Three parties move it: the boundary, for its own limits; a
// handler that reads a body, through SetReadDeadline; and Shutdown, which makes idle connections stop waiting. The
// last two do so from other goroutines, hence the lock: what they say must not be lost between a look and a move.
type deadlines struct {
	mu    sync.Mutex
	at    time.Time // in force; zero: not known
	user  time.Time // set by a handler for this request; zero: none
	asked bool      // the handler has set one, be it none
	idle  bool      // waits for the first byte of a request
	used  bool      // a request has come
}

// armRead makes reads fail at by. A deadline in force that is earlier by at most the tolerance is left alone: moving
// it costs more than reading.
func (c *conn) armRead(by time.Time, tolerance time.Duration) {
	c.deadlines.mu.Lock()
	defer c.deadlines.mu.Unlock()
	c.arm(by, tolerance)
}

func (c *conn) arm(by time.Time, tolerance time.Duration) {
	d := &c.deadlines
	if d.asked && !d.user.IsZero() && d.user.Before(by) {
		by, tolerance = d.user, 0
	}
	if early := by.Sub(d.at); !d.at.IsZero() && early >= 0 && early <= tolerance {
		return
	}
	d.at = by
	_ = c.Conn.SetReadDeadline(by)
}

// How long a connection waits for a request when the server stops. One that was sent before the client could know of it is answered; the
// kernel would answer it with a reset. Whoever has just connected, perhaps by TLS, has not been able to send one.
const (
	lastLook  = 50 * time.Millisecond
	firstLook = 2 * time.Second
)

// waitFrom sets the deadline for the first byte of a request, d from now but not beyond the idle time, nor beyond the last look
// if the server stops.
func (c *conn) waitFrom(d time.Duration) {
	now := time.Now()
	by, tolerance := now.Add(d), d/4
	if c.idleUntil.IsZero() {
		c.idleUntil = now.Add(c.s.cfg.Limits.IdleTimeout)
	}
	if c.idleUntil.Before(by) {
		by, tolerance = c.idleUntil, 0
	}
	c.deadlines.mu.Lock()
	defer c.deadlines.mu.Unlock()
	c.deadlines.asked, c.deadlines.user = false, time.Time{}
	c.arm(by, tolerance)
	// The flag first and the question then, as Shutdown does it the other way round: none can miss the other.
	c.deadlines.idle = true
	if c.s.stopping.Load() {
		c.lookOnce()
	}
}

// lookOnce makes a wait end soon; the lock is held.
func (c *conn) lookOnce() {
	look := firstLook
	if c.deadlines.used || c.refusal != NoFault {
		look = lastLook
	}
	by := time.Now().Add(look)
	if at := c.deadlines.at; !at.IsZero() && at.Before(by) {
		return
	}
	c.deadlines.at = by
	_ = c.Conn.SetReadDeadline(by)
}

// givenUp reports whether a wait that has run out was the last one of its connection.
func (c *conn) givenUp() bool { return c.s.stopping.Load() || !time.Now().Before(c.idleUntil) }

// lookAgain makes the next read of a wait that has run out look at the socket.
func (c *conn) lookAgain() {
	c.deadlines.mu.Lock()
	defer c.deadlines.mu.Unlock()
	c.deadlines.at = time.Now().Add(lastLook)
	_ = c.Conn.SetReadDeadline(c.deadlines.at)
}

// busy ends the wait.
func (c *conn) busy() {
	c.deadlines.mu.Lock()
	defer c.deadlines.mu.Unlock()
	c.deadlines.idle, c.deadlines.used = false, true
}

// stopWaiting makes a connection that waits for its next request end soon. One in the middle of a request goes on.
func (c *conn) stopWaiting() {
	c.deadlines.mu.Lock()
	defer c.deadlines.mu.Unlock()
	if c.deadlines.idle {
		c.lookOnce()
	}
}

// SetReadDeadline is for a handler that reads the body: the earlier of its deadline and the boundary's own holds. It
// may be called from another goroutine to break a read off.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.deadlines.mu.Lock()
	defer c.deadlines.mu.Unlock()
	c.deadlines.asked, c.deadlines.user, c.deadlines.at = true, t, t
	return c.Conn.SetReadDeadline(t)
}

// SetDeadline is what fasthttp calls when a connection is hijacked.
func (c *conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetWriteDeadline overrides the stall deadline until the next write.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.writeBy = t
	return c.Conn.SetWriteDeadline(t)
}

// armWrite moves the write deadline, but not more often than it matters: an answer may stall for three quarters of
// the stall time at least, and for all of it at most.
func (c *conn) armWrite() {
	now := time.Now()
	if stall := c.s.cfg.Limits.WriteStall; c.writeBy.Sub(now) < stall*3/4 {
		c.writeBy = now.Add(stall)
		_ = c.Conn.SetWriteDeadline(c.writeBy)
	}
}
