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
	inner map[VisitorID]remembered
	swept int64       // ms
	owed  []VisitorID // who has booked, of which a store that has lost the room is to be told
}

// remembered is a stay. booked: the store has counted what it booked, so that it uses no slot by being inside.
type remembered struct {
	Stay
	booked bool
}

// sweepEvery is how often stays that are over are forgotten, in ms.
const sweepEvery = 10_000

// note remembers a request of a stay, unless most visitors are remembered already.
func (s *stays) note(c Stay, most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inner == nil {
		s.inner = map[VisitorID]remembered{}
	}
	if old, known := s.inner[c.Visitor]; known || len(s.inner) < most {
		s.inner[c.Visitor] = remembered{c, old.booked}
	}
}

// may reports whether a stay is remembered, or may be one that there was no room for.
func (s *stays) may(id VisitorID, most int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, known := s.inner[id]
	return known || len(s.inner) >= most
}

// booked notes which of them have booked by what the store was told.
func (s *stays) booked(outcomes []Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range outcomes {
		if c, known := s.inner[outcomes[i].Visitor]; known && outcomes[i].Kind == Booked {
			c.booked = true
			s.inner[c.Visitor] = c
		}
	}
}

// owe lets the store be told again who has booked.
func (s *stays) owe() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.owed = nil
	for id, c := range s.inner {
		if c.booked {
			s.owed = append(s.owed, id)
		}
	}
}

// due takes out whom the store is to be told of, at most n, and leaves out those who are not inside any more.
func (s *stays) due(n int) (ids []VisitorID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.owed) > 0 && len(ids) < n {
		if _, known := s.inner[s.owed[0]]; known {
			ids = append(ids, s.owed[0])
		}
		s.owed = s.owed[1:]
	}
	return ids
}

// keepDue puts back whom the store could not be told of.
func (s *stays) keepDue(ids []VisitorID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.owed = append(s.owed, ids...)
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
	maps.DeleteFunc(s.inner, func(_ VisitorID, c remembered) bool { return c.At+idle <= now })
	if len(s.inner) == 0 {
		s.inner = nil // frees the space that a crowd needed
	}
}

// all are the visitors inside with their last requests.
func (s *stays) all() []Stay {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Stay, 0, len(s.inner))
	for _, c := range s.inner {
		all = append(all, c.Stay)
	}
	return all
}

// recall tells a store that has lost the room of every stay that this process knows. What cannot be told now goes with the
// renewals that are pending.
func (r *Room) recall(ctx context.Context) error {
	idle := r.timing().Idle.Milliseconds()
	stays := slices.DeleteFunc(r.stays.all(), func(c Stay) bool { return c.At+idle <= r.Now() })
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

// remind tells a store that has lost the room which of the stays that came back have booked. Their bookings are counted again already,
// so each of them would use two slots until it ends. It goes behind the bookings and the stays: before its booking is counted a stay
// that was served would use none.
func (r *Room) remind(ctx context.Context) error {
	for {
		ids := r.stays.due(MaxBatch)
		if len(ids) == 0 {
			return nil
		}
		outcomes := make([]Outcome, len(ids))
		for i, id := range ids {
			outcomes[i] = Outcome{Kind: Booked, Visitor: id, Ref: reminder(id)}
		}
		// Not again after a rebuild within: what was booked may have to be told before.
		err := r.call(ctx, func(ctx context.Context) error { return r.store.Report(ctx, outcomes) })
		switch {
		case errors.Is(err, ErrUnavailable), errors.Is(err, ErrLost):
			r.stays.keepDue(ids)
			return ErrUnavailable
		case err != nil:
			r.cfg.OnEvent(Event{Kind: EventError, Err: err})
		}
	}
}

// reminder is the reference of a visitor's booking of nothing. It is none that a site or another visitor has.
func reminder(id VisitorID) Code {
	ref := Code(id)
	for i := range ref {
		ref[i] ^= 0xa5
	}
	return ref
}
