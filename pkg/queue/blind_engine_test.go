package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestAGatewayThatDoesNotKnowTheLineInventsNoFigure(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	places := e.arrive(500)
	e.pass(time.Second)
	last := places[499]

	// Started while the store is away.
	e.store.gone = true
	young := e.beside("young", queue.FailHold)
	if a := young.Poll(last, 480); a.Ahead != 480 {
		t.Errorf("480 were shown, then without a snapshot %d", a.Ahead)
	}
	if a := young.Poll(places[400], -1); a.Ahead != -1 || a.Low != 0 || a.High != 0 || a.Next < 16*time.Second {
		t.Errorf("without a snapshot: %+v", a)
	}

	// Started when the line is lost, and the first to know it: the places are coming back one by one.
	e.store.gone = false
	e.timing.Grace = 2 * time.Second
	e.store.lose(t)
	young = e.beside("younger", queue.FailHold)
	for i := len(places) - 1; i >= 0; i-- {
		shown := int64(-1)
		if i%2 == 0 {
			shown = int64(i)
		}
		if a := young.Poll(places[i], shown); a.Ahead != -1 && a.Ahead != shown {
			t.Fatalf("place %d, which was shown %d ahead, is now shown %d", places[i].Number, shown, a.Ahead)
		}
		if i%50 == 0 {
			young.Flush(t.Context())
			young.Tick(t.Context())
		}
	}
	e.now.Add(e.timing.Hold.Milliseconds() + 1)
	young.Tick(t.Context())
	if a := young.Poll(last, -1); a.Ahead != 499 || !a.Exact {
		t.Errorf("after the hold: %+v", a)
	}
}

// While the store gives no answer no place can come back, so the time for that begins anew when it does.
func TestAStoreThatStallsAfterALossMakesNoFigureTooLow(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	last := e.arrive(500)[499]
	hold := e.timing.Hold.Milliseconds()
	wait := func(r *queue.Room, ms int64) {
		e.now.Add(ms)
		r.Tick(t.Context())
	}
	for name, stall := range map[string]func() *queue.Room{
		"before the first snapshot": func() *queue.Room {
			e.store.late = hold + 1 // the room is made in time, the first snapshot is not
			return e.beside("first", queue.FailHold)
		},
		"behind it": func() *queue.Room {
			r := e.beside("later", queue.FailHold)
			e.store.gone = true
			wait(r, hold+1)
			e.store.gone = false
			r.Tick(t.Context())
			return r
		},
	} {
		e.store.lose(t)
		r := stall()
		for range 2 {
			if a := r.Poll(last, -1); a.Ahead != -1 {
				t.Errorf("%s: %d are shown ahead of 499 before they have asked", name, a.Ahead)
			}
			wait(r, hold-1)
		}
		wait(r, 1)
		if a := r.Poll(last, -1); a.Ahead < 0 {
			t.Errorf("%s: no figure though all can have asked", name)
		}
	}
}
