package limit

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Shedder bounds how many arrivals are in work at the same time, so that polls and forwarding keep the machine to
// themselves when a crowd comes. When arrivals take too long, there are more than can be served: the bound shrinks until
// they are quick again. Safe for concurrent use.
type Shedder struct {
	most     int64
	arriving atomic.Int64
	allowed  atomic.Int64 // at the same time, now

	mu     sync.Mutex
	shrunk time.Time // when the bound was last made smaller
}

// slowArrival is how long an arrival may take to be served before that counts as a sign of too much load.
const slowArrival = 500 * time.Millisecond

// fewest arrivals are always allowed: without any, nothing would show that times are better.
const fewest = 4

// NewShedder bounds arrivals in work at the same time; it refuses a bound below 1.
func NewShedder(arrivals int) (*Shedder, error) {
	if arrivals < 1 {
		return nil, fmt.Errorf("limit: %d arrivals at the same time: want at least 1", arrivals)
	}
	s := &Shedder{most: int64(arrivals)}
	s.allowed.Store(s.most)
	return s, nil
}

// Enter reports whether one more arrival may be worked on; if so, call leave once when it is done.
func (s *Shedder) Enter() (leave func(), ok bool) {
	if s.arriving.Add(1) > s.allowed.Load() {
		s.arriving.Add(-1)
		return nil, false
	}
	began := time.Now()
	return func() {
		s.arriving.Add(-1)
		s.learn(began, time.Now())
	}, true
}

// learn halves the bound after a slow arrival, at most once in the time that counts as slow, since the others that were
// slow then are the same evidence; it gives one place back after each quick arrival.
func (s *Shedder) learn(began, ended time.Time) {
	if ended.Sub(began) <= slowArrival {
		if n := s.allowed.Load(); n < s.most {
			s.allowed.CompareAndSwap(n, n+1)
		}
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if began.Before(s.shrunk) {
		return // it entered when more were allowed
	}
	s.shrunk = ended
	s.allowed.Store(max(min(fewest, s.most), s.allowed.Load()/2))
}
