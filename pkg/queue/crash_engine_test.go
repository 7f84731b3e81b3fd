package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// losses is how often a store is lost in a row: what a fault multiplies, it has multiplied beyond all numbers by then.
const losses = 60

func TestHoweverOftenTheStoreIsLostNumbersGrowByWhatWasGiven(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Gateway: "a", Document: pauses()})
	b := e.beside("b", queue.FailHold)
	e.pass(time.Second)
	first := e.arrive(1)[0]
	given := map[queue.Place]bool{}
	last := first
	for n := range losses {
		e.store.lose(t)
		e.pass(550 * time.Millisecond)
		b.Tick(t.Context())
		for _, p := range arriveAt(t, 2, e.room, b) {
			key := queue.Place{Epoch: p.Epoch, Number: p.Number}
			if given[key] || p.Order <= last.Order || p.Number <= last.Number {
				t.Fatalf("after %d losses %+v is given behind %+v", n, p, last)
			}
			given[key], last = true, p
		}
		// Each gateway's ceiling is a thousand above the highest number that it saw.
		if most := uint64(3000 * (n + 2)); last.Number > most {
			t.Fatalf("after %d losses with two arrivals each the number is %d, want at most %d", n+1, last.Number, most)
		}
		e.pass(550 * time.Millisecond)
		b.Tick(t.Context())
	}
	e.room.Poll(first, -1)
	e.pass(time.Second)
	if s, err := e.room.Claim(first); err != nil || s.State != queue.StateWaiting {
		t.Errorf("who waited from the beginning is %v, %v", s, err)
	}
}

func TestACrowdRaisesTheCeilingByWhatItWasGivenOnce(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	e.pass(time.Second)
	e.arrive(5000)
	e.store.lose(t)
	e.pass(time.Second)
	if n := e.arrive(1)[0].Number; n <= 5000 || n > 5000+2*5000+1 {
		t.Errorf("the number after a loss in the middle of a crowd of 5,000 is %d", n)
	}
	e.pass(5 * time.Second)
	before := e.arrive(1)[0].Number
	e.store.lose(t)
	e.pass(time.Second)
	if n := e.arrive(1)[0].Number; n > before+1001 {
		t.Errorf("the number after a loss in quiet times is %d after %d", n, before)
	}
}

func TestAGatewayThatStartsInABusyRoomDoesNotTakeTheDayForASecond(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	e.arrive(5000)
	e.pass(time.Minute)
	e.beside("young", queue.FailHold)
	young := e.beside("younger", queue.FailHold)
	e.store.lose(t)
	young.Tick(t.Context())
	j, err := young.Arrive(queue.Arrival{})
	if err != nil || j.Place.Number > 6001 {
		t.Errorf("the number after a loss that a gateway saw that had just started is %d, %v", j.Place.Number, err)
	}
}

// occupied is an engine with n people inside, none of whom has asked for anything in the last half minute.
func occupied(t *testing.T, n int) (*engine, []queue.Place) {
	t.Helper()
	e := newEngine(t, queue.RoomConfig{
		Gateway: "a", Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 6000, Burst: 100, Strict: true, MaxInside: int64(n)}},
	})
	e.pass(time.Second)
	var inside []queue.Place
	for range n {
		j, err := e.room.Arrive(queue.Arrival{})
		if err != nil || j.State != queue.StateInside {
			t.Fatalf("%+v, %v", j, err)
		}
		if !e.room.Touch(j.Place.Visitor, engineStart) {
			t.Fatal("a stay that has just begun is over")
		}
		inside = append(inside, j.Place)
	}
	e.pass(30 * time.Second)
	return e, inside
}

func TestAStoreThatWasLostKnowsWhoIsInsideBeforeItCallsAnybody(t *testing.T) {
	e, _ := occupied(t, 30)
	waiting := e.arrive(10)
	before := e.now.Load()
	e.store.lose(t)
	e.pass(time.Second)
	if f := e.room.View().Snapshot; f.Live != 30 {
		t.Errorf("%d inside after the loss, want 30", f.Live)
	}
	for range 60 {
		e.pass(time.Second)
		for _, p := range waiting {
			e.room.Poll(p, -1)
		}
		if f := e.room.View().Snapshot; f.Live+f.Calls > 30 {
			t.Fatalf("%d inside and %d called with room for 30", f.Live, f.Calls)
		}
	}
	// Stays count from their last request, not from the loss.
	e.pass(time.Duration(before-e.now.Load())*time.Millisecond + e.timing.Idle - 30*time.Second + time.Second)
	for _, p := range waiting {
		e.room.Poll(p, -1)
	}
	e.pass(time.Second)
	if f := e.room.View().Snapshot; f.Live != 0 || f.Calls != 10 {
		t.Errorf("when all have been idle %d are inside and %d called", f.Live, f.Calls)
	}
}

func TestWhoHasFinishedIsNotToldOfAfterALoss(t *testing.T) {
	e, inside := occupied(t, 3)
	if err := e.room.Finish(t.Context(), inside[0].Visitor); err != nil {
		t.Fatal(err)
	}
	e.store.lose(t)
	e.pass(time.Second)
	if f := e.room.View().Snapshot; f.Live != 2 {
		t.Errorf("%d inside after the loss, want 2", f.Live)
	}
}

