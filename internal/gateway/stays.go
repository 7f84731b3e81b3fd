package gateway

import (
	"encoding/binary"
	"errors"
	"hash/maphash"
	"maps"
	"math"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/einlass/einlass/internal/limit"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/pkg/queue"
)

// stays bounds what one stay may use at this gateway, so that a pass that is copied about is worth one visit and not a
// hundred: how many requests of it may be under way, and from how many networks they may come within ten minutes.
//
//   - A request is under way until its answer is over: a download until its last byte, a stream of events or a
//     WebSocket until it is closed. Beyond the bound a request waits for one of the others to end, in order of coming:
//     a browser that asks for sixty images at once through a front proxy gets them all. So many again as three times
//     the bound may wait, each for some seconds.
//   - A network is an IPv4 /24 or an IPv6 /56 (limit.WideNetwork). Those in use go on; one more has to wait until one
//     of them was silent for ten minutes.
//
// It keeps random ids of visitors and keyed hashes of networks. A stay is forgotten when it ends here, and when it was
// silent for ten minutes. It knows at most 131,072 stays, some 30 MB; beyond that it forgets those that are silent for
// longest, which are then without bounds until their next request. A nil *stays has no bounds. Safe for concurrent use.
type stays struct {
	seed maphash.Seed

	turn   atomic.Uint32 // of the shards, to be swept
	sweep  atomic.Int64  // when the next one is
	shards [stayShards]stayShard
}

const (
	stayShards   = 64
	staysAShard  = 2048
	staysSampled = 8
	// staysSampledMost is how many are looked at when all have requests under way.
	staysSampledMost = 32
	stayMemory       = int64(10 * time.Minute / time.Millisecond)
	staySweep        = int64(time.Second / time.Millisecond) // between two shards
	// stayPatience is how long a request waits for others of its stay to end.
	stayPatience = 10 * time.Second
	// stayWaiting is how many times the bound of requests may wait.
	stayWaiting = 3
)

type stayShard struct {
	mu sync.Mutex
	// inFlight and networks are the bounds, the same in all shards; 0: no bound.
	inFlight, networks int
	all                map[queue.VisitorID]*stay
	peak               int // most entries since the map was made: what its memory is for
}

// stay is what one stay uses now. Its shard's lock guards it, also when the shard has forgotten it.
type stay struct {
	shard    *stayShard
	held     int             // requests under way
	waiting  []chan struct{} // one for each request that waits, in order; closed when it may go
	seen     int64           // ms, last request
	networks []seenNetwork
}

type seenNetwork struct {
	hash uint64
	seen int64 // ms, last request from there
}

// newStays is nil if there is no bound.
func newStays(inFlight, networks int) *stays {
	if inFlight == 0 && networks == 0 {
		return nil
	}
	s := &stays{seed: maphash.MakeSeed()}
	return s.rebound(inFlight, networks)
}

// rebound sets other bounds and keeps what is known of each stay. Requests that wait go on where the bounds allow it now. The
// answer replaces s; it is nil if there is no bound any more, and then those that wait go on one by one as before.
func (s *stays) rebound(inFlight, networks int) *stays {
	switch {
	case inFlight == 0 && networks == 0:
		return nil
	case s == nil:
		return newStays(inFlight, networks)
	}
	for i := range s.shards {
		shard := &s.shards[i]
		shard.mu.Lock()
		shard.inFlight, shard.networks = inFlight, networks
		for _, st := range shard.all {
			st.next()
		}
		shard.mu.Unlock()
	}
	return s
}

// admission is what a stay's bounds say to a request.
type admission struct {
	stay *stay         // nil: not counted
	turn chan struct{} // not nil: the request may go when it is closed, see await
	// networks and busy refuse the request: it comes from one network too many, or too many wait already.
	networks, busy bool
	retry          time.Duration // when a refused one may try again
}

// enter asks for one request more of a stay. Unless it is refused, tell stay.Ended when it is over.
func (s *stays) enter(id queue.VisitorID, client netip.Addr, now int64) admission {
	if s == nil {
		return admission{}
	}
	s.sweepNext(now)
	network, known := limit.WideNetwork(s.seed, client)
	shard := &s.shards[binary.LittleEndian.Uint64(id[:8])%stayShards]
	shard.mu.Lock()
	defer shard.mu.Unlock()
	st := shard.find(id)
	if st == nil {
		return admission{}
	}
	st.seen = now
	if known && shard.networks > 0 {
		if retry := st.comesFrom(network, now, shard.networks); retry > 0 {
			return admission{networks: true, retry: retry}
		}
	}
	switch {
	case st.free():
		st.held++
		return admission{stay: st}
	case len(st.waiting) >= shard.inFlight*stayWaiting:
		return admission{busy: true, retry: time.Second}
	}
	turn := make(chan struct{})
	st.waiting = append(st.waiting, turn)
	return admission{stay: st, turn: turn}
}

