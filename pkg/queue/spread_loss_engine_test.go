package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// The pages of a lobby ask within a spread after the start, which may be longer than the interval in which all others do. A store that is
// lost meanwhile calls nobody before they have asked.
func TestALossJustAfterTheStartPassesNobodyOverWhoseTimeToAskHasNotCome(t *testing.T) {
	const start, spread = 10 * time.Second, 2 * time.Second
	for name, draw := range map[string]bool{"arrival": false, "draw": true} {
		t.Run(name, func(t *testing.T) {
			cfg := queue.RoomConfig{Document: runs(600, 10), Gateway: "a"}
			cfg.Document.Timing = simple()
			cfg.Document.Timing.Hold = 500 * time.Millisecond
			e := early(t, start, draw, cfg)
			lobby := e.comeEarly(2)
			b := e.beside("b", queue.FailHold)
			e.until(start)
			if draw {
				if _, err := e.room.Reveal(t.Context(), "morning", seed32); err != nil {
					t.Fatal(err)
				}
			}
			e.pass(250 * time.Millisecond)
			begun := e.now.Load()
			e.store.lose(t)
			b.Tick(t.Context()) // which has not heard of the start
			e.pass(250 * time.Millisecond)
			first, second := lobby[0], lobby[1]
			if one, other := e.place(first), e.place(second); one.Order > other.Order {
				first, second = second, first
			}
			for e.now.Load() < begun+spread.Milliseconds()-500 {
				if a := e.poll(second, -1); a.State != queue.StateWaiting {
					t.Fatalf("%d ms after the start the second of the line is told %+v, and the first was not to ask yet", e.now.Load()-begun, a)
				}
				e.pass(250 * time.Millisecond)
			}
			for range 8 {
				e.poll(first, -1)
				e.pass(250 * time.Millisecond)
			}
			if a := e.poll(first, -1); a.State != queue.StateCalled {
				t.Errorf("the first of the line is told %+v", a)
			}
		})
	}
}

func (e *engine) place(t queue.Ticket) queue.Place {
	e.t.Helper()
	p, known := e.room.Place(t)
	if !known {
		e.t.Fatalf("the order of %+v is not known", t)
	}
	return p
}
