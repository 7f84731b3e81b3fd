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
	// Clock is the time in milliseconds since 1970. The default reads the wall clock once and then the monotonic
	// clock, so that stepping the machine's clock does not move deadlines.
	Clock func() int64
	// Files says where the line is kept over restarts; see Files. Nil keeps nothing.
	Files *Files
}

// Store is one room's line. Safe for concurrent use.
type Store struct {
	*line
	format int
}

// line is what all releases that use one store see.
type line struct {
	clock func() int64
	wall  bool // clock is the time of day

	mu     sync.Mutex
	room   *room // nil: nothing is known, verbs answer queue.ErrLost
	closed bool
	keeper *keeper // nil without files
	unkept bool    // files were wanted, and the disk failed
	before *before // what the first Restore takes over
	from   int64   // no number is given before
	seal   Seal    // of the files, when they have been closed

	recovery Recovery
}

var _ queue.Store = (*Store)(nil)

// New makes a store, from its files if there are any. Files that are damaged are kept aside and reported through
// Recovery; the line is then rebuilt from tickets. The error is of the configuration or of a directory that cannot be used.
func New(cfg Config) (*Store, error) {
	s := &Store{line: &line{clock: cfg.Clock}, format: queue.Format}
	if s.clock == nil {
		s.clock, s.wall = monotonicClock(), true
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
func (s *Store) do(ctx context.Context, name string, invalid error, verb func(r *room) error) error {
	err := s.verb(ctx, invalid, verb)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (s *Store) verb(ctx context.Context, invalid error, verb func(r *room) error) error {
	if invalid != nil {
		return invalid
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%w: %w", queue.ErrUnavailable, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.allowed(); err != nil {
		return err
	}
	if s.room == nil {
		return queue.ErrLost
	}
	s.room.now = s.clock()
	return verb(s.room)
}

// allowed is why no verb may be done at all.
func (s *Store) allowed() error {
	switch {
	case s.closed:
		return queue.ErrClosed
	case s.room != nil && s.room.Format > s.format:
		return queue.ErrFormat
	}
	return nil
}

// check validates a batch before anything changes.
func check[T any](batch []T, validate func(*T) error) error {
	if len(batch) < 1 || len(batch) > queue.MaxBatch {
		return fmt.Errorf("batch of %d entries, want 1 to %d: %w", len(batch), queue.MaxBatch, queue.ErrInvalid)
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
		return fmt.Errorf("place %d of epoch %d: %w", p.Number, p.Epoch, queue.ErrInvalid)
	}
	return nil
}

func checkVisitor(id *queue.VisitorID) error {
	if *id == (queue.VisitorID{}) {
		return fmt.Errorf("no id: %w", queue.ErrInvalid)
	}
	return nil
}

// Join implements queue.Store. With files and a quota, those who go straight in are on disk when Join answers.
func (s *Store) Join(ctx context.Context, arrivals []queue.Arrival) (reply queue.JoinReply, err error) {
	invalid := check(arrivals, (*queue.Arrival).Validate)
	if invalid == nil {
		s.wait(ctx)
	}
	err = s.sell(ctx, "join", invalid, func(r *room) error {
		s.keeper.reserveFor(r, len(arrivals))
		reply = queue.JoinReply{Now: r.now, Places: r.joinAll(arrivals)}
		return nil
	})
	return reply, err
}

// wait waits for the second from which on the epoch of this start gives numbers, or until ctx ends, which do then finds out.
func (s *Store) wait(ctx context.Context) {
	s.mu.Lock()
	left := time.Duration(s.from-s.clock()) * time.Millisecond
	s.mu.Unlock()
	if left <= 0 {
		return
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Keep implements queue.Store.
func (s *Store) Keep(ctx context.Context, mapping uint64, beats []queue.Beat) (reply queue.KeepReply, err error) {
	err = s.do(ctx, "keep", check(beats, (*queue.Beat).Validate), func(r *room) error {
		if mapping > r.Opening.Mapping {
			return queue.ErrLost
		}
		reply = queue.KeepReply{Now: r.now, Standings: make([]queue.Standing, len(beats))}
		for i := range beats {
			reply.Standings[i] = r.keep(mapping, &beats[i])
		}
		return nil
	})
	return reply, err
}

// Claim implements queue.Store. With files and a quota, those who enter are on disk when Claim answers.
func (s *Store) Claim(ctx context.Context, mapping uint64, places []queue.Place) (reply queue.KeepReply, err error) {
	err = s.sell(ctx, "claim", check(places, checkPlace), func(r *room) error {
		if mapping > r.Opening.Mapping {
			return queue.ErrLost
		}
		reply = queue.KeepReply{Now: r.now, Standings: r.claimAll(mapping, places)}
		return nil
	})
	return reply, err
}

// Renew implements queue.Store.
func (s *Store) Renew(ctx context.Context, stays []queue.Stay) (reply queue.KeepReply, err error) {
	err = s.do(ctx, "renew", check(stays, (*queue.Stay).Validate), func(r *room) error {
		reply = queue.KeepReply{Now: r.now, Standings: make([]queue.Standing, len(stays))}
		for i := range stays {
			reply.Standings[i] = r.renew(stays[i])
		}
		return nil
	})
	return reply, err
}

// Report implements queue.Store. With files, bookings are on disk when Report answers.
func (s *Store) Report(ctx context.Context, teller queue.Tally, outcomes []queue.Outcome) (reply queue.Reported, err error) {
	invalid := errors.Join(teller.Validate(), check(outcomes, (*queue.Outcome).Validate))
	err = s.sell(ctx, "report", invalid, func(r *room) (err error) {
		reply, err = r.reportAll(teller, outcomes)
		return err
	})
	return reply, err
}

// Leave implements queue.Store.
func (s *Store) Leave(ctx context.Context, ids []queue.VisitorID) error {
	return s.do(ctx, "leave", check(ids, checkVisitor), func(r *room) error {
		for _, id := range ids {
			r.giveUp(id, queue.ReasonLeft)
		}
		return nil
	})
}

// Find implements queue.Store.
func (s *Store) Find(ctx context.Context, o queue.Order) (found queue.Found, err error) {
	err = s.do(ctx, "find", nil, func(r *room) (err error) {
		found, err = r.findOrder(o)
		return err
	})
	return found, err
}

// Move implements queue.Store.
func (s *Store) Move(ctx context.Context, m queue.Move) (moved queue.Moved, err error) {
	err = s.do(ctx, "move", m.Validate(), func(r *room) (err error) {
		moved, err = r.act(&m)
		return err
	})
	return moved, err
}
