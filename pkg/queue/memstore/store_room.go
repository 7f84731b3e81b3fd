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
	err = s.do(ctx, "advance", invalid, func(r *room) error {
		if r.behind(&w) {
			return queue.ErrLost
		}
		r.advance(w.Gateway, m, v)
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
		stored, err = r.settle(d)
		return err
	})
	return stored, err
}

// Reveal implements queue.Store. With files, the seed is on disk when Reveal answers.
func (s *Store) Reveal(ctx context.Context, opening string, seed [32]byte) (inForce [32]byte, err error) {
	err = s.do(ctx, "reveal", nil, func(r *room) (err error) {
		inForce, err = r.reveal(opening, seed)
		return err
	})
	return inForce, err
}

// Restore implements queue.Store.
func (s *Store) Restore(ctx context.Context, m queue.Watermark) error {
	if err := s.restore(&m, errors.Join(m.Validate(), m.Document.Validate())); err != nil {
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
	if s.room == nil {
		s.room = begin(now, m)
	} else {
		s.room.now = now
		s.room.restoreRoom(m)
	}
	return nil
}

// Close saves the line, if it has files, and releases it. The error says what could not be saved.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}