// comesFrom notes a request from a network. If it is one too many, it answers after what time there may be one more.
func (st *stay) comesFrom(network uint64, now int64, most int) (retry time.Duration) {
	free, oldest := -1, now
	for i := range st.networks {
		n := &st.networks[i]
		if n.hash == network {
			n.seen = now
			return 0
		}
		if silent(n.seen, now) {
			free = i
		}
		oldest = min(oldest, n.seen)
	}
	switch {
	case free >= 0:
		st.networks[free] = seenNetwork{network, now}
	case len(st.networks) < most:
		st.networks = append(st.networks, seenNetwork{network, now})
	default:
		return time.Duration(oldest+stayMemory-now) * time.Millisecond
	}
	return 0
}

// silent reports whether what was seen then is forgotten now. The time of a room follows that of its store, so it goes back by
// moments; what was seen far ahead of it is of a clock that was wrong, and would stay for long.
func silent(seen, now int64) bool { return now-seen >= stayMemory || seen-now >= stayMemory }

// errImpatient: the turn of a request did not come in time.
var errImpatient = errors.New("gateway: other requests of the stay did not end in time")

// stayLook is how often a request that waits is asked whether its client still does.
const stayLook = 250 * time.Millisecond

// await waits for the turn of a request that has to. An error says that it did not come, and the request is refused:
// errImpatient, or proxy.ErrClientGone. A visitor that reloads a page leaves many behind that nobody waits for;
// they may neither keep others from waiting nor take their turns.
func (a *admission) await(patience time.Duration, gone func() bool) error {
	end := time.NewTimer(patience)
	defer end.Stop()
	look := time.NewTicker(stayLook)
	defer look.Stop()
	for {
		select {
		case <-a.turn:
			return nil
		case <-end.C:
			return a.giveUp(errImpatient)
		case <-look.C:
			if gone() {
				return a.giveUp(proxy.ErrClientGone)
			}
		}
	}
}

// giveUp ends the waiting for a turn, unless it came this very moment.
func (a *admission) giveUp(why error) error {
	st := a.stay
	st.shard.mu.Lock()
	defer st.shard.mu.Unlock()
	i := slices.Index(st.waiting, a.turn)
	if i < 0 {
		return nil
	}
	st.waiting = slices.Delete(st.waiting, i, i+1)
	return why
}

// Ended says that a request is over: the next one that waits may go in its stead.
func (st *stay) Ended() {
	st.shard.mu.Lock()
	defer st.shard.mu.Unlock()
	st.held--
	st.next()
}

// free reports whether one request more may be under way. The shard's lock is held.
func (st *stay) free() bool { return st.shard.inFlight == 0 || st.held < st.shard.inFlight }

// next lets requests that wait go, as far as the bound allows. The shard's lock is held.
func (st *stay) next() {
	for len(st.waiting) > 0 && st.free() {
		st.held++
		close(st.waiting[0])
		st.waiting = slices.Delete(st.waiting, 0, 1)
	}
}

// end forgets a stay that is over. What of it is under way comes to its end.
func (s *stays) end(id queue.VisitorID) {
	if s == nil {
		return
	}
	shard := &s.shards[binary.LittleEndian.Uint64(id[:8])%stayShards]
	shard.mu.Lock()
	defer shard.mu.Unlock()
	delete(shard.all, id)
}

// find is the entry of a stay, new if need be. nil: the shard is full, of stays with requests under way as it seems.
func (s *stayShard) find(id queue.VisitorID) *stay {
	if st := s.all[id]; st != nil {
		return st
	}
	if len(s.all) >= staysAShard && !s.forgetOne() {
		return nil
	}
	if s.all == nil {
		s.all = map[queue.VisitorID]*stay{}
	}
	st := &stay{shard: s}
	s.all[id] = st
	s.peak = max(s.peak, len(s.all))
	return st
}

// forgetOne forgets, of a few idle stays that chance brings, the one that is silent for longest.
func (s *stayShard) forgetOne() bool {
	var victim queue.VisitorID
	oldest, sampled := int64(math.MaxInt64), 0
	for id, st := range s.all {
		if st.idle() && st.seen < oldest {
			victim, oldest = id, st.seen
		}
		if sampled++; sampled >= staysSampled && oldest < math.MaxInt64 || sampled == staysSampledMost {
			break
		}
	}
	delete(s.all, victim)
	return oldest < math.MaxInt64
}

func (st *stay) idle() bool { return st.held == 0 && len(st.waiting) == 0 }

// sweepNext forgets the stays of one shard that are silent, in turn.
func (s *stays) sweepNext(now int64) {
	due := s.sweep.Load()
	if now < due && due-now <= staySweep || !s.sweep.CompareAndSwap(due, now+staySweep) {
		return
	}
	shard := &s.shards[s.turn.Add(1)%stayShards]
	shard.mu.Lock()
	defer shard.mu.Unlock()
	maps.DeleteFunc(shard.all, func(_ queue.VisitorID, st *stay) bool { return st.idle() && silent(st.seen, now) })
	// A map does not give memory back. One that has become much too large is made anew.
	if n := len(shard.all); shard.peak > 64 && n < shard.peak/4 {
		small := make(map[queue.VisitorID]*stay, n)
		maps.Copy(small, shard.all)
		shard.all, shard.peak = small, n
	}
}
