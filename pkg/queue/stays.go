package queue

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
)

// stays remembers the stays that this process knows of, each with its last request. A store that has lost the room knows none
// of them and would let as many visitors in once more, so all of them are sent to it before a place is called. Times are those
// of Room.Now.
type stays struct {
	mu    sync.Mutex
	inner map[VisitorID]Stay
	swept int64 // ms
}

// sweepEvery is how often stays that are over are forgotten, in ms.
const sweepEvery = 10_000

// note remembers a request of a stay, unless most visitors are remembered already.
func (s *stays) note(c Stay, most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inner == nil {
		s.inner = map[VisitorID]Stay{}
	}
	if _, known := s.inner[c.Visitor]; known || len(s.inner) < most {
		s.inner[c.Visitor] = c
	}
}

// may reports whether a stay is remembered, or may be one that there was no room for.
func (s *stays) may(id VisitorID, most int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, known := s.inner[id]
	return known || len(s.inner) >= most
}

func (s *stays) forget(id VisitorID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.inner, id)
}

// sweep forgets the stays that are over at now because the last request was idle before.
func (s *stays) sweep(now, idle int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now-s.swept < sweepEvery && now >= s.swept {
		return
	}
	s.swept = now
	maps.DeleteFunc(s.inner, func(_ VisitorID, c Stay) bool { return c.At+idle <= now })
	if len(s.inner) == 0 {
		s.inner = nil // frees the space that a crowd needed
	}
}

// all are the visitors inside with their last requests.
func (s *stays) all() []Stay {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.inner))
}

// recall tells a store that has lost the room of every stay that this process knows. What cannot be told now goes with the
// renewals that are pending.
func (r *Room) recall(ctx context.Context) error {
	idle, from := r.timing().Idle.Milliseconds(), r.view.Load().staysFrom
	stays := slices.DeleteFunc(r.stays.all(), func(c Stay) bool { return c.At+idle <= r.Now() || c.Started < from })
	for len(stays) > 0 {
		batch := stays[:min(len(stays), MaxBatch)]
		var reply KeepReply
		err := r.call(ctx, func(ctx context.Context) error {
			var err error
			reply, err = r.renewBatch(ctx, batch)
			return err
		})
		if err != nil {
			for _, c := range stays {
				r.outbox.keep(c)
			}
			r.outbox.signal(true)
			if errors.Is(err, ErrUnavailable) {
				return nil // it was restored; what comes next finds out whether it is there
			}
			return err
		}
		for i, s := range reply.Standings {
			r.renewed(batch[i], s)
		}
		stays = stays[len(batch):]
	}
	return nil
}
