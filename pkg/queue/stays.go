package queue

import (
	"maps"
	"slices"
	"sync"
)

// stays remembers who is inside, as far as this process knows. A store that has lost the room knows of nobody, and would
// let as many in once more; so it is told of all of them before anybody is called.
type stays struct {
	mu    sync.Mutex
	inner map[VisitorID]renewal // the last that the store was to hear of
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
		s.inner = nil // the space of a crowd
	}
}

// all are the last renewals of those inside.
func (s *stays) all() []renewal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.inner))
}

// inside notes a stay that began or went on at now.
func (r *Room) inside(id VisitorID, limit int64) {
	r.stays.note(renewal{Stay{Visitor: id, Cap: limit}, r.Now()}, r.cfg.Visitors)
}

// recall puts everybody who is inside into the outbox: the store has lost the room.
func (r *Room) recall() {
	for _, c := range r.stays.all() {
		if c.at+r.cfg.Timing.Idle.Milliseconds() > r.Now() {
			r.outbox.keep(r.late(c))
		}
	}
	r.outbox.signal(true)
}
