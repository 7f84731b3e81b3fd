package lent_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/lent"
	"github.com/einlass/einlass/pkg/queue/queuetest"
	"github.com/einlass/einlass/pkg/queue/queuetest/model"
)

// Every verb waits while the switch is held, also beyond its time limit, and then goes on with the other store, which has no room.
func TestVerbsWaitWhileALineIsHandedOver(t *testing.T) {
	for name, verb := range map[string]func(context.Context, queue.Store) error{
		"join": func(ctx context.Context, s queue.Store) error {
			_, err := s.Join(ctx, []queue.Arrival{{Visitor: queue.VisitorID{1}}})
			return err
		},
		"keep": func(ctx context.Context, s queue.Store) error {
			_, err := s.Keep(ctx, 0, []queue.Beat{{Place: place}})
			return err
		},
		"claim": func(ctx context.Context, s queue.Store) error {
			_, err := s.Claim(ctx, 0, []queue.Place{place})
			return err
		},
		"leave":    func(ctx context.Context, s queue.Store) error { return s.Leave(ctx, []queue.VisitorID{{1}}) },
		"snapshot": func(ctx context.Context, s queue.Store) error { _, err := s.Snapshot(ctx); return err },
		"find":     func(ctx context.Context, s queue.Store) error { _, err := s.Find(ctx, 1<<22+1); return err },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clock := queuetest.NewClock(1_800_000_000_000)
				first, second := model.New(clock.Now), model.New(clock.Now)
				s := lent.NewSwitch(first)
				if s.Hold() != queue.Store(first) {
					t.Fatal("it holds another store")
				}
				if err := first.Close(); err != nil {
					t.Fatal(err)
				}
				late, done := context.WithTimeout(t.Context(), 0)
				defer done()
				if err := verb(late, s); !errors.Is(err, queue.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("without any time: %v", err)
				}
				ended, end := context.WithCancel(t.Context())
				short, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				over, went, goes := make(chan error, 1), make(chan error, 1), make(chan error, 1)
				go func() { over <- verb(ended, s) }()
				go func() { went <- verb(short, s) }()
				go func() { goes <- verb(t.Context(), s) }()
				<-short.Done()
				synctest.Wait()
				if len(over)+len(went)+len(goes) > 0 {
					t.Fatal("it does not wait")
				}
				end()
				if err := <-over; !errors.Is(err, queue.ErrUnavailable) || !errors.Is(err, context.Canceled) {
					t.Errorf("whose caller has gone: %v", err)
				}
				s.Resume(second)
				for _, answer := range []chan error{went, goes} {
					if err := <-answer; !errors.Is(err, queue.ErrLost) {
						t.Errorf("it goes on with %v", err)
					}
				}
			})
		})
	}
}

var place = queue.Place{Visitor: queue.VisitorID{1}, Epoch: 1, Number: 1, Order: queue.OrderOf(1, 1)}

func TestAHeldSwitchWaitsForVerbsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := lent.NewSwitch(blocked{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _, _ = s.Snapshot(ctx) }()
		synctest.Wait()
		held := make(chan struct{})
		go func() { s.Hold(); close(held) }()
		synctest.Wait()
		select {
		case <-held:
			t.Error("it is held while a verb uses the store")
		default:
		}
		if err := s.Close(); err == nil {
			t.Error("it is closed while it is held")
		}
		cancel()
		<-held
		s.Resume(model.New(queuetest.NewClock(1).Now))
	})
}

// What waited has its whole time with the store that came, and no more; a caller who goes meanwhile ends it.
func TestTheTimeLimitBeginsAnewAfterAHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := lent.NewHeld()
		limited, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		gone, leave := context.WithTimeout(t.Context(), time.Hour)
		defer leave()
		stays, leaves := make(chan error, 1), make(chan error, 1)
		go func() { _, err := s.Snapshot(limited); stays <- err }()
		go func() { _, err := s.Snapshot(gone); leaves <- err }()
		<-limited.Done()
		s.Resume(blocked{})
		synctest.Wait()
		resumed := time.Now()
		leave()
		if err := <-leaves; !errors.Is(err, context.Canceled) || !time.Now().Equal(resumed) {
			t.Errorf("whose caller goes: %v", err)
		}
		if err := <-stays; !errors.Is(err, context.DeadlineExceeded) || time.Since(resumed) != time.Second {
			t.Errorf("a second's time: %v after %v", err, time.Since(resumed))
		}
	})
}

func TestASwitchWhoseStoreHasNotComeEnds(t *testing.T) {
	if err := lent.NewHeld().Close(); err != nil {
		t.Error(err)
	}
}

func TestASwitchGoesBackToTheStoreThatItHeld(t *testing.T) {
	m := model.New(queuetest.NewClock(1).Now)
	s := lent.NewSwitch(m)
	if err := s.Hold().Close(); err != nil {
		t.Fatal(err)
	}
	s.Back()
	if _, err := s.Snapshot(t.Context()); !errors.Is(err, queue.ErrClosed) {
		t.Error(err)
	}
}

func TestASwitchConforms(t *testing.T) {
	queuetest.Run(t, func(t testing.TB, clock *queuetest.Clock) queuetest.Subject {
		m := model.New(clock.Now)
		return queuetest.Subject{Store: lent.NewSwitch(m), Lose: m.Lose, Release: func(format int) queue.Store { return lent.NewSwitch(m.Release(format)) }}
	})
}
