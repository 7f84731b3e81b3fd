package httpx

import (
	"net/netip"
	"sync"
	"time"
)

// ArrivalLimit slows down new arrivals from one network. Whole schools and companies sit behind one address, so it
// never bans: who is over the limit is told when to come again, and the next free moment moves on with each arrival
// that was taken. Safe for concurrent use.
type ArrivalLimit struct {
	every time.Duration // between arrivals
	slack time.Duration // how far arrivals may run ahead of that: the burst

	mu   sync.Mutex
	next map[netip.Prefix]time.Time // when the network's debt is paid
}

// maxNetworks bounds the memory; when it is reached, networks without debt are forgotten, and if all have some, new
// networks are not limited.
const maxNetworks = 1 << 17

// NewArrivalLimit allows perMinute arrivals a minute per network, and burst at once. perMinute and burst must be positive.
func NewArrivalLimit(perMinute, burst int64) *ArrivalLimit {
	every := time.Minute / time.Duration(perMinute)
	return &ArrivalLimit{every: every, slack: every * time.Duration(burst-1), next: map[netip.Prefix]time.Time{}}
}

// Allow reports whether an arrival from the network may be taken now, and if not, after what time one may. It is the
// generic cell rate algorithm (ITU-T I.371): one time a network instead of a count and a time.
func (l *ArrivalLimit) Allow(network netip.Prefix, now time.Time) (ok bool, retryAfter time.Duration) {
	if !network.IsValid() {
		return true, 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	next, known := l.next[network]
	if !known && len(l.next) >= maxNetworks && !l.forget(now) {
		return true, 0
	}
	if next.Before(now) {
		next = now
	}
	if ahead := next.Sub(now); ahead > l.slack {
		return false, ahead - l.slack
	}
	l.next[network] = next.Add(l.every)
	return true, 0
}

// forget drops networks without debt and reports whether there is room now.
func (l *ArrivalLimit) forget(now time.Time) bool {
	for network, next := range l.next {
		if !next.After(now) {
			delete(l.next, network)
		}
	}
	return len(l.next) < maxNetworks
}
