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
