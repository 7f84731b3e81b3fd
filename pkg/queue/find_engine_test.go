package queue_test

import (
	"errors"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestAnOperatorFindsAndMovesAPlaceByItsNumber(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: runs(60, 1)})
	e.pass(time.Second)
	places := e.arrive(30)
	me := places[25]
	found, err := e.room.Find(t.Context(), 0, me.Number)
	if err != nil || found.Visitor != me.Visitor || found.State != queue.StateWaiting || found.Order != me.Order || found.Number != me.Number {
		t.Fatalf("%+v, %v", found, err)
	}
	if other, err := e.room.Find(t.Context(), me.Epoch, me.Number); err != nil || other != found {
		t.Errorf("with its epoch: %+v, %v", other, err)
	}
	if _, err := e.room.Find(t.Context(), 0, 4711); !errors.Is(err, queue.ErrUnknown) {
		t.Errorf("a number that nobody has: %v", err)
	}
	e.room.Poll(me, -1)
	e.pass(time.Second)
	moved, err := e.room.Move(t.Context(), queue.Move{Act: queue.ActFront, Visitor: me.Visitor})
	if err != nil || moved.State != queue.StateFront {
		t.Fatalf("%+v, %v", moved, err)
	}
	var saw queue.State
	for range 8 { // its page hears of it though the head is far away
		if saw = e.room.Poll(me, -1).State; saw == queue.StateCalled {
			break
		}
		e.pass(time.Second)
	}
	if s, err := e.room.Claim(me); err != nil || s.State != queue.StateInside || saw != queue.StateCalled {
		t.Errorf("its page saw %v: %+v, %v", saw, s, err)
	}
	// The same act twice is one, and what is removed is refused everywhere with the next snapshot.
	b := e.beside("b", queue.FailHold)
	b.Poll(places[20], -1)
	ref := queue.Code{1}
	for range 2 {
		if _, err := e.room.Move(t.Context(), queue.Move{Act: queue.ActRemove, Visitor: places[20].Visitor, Ref: ref}); err != nil {
			t.Fatal(err)
		}
	}
	b.Tick(t.Context())
	for name, room := range map[string]*queue.Room{"here": e.room, "at the other gateway": b} {
		if a := room.Poll(places[20], -1); a.State != queue.StateSpent {
			t.Errorf("%s: %+v", name, a)
		}
	}
	// The other gateway asks why.
	b.Flush(t.Context())
	if a := b.Poll(places[20], -1); a.Reason != queue.ReasonRemoved {
		t.Errorf("why: %+v", a)
	}
	if f := e.room.View().Snapshot; f.Left > 1 {
		t.Errorf("%d have left", f.Left)
	}
}

func TestAHandOverMovesEverythingToTheOtherId(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	old := e.arrive(1)[0]
	next := old
	next.Visitor = queue.VisitorID{7}
	if m, err := e.room.Move(t.Context(), queue.Move{Act: queue.ActHand, Visitor: old.Visitor, To: next.Visitor}); err != nil || m.State == queue.StateTaken {
		t.Fatalf("%+v, %v", m, err)
	}
	if a := e.room.Poll(old, -1); a.State != queue.StateSpent || a.Reason != queue.ReasonMoved {
		t.Errorf("the old device: %+v", a)
	}
	if s, err := e.room.Claim(next); err != nil || s.State != queue.StateWaiting {
		t.Errorf("the new one: %+v, %v", s, err)
	}
	if _, err := e.room.Move(t.Context(), queue.Move{Act: queue.ActHand, Visitor: queue.VisitorID{8}, To: queue.VisitorID{9}}); !errors.Is(err, queue.ErrUnknown) {
		t.Errorf("nobody is handed over: %v", err)
	}
}

