package queue

import (
	"maps"
	"slices"
	"sync"
)

// stays remembers the stays that this process knows of. A store that has lost the room knows none of them and would let as
// many visitors in once more, so all of them are sent to it before a place is called.
type stays struct {
	mu    sync.Mutex
	inner map[VisitorID]renewal // the last one queued for the store
	swept int64                 // ms
}

// sweepEvery is how often stays that are over are forgotten, in ms.
const sweepEvery = 10_000

// note remembers a renewal, unless most visitors are remembered already.
func (s *stays) note(c renewal, most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inner == nil {
		s.inner = map[VisitorID]renewal{}
	}
	if _, known := s.inner[c.Visitor]; known || len(s.inner) < most {
		s.inner[c.Visitor] = c
	}
}

func (s *stays) forget(id VisitorID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.inner, id)
}

// sweep forgets the stays that are over at now because the last renewal was idle before.
func (s *stays) sweep(now, idle int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now-s.swept < sweepEvery && now >= s.swept {
		return
	}
	s.swept = now
	maps.DeleteFunc(s.inner, func(_ VisitorID, c renewal) bool { return c.at+idle <= now })
	if len(s.inner) == 0 {
		s.inner = nil // frees the space that a crowd needed
	}
}

// all are the last renewals of the visitors inside.
func (s *stays) all() []renewal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.inner))
}

// inside notes a stay that began or went on at now.
func (r *Room) inside(id VisitorID, limit int64) {
	r.stays.note(renewal{Stay{Visitor: id, Cap: limit}, r.Now()}, r.cfg.Visitors)
}

// recall puts a renewal of every known stay into the outbox, for a store that has lost the room.
func (r *Room) recall() {
	for _, c := range r.stays.all() {
		if c.at+r.cfg.Timing.Idle.Milliseconds() > r.Now() {
			r.outbox.keep(r.late(c))
		}
	}
	r.outbox.signal(true)
}
