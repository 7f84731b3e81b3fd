package memstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Config is what a store may be given. The zero value keeps the line in memory only.
type Config struct {
	// Timing is required.
	Timing queue.Timing
	// Clock is the time in milliseconds since 1970. The default reads the wall clock once and then the monotonic
	// clock, so that stepping the machine's clock does not move deadlines.
	Clock func() int64
	// Files says where the line is kept over restarts; see Files. Nil keeps nothing.
	Files *Files
}

// Store is one room's line. Safe for concurrent use.
type Store struct {
	clock  func() int64
	timing timing

	mu     sync.Mutex
	room   *room // nil: nothing is known, verbs answer queue.ErrLost
	closed bool
	keeper *keeper // nil without files

	recovery Recovery
}

var _ queue.Store = (*Store)(nil)

// New makes a store, from its files if there are any. Files that are damaged are kept aside and reported through
// Files.Report; the line is then rebuilt from tickets. The error is of the configuration or of a directory
// that cannot be used.
func New(cfg Config) (*Store, error) {
	if err := cfg.Timing.Validate(); err != nil {
		return nil, fmt.Errorf("memory store: %w", err)
	}
	s := &Store{clock: cfg.Clock, timing: newTiming(cfg.Timing)}
	if s.clock == nil {
		s.clock = monotonicClock()
	}
	if cfg.Files == nil {
		return s, nil
	}
	if err := s.openFiles(*cfg.Files); err != nil {
		return nil, fmt.Errorf("memory store: %w", err)
	}
	return s, nil
}

func monotonicClock() func() int64 {
	start := time.Now()
	return func() int64 { return start.Add(time.Since(start)).UnixMilli() }
}

// do runs one verb on the room; invalid is what is wrong with its values, refused before anything else.
func (s *Store) do(ctx context.Context, invalid error, verb func(r *room, now int64) error) error {
	if invalid != nil {
		return invalid
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%w: %w", queue.ErrUnavailable, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return queue.ErrClosed
	case s.room == nil:
		return queue.ErrLost
	}
	return verb(s.room, s.clock())
}

func checkBatch(n int) error {
	if n < 1 || n > queue.MaxBatch {
		return fmt.Errorf("batch of %d entries, want 1 to %d: %w", n, queue.MaxBatch, queue.ErrInvalid)
	}
	return nil
}

func checkPlaces[T any](entries []T, place func(T) queue.Place) error {
	if err := checkBatch(len(entries)); err != nil {
		return err
	}
	for _, e := range entries {
		if p := place(e); !p.Valid() {
			return fmt.Errorf("place %d of epoch %d: %w", p.Number, p.Epoch, queue.ErrInvalid)
		}
	}
	return nil
}

// Join implements queue.Store.
func (s *Store) Join(ctx context.Context, ids []queue.VisitorID) (queue.JoinReply, error) {
	reply := queue.JoinReply{Places: make([]queue.Joined, 0, len(ids))}
	err := s.do(ctx, checkBatch(len(ids)), func(r *room, now int64) error {
		s.keeper.reserve(r, now, len(ids))
		r.fill(now)
		var free int64
		if r.line.len() == 0 && r.front.len() == 0 {
			free = r.allowance(now)
		}
		for _, id := range ids {
			j := r.join(now, id, free > 0)
			if j.State == queue.StateInside {
				free--
			}
			reply.Places = append(reply.Places, j)
		}
		reply.Now, reply.Waiting = now, int64(r.line.len())
		return nil
	})
	if err != nil {
		return queue.JoinReply{}, fmt.Errorf("join: %w", err)
	}
	return reply, nil
}

// standings runs a verb that answers one standing an entry.
func standings[T any](ctx context.Context, s *Store, verb string, entries []T, invalid error,
	one func(r *room, now int64, entry T) queue.Standing,
) (queue.KeepReply, error) {
	reply := queue.KeepReply{Standings: make([]queue.Standing, 0, len(entries))}
	err := s.do(ctx, invalid, func(r *room, now int64) error {
		for _, e := range entries {
			reply.Standings = append(reply.Standings, one(r, now, e))
		}
		reply.Now = now
		return nil
	})
	if err != nil {
		return queue.KeepReply{}, fmt.Errorf("%s: %w", verb, err)
	}
	return reply, nil
}

