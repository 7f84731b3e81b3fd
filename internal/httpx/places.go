package httpx

import (
	"hash/maphash"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/limit"
)

// places counts connections, in all and per network, and knows them, so that Shutdown can reach them.
type places struct {
	all, each int
	seed      maphash.Seed

	mu      sync.Mutex
	closed  bool
	conns   map[*conn]struct{}
	taken   map[uint64]int // connections by network
	running int            // connections with a goroutine of ours: all but hijacked ones
	drained chan struct{}  // closed when no connection is taken any more and running is 0

	refusing  int            // of conns: those beyond a limit, which are answered so and take no place
	refusedOf map[uint64]int // of these, those that are beyond their network's limit, by network
}

// Bounds of telling connections that they are too many. Whatever is beyond them is closed at once.
const (
	refusals         = 256
	refusalsANetwork = 16
	refusalTime      = 3 * time.Second // for one, however slow the client is
)

// Refusal is what became of a connection beyond a limit.
type Refusal uint8

// The refusals, a closed set.
const (
	// RefusedNetwork was answered that its network has too many connections: status 429.
	RefusedNetwork Refusal = iota
	// RefusedFull was answered that there are too many in all: status 503.
	RefusedFull
	// RefusedUnanswered was closed at once, because many are being answered already.
	RefusedUnanswered
)

var refusalNames = [...]string{"network", "full", "unanswered"}

func (r Refusal) String() string { return refusalNames[r] }

// Refusals lists the names of all refusals.
func Refusals() []string { return slices.Clone(refusalNames[:]) }

// take finds a place for c among all and counts its goroutine, or the place of one that is refused,
// see conn.refusal. c gives it back when it is closed.
func (p *places) take(c *conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	if len(p.conns)-p.refusing >= p.all {
		c.refusal = FaultFull
		if p.refusing >= refusals {
			return false
		}
		p.refusing++
	}
	p.conns[c] = struct{}{}
	p.running++
	return true
}

// count makes c count for the networks of an address, or for those of their connections that are refused. It is called when it is known whose connection it is.
func (p *places) count(c *conn, ip netip.Addr) bool {
	nets := limit.NetworksOf(p.seed, ip)
	p.mu.Lock()
	defer p.mu.Unlock()
	if !fits(p.taken, &nets, p.each) {
		c.refusal = FaultConnections
		if p.refusing >= refusals || !fits(p.refusedOf, &nets, refusalsANetwork) {
			c.refusal = NoFault // it holds its place until it is closed, which is at once
			return false
		}
		p.refusing++
	}
	c.networks = nets
	return true
}

// fits counts a connection for its networks if each of them has room.
func fits(counts map[uint64]int, nets *limit.Networks, each int) bool {
	for i, key := range nets.All() {
		if counts[key] >= each*limit.Shares[i] {
			return false
		}
	}
	for _, key := range nets.All() {
		counts[key]++
	}
	return true
}

func (p *places) give(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
	counts := p.taken
	if c.refusal != NoFault {
		p.refusing--
		counts = p.refusedOf
	}
	for _, key := range c.networks.All() {
		if counts[key]--; counts[key] == 0 {
			delete(counts, key)
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

// busy reports whether connections with a goroutine of ours are left.
func (p *places) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.running > 0
}

func (p *places) checkDrained() {
	if p.closed && p.running == 0 {
		close(p.drained)
	}
}

// stopWaiting makes connections that wait for a request stop waiting.
func (p *places) stopWaiting() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.stopWaiting()
	}
}

// close takes no more connections.
func (p *places) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.closed = true
	p.checkDrained()
}

// breakOff closes what is still open, hijacked connections excepted: they belong to their handler.
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
	Connections int // open now, hijacked ones included
	Idle        int // of these, such that have waited for a request for more than a moment
}

// Stats counts connections. Safe for concurrent use.
func (s *Server) Stats() Stats {
	s.places.mu.Lock()
	defer s.places.mu.Unlock()
	return Stats{Connections: len(s.places.conns), Idle: int(s.idle.Load())}
}
