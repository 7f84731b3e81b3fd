package queuetest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// Model is queue.Store's documentation written down as plainly as possible: maps for the sets, sorted whenever an
// order is needed. It is slow, and meant to be read beside the documentation. Safe for concurrent use.
type Model struct {
	timing millis
	clock  *Clock

	mu     sync.Mutex
	room   *room // nil: the store has no room
	closed bool
}

var _ queue.Store = (*Model)(nil)

// NewModel makes a model without a room. The error is of the timing.
func NewModel(timing queue.Timing, clock *Clock) (*Model, error) {
	if err := timing.Validate(); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return &Model{timing: millisOf(timing), clock: clock}, nil
}

// ModelFactory makes models, for the places where a store of one's own is compared with the specification.
func ModelFactory(t testing.TB, timing queue.Timing, clock *Clock) Subject {
	t.Helper()
	m, err := NewModel(timing, clock)
	if err != nil {
		t.Fatal(err)
	}
	return Subject{Store: m, Lose: m.Lose}
}

// Lose forgets the room.
func (m *Model) Lose() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.room = nil
}

// millis is queue.Timing in milliseconds.
type millis struct{ absent, window, idle, life, hold, grace int64 }

func millisOf(t queue.Timing) millis {
	return millis{
		absent: t.Absent.Milliseconds(), window: t.ClaimWindow.Milliseconds(), idle: t.Idle.Milliseconds(),
		life: t.TicketLife.Milliseconds(), hold: t.Hold.Milliseconds(), grace: t.Grace.Milliseconds(),
	}
}

// do runs one verb on the room. Nothing is changed unless verb is called.
func (m *Model) do(name string, invalid error, verb func(r *room, now int64) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	err := invalid
	switch {
	case invalid != nil:
	case m.closed:
		err = queue.ErrClosed
	case m.room == nil:
		err = queue.ErrLost
	default:
		err = verb(m.room, m.clock.Now())
	}
	if err != nil {
		return fmt.Errorf("model: %s: %w", name, err)
	}
	return nil
}

func checkBatch(n int) error {
	if n < 1 || n > queue.MaxBatch {
		return fmt.Errorf("batch of %d: %w", n, queue.ErrInvalid)
	}
	return nil
}

func checkPlaces(places []queue.Place) error {
	for _, p := range places {
		if !p.Valid() {
			return fmt.Errorf("place %+v: %w", p, queue.ErrInvalid)
		}
	}
	return checkBatch(len(places))
}

// Join implements queue.Store.
func (m *Model) Join(_ context.Context, ids []queue.VisitorID) (reply queue.JoinReply, err error) {
	err = m.do("join", checkBatch(len(ids)), func(r *room, now int64) error {
		reply = r.joinAll(now, ids)
		return nil
	})
	return reply, err
}

// Keep implements queue.Store.
func (m *Model) Keep(_ context.Context, beats []queue.Beat) (queue.KeepReply, error) {
	places := make([]queue.Place, len(beats))
	for i, b := range beats {
		places[i] = b.Place
	}
	return standings(m, "keep", checkPlaces(places), beats, (*room).keep)
}

// Claim implements queue.Store.
func (m *Model) Claim(_ context.Context, places []queue.Place) (queue.KeepReply, error) {
	return standings(m, "claim", checkPlaces(places), places, (*room).claim)
}

// Renew implements queue.Store.
func (m *Model) Renew(_ context.Context, stays []queue.Stay) (queue.KeepReply, error) {
	return standings(m, "renew", checkBatch(len(stays)), stays, (*room).renew)
}

func standings[T any](m *Model, name string, invalid error, entries []T,
	one func(*room, int64, T) queue.Standing,
) (reply queue.KeepReply, err error) {
	err = m.do(name, invalid, func(r *room, now int64) error {
		reply.Now = now
		for _, e := range entries {
			reply.Standings = append(reply.Standings, one(r, now, e))
		}
		return nil
	})
	return reply, err
}

// Finish implements queue.Store.
func (m *Model) Finish(_ context.Context, ids []queue.VisitorID) error {
	return m.do("finish", checkBatch(len(ids)), func(r *room, now int64) error {
		r.finished += r.end(now, ids)
		return nil
	})
}

// Leave implements queue.Store.
func (m *Model) Leave(_ context.Context, ids []queue.VisitorID) error {
	return m.do("leave", checkBatch(len(ids)), func(r *room, now int64) error {
		r.left += r.end(now, ids)
		return nil
	})
}

// Advance implements queue.Store.
func (m *Model) Advance(_ context.Context, w queue.Watermark) (f queue.Snapshot, err error) {
	err = m.do("advance", w.Validate(), func(r *room, now int64) error {
		if r.behind(w) {
			return queue.ErrLost
		}
		r.advance(now, w.Gateway)
		f = r.snapshot(now)
		return nil
	})
	return f, err
}

// Control implements queue.Store.
func (m *Model) Control(_ context.Context, c queue.Control) (current queue.Control, err error) {
	err = m.do("control", c.Validate(), func(r *room, now int64) error {
		if c.Version != r.control.Version {
			current = r.control
			return queue.ErrConflict
		}
		r.fill(now)
		r.control = c
		r.control.Version++
		current = r.control
		return nil
	})
	return current, err
}

// Snapshot implements queue.Store.
func (m *Model) Snapshot(context.Context) (f queue.Snapshot, err error) {
	err = m.do("snapshot", nil, func(r *room, now int64) error {
		f = r.snapshot(now)
		return nil
	})
	return f, err
}

// Restore implements queue.Store.
func (m *Model) Restore(_ context.Context, w queue.Watermark) error {
	if err := errors.Join(w.Validate(), w.Control.Validate()); err != nil {
		return fmt.Errorf("model: restore: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return fmt.Errorf("model: restore: %w", queue.ErrClosed)
	}
	now := m.clock.Now()
	switch r := m.room; {
	case r == nil:
		m.room = begin(m.timing, now, w)
	case r.behind(w):
		r.heal(now, w)
	default:
		r.learn(w)
	}
	return nil
}

// Close implements queue.Store.
func (m *Model) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}

// byOrder is the visitors of a set in the order they are called: by order, then by id.
func byOrder(set map[queue.VisitorID]waiting) []queue.VisitorID {
	type place struct {
		order queue.Order
		id    queue.VisitorID
	}
	var places []place
	for id, w := range set {
		places = append(places, place{w.order, id})
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(cmp.Compare(a.order, b.order), byID(a.id, b.id)) })
	ids := make([]queue.VisitorID, len(places))
	for i, p := range places {
		ids[i] = p.id
	}
	return ids
}

// byTime is the visitors of a set by time, then by id.
func byTime(set map[queue.VisitorID]int64) []queue.VisitorID {
	return slices.SortedFunc(maps.Keys(set), func(a, b queue.VisitorID) int {
		return cmp.Or(cmp.Compare(set[a], set[b]), byID(a, b))
	})
}

func byID(a, b queue.VisitorID) int { return bytes.Compare(a[:], b[:]) }
