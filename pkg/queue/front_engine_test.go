package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// behindTheFront is a line of waiting places, and 298 places whose bearers have come back after the head passed them.
func behindTheFront(t *testing.T, shownFirst bool) (e *engine, waiting []queue.Place, shown int64) {
	t.Helper()
	e = newEngine(t, queue.RoomConfig{Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 12, Burst: 1}}})
	gone := e.arrive(298)
	for _, p := range gone {
		e.room.Away(p)
	}
	waiting = e.arrive(9)
	e.pass(6 * time.Second) // the absent are passed over, the first of those behind them is called
	if f := e.room.View().Snapshot; f.Waiting != 8 || f.Front != 0 {
		t.Fatalf("%d wait, %d at the front", f.Waiting, f.Front)
	}
	shown = -1
	if shownFirst {
		a := e.room.Poll(waiting[8], shown)
		if a.Ahead != 7 || !a.Exact || a.More != 0 {
			t.Fatalf("before: %+v", a)
		}
		shown = a.Ahead
	}
	for _, p := range gone {
		e.room.Poll(p, -1)
	}
	e.pass(500 * time.Millisecond)
	if n := e.room.View().Snapshot.Front; n != 298 {
		t.Fatalf("%d at the front", n)
	}
	return e, waiting, shown
}

func TestPlacesAtTheFrontAreCounted(t *testing.T) {
	e, waiting, _ := behindTheFront(t, false)
	a := e.room.Poll(waiting[8], -1)
	if a.Ahead != 298+7 || !a.Exact || a.More != 0 {
		t.Errorf("298 at the front and 7 in the line: %+v", a)
	}
	newcomer := e.arrive(1)[0]
	if a := e.room.Peek(newcomer); a.Ahead != 298+8 || !a.Exact {
		t.Errorf("a newcomer: %+v", a)
	}
	if took := 306 * 5 * time.Second; a.Low > took || a.High < took || a.Low < took/3 {
		t.Errorf("at 12 a minute: %v to %v, and it takes %v", a.Low, a.High, took)
	}
}

// The figure does not rise when people come back, and does not claim to be the count; how many come first is said beside it.
func TestAFigureThatIsHeldDownIsNotTheCount(t *testing.T) {
	e, waiting, shown := behindTheFront(t, true)
	for range 3 {
		a := e.room.Poll(waiting[8], shown)
		if a.Ahead != 7 || a.Exact || a.More != e.room.View().Snapshot.Front {
			t.Errorf("7 were shown, 298 came back: %+v", a)
		}
		if a.Low < 5*time.Minute {
			t.Errorf("the range leaves out those at the front: %v to %v", a.Low, a.High)
		}
		shown = a.Ahead
		e.pass(6 * time.Second) // one of those at the front is called
	}
	// A figure that is held down by another gateway's older snapshot is no count either, and nobody has come back.
	e = newEngine(t, queue.RoomConfig{})
	places := e.arrive(10)
	e.pass(250 * time.Millisecond)
	if a := e.room.Poll(places[9], 3); a.Ahead != 3 || a.Exact || a.More != 0 {
		t.Errorf("3 were shown: %+v", a)
	}
}

// Who stands at the front is told no place among the others there, which nobody knows, and a range that holds for the last.
func TestAtTheFrontTheRangeHoldsForTheLast(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 12, Burst: 1}}})
	gone := e.arrive(31)
	for _, p := range gone {
		e.room.Away(p)
	}
	e.arrive(9)
	e.pass(6 * time.Second)
	for range 2 {
		for _, p := range gone {
			e.room.Poll(p, -1)
		}
		e.pass(500 * time.Millisecond)
	}
	a := e.room.Poll(gone[30], 30)
	if a.State != queue.StateFront || a.Ahead != -1 || a.Exact || a.Low != 0 || a.High < 31*5*time.Second || a.High > 6*time.Minute {
		t.Errorf("the last of 31 at the front, at 12 a minute: %+v", a)
	}
}

