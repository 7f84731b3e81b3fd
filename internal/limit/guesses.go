package limit

import (
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// Guesses bounds how many wrong codes are read: from one network, as [Arrivals] counts them, and in all. Who has sent too many is told
// nothing of the next one, right or wrong, until some time has gone by: a wrong one costs nobody else anything as long as the bound in all is
// not reached. Codes that are tried at the same moment may go beyond a bound by as many. Safe for concurrent use.
type Guesses struct {
	networks *Arrivals

	mu    sync.Mutex
	every time.Duration // of all
	paid  time.Time     // when the debt of all is paid
}

// NewGuesses allows so many wrong codes a minute from one network, and so many in all; a minute's worth may come at once. It refuses values
// below 1. start is the present time.
func NewGuesses(perNetwork, inAll int64, start time.Time) (*Guesses, error) {
	networks, err := NewArrivals(perNetwork, perNetwork, start)
	if err != nil || inAll < 1 {
		return nil, fmt.Errorf("limits.codes: wrong %d and wrong_in_all %d: want at least 1 of each", perNetwork, inAll)
	}
	return &Guesses{networks: networks, every: max(1, time.Minute/time.Duration(inAll))}, nil
}

// Blocked is after what time a code from this address is read; 0: now.
func (g *Guesses) Blocked(client netip.Addr, now time.Time) time.Duration {
	if ok, after := g.networks.Would(client, now); !ok {
		return max(after, time.Second)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if ahead := g.paid.Sub(now); ahead > time.Minute-g.every && ahead <= time.Minute {
		return max(ahead-(time.Minute-g.every), time.Second)
	}
	return 0
}

// Wrong notes that a code from this address was wrong.
func (g *Guesses) Wrong(client netip.Addr, now time.Time) {
	g.networks.Allow(client, now)
	g.mu.Lock()
	defer g.mu.Unlock()
	// A debt larger than the largest possible one is of a clock that was set back.
	if ahead := g.paid.Sub(now); ahead < 0 || ahead > time.Minute {
		g.paid = now
	}
	g.paid = minTime(g.paid.Add(g.every), now.Add(time.Minute))
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
