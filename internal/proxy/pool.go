package proxy

import (
	"slices"
	"sync"
	"time"
)

// justNow is how long after its last use a connection is taken without asking the
// kernel whether it is still open and silent. What happens on the wire within that time
// could as well happen between the question and the request. It is short, because an
// origin that sends more than it announced does so at once, and those bytes would be
// the next visitor's answer.
const justNow = 100 * time.Microsecond

// pool keeps idle connections to one address, the youngest on top: it is the least
// likely to be closed by the origin in this very moment.
type pool struct {
	max     int
	timeout time.Duration

	mu     sync.Mutex
	idle   []*conn
	closed bool
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
		idle := now.Sub(c.idleSince)
		if (idle < justNow && !c.doubtful) || (idle < p.timeout && c.poll.quiet()) {
			c.reused = true
			return c
		}
		c.close()
	}
}

// put keeps c for the next request, or closes it if enough are kept.
func (p *pool) put(c *conn, now time.Time) {
	if !c.reusable() {
		c.close()
		return
	}
	c.idleSince = now
	p.mu.Lock()
	keep := !p.closed && len(p.idle) < p.max
	if keep {
		p.idle = append(p.idle, c)
	}
	p.mu.Unlock()
	if !keep {
		c.close()
	}
}

// sweep closes what was idle for too long, and what the origin has closed.
func (p *pool) sweep(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = slices.DeleteFunc(p.idle, func(c *conn) bool {
		old := now.Sub(c.idleSince) >= p.timeout || !c.poll.quiet()
		if old {
			c.close()
		}
		return old
	})
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
