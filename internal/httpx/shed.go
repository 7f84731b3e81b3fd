package httpx

import (
	"sync"
	"sync/atomic"
	"time"
)

// Shedder keeps answering people who already wait while it turns new arrivals away: arrivals may use part of the
// places for requests in work, everybody else all of them. When arrivals take too long, there are more than can be
// served: their part shrinks until they are quick again. Safe for concurrent use.
type Shedder struct {
	arrivals, all int64
	slow          time.Duration

	inWork   atomic.Int64
	arriving atomic.Int64
	allowed  atomic.Int64 // arrivals at the same time, now

	leaving func() // for everybody but arrivals

	mu     sync.Mutex
	shrunk time.Time // when the part was last made smaller
}

// SlowArrival is how long an arrival may take to be served before that counts as a sign of too much load.
const SlowArrival = 500 * time.Millisecond

// fewest arrivals are always allowed: without any, nothing would show that times are better.
const fewest = 4

// NewShedder bounds arrivals in work at the same time, and all requests together. Both must be positive.
func NewShedder(arrivals, all int) *Shedder {
	s := &Shedder{arrivals: int64(arrivals), all: int64(all), slow: SlowArrival}
	s.allowed.Store(s.arrivals)
	s.leaving = func() { s.inWork.Add(-1) }
	return s
}

// Enter reports whether one more request may be worked on; if so, call leave once when it is done.
func (s *Shedder) Enter(arrival bool) (leave func(), ok bool) {
	if s.inWork.Add(1) > s.all {
		s.inWork.Add(-1)
		return nil, false
	}
	if !arrival {
		return s.leaving, true
	}
	if s.arriving.Add(1) > s.allowed.Load() {
		s.arriving.Add(-1)
		s.inWork.Add(-1)
		return nil, false
	}
	began := time.Now()
	return func() {
		s.arriving.Add(-1)
		s.inWork.Add(-1)
		s.learn(began, time.Now())
	}, true
}

// learn takes half of the arrivals' part away after a slow one, at most once in the time that counts as slow, as the
// others that were slow then tell the same tale; and gives one place back after each quick one.
func (s *Shedder) learn(began, ended time.Time) {
	if ended.Sub(began) <= s.slow {
		if n := s.allowed.Load(); n < s.arrivals {
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
	s.allowed.Store(max(min(fewest, s.arrivals), s.allowed.Load()/2))
}
