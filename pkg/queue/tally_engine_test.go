package queue_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// One gateway has seen a booking that another one has not when the store is lost. What the other one tells when it has restored the line
// first does not hide it, whether it was booked before the loss, while the store was away or after it.
func TestABookingThatOneGatewayHasSeenIsNotHiddenByWhatAnotherTells(t *testing.T) {
	for name, play := range map[string]func(e *engine, b *queue.Room, tell func(r *queue.Room, ref byte)){
		"before": func(e *engine, b *queue.Room, tell func(*queue.Room, byte)) {
			tell(b, 2)
			e.store.lose(t)
			b.Tick(t.Context())
		},
		"while the store was away": func(e *engine, b *queue.Room, tell func(*queue.Room, byte)) {
			e.store.gone = true
			b.Tick(t.Context())
			tell(b, 2)
			e.store.lose(t)
			e.store.gone = false
			b.Tick(t.Context())
			b.Flush(t.Context())
		},
		"after": func(e *engine, b *queue.Room, tell func(*queue.Room, byte)) {
			e.store.lose(t)
			b.Tick(t.Context())
			tell(b, 2)
		},
		"by the one that has seen it": func(e *engine, b *queue.Room, tell func(*queue.Room, byte)) {
			e.store.lose(t)
			b.Tick(t.Context())
			tell(e.room, 2)
		},
		"with what finds the loss": func(e *engine, b *queue.Room, tell func(*queue.Room, byte)) {
			e.store.lose(t)
			tell(b, 2)
		},
	} {
		t.Run(name, func(t *testing.T) {
			e, me := selling(t, 20, queue.RoomConfig{Gateway: "a"})
			b := e.beside("b", queue.FailHold)
			b.Tick(t.Context())
			tell := func(r *queue.Room, ref byte) { _ = r.Report(t.Context(), booking(me, ref)) }
			tell(e.room, 1)
			e.room.Tick(t.Context())
			play(e, b, tell)
			for range 8 {
				e.pass(250 * time.Millisecond)
				b.Flush(t.Context())
				b.Tick(t.Context())
			}
			if e.booked() != 2 {
				t.Errorf("%d booked, want 2", e.booked())
			}
		})
	}
}

// Another gateway knows a stay of which it has not heard that it has ended, and tells a store that has lost it.
func TestWhoIsDoneHoldsNoSlotAfterALoss(t *testing.T) {
	for name, end := range map[string]func(ctx context.Context, r *queue.Room, id queue.VisitorID) error{
		"finished": func(ctx context.Context, r *queue.Room, id queue.VisitorID) error { return r.Finish(ctx, id) },
		"left":     func(ctx context.Context, r *queue.Room, id queue.VisitorID) error { return r.Leave(ctx, id) },
		"booked": func(ctx context.Context, r *queue.Room, id queue.VisitorID) error {
			return r.Report(ctx, booking(queue.Place{Visitor: id}, 1), queue.Outcome{Kind: queue.Finished, Visitor: id})
		},
	} {
		t.Run(name, func(t *testing.T) {
			e, me := selling(t, 3, queue.RoomConfig{Gateway: "a"})
			b := e.beside("b", queue.FailHold)
			b.Tick(t.Context())
			b.Touch(me.Visitor, e.now.Load()-2000)
			b.Flush(t.Context())
			b.Tick(t.Context())
			if err := end(t.Context(), e.room, me.Visitor); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				e.store.lose(t)
				b.Tick(t.Context())
				e.pass(2 * time.Second)
				if live := e.room.View().Snapshot.Live; live != 0 {
					t.Errorf("%d stays after the loss", live)
				}
			}
		})
	}
}

// lostBehind is a store that is lost behind a report, before its answer is heard.
type lostBehind struct {
	queue.Store
	lose     func()
	restored chan struct{}
	once     sync.Once
}

func (s *lostBehind) Report(ctx context.Context, teller queue.Tally, o []queue.Outcome) (queue.Reported, error) {
	reply, err := s.Store.Report(ctx, teller, o)
	if s.lose != nil {
		s.lose()
		<-s.restored
	}
	return reply, err
}

func (s *lostBehind) Restore(ctx context.Context, m queue.Watermark) error {
	err := s.Store.Restore(ctx, m)
	s.once.Do(func() { close(s.restored) })
	return err
}

func TestABookingOfALossThatIsNoticedBeforeItsAnswerIsToldAgain(t *testing.T) {
	e, me := selling(t, 3, queue.RoomConfig{Gateway: "a"})
	s := &lostBehind{Store: e.store.Store, restored: make(chan struct{})}
	e.store.Store = s
	over := make(chan struct{})
	s.lose = func() {
		s.lose = nil
		s.Store = newStore(t, e.store.clock)
		go func() {
			defer close(over)
			e.room.Tick(t.Context())
		}()
	}
	if err := e.room.Report(t.Context(), booking(me, 1)); err != nil {
		t.Fatal(err)
	}
	<-over
	if e.pass(2 * time.Second); e.booked() != 1 {
		t.Errorf("%d booked, want 1", e.booked())
	}
}