func TestTheEndOfAStayIsKnownToAllGatewaysWithTheNextSnapshot(t *testing.T) {
	e, inside := occupied(t, 2)
	b := e.beside("b", queue.FailHold)
	for _, p := range inside {
		if !b.Touch(p.Visitor, engineStart) {
			t.Fatal("a live stay is refused")
		}
	}
	if err := e.room.Finish(t.Context(), inside[0].Visitor); err != nil {
		t.Fatal(err)
	}
	b.Tick(t.Context())
	if b.Touch(inside[0].Visitor, engineStart) {
		t.Error("another gateway lets a copy of the finished pass in")
	}
	if !b.Touch(inside[1].Visitor, engineStart) {
		t.Error("another gateway refuses somebody else")
	}
	waiting := e.arrive(1)[0]
	b.Poll(waiting, -1)
	if err := e.room.Leave(t.Context(), waiting.Visitor); err != nil {
		t.Fatal(err)
	}
	b.Tick(t.Context())
	if a := b.Poll(waiting, -1); a.State != queue.StateSpent {
		t.Errorf("who left at one gateway is %v at another", a.State)
	}
}

func TestAfterALossWithoutMemoryNobodyIsShownTooFewAhead(t *testing.T) {
	for name, grace := range map[string]time.Duration{"embedded": 0, "Redis": 2 * time.Second} {
		t.Run(name, func(t *testing.T) {
			e := newEngine(t, queue.RoomConfig{Document: queue.Document{Pace: queue.Pace{Mode: queue.ModePause, Rate: 6, Burst: 1}}})
			places := e.arrive(57)
			e.pass(time.Second)
			e.timing.Grace = grace
			e.store.lose(t)
			e.room = e.beside("after the restart", queue.FailHold)
			e.pass(3 * time.Second)
			for i := len(places) - 1; i >= 0; i-- {
				if a := e.room.Poll(places[i], -1); a.Ahead != -1 && a.Ahead < int64(i) {
					t.Fatalf("number %d is shown %d ahead, exact %v, %v to %v", places[i].Number, a.Ahead, a.Exact, a.Low, a.High)
				}
				e.pass(250 * time.Millisecond) // all within the longest poll interval
			}
			e.pass(e.timing.Hold)
			for i, p := range places {
				if a := e.room.Poll(p, -1); a.Ahead != int64(i) {
					t.Errorf("number %d is shown %d ahead after the hold, want %d", p.Number, a.Ahead, i)
				}
			}
		})
	}
}

// older brings an older copy of the store, of the very beginning, in which n numbers had been given.
func older(e *engine, n int) {
	e.t.Helper()
	clock := func() int64 { return engineStart }
	s := newStore(e.t, func() int64 { return clock() })
	err := s.Restore(e.t.Context(), queue.Watermark{Document: e.room.View().Snapshot.Document})
	for i := 0; i < n && err == nil; i += 500 {
		arrivals := make([]queue.Arrival, 500)
		for k := range arrivals {
			arrivals[k].Visitor = queue.VisitorID{9, byte(i / 500), byte(k), byte(k >> 8)}
		}
		_, err = s.Join(e.t.Context(), arrivals)
	}
	if err != nil {
		e.t.Fatal(err)
	}
	clock = e.store.clock
	e.store.Store = s
}

// A store that comes back as an older copy of itself goes on with its totals: what it gave in all is not what was given
// since it came back.
func TestOlderCopiesOfAStoreMultiplyNothing(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Gateway: "a", Document: pauses()})
	b := e.beside("b", queue.FailHold)
	tick := func() {
		e.pass(550 * time.Millisecond)
		b.Tick(t.Context())
	}
	tick()
	for range 20 { // slowly, so that nobody's ceiling is far above
		e.arrive(2000)
		tick()
		tick()
	}
	e.pass(time.Minute)
	b.Tick(t.Context())
	e.arrive(3000) // seen by one of them only, so their ceilings differ
	e.pass(250 * time.Millisecond)
	before := e.room.View().Snapshot.Last
	for n := range copies {
		older(e, 40_000)
		if n%2 == 0 {
			e.now.Add(250)
			b.Tick(t.Context())
		}
		tick()
		arriveAt(t, 1, e.room, b)
		tick()
		// Twice what was given in the seconds before, and a margin of a thousand for each gateway.
		last, most := e.room.View().Snapshot.Last, before+4000
		if n < 2 {
			most += 4 * 3000
		}
		if last > most {
			t.Fatalf("the %d. older copy took the number from %d to %d", n+1, before, last)
		}
		before = last
	}
}

func TestWhoFinishesDuringAnOutageIsNotInsideAfterIt(t *testing.T) {
	e, inside := occupied(t, 3)
	b := e.beside("b", queue.FailHold)
	b.Tick(t.Context())
	waiting := e.arrive(1)[0]
	e.store.gone = true
	e.pass(time.Second)
	_ = e.room.Finish(t.Context(), inside[0].Visitor)
	_ = e.room.Leave(t.Context(), waiting.Visitor)
	e.pass(10 * time.Second)
	e.store.gone = false
	e.pass(500 * time.Millisecond)
	b.Tick(t.Context())
	for name, room := range map[string]*queue.Room{"the gateway that was told": e.room, "the other": b} {
		if room.Touch(inside[0].Visitor, engineStart) {
			t.Errorf("%s lets a visitor in who has finished during the outage", name)
		}
		if s := room.Poll(waiting, -1).State; s != queue.StateSpent {
			t.Errorf("for %s, who has left during the outage is %v", name, s)
		}
	}
	if f := e.room.View().Snapshot; f.Live != 2 || f.Waiting != 0 || f.Finished != 1 || f.Left != 1 {
		t.Errorf("%d inside, %d wait, %d finished, %d left", f.Live, f.Waiting, f.Finished, f.Left)
	}
}
