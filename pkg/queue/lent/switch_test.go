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

// Every verb waits while the switch is held, within its time limit, and then goes on with the other store, which has no room.
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
				short, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if err := verb(short, s); !errors.Is(err, queue.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("beyond its time limit: %v", err)
				}
				done := make(chan error, 1)
				go func() { done <- verb(t.Context(), s) }()
				synctest.Wait()
				select {
				case err := <-done:
					t.Fatalf("it does not wait: %v", err)
				default:
				}
				s.Resume(second)
				if err := <-done; !errors.Is(err, queue.ErrLost) {
					t.Errorf("it goes on with %v", err)
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

func TestASwitchConforms(t *testing.T) {
	queuetest.Run(t, func(t testing.TB, clock *queuetest.Clock) queuetest.Subject {
		m := model.New(clock.Now)
		return queuetest.Subject{Store: lent.NewSwitch(m), Lose: m.Lose, Release: func(format int) queue.Store { return lent.NewSwitch(m.Release(format)) }}
	})
}
