package proxy

import (
	"sync"
	"time"
)

// pool keeps idle connections to one address, the youngest on top: it is the least
// likely to be closed by the origin in this very moment.
//
// What lies in a connection is read as the answer to the next request on it. So nothing of
// an earlier exchange may be left: what goes in was read to its end, and each connection
// is asked before it goes out. An address that was once seen to send more than it
// announced is not trusted with that any more, because the next time its bytes may come
// a moment after the question: from then on its connections are used once.
type pool struct {
	max     int
	timeout time.Duration
	overrun func() // called once, when the address is no longer trusted

	mu     sync.Mutex
	idle   []*conn
	closed bool // nothing is kept any more: after shut, or for want of trust
	wary   bool
}

// take returns a kept connection that is open and silent, nil if there is none.
func (p *pool) take(now time.Time) *conn {
	for {
		p.mu.Lock()
		n := len(p.idle) - 1
		if n < 0 {
			p.mu.Unlock()
			return nil
		}
		c := p.idle[n]
		p.idle[n] = nil
		p.idle = p.idle[:n]
		p.mu.Unlock()
		quiet := c.quiet()
		if quiet && now.Sub(c.idleSince) < p.timeout {
			c.reused = true
			return c
		}
		p.discard(c, quiet)
	}
}

// put keeps c for the next request, or closes it if enough are kept.
func (p *pool) put(c *conn, now time.Time) {
	left, alive := c.leftovers()
	if left {
		p.distrust()
	}
	c.idleSince = now
	p.mu.Lock()
	keep, wary := alive && !p.closed && len(p.idle) < p.max, p.wary
	if keep {
		c.recycle()
		p.idle = append(p.idle, c)
	}
	p.mu.Unlock()
	switch {
	case keep:
	case wary:
		c.abort() // the origin was not asked to close, so it does not close first
	default:
		c.close()
	}
}

// sweep closes what was idle for too long, and what the origin has closed.
func (p *pool) sweep(now time.Time) {
	p.mu.Lock()
	var loud, old []*conn
	kept := p.idle[:0]
	for _, c := range p.idle {
		switch {
		case !c.quiet():
			loud = append(loud, c)
		case now.Sub(c.idleSince) >= p.timeout:
			old = append(old, c)
		default:
			kept = append(kept, c)
		}
	}
	clear(p.idle[len(kept):])
	p.idle = kept
	p.mu.Unlock()
	for _, c := range old {
		p.discard(c, true)
	}
	for _, c := range loud {
		p.discard(c, false)
	}
}

// discard closes a connection that is not used again. One that is not quiet was closed by the
// origin, or carries bytes that answer no request.
func (p *pool) discard(c *conn, quiet bool) {
	if !quiet && c.speaks() {
		p.distrust()
	}
	c.close()
}

// distrust ends the keeping of connections to this address, for good.
func (p *pool) distrust() {
	p.mu.Lock()
	first := !p.wary
	p.wary = true
	p.mu.Unlock()
	p.shut()
	if first && p.overrun != nil {
		p.overrun()
	}
}

// trusted tells whether connections may be kept.
func (p *pool) trusted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.wary
}

// shut closes all that is kept and keeps nothing from now on.
func (p *pool) shut() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, c := range idle {
		c.close()
	}
}

func (p *pool) size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.idle)
}
