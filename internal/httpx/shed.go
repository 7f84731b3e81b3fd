package httpx

import "sync/atomic"

// Shedder keeps answering people who already wait while it turns new arrivals away: arrivals may use part of the places
// for requests in work, everybody else all of them. Safe for concurrent use.
type Shedder struct {
	arrivals, all int64
	inWork        atomic.Int64
	arriving      atomic.Int64
}

// NewShedder bounds arrivals in work at the same time, and all requests together. Both must be positive.
func NewShedder(arrivals, all int) *Shedder {
	return &Shedder{arrivals: int64(arrivals), all: int64(all)}
}

// Enter reports whether one more request may be worked on; if so, call leave when it is done.
func (s *Shedder) Enter(arrival bool) (leave func(), ok bool) {
	if s.inWork.Add(1) > s.all {
		s.inWork.Add(-1)
		return nil, false
	}
	if !arrival {
		return s.leave, true
	}
	if s.arriving.Add(1) > s.arrivals {
		s.arriving.Add(-1)
		s.inWork.Add(-1)
		return nil, false
	}
	return s.leaveArrival, true
}

func (s *Shedder) leave() { s.inWork.Add(-1) }

func (s *Shedder) leaveArrival() {
	s.arriving.Add(-1)
	s.inWork.Add(-1)
}
