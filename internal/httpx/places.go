package httpx

import (
	"net/netip"
	"sync"
)

// places counts connections, in all and per network, and knows them, so that Shutdown can reach them.
type places struct {
	all, each int

	mu      sync.Mutex
	closed  bool
	conns   map[*conn]struct{}
	taken   map[netip.Prefix]int
	refused uint64
	running int           // connections with a goroutine of ours: all but hijacked ones
	drained chan struct{} // closed when nobody is let in any more and running is 0
}

// take finds a place for c among all and counts its goroutine. c gives the place back when it is closed.
func (p *places) take(c *conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.conns) >= p.all {
		p.refused++
		return false
	}
	p.conns[c] = struct{}{}
	p.running++
	return true
}

// count makes c count for a network. It is called when it is known whose connection it is.
func (p *places) count(c *conn, network netip.Prefix) bool {
	if !network.IsValid() {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken[network] >= p.each {
		p.refused++
		return false
	}
	p.taken[network]++
	c.network = network
	return true
}

func (p *places) give(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
	if c.network.IsValid() {
		if p.taken[c.network]--; p.taken[c.network] == 0 {
			delete(p.taken, c.network)
		}
	}
}

// left says that a connection's goroutine has ended.
func (p *places) left() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	p.checkDrained()
}

func (p *places) checkDrained() {
	if p.closed && p.running == 0 {
		close(p.drained)
	}
}

// close lets nobody in any more and makes connections that wait for a request stop waiting.
func (p *places) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.closed = true
	for c := range p.conns {
		c.stopWaiting()
	}
	p.checkDrained()
}

// breakOff closes what is still open, hijacked connections excepted: they belong to who hijacked them.
func (p *places) breakOff() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		if !c.tunnel.Load() {
			_ = c.Conn.Close()
		}
	}
}

// Stats are counts for metrics.
type Stats struct {
	Connections int    // open now, hijacked ones included
	Idle        int    // of these, such that have waited for a request for more than a moment
	Refused     uint64 // connections closed at once because a limit was reached
}

// Stats counts connections. Safe for concurrent use.
func (s *Server) Stats() Stats {
	s.places.mu.Lock()
	defer s.places.mu.Unlock()
	return Stats{Connections: len(s.places.conns), Idle: int(s.idle.Load()), Refused: s.places.refused}
}
