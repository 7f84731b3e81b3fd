package limit

import (
	"fmt"
	"hash/maphash"
	"maps"
	"math"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Arrivals slows down new arrivals from one network. Whole schools and companies share one address, so it never bans: an
// arrival beyond the limit is refused with the time after which the next one is accepted. Accepted arrivals move this time
// on, refused ones do not.
//
// An IPv4 address has the limit once; of an IPv6 address the /64 has it once, the /56 twice and the /48 eight times,
// and an arrival is taken only if all three have room. It keeps keyed hashes and no addresses. A network is forgotten
// when its debt is paid. Its memory is bounded: it knows at most 262,144 networks, about 9 MiB; beyond that it forgets
// those with the smallest debt, to their advantage. A network with a large debt is forgotten only when 262,144 networks
// have a debt as large, so that a flood gains nothing by it. Safe for concurrent use.
type Arrivals struct {
	rates [len(Shares)]arrivalRate
	seed  maphash.Seed
	start time.Time

	turn   atomic.Uint32 // of the shards, to be swept
	shards [arrivalShards]arrivalShard
}

// arrivalRate is the limit of one kind of network, in nanoseconds.
type arrivalRate struct {
	every int64 // between arrivals
	slack int64 // how far arrivals may run ahead of that: the burst
}

const (
	arrivalShards   = 64
	arrivalsAShard  = 4096
	arrivalsSampled = 8
	arrivalsSweep   = int64(time.Second) // between two sweeps of a shard
)

// arrivalShard holds all networks of some /48s and IPv4 addresses: an arrival's three are together under one lock.
type arrivalShard struct {
	mu    sync.Mutex
	next  map[uint64]int64 // when the network's debt is paid, in nanoseconds since start
	peak  int              // most entries since the map was made: what its memory is for
	swept int64
	_     [32]byte // a cache line each
}

// NewArrivals allows perMinute arrivals a minute per network, and burst at once; it refuses values below 1. start is the
// present time: with a monotonic clock's reading in it, later steps of the wall clock do not count.
func NewArrivals(perMinute, burst int64, start time.Time) (*Arrivals, error) {
	if perMinute < 1 || burst < 1 {
		return nil, fmt.Errorf("limits.arrivals_per_prefix: rate %d and burst %d: want at least 1 of each", perMinute, burst)
	}
	l := &Arrivals{seed: maphash.MakeSeed(), start: start}
	for i, share := range Shares {
		r := arrivalRate{every: max(1, int64(time.Minute)/(perMinute*int64(share))), slack: math.MaxInt64 / 4}
		if burst <= r.slack/r.every/int64(share) {
			r.slack = r.every * (burst*int64(share) - 1)
		}
		l.rates[i] = r
	}
	return l, nil
}

// Allow reports whether an arrival from this address may be taken now, and if not, after what time one may. An address
// that is not known at all is not limited. It is the generic cell rate algorithm (ITU-T I.371): one time a network
// instead of a count and a time. An arrival that one network refuses costs the others nothing.
func (l *Arrivals) Allow(client netip.Addr, now time.Time) (ok bool, retryAfter time.Duration) {
	return l.allow(client, now, true)
}

// Would is Allow, and takes nothing.
func (l *Arrivals) Would(client netip.Addr, now time.Time) (ok bool, retryAfter time.Duration) {
	return l.allow(client, now, false)
}

func (l *Arrivals) allow(client netip.Addr, now time.Time, take bool) (ok bool, retryAfter time.Duration) {
	nets := NetworksOf(l.seed, client)
	if nets.None() {
		return true, 0
	}
	at := int64(now.Sub(l.start))
	l.sweepNext(at)
	shard := &l.shards[nets.Widest()%arrivalShards]
	shard.mu.Lock()
	defer shard.mu.Unlock()
	var next [len(Shares)]int64
	wait := int64(0)
	for i, key := range nets.All() {
		from := at
		if paid, known := shard.next[key]; known && l.owes(paid, at) {
			from = paid
		}
		wait = max(wait, from-at-l.rates[i].slack)
		next[i] = from + l.rates[i].every
	}
	if wait > 0 {
		return false, time.Duration(wait)
	}
	for i, key := range nets.All() {
		if take {
			shard.put(key, next[i])
		}
	}
	return true, 0
}

// owes reports whether a network still has a debt that ends at paid. A debt larger than the largest possible one is
// ignored: the clock was set back, and the network would be refused until the clock reaches the old time again.
func (l *Arrivals) owes(paid, at int64) bool {
	most := &l.rates[0] // the others' bursts last no longer
	return paid > at && paid-at <= most.slack+most.every
}

// sweepNext sweeps one shard, in turn: a few arrivals later everything is forgotten that is paid.
func (l *Arrivals) sweepNext(at int64) {
	shard := &l.shards[l.turn.Add(1)%arrivalShards]
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if since := at - shard.swept; since >= 0 && since < arrivalsSweep {
		return
	}
	shard.swept = at
	maps.DeleteFunc(shard.next, func(_ uint64, paid int64) bool { return !l.owes(paid, at) })
	// A map does not give memory back. One that has become much too large is made anew.
	if n := len(shard.next); shard.peak > 64 && n < shard.peak/4 {
		small := make(map[uint64]int64, n)
		maps.Copy(small, shard.next)
		shard.next, shard.peak = small, n
	}
}

// put notes a debt. If the shard is full it forgets another one before: of a few that chance brings, the one that owes
// least. A map's iteration begins anywhere.
func (s *arrivalShard) put(key uint64, paid int64) {
	if _, known := s.next[key]; !known && len(s.next) >= arrivalsAShard {
		var victim uint64
		least, sampled := int64(math.MaxInt64), 0
		for other, debt := range s.next {
			if debt < least {
				victim, least = other, debt
			}
			if sampled++; sampled == arrivalsSampled {
				break
			}
		}
		delete(s.next, victim)
	}
	if s.next == nil {
		s.next = map[uint64]int64{}
	}
	s.next[key] = paid
	s.peak = max(s.peak, len(s.next))
}
