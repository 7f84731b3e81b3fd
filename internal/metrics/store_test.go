package metrics

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/einlass/einlass/pkg/queue"
)

// scripted is a store that answers everything with one error.
type scripted struct {
	err    error
	closed bool
}

func (s *scripted) Join(context.Context, []queue.Arrival) (queue.JoinReply, error) {
	return queue.JoinReply{Now: 1}, s.err
}

func (s *scripted) Keep(_ context.Context, mapping uint64, _ []queue.Beat) (queue.KeepReply, error) {
	return queue.KeepReply{Now: int64(mapping)}, s.err
}

func (s *scripted) Claim(_ context.Context, mapping uint64, _ []queue.Place) (queue.KeepReply, error) {
	return queue.KeepReply{Now: int64(mapping)}, s.err
}

func (s *scripted) Renew(context.Context, []queue.Stay) (queue.KeepReply, error) {
	return queue.KeepReply{Now: 4}, s.err
}

func (s *scripted) Report(context.Context, queue.Tally, []queue.Outcome) (queue.Reported, error) {
	return queue.Reported{Tally: queue.Tally{Reports: 11}}, s.err
}
func (s *scripted) Leave(context.Context, []queue.VisitorID) error { return s.err }

func (s *scripted) Find(_ context.Context, o queue.Order) (queue.Found, error) {
	return queue.Found{At: int64(o)}, s.err
}

func (s *scripted) Move(_ context.Context, m queue.Move) (queue.Moved, error) {
	return queue.Moved{Left: int64(m.Act)}, s.err
}

func (s *scripted) Advance(_ context.Context, m queue.Watermark, sample queue.Sample, v queue.Verdict) (queue.Snapshot, error) {
	return queue.Snapshot{Now: int64(m.Last) + sample.Tick + v.Tick}, s.err
}

func (s *scripted) Settle(_ context.Context, d queue.Document) (queue.Document, error) {
	return d, s.err
}

func (s *scripted) Reveal(_ context.Context, _ string, seed [32]byte) ([32]byte, error) {
	return seed, s.err
}

func (s *scripted) Snapshot(context.Context) (queue.Snapshot, error) {
	return queue.Snapshot{Now: 6}, s.err
}
func (s *scripted) Restore(context.Context, queue.Watermark) error { return s.err }
func (s *scripted) Close() error                                   { s.closed = true; return s.err }

func TestAWatchedStoreAnswersAsBeforeAndIsCounted(t *testing.T) {
	for outcome, err := range map[string]error{
		"ok":          nil,
		"lost":        fmt.Errorf("join: %w", queue.ErrLost),
		"unavailable": queue.ErrUnavailable,
		"conflict":    queue.ErrConflict,
		"invalid":     queue.ErrInvalid,
		"format":      queue.ErrFormat,
		"unknown":     queue.ErrUnknown,
		"closed":      queue.ErrClosed,
		other:         errors.New("something else"),
	} {
		t.Run(outcome, func(t *testing.T) {
			m, _ := busy(t)
			inner := &scripted{err: err}
			s := m.WatchStore(inner)
			ctx := t.Context()
			joined, err1 := s.Join(ctx, nil)
			kept, err2 := s.Keep(ctx, 2, nil)
			claimed, err3 := s.Claim(ctx, 3, nil)
			renewed, err4 := s.Renew(ctx, nil)
			advanced, err5 := s.Advance(ctx, queue.Watermark{Last: 100}, queue.Sample{Tick: 20}, queue.Verdict{Tick: 3})
			settled, err6 := s.Settle(ctx, queue.Document{Version: 9})
			frame, err7 := s.Snapshot(ctx)
			found, err8 := s.Find(ctx, 8)
			moved, err9 := s.Move(ctx, queue.Move{Act: queue.ActHand})
			seed, err10 := s.Reveal(ctx, "o", [32]byte{10})
			reported, err11 := s.Report(ctx, queue.Tally{}, nil)
			all := []error{
				err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11, s.Leave(ctx, nil),
				s.Restore(ctx, queue.Watermark{}), s.Close(),
			}
			for i, got := range all {
				if got != err {
					t.Errorf("error %d is %v", i, got)
				}
			}
			if joined.Now != 1 || kept.Now != 2 || claimed.Now != 3 || renewed.Now != 4 || advanced.Now != 123 || settled.Version != 9 ||
				frame.Now != 6 || found.At != 8 || moved.Left != int64(queue.ActHand) || seed[0] != 10 || reported.Tally.Reports != 11 || !inner.closed {
				t.Error("replies are mixed up")
			}
			for _, name := range verbNames {
				if got := testutil.ToFloat64(m.verbs[name].calls[outcome]); got != 1 {
					t.Errorf("%s has been counted %v times", name, got)
				}
			}
		})
	}
}