func TestAFullRoomPromisesNothingThatNobodySaw(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{PollMin: 3 * time.Second, PollMax: 30 * time.Second, Document: queue.Document{
		Pace: queue.Pace{Mode: queue.ModeRun, Rate: 6000, Burst: 100, Strict: true, MaxInside: 20},
	}})
	e.pass(time.Second)
	inside := e.arrive(20)
	places := e.arrive(90)
	me := places[8]
	stay := func(d time.Duration) { // everybody inside goes on clicking, and everybody asks
		for range int(d / (30 * time.Second)) {
			for _, p := range inside {
				e.room.Touch(p.Visitor, engineStart)
			}
			for _, p := range places {
				e.room.Poll(p, -1)
			}
			e.pass(30 * time.Second)
			a := e.room.Poll(me, -1)
			if a.High != 0 || !a.Full || a.State != queue.StateWaiting {
				t.Fatalf("nobody has left: %+v", a)
			}
			if a.Next > 4*time.Second { // somebody may leave now
				t.Fatalf("asks again in %v", a.Next)
			}
		}
	}
	stay(19 * time.Minute)
	// Somebody leaves every four seconds, who is called goes in.
	last := places[89]
	for i := range 30 {
		if err := e.room.Finish(t.Context(), inside[i].Visitor); err != nil {
			t.Fatal(err)
		}
		e.pass(4 * time.Second)
		s, err := e.room.Claim(places[i])
		if err != nil || s.State != queue.StateInside {
			t.Fatalf("place %d: %+v, %v", i, s, err)
		}
		inside = append(inside, places[i])
	}
	a := e.room.Poll(last, -1)
	if took := 60 * 4 * time.Second; a.Full || a.Low > took || a.High < took || a.Low < took/3 || a.High > took*2 {
		t.Errorf("60th of a line that moves each four seconds: %+v", a)
	}
	// A minute without a call, and nothing is known any more, whatever the rate.
	for range 3 {
		for _, p := range inside {
			e.room.Touch(p.Visitor, engineStart)
		}
		e.pass(21 * time.Second)
	}
	if a := e.room.Poll(last, -1); a.High != 0 || !a.Full {
		t.Errorf("a minute after the last call: %+v", a)
	}
	// The operator makes room: the rate decides at once.
	if _, err := e.room.Update(t.Context(), func(c *queue.Document) error { c.Pace = runs(60, 1).Pace; return nil }); err != nil {
		t.Fatal(err)
	}
	e.pass(500 * time.Millisecond)
	if a := e.room.Poll(last, -1); a.Full || a.Low == 0 || a.High > 2*time.Minute {
		t.Errorf("after the bound was lifted: %+v", a)
	}
}

func TestARateOfZeroIsAPause(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 0, Burst: 1}}})
	e.arrive(3)
	p := e.arrive(1)[0]
	e.pass(time.Second)
	if a := e.room.Poll(p, -1); !a.Paused || a.High != 0 || a.State != queue.StateWaiting {
		t.Errorf("at a rate of 0: %+v", a)
	}
}

// What happened while the store did not answer is not known, so it is not measured.
func TestAnOutageIsNoSlowLine(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: runs(60, 1)})
	p := e.arrive(900)[899]
	e.pass(time.Minute)
	before := e.room.View().Wait.Yield
	e.store.gone = true
	e.pass(2 * time.Minute)
	e.store.gone = false
	e.pass(250 * time.Millisecond)
	if after := e.room.View().Wait.Yield; after < before-0.01 || after > before+0.01 {
		t.Errorf("%.2f places for a call before, %.2f after the outage", before, after)
	}
	// Nobody claims, which costs no pace: more than one place a second is called.
	took := time.Duration(float64(e.room.Poll(p, -1).Ahead)/before) * time.Second
	if a := e.room.Poll(p, -1); before < 1 || a.Low > took || a.Low < took/2 || a.High < took || a.High > 2*took {
		t.Errorf("%+v", a)
	}
}