// In a draw people read the number that they have drawn, and that is the one they tell.
func TestAnOperatorFindsADrawnPlaceByTheNumberItWasShown(t *testing.T) {
	e := early(t, time.Minute, true, queue.RoomConfig{Document: pauses()})
	lobby := e.comeEarly(50)
	e.until(time.Minute + time.Second)
	if _, err := e.room.Reveal(t.Context(), "morning", seed32); err != nil {
		t.Fatal(err)
	}
	e.pass(250 * time.Millisecond)
	numbers := map[uint64]queue.VisitorID{}
	for _, ticket := range lobby {
		numbers[e.poll(ticket, -1).Number] = ticket.Visitor
	}
	e.pass(time.Second)
	check := func(when string) {
		t.Helper()
		for number, id := range numbers {
			if found, err := e.room.Find(t.Context(), 0, number); err != nil || found.Visitor != id || found.Number != number {
				t.Fatalf("%s: number %d: %+v, %v", when, number, found, err)
			}
		}
	}
	check("in the epoch of the draw")
	e.store.lose(t)
	e.pass(time.Second)
	for _, ticket := range lobby {
		e.poll(ticket, -1)
	}
	e.pass(time.Second)
	check("in a later epoch")
}

// What an act has ended does not come back with its ticket after a loss: a place that was handed over would be in the line twice.
func TestAPlaceThatWasHandedOverIsThereOnceAfterALoss(t *testing.T) {
	for name, act := range map[string]queue.Act{"handed over": queue.ActHand, "removed": queue.ActRemove} {
		t.Run(name, func(t *testing.T) {
			e := newEngine(t, queue.RoomConfig{Document: pauses()})
			places := e.arrive(3)
			old, next := places[1], places[1]
			next.Visitor = queue.VisitorID{7}
			m := queue.Move{Act: act, Visitor: old.Visitor}
			if act == queue.ActHand {
				m.To = next.Visitor
			}
			if _, err := e.room.Move(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			e.pass(time.Second)
			e.store.lose(t)
			e.pass(time.Second)
			want := queue.ReasonMoved
			if act == queue.ActRemove {
				want = queue.ReasonRemoved
			}
			if a := e.room.Poll(old, -1); a.State != queue.StateSpent || a.Reason != want {
				t.Errorf("the old ticket: %+v", a)
			}
			living := []queue.Place{places[0], places[2]}
			if act == queue.ActHand {
				living = append(living, next)
			}
			for _, p := range living {
				e.room.Poll(p, -1)
			}
			e.pass(time.Second)
			if s, err := e.room.Claim(old); err != nil || s.State != queue.StateSpent {
				t.Errorf("the old ticket claims: %+v, %v", s, err)
			}
			if n := e.room.View().Snapshot.Waiting; n != int64(len(living)) {
				t.Errorf("%d places wait, want %d", n, len(living))
			}
			if act != queue.ActHand {
				return
			}
			if found, err := e.room.FindPlace(t.Context(), old); err != nil || found.Visitor != next.Visitor {
				t.Errorf("the place is of %+v, %v", found, err)
			}
		})
	}
}

// A ticket that has ended stays ended for the reason that it has: nothing follows an end.
func TestAnEndedTicketIsNotHandedOver(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	old := e.arrive(1)[0]
	if err := e.room.Leave(t.Context(), old.Visitor); err != nil {
		t.Fatal(err)
	}
	m, err := e.room.Move(t.Context(), queue.Move{Act: queue.ActHand, Visitor: old.Visitor, To: queue.VisitorID{7}})
	if err != nil || m.State != queue.StateSpent || m.Reason != queue.ReasonLeft {
		t.Errorf("%+v, %v", m, err)
	}
	if a := e.room.Poll(old, -1); a.Reason != queue.ReasonLeft {
		t.Errorf("its page says %v", a.Reason)
	}
	if found, err := e.room.FindPlace(t.Context(), old); err == nil && found.Visitor != old.Visitor {
		t.Errorf("somebody has its place: %+v", found)
	}
}
