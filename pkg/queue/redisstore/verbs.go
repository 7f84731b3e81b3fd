package redisstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// Join implements queue.Store.
func (s *Store) Join(ctx context.Context, ids []queue.VisitorID) (queue.JoinReply, error) {
	reply, err := s.join(ctx, ids)
	if err != nil {
		return queue.JoinReply{}, fmt.Errorf("join: %w", err)
	}
	return reply, nil
}

func (s *Store) join(ctx context.Context, ids []queue.VisitorID) (queue.JoinReply, error) {
	if err := checkBatch(len(ids)); err != nil {
		return queue.JoinReply{}, err
	}
	r, err := s.call(ctx, s.scripts.join, packVisitors(ids))
	if err != nil {
		return queue.JoinReply{}, err
	}
	return r.joined(ids)
}

// Keep implements queue.Store.
func (s *Store) Keep(ctx context.Context, beats []queue.Beat) (queue.KeepReply, error) {
	return s.standings(ctx, "keep", s.scripts.keep, len(beats), func() ([]byte, error) { return packBeats(beats) })
}

// Claim implements queue.Store.
func (s *Store) Claim(ctx context.Context, places []queue.Place) (queue.KeepReply, error) {
	return s.standings(ctx, "claim", s.scripts.claim, len(places), func() ([]byte, error) { return packPlaces(places) })
}

// Renew implements queue.Store.
func (s *Store) Renew(ctx context.Context, stays []queue.Stay) (queue.KeepReply, error) {
	return s.standings(ctx, "renew", s.scripts.renew, len(stays), func() ([]byte, error) { return packStays(stays), nil })
}

// standings runs a verb that answers one standing an entry.
func (s *Store) standings(
	ctx context.Context, verb string, sc script, n int, pack func() ([]byte, error),
) (queue.KeepReply, error) {
	reply, err := func() (queue.KeepReply, error) {
		if err := checkBatch(n); err != nil {
			return queue.KeepReply{}, err
		}
		batch, err := pack()
		if err != nil {
			return queue.KeepReply{}, err
		}
		r, err := s.call(ctx, sc, batch)
		if err != nil {
			return queue.KeepReply{}, err
		}
		return r.standings(n)
	}()
	if err != nil {
		return queue.KeepReply{}, fmt.Errorf("%s: %w", verb, err)
	}
	return reply, nil
}

// Finish implements queue.Store.
func (s *Store) Finish(ctx context.Context, ids []queue.VisitorID) error {
	return s.end(ctx, "finish", s.scripts.finish, ids)
}

// Leave implements queue.Store.
func (s *Store) Leave(ctx context.Context, ids []queue.VisitorID) error {
	return s.end(ctx, "leave", s.scripts.leave, ids)
}

func (s *Store) end(ctx context.Context, verb string, sc script, ids []queue.VisitorID) error {
	err := checkBatch(len(ids))
	if err == nil {
		_, err = s.call(ctx, sc, packVisitors(ids))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	return nil
}

// counts begins the names of gateways whose scripts count the keys of the room, so that a missing key is noticed. The scripts of
// earlier releases do not count them, and while such a gateway runs nothing is concluded from the count.
const counts = "k:"

// Advance implements queue.Store.
func (s *Store) Advance(ctx context.Context, m queue.Watermark) (queue.Snapshot, error) {
	if err := m.Validate(); err != nil {
		return queue.Snapshot{}, fmt.Errorf("advance: %w", err)
	}
	if m.Gateway != "" {
		m.Gateway = counts + m.Gateway
	}
	return s.snapshot(ctx, "advance", s.scripts.advance, m.Gateway, m.Epoch, m.Last, uint64(m.Head))
}

// Snapshot implements queue.Store.
func (s *Store) Snapshot(ctx context.Context) (queue.Snapshot, error) {
	return s.snapshot(ctx, "snapshot", s.scripts.snapshot)
}

func (s *Store) snapshot(ctx context.Context, verb string, sc script, args ...any) (queue.Snapshot, error) {
	r, err := s.call(ctx, sc, args...)
	var f queue.Snapshot
	if err == nil {
		f, err = r.snapshot()
	}
	if err != nil {
		return queue.Snapshot{}, fmt.Errorf("%s: %w", verb, err)
	}
	return f, nil
}

// Control implements queue.Store. With any error but queue.ErrConflict the document is c, which may or may not be
// in force.
func (s *Store) Control(ctx context.Context, c queue.Control) (queue.Control, error) {
	now, err := s.control(ctx, c)
	if err != nil {
		return now, fmt.Errorf("control: %w", err)
	}
	return now, nil
}

func (s *Store) control(ctx context.Context, c queue.Control) (queue.Control, error) {
	if err := c.Validate(); err != nil {
		return c, err
	}
	r, err := s.call(ctx, s.scripts.control, packControl(c)...)
	switch {
	case errors.Is(err, queue.ErrConflict):
		current := r.control()
		if broken := r.end(); broken != nil {
			return c, broken
		}
		return current, err
	case err != nil:
		return c, err
	}
	version := r.int()
	if err := r.end(); err != nil {
		return c, err
	}
	c.Version = version
	return c, nil
}

// Restore implements queue.Store.
func (s *Store) Restore(ctx context.Context, m queue.Watermark) error {
	err := errors.Join(m.Validate(), m.Control.Validate())
	if err == nil {
		args := []any{m.Epoch, m.Last, uint64(m.Head), m.HeadNumber, m.Ceiling}
		_, err = s.call(ctx, s.scripts.restore, append(args, packControl(m.Control)...)...)
	}
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}
