package gateway_test

import (
	"context"
	"sync/atomic"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

// leavingStore is a store that can be away.
type leavingStore struct {
	queue.Store
	away *atomic.Bool
}

func (s leavingStore) fault() error {
	if s.away.Load() {
		return queue.ErrUnavailable
	}
	return nil
}

func (s leavingStore) Join(ctx context.Context, arrivals []queue.Arrival) (queue.JoinReply, error) {
	if err := s.fault(); err != nil {
		return queue.JoinReply{}, err
	}
	return s.Store.Join(ctx, arrivals)
}

func (s leavingStore) Keep(ctx context.Context, mapping uint64, beats []queue.Beat) (queue.KeepReply, error) {
	if err := s.fault(); err != nil {
		return queue.KeepReply{}, err
	}
	return s.Store.Keep(ctx, mapping, beats)
}

func (s leavingStore) Claim(ctx context.Context, mapping uint64, places []queue.Place) (queue.KeepReply, error) {
	if err := s.fault(); err != nil {
		return queue.KeepReply{}, err
	}
	return s.Store.Claim(ctx, mapping, places)
}

func (s leavingStore) Renew(ctx context.Context, stays []queue.Stay) (queue.KeepReply, error) {
	if err := s.fault(); err != nil {
		return queue.KeepReply{}, err
	}
	return s.Store.Renew(ctx, stays)
}

func (s leavingStore) Report(ctx context.Context, teller queue.Tally, outcomes []queue.Outcome) (queue.Reported, error) {
	if err := s.fault(); err != nil {
		return queue.Reported{}, err
	}
	return s.Store.Report(ctx, teller, outcomes)
}

func (s leavingStore) Leave(ctx context.Context, ids []queue.VisitorID) error {
	if err := s.fault(); err != nil {
		return err
	}
	return s.Store.Leave(ctx, ids)
}

func (s leavingStore) Find(ctx context.Context, o queue.Order) (queue.Found, error) {
	if err := s.fault(); err != nil {
		return queue.Found{}, err
	}
	return s.Store.Find(ctx, o)
}

func (s leavingStore) Move(ctx context.Context, m queue.Move) (queue.Moved, error) {
	if err := s.fault(); err != nil {
		return queue.Moved{}, err
	}
	return s.Store.Move(ctx, m)
}

func (s leavingStore) Advance(ctx context.Context, m queue.Watermark, h queue.Sample, v queue.Verdict) (queue.Snapshot, error) {
	if err := s.fault(); err != nil {
		return queue.Snapshot{}, err
	}
	return s.Store.Advance(ctx, m, h, v)
}

// lossyStore can lose all that it holds, while no call is under way.
type lossyStore struct{ queue.Store }

func (l *lossyStore) lose(s *fixture) {
	s.t.Helper()
	store, err := memstore.New(memstore.Config{Clock: s.now.Load})
	if err != nil {
		s.t.Fatal(err)
	}
	l.Store = store
}