// Keep implements queue.Store.
func (s *Store) Keep(ctx context.Context, beats []queue.Beat) (queue.KeepReply, error) {
	return standings(ctx, s, "keep", beats,
		checkPlaces(beats, func(b queue.Beat) queue.Place { return b.Place }), (*room).keep)
}

// Claim implements queue.Store.
func (s *Store) Claim(ctx context.Context, places []queue.Place) (queue.KeepReply, error) {
	return standings(ctx, s, "claim", places,
		checkPlaces(places, func(p queue.Place) queue.Place { return p }), (*room).claim)
}

// Renew implements queue.Store.
func (s *Store) Renew(ctx context.Context, stays []queue.Stay) (queue.KeepReply, error) {
	return standings(ctx, s, "renew", stays, checkBatch(len(stays)), (*room).renew)
}

// Finish implements queue.Store.
func (s *Store) Finish(ctx context.Context, ids []queue.VisitorID) error {
	return s.end(ctx, "finish", ids, func(r *room) { r.Finished++ })
}

// Leave implements queue.Store.
func (s *Store) Leave(ctx context.Context, ids []queue.VisitorID) error {
	return s.end(ctx, "leave", ids, func(r *room) { r.Left++ })
}

func (s *Store) end(ctx context.Context, verb string, ids []queue.VisitorID, count func(*room)) error {
	err := s.do(ctx, checkBatch(len(ids)), func(r *room, now int64) error {
		for _, id := range ids {
			if r.end(now, id) {
				count(r)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	return nil
}

// Advance implements queue.Store.
func (s *Store) Advance(ctx context.Context, m queue.Watermark) (queue.Snapshot, error) {
	var f queue.Snapshot
	err := s.do(ctx, m.Validate(), func(r *room, now int64) error {
		if r.behind(m) {
			return queue.ErrLost
		}
		r.note(now, m.Gateway)
		r.advance(now)
		f = r.snapshot(now)
		return nil
	})
	if err != nil {
		return queue.Snapshot{}, fmt.Errorf("advance: %w", err)
	}
	return f, nil
}

// Snapshot implements queue.Store.
func (s *Store) Snapshot(ctx context.Context) (queue.Snapshot, error) {
	var f queue.Snapshot
	err := s.do(ctx, nil, func(r *room, now int64) error {
		f = r.snapshot(now)
		return nil
	})
	if err != nil {
		return queue.Snapshot{}, fmt.Errorf("snapshot: %w", err)
	}
	return f, nil
}

// Control implements queue.Store. With files, the change is on disk when Control answers.
func (s *Store) Control(ctx context.Context, c queue.Control) (queue.Control, error) {
	now := c
	err := s.do(ctx, c.Validate(), func(r *room, at int64) error {
		if c.Version != r.Control.Version {
			now = r.Control
			return queue.ErrConflict
		}
		r.fill(at)
		now.Version++
		r.Control = now
		s.keeper.saveMarks(r, at)
		return nil
	})
	if err != nil {
		return now, fmt.Errorf("control: %w", err)
	}
	return now, nil
}

// Restore implements queue.Store.
func (s *Store) Restore(_ context.Context, m queue.Watermark) error {
	if err := errors.Join(m.Validate(), m.Control.Validate()); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return queue.ErrClosed
	}
	now, fresh := s.clock(), s.room == nil
	if fresh {
		s.room = newRoom(s.timing)
	}
	if fresh {
		// Of a line whose files are gone, the note is what is remembered.
		note := s.keeper.noted()
		m.Epoch, m.Ceiling = max(m.Epoch, note.begun), max(m.Ceiling, note.reserved)
	}
	s.room.adopt(now, m, fresh)
	if fresh && s.recovery.Damaged != nil {
		// There was a line whose files are gone: give its tickets a full poll interval to come back.
		s.room.Hold = max(s.room.Hold, now+s.timing.hold)
	}
	s.keeper.saveMarks(s.room, now)
	return nil
}

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
