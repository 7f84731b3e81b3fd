package lent

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Switch is a store that can be replaced by another one of the same line while it is in use. Verbs wait meanwhile, also beyond their
// time limits: these are for a store that does not answer, and here another one comes as soon as its process is quick enough. Their time
// begins anew when they have waited. Who holds a switch bounds the hold. Make one with NewSwitch or NewHeld. Safe for concurrent use.
type Switch struct {
	mu     sync.Mutex
	store  queue.Store   // nil: none has come yet
	closed chan struct{} // for verbs, until it is closed; nil: they may go through
	users  sync.WaitGroup
}

var _ queue.Store = (*Switch)(nil)

// NewSwitch begins with a store.
func NewSwitch(store queue.Store) *Switch { return &Switch{store: store} }

// NewHeld begins held, without a store; the caller calls Resume.
func NewHeld() *Switch { return &Switch{closed: make(chan struct{})} }

// Hold makes verbs wait, and answers the store when none uses it any more. One caller at a time, which calls Resume.
func (s *Switch) Hold() queue.Store {
	s.mu.Lock()
	s.closed = make(chan struct{})
	s.mu.Unlock()
	s.users.Wait()
	return s.store
}

// Resume lets verbs go on with a store.
func (s *Switch) Resume(store queue.Store) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store = store
	close(s.closed)
	s.closed = nil
}

// Back lets verbs go on with the store that was held. If it was closed meanwhile, they hear so.
func (s *Switch) Back() { s.Resume(s.store) }

// enter answers the store; the caller leaves it with s.users.Done. waited: it had to wait for it.
func (s *Switch) enter(ctx context.Context) (store queue.Store, waited bool, err error) {
	for {
		s.mu.Lock()
		closed := s.closed
		if closed == nil {
			s.users.Add(1)
			defer s.mu.Unlock()
			return s.store, waited, nil
		}
		s.mu.Unlock()
		waited = true
		if err := wait(ctx, closed); err != nil {
			return nil, waited, fmt.Errorf("the line is being handed over: %w: %w", queue.ErrUnavailable, err)
		}
	}
}

// wait waits until a hold is over or ctx is canceled; its time limit is not looked at.
func wait(ctx context.Context, over <-chan struct{}) error {
	select {
	case <-over:
		return nil
	case <-ctx.Done():
	}
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ctx.Err()
	}
	<-over
	return nil
}

// through runs a verb on the store of the moment.
func through[R any](ctx context.Context, s *Switch, verb func(context.Context, queue.Store) (R, error)) (R, error) {
	until, limited := ctx.Deadline()
	left := time.Until(until)
	if err := ctx.Err(); err != nil {
		var none R
		return none, fmt.Errorf("%w: %w", queue.ErrUnavailable, err)
	}
	store, waited, err := s.enter(ctx)
	if err != nil {
		var none R
		return none, err
	}
	defer s.users.Done()
	if waited && limited {
		var cancel context.CancelFunc
		ctx, cancel = anew(ctx, left)
		defer cancel()
	}
	return verb(ctx, store)
}

// anew is ctx with another time limit, which begins now.
func anew(ctx context.Context, span time.Duration) (context.Context, context.CancelFunc) {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), span)
	stop := context.AfterFunc(ctx, func() {
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			cancel()
		}
	})
	return limited, func() { stop(); cancel() }
}

// Join implements queue.Store, as do those below.
func (s *Switch) Join(ctx context.Context, arrivals []queue.Arrival) (queue.JoinReply, error) {
	return through(ctx, s, func(ctx context.Context, at queue.Store) (queue.JoinReply, error) { return at.Join(ctx, arrivals) })
}

// Keep implements queue.Store.
func (s *Switch) Keep(ctx context.Context, mapping uint64, beats []queue.Beat) (queue.KeepReply, error) {
	return through(ctx, s, func(ctx context.Context, at queue.Store) (queue.KeepReply, error) {
		return at.Keep(ctx, mapping, beats)
	})
}

// Claim implements queue.Store.
func (s *Switch) Claim(ctx context.Context, mapping uint64, places []queue.Place) (queue.KeepReply, error) {
	return through(ctx, s, func(ctx context.Context, at queue.Store) (queue.KeepReply, error) {
		return at.Claim(ctx, mapping, places)
	})
}

// Renew implements queue.Store.
func (s *Switch) Renew(ctx context.Context, stays []queue.Stay) (queue.KeepReply, error) {
	return through(ctx, s, func(ctx context.Context, at queue.Store) (queue.KeepReply, error) { return at.Renew(ctx, stays) })
}

// Report implements queue.Store.
func (s *Switch) Report(ctx context.Context, teller queue.Tally, outcomes []queue.Outcome) (queue.Reported, error) {
	return through(ctx, s, func(ctx context.Context, at queue.Store) (queue.Reported, error) {
		return at.Report(ctx, teller, outcomes)
	})
}

// Leave implements queue.Store.
func (s *Switch) Leave(ctx context.Context, ids []queue.VisitorID) error {
	_, err := through(ctx, s, func(ctx context.Context, at queue.Store) (None, error) { return None{}, at.Leave(ctx, ids) })
	return err
}

// Find implements queue.Store.
func (s *Switch) Find(ctx context.Context, o queue.Order) (queue.Found, error) {
	return through(ctx, s, func(ctx context.Context, at queue.Store) (queue.Found, error) { return at.Find(ctx, o) })
}

// Move implements queue.Store.
func (s *Switch) Move(ctx context.Context, m queue.Move) (queue.Moved, error) {
	return through(ctx, s, func(ctx context.Context, at queue.Store) (queue.Moved, error) { return at.Move(ctx, m) })
}

// Advance implements queue.Store.
func (s *Switch) Advance(ctx context.Context, m queue.Watermark, sample queue.Sample, v queue.Verdict) (queue.Snapshot, error) {
	return through(ctx, s, func(ctx context.Context, at queue.Store) (queue.Snapshot, error) {
		return at.Advance(ctx, m, sample, v)
	})
}

// Settle implements queue.Store.
func (s *Switch) Settle(ctx context.Context, d queue.Document) (queue.Document, error) {
	return through(ctx, s, func(ctx context.Context, at queue.Store) (queue.Document, error) { return at.Settle(ctx, d) })
}

// Reveal implements queue.Store.
func (s *Switch) Reveal(ctx context.Context, opening string, seed [32]byte) ([32]byte, error) {
	return through(ctx, s, func(ctx context.Context, at queue.Store) ([32]byte, error) { return at.Reveal(ctx, opening, seed) })
}

// Snapshot implements queue.Store.
func (s *Switch) Snapshot(ctx context.Context) (queue.Snapshot, error) {
	return through(ctx, s, func(ctx context.Context, at queue.Store) (queue.Snapshot, error) { return at.Snapshot(ctx) })
}

// Restore implements queue.Store.
func (s *Switch) Restore(ctx context.Context, m queue.Watermark) error {
	_, err := through(ctx, s, func(ctx context.Context, at queue.Store) (None, error) { return None{}, at.Restore(ctx, m) })
	return err
}

// Close closes the store of the moment, if one has come. It does not wait for a Hold.
func (s *Switch) Close() error {
	s.mu.Lock()
	store, held := s.store, s.closed != nil
	s.mu.Unlock()
	if store == nil {
		return nil
	}
	if held {
		return errors.New("the line is being handed over")
	}
	return store.Close()
}
