package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// A place is over when its stay has booked or ended. Whoever is inside and has not booked is not.
func TestAPlaceIsOverOnceWhateverItBooks(t *testing.T) {
	e, me := selling(t, 10, queue.RoomConfig{})
	look := func(what string, over int64, taken float64) {
		t.Helper()
		e.pass(time.Second)
		if v := e.room.View(); v.Sales.Opening != "day" || v.Sales.Over != over || v.Sales.Taken != taken {
			t.Errorf("%s: %+v, want %d over and %g taken", what, v.Sales, over, taken)
		}
	}
	look("inside", 0, 0)
	if u := e.room.View().Snapshot.Unbooked; u != 1 {
		t.Errorf("%d inside have not booked", u)
	}
	report := func(all ...queue.Outcome) {
		t.Helper()
		if err := e.room.Report(t.Context(), all...); err != nil {
			t.Fatal(err)
		}
	}
	report(booking(me, 1))
	look("booked", 1, 1)
	if u := e.room.View().Snapshot.Unbooked; u != 0 {
		t.Errorf("%d inside have not booked", u)
	}
	report(booking(me, 1))
	look("the same booking again", 1, 1)
	report(queue.Outcome{Kind: queue.Finished, Visitor: me.Visitor})
	look("finished", 1, 1)
	report(queue.Outcome{Kind: queue.Freed, Count: 1})
	look("given back", 1, 0)
	// Somebody who books nothing is over too.
	j, err := e.room.Arrive(queue.Arrival{})
	if err != nil || j.State != queue.StateInside {
		t.Fatalf("%+v, %v", j, err)
	}
	look("somebody else inside", 1, 0)
	report(queue.Outcome{Kind: queue.Finished, Visitor: j.Place.Visitor})
	look("who has booked nothing", 2, 0)
	// An operator who puts the figure right has taken nothing.
	report(queue.Outcome{Kind: queue.Total, Count: 9})
	look("put right", 2, 0)
}

// Whoever is ahead in the line, at the front, called or inside comes first; whoever has booked does not.
func TestAPlaceIsToldHowManyAreNotOverBeforeIt(t *testing.T) {
	e, me := selling(t, 10, queue.RoomConfig{})
	e.set(func(d *queue.Document) { d.Pace.Mode = queue.ModePause })
	var waiting []queue.Place
	for range 3 {
		j, err := e.room.Arrive(queue.Arrival{})
		if err != nil || j.State != queue.StateWaiting {
			t.Fatalf("%+v, %v", j, err)
		}
		waiting = append(waiting, j.Place)
	}
	e.pass(time.Second)
	before := func() int64 { return e.room.Poll(waiting[2], -1).Before }
	if n := before(); n != 3 {
		t.Errorf("%d before the third, want two in the line and one inside", n)
	}
	if err := e.room.Report(t.Context(), booking(me, 1)); err != nil {
		t.Fatal(err)
	}
	e.pass(time.Second)
	if n := before(); n != 2 {
		t.Errorf("%d before the third, want two in the line", n)
	}
}
