package model

import (
	"context"
	"errors"
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// The verbs that gateways and operators call about the room as a whole.

// Advance implements queue.Store.
func (m *Model) Advance(_ context.Context, w queue.Watermark, s queue.Sample, v queue.Verdict) (f queue.Snapshot, err error) {
	invalid := errors.Join(w.Validate(), s.Validate(), v.Validate())
	w = w.Believed()
	err = m.do("advance", invalid, func(r *room) error {
		if r.behind(&w) {
			return queue.ErrLost
		}
		r.advance(w.Gateway, s, v)
		f = r.snapshot()
		return nil
	})
	return f, err
}

// Settle implements queue.Store.
func (m *Model) Settle(_ context.Context, d queue.Document) (stored queue.Document, err error) {
	err = m.do("settle", d.Validate(), func(r *room) (err error) {
		stored, err = r.settle(d)
		return err
	})
	return stored, err
}

// Reveal implements queue.Store.
func (m *Model) Reveal(_ context.Context, opening string, seed [32]byte) (inForce [32]byte, err error) {
	err = m.do("reveal", nil, func(r *room) (err error) {
		inForce, err = r.reveal(opening, seed)
		return err
	})
	return inForce, err
}

// Snapshot implements queue.Store.
func (m *Model) Snapshot(context.Context) (f queue.Snapshot, err error) {
	err = m.do("snapshot", nil, func(r *room) error {
		f = r.snapshot()
		return nil
	})
	return f, err
}

// Restore implements queue.Store.
func (m *Model) Restore(_ context.Context, w queue.Watermark) error {
	m.shared.mu.Lock()
	defer m.shared.mu.Unlock()
	if err := m.allowed(errors.Join(w.Validate(), w.Document.Validate())); err != nil {
		return fmt.Errorf("model: restore: %w", err)
	}
	w = w.Believed()
	now := m.shared.clock()
	if m.shared.room == nil {
		m.shared.room = begin(now, &w)
		return nil
	}
	m.shared.room.now = now
	m.shared.room.restoreRoom(&w)
	return nil
}

// Close implements queue.Store.
func (m *Model) Close() error {
	m.shared.mu.Lock()
	defer m.shared.mu.Unlock()
	m.shared.closed = true
	return nil
}
