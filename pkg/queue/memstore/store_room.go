package memstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// The verbs that gateways and operators call about the room as a whole.

// Advance implements queue.Store.
func (s *Store) Advance(ctx context.Context, w queue.Watermark, m queue.Sample, v queue.Verdict) (f queue.Snapshot, err error) {
	invalid := errors.Join(w.Validate(), m.Validate(), v.Validate())
	w = w.Believed()
	err = s.do(ctx, "advance", invalid, func(r *room) error {
		if r.behind(&w) {
			return queue.ErrLost
		}
		cursor := r.Opening.Cursor
		r.advance(w.Gateway, m, v)
		if r.Opening.Cursor != cursor {
			s.keeper.saveMarks(r)
		}
		f = r.snapshot()
		return nil
	})
	return f, err
}

// Snapshot implements queue.Store.
func (s *Store) Snapshot(ctx context.Context) (f queue.Snapshot, err error) {
	err = s.do(ctx, "snapshot", nil, func(r *room) error {
		f = r.snapshot()
		return nil
	})
	return f, err
}

// Settle implements queue.Store. With files, the change is on disk when Settle answers.
func (s *Store) Settle(ctx context.Context, d queue.Document) (stored queue.Document, err error) {
	err = s.do(ctx, "settle", d.Validate(), func(r *room) (err error) {
		if stored, err = r.settle(d); err == nil {
			s.keeper.saveMarks(r)
		}
		return err
	})
	return stored, err
}

// Reveal implements queue.Store. With files, the seed is on disk when Reveal answers.
func (s *Store) Reveal(ctx context.Context, opening string, seed [32]byte) (inForce [32]byte, err error) {
	err = s.do(ctx, "reveal", nil, func(r *room) (err error) {
		if inForce, err = r.reveal(opening, seed); err == nil {
			s.keeper.saveMarks(r)
		}
		return err
	})
	return inForce, err
}

// Restore implements queue.Store.
func (s *Store) Restore(ctx context.Context, m queue.Watermark) error {
	invalid := errors.Join(m.Validate(), m.Document.Validate())
	m = m.Believed()
	if err := s.restore(&m, invalid); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

func (s *Store) restore(m *queue.Watermark, invalid error) error {
	if invalid != nil {
		return invalid
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.allowed(); err != nil {
		return err
	}
	now := s.clock()
	switch {
	case s.room != nil:
		s.room.now = now
		s.room.restoreRoom(m)
	case s.before != nil:
		s.takeOverBefore(now, m)
	default:
		s.beginRoom(now, m)
	}
	s.keeper.saveMarks(s.room)
	return nil
}

// beginRoom makes a room of which the files know nothing but, perhaps, which epochs there were.
func (s *Store) beginRoom(now int64, m *queue.Watermark) {
	note := s.keeper.noted()
	m.Epoch = max(m.Epoch, note.begun)
	m.Ceiling = max(m.Ceiling, queue.Carried(note.reserved))
	s.room = begin(now, m)
	if s.recovery.Damaged != nil {
		// There was a line whose files are gone: give its tickets a full poll interval to come back.
		s.room.Hold = max(s.room.Hold, now+s.room.t.hold)
	}
	if s.keeper != nil {
		s.room.track(s.keeper.changed)
	}
}

// takeOverBefore takes a line of the release before over. Its places are written before its marks: alone they are the whole
// line, marks alone would be half of it.
func (s *Store) takeOverBefore(now int64, m *queue.Watermark) {
	k := s.keeper
	s.begin(s.before.room(now, m.Document, k.note, k.changed))
	s.before = nil
	s.room.restoreRoom(m)
	k.report(s.savePlaces(unlocked{}))
}

// unlocked is the lock of a caller that holds it.
type unlocked struct{}

func (unlocked) Lock()   {}
func (unlocked) Unlock() {}

// Close saves the line, if it has files, and releases it. The error says what could not be saved.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	return s.keeper.close(s)
}
