package model

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/einlass/einlass/pkg/queue"
)

// Model implements queue.Store for one room. Safe for concurrent use.
type Model struct {
	shared *shared
	format int
}

// shared is what all releases that use one store see.
type shared struct {
	clock func() int64

	mu     sync.Mutex
	room   *room // nil: the store has no room
	closed bool
}

var _ queue.Store = (*Model)(nil)

// New makes a model without a room. clock tells store milliseconds.
func New(clock func() int64) *Model {
	return &Model{shared: &shared{clock: clock}, format: queue.Format}
}

// Release is the same store as a release sees it that reads rooms up to a format.
func (m *Model) Release(format int) *Model { return &Model{shared: m.shared, format: format} }

// Lose forgets the room.
func (m *Model) Lose() {
	m.shared.mu.Lock()
	defer m.shared.mu.Unlock()
	m.shared.room = nil
}

// do runs one verb on the room. Nothing is changed unless verb is called.
func (m *Model) do(name string, invalid error, verb func(r *room) error) error {
	m.shared.mu.Lock()
	defer m.shared.mu.Unlock()
	err := m.allowed(invalid)
	if err == nil && m.shared.room == nil {
		err = queue.ErrLost
	}
	if err == nil {
		m.shared.room.now = m.shared.clock()
		err = verb(m.shared.room)
	}
	if err != nil {
		return fmt.Errorf("model: %s: %w", name, err)
	}
	return nil
}

// allowed is why no verb may be done at all.
func (m *Model) allowed(invalid error) error {
	switch r := m.shared.room; {
	case invalid != nil:
		return invalid
	case m.shared.closed:
		return queue.ErrClosed
	case r != nil && r.format > m.format:
		return queue.ErrFormat
	}
	return nil
}

// check validates a batch before anything changes.
func check[T any](batch []T, validate func(*T) error) error {
	if len(batch) < 1 || len(batch) > queue.MaxBatch {
		return fmt.Errorf("batch of %d: %w", len(batch), queue.ErrInvalid)
	}
	for i := range batch {
		if err := validate(&batch[i]); err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
	}
	return nil
}

func checkPlace(p *queue.Place) error {
	if !p.Valid() {
		return fmt.Errorf("place %+v: %w", *p, queue.ErrInvalid)
	}
	return nil
}

func checkVisitor(id *queue.VisitorID) error {
	if *id == (queue.VisitorID{}) {
		return fmt.Errorf("no id: %w", queue.ErrInvalid)
	}
	return nil
}

// Join implements queue.Store.
func (m *Model) Join(_ context.Context, arrivals []queue.Arrival) (reply queue.JoinReply, err error) {
	err = m.do("join", check(arrivals, (*queue.Arrival).Validate), func(r *room) error {
		reply = queue.JoinReply{Now: r.now, Places: r.joinAll(arrivals)}
		return nil
	})
	return reply, err
}

// Keep implements queue.Store.
func (m *Model) Keep(_ context.Context, mapping uint64, beats []queue.Beat) (reply queue.KeepReply, err error) {
	err = m.do("keep", check(beats, (*queue.Beat).Validate), func(r *room) error {
		if mapping > r.opening.Mapping {
			return queue.ErrLost
		}
		reply.Now = r.now
		for _, b := range beats {
			reply.Standings = append(reply.Standings, r.keep(mapping, b))
		}
		return nil
	})
	return reply, err
}

// Claim implements queue.Store.
func (m *Model) Claim(_ context.Context, mapping uint64, places []queue.Place) (reply queue.KeepReply, err error) {
	err = m.do("claim", check(places, checkPlace), func(r *room) error {
		if mapping > r.opening.Mapping {
			return queue.ErrLost
		}
		reply = queue.KeepReply{Now: r.now, Standings: r.claimAll(mapping, places)}
		return nil
	})
	return reply, err
}

// Renew implements queue.Store.
func (m *Model) Renew(_ context.Context, stays []queue.Stay) (reply queue.KeepReply, err error) {
	err = m.do("renew", check(stays, (*queue.Stay).Validate), func(r *room) error {
		reply.Now = r.now
		for _, s := range stays {
			reply.Standings = append(reply.Standings, r.renew(s))
		}
		return nil
	})
	return reply, err
}

// Report implements queue.Store.
func (m *Model) Report(_ context.Context, teller queue.Tally, outcomes []queue.Outcome) (reply queue.Reported, err error) {
	invalid := errors.Join(teller.Validate(), check(outcomes, (*queue.Outcome).Validate))
	err = m.do("report", invalid, func(r *room) (err error) {
		reply, err = r.reportAll(teller, outcomes)
		return err
	})
	return reply, err
}

// Leave implements queue.Store.
func (m *Model) Leave(_ context.Context, ids []queue.VisitorID) error {
	return m.do("leave", check(ids, checkVisitor), func(r *room) error {
		for _, id := range ids {
			r.leave(id, queue.ReasonLeft)
		}
		return nil
	})
}

// Find implements queue.Store.
func (m *Model) Find(_ context.Context, o queue.Order) (found queue.Found, err error) {
	err = m.do("find", nil, func(r *room) (err error) {
		found, err = r.find(o)
		return err
	})
	return found, err
}

// Move implements queue.Store.
func (m *Model) Move(_ context.Context, move queue.Move) (moved queue.Moved, err error) {
	err = m.do("move", move.Validate(), func(r *room) (err error) {
		moved, err = r.move(move)
		return err
	})
	return moved, err
}
