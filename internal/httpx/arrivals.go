package httpx

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// ArrivalLimit slows down new arrivals from one network. Whole schools and companies sit behind one address, so it
// never bans: who is over the limit is told when to come again, and the next free moment moves on with each arrival
// that was taken, not with those that were not. Its memory is bounded: it knows at most 65,536 networks, about 8 MiB;
// beyond that it forgets those that owe least, to their advantage. Safe for concurrent use.
type ArrivalLimit struct {
	every time.Duration // between arrivals
	slack time.Duration // how far arrivals may run ahead of that: the burst
	seed  maphash.Seed

	shards [arrivalShards]arrivalShard
}

const (
	arrivalShards   = 64
	arrivalsAShard  = 1024
	arrivalsSampled = 8
)

type arrivalShard struct {
	mu   sync.Mutex
	next map[netip.Prefix]int64 // when the network's debt is paid, in Unix nanoseconds
	_    [40]byte               // a cache line each
}

// NewArrivalLimit allows perMinute arrivals a minute per network, and burst at once. Both must be positive.
func NewArrivalLimit(perMinute, burst int64) *ArrivalLimit {
	every := max(1, time.Minute/time.Duration(perMinute))
	slack := time.Duration(1<<62 - 1)
	if burst-1 < int64(slack/every) {
		slack = every * time.Duration(burst-1)
	}
	return &ArrivalLimit{every: every, slack: slack, seed: maphash.MakeSeed()}
}

// Allow reports whether an arrival from the network (see Prefix) may be taken now, and if not, after what time one
// may. A network that is not known at all is not limited. It is the generic cell rate algorithm (ITU-T I.371): one
// time a network instead of a count and a time.
func (l *ArrivalLimit) Allow(network netip.Prefix, now time.Time) (ok bool, retryAfter time.Duration) {
	if !network.IsValid() {
		return true, 0
	}
	shard := &l.shards[maphash.Comparable(l.seed, network)%arrivalShards]
	at := now.UnixNano()
	shard.mu.Lock()
	defer shard.mu.Unlock()
	next, known := shard.next[network]
	if !known {
		shard.makeRoom()
	}
	// A debt cannot be larger than what the limit lets anybody run up; a clock that was set back makes it seem so.
	ahead := min(max(0, next-at), int64(l.slack)+int64(l.every))
	if ahead > int64(l.slack) {
		return false, time.Duration(ahead) - l.slack
	}
	shard.next[network] = at + ahead + int64(l.every)
	return true, 0
}

// makeRoom forgets one network if the shard is full: of a few that chance brings, the one that owes least. A map's
// iteration begins anywhere.
func (s *arrivalShard) makeRoom() {
	if s.next == nil {
		s.next = map[netip.Prefix]int64{}
	}
	if len(s.next) < arrivalsAShard {
		return
	}
	var victim netip.Prefix
	var least int64
	sampled := 0
	for network, next := range s.next {
		if sampled == 0 || next < least {
			victim, least = network, next
		}
		if sampled++; sampled == arrivalsSampled {
			break
		}
	}
	delete(s.next, victim)
}
