package queue_test

import (
	"errors"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// inAfter is how many of n newcomers get in within so long.
func (e *engine) inAfter(n int, d time.Duration) (in int) {
	e.t.Helper()
	var waiting []queue.Place
	for range n {
		j, err := e.room.Arrive(queue.Arrival{})
		if err != nil {
			e.t.Fatal(err)
		}
		waiting = append(waiting, j.Place)
	}
	for range d / time.Second {
		for i := len(waiting) - 1; i >= 0; i-- {
			if e.room.Poll(waiting[i], -1).State == queue.StateWaiting {
				continue
			}
			if s, err := e.room.Claim(waiting[i]); err == nil && s.State == queue.StateInside {
				in++
				waiting = append(waiting[:i], waiting[i+1:]...)
			} else if err != nil && !errors.Is(err, queue.ErrUnavailable) {
				e.t.Fatal(err)
			}
		}
		e.pass(time.Second)
	}
	return in
}

func TestWhoHasBookedAndIsInsideUsesOneSlotAfterALoss(t *testing.T) {
	for name, failing := range map[string]int{"at once": 0, "with the second try": 1} {
		t.Run(name, func(t *testing.T) {
			e, me := selling(t, 3, queue.RoomConfig{})
			if err := e.room.Report(t.Context(), booking(me, 1)); err != nil {
				t.Fatal(err)
			}
			e.pass(time.Second)
			e.room.Touch(me.Visitor, e.now.Load()-2000)
			e.pass(time.Second)
			e.store.lose(t)
			e.store.unreported = failing
			e.pass(time.Second)
			if n := e.inAfter(4, 40*time.Second); n != 2 || e.booked() != 1 {
				t.Errorf("%d of 4 got in beside one who has booked, want 2 of 3 slots; %d booked", n, e.booked())
			}
		})
	}
}

// A page that says what was booked may be loaded again behind a loss, at any gateway and with the call that finds the loss.
func TestAReferenceCountsOnceAcrossALoss(t *testing.T) {
	e, me := selling(t, 10, queue.RoomConfig{Gateway: "a"})
	b := e.beside("b", queue.FailHold)
	freed := queue.Outcome{Kind: queue.Freed, Visitor: me.Visitor, Count: 1, Ref: queue.Code{9}}
	tell := func(r *queue.Room) {
		t.Helper()
		if err := r.Report(t.Context(), booking(me, 1), booking(me, 2), freed); err != nil {
			t.Fatal(err)
		}
	}
	tell(e.room)
	e.pass(time.Second)
	for loss := range 3 {
		e.store.lose(t)
		if loss == 0 {
			tell(e.room)
		}
		e.pass(time.Second)
		b.Tick(t.Context())
		tell(b)
		tell(e.room)
		e.pass(time.Second)
		b.Tick(t.Context())
		if e.booked() != 1 {
			t.Fatalf("loss %d: %d booked, want 1", loss, e.booked())
		}
	}
}

// One gateway was told of the booking, another one has the stay: by its own requests, or under the id that it was handed over to.
func TestAStayOfAnotherGatewayIsKnownToHaveBookedAfterALoss(t *testing.T) {
	for name, handed := range map[string]bool{"its own id": false, "handed over": true} {
		t.Run(name, func(t *testing.T) {
			e, me := selling(t, 3, queue.RoomConfig{Gateway: "a"})
			b := e.beside("b", queue.FailHold)
			began := e.now.Load() - 2000
			if err := e.room.Report(t.Context(), booking(me, 1)); err != nil {
				t.Fatal(err)
			}
			e.pass(time.Second)
			if handed {
				to := queue.VisitorID{77}
				if _, err := e.room.Move(t.Context(), queue.Move{Act: queue.ActHand, Visitor: me.Visitor, To: to}); err != nil {
					t.Fatal(err)
				}
				me.Visitor = to
			}
			e.store.lose(t)
			e.pass(time.Second)
			b.Tick(t.Context())
			b.Touch(me.Visitor, began)
			b.Flush(t.Context())
			e.room.Touch(me.Visitor, began)
			e.pass(time.Second)
			if n := e.inAfter(4, 40*time.Second); n != 2 || e.booked() != 1 {
				t.Errorf("%d of 4 got in beside one who has booked, want 2 of 3 slots; %d booked", n, e.booked())
			}
		})
	}
}
