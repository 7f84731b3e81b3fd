package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// lookedUp is a room with somebody who made the last request of a stay so long ago.
func lookedUp(t *testing.T, cfg queue.RoomConfig, ago time.Duration) (e *engine, me queue.Place, started, last int64) {
	t.Helper()
	e = newEngine(t, cfg)
	e.pass(3 * time.Second)
	j, err := e.room.Arrive(queue.Arrival{})
	if err != nil || j.State != queue.StateInside {
		t.Fatalf("%+v, %v", j, err)
	}
	e.pass(time.Second)
	e.room.Touch(j.Place.Visitor, j.Started)
	last = e.now.Load()
	e.pass(time.Second)
	e.now.Add((ago - time.Second).Milliseconds())
	e.pass(250 * time.Millisecond)
	e.pass(40 * time.Second) // nobody was heard for so long: a hold
	return e, j.Place, j.Started, last
}

func TestAStayThatRanOutGoesOn(t *testing.T) {
	e, me, started, _ := lookedUp(t, queue.RoomConfig{Document: real(60, 1)}, 11*time.Minute)
	if s, err := e.room.Claim(me); err != nil || s.State != queue.StateInside || s.Started != started {
		t.Errorf("by its ticket: %+v, %v", s, err)
	}
	e, me, started, last := lookedUp(t, queue.RoomConfig{Document: real(60, 1)}, 11*time.Minute)
	s, err := e.room.Resume(me, started, last)
	if err != nil || s.State != queue.StateInside || s.Started != started || s.Until <= e.room.Now() {
		t.Fatalf("%+v, %v", s, err)
	}
	// A second browser with the same pass has the same stay.
	again, err := e.room.Resume(me, started, last)
	if f := e.room.View().Snapshot; err != nil || again.State != queue.StateInside || again.Started != started || f.Admitted != 1 {
		t.Errorf("the second browser: %+v, %v; %d admitted", again, err, f.Admitted)
	}
}

// In a full room whoever comes back stands at the door, and goes in before everybody who is called.
func TestWhoComesBackGoesInBeforeNewCalls(t *testing.T) {
	e, me, started, last := lookedUp(t, queue.RoomConfig{Document: real(60, 1)}, 11*time.Minute)
	other := e.comes()
	if other.entered == 0 {
		t.Fatal("the seat of a stay that ran out is not given away")
	}
	e.room.Touch(other.place.Visitor, other.started)
	e.pass(250 * time.Millisecond)
	if s, err := e.room.Resume(me, started, last); err != nil || s.State != queue.StateFull {
		t.Fatalf("in a full room: %+v, %v", s, err)
	}
	next := e.arrive(1)[0]
	for range 3 {
		e.room.Poll(next, -1)
		e.pass(time.Second)
		if s, err := e.room.Claim(next); err != nil || s.State == queue.StateInside {
			t.Fatalf("%+v, %v", s, err)
		}
	}
	if err := e.room.Finish(t.Context(), other.place.Visitor); err != nil {
		t.Fatal(err)
	}
	if s, err := e.room.Claim(next); err != nil || s.State == queue.StateInside {
		t.Errorf("a new call overtakes: %+v, %v", s, err)
	}
	if s, err := e.room.Resume(me, started, last); err != nil || s.State != queue.StateInside || s.Started != started {
		t.Errorf("%+v, %v", s, err)
	}
}

// A store that was lost knows no stay: the pass says what it was.
func TestAStayIsResumedAfterALossAndNeverBeyondItsMaximum(t *testing.T) {
	for _, test := range []struct {
		name     string
		ago      time.Duration
		longer   time.Duration // ago the stay began
		state    queue.State
		why      queue.Reason
		sameBegn bool
	}{
		{"ran out", 11 * time.Minute, 0, queue.StateInside, queue.ReasonNone, true},
		{"ran out long ago", 41 * time.Minute, 0, queue.StateSpent, queue.ReasonExpired, false},
		{"at its maximum", 11 * time.Minute, 2 * time.Hour, queue.StateSpent, queue.ReasonExpired, false},
	} {
		e, me, started, last := lookedUp(t, queue.RoomConfig{Document: real(60, 10)}, test.ago)
		e.store.lose(t)
		e.room = e.beside("young", queue.FailHold)
		e.pass(time.Second)
		s, err := e.room.Resume(me, started-test.longer.Milliseconds(), last)
		if err != nil || s.State != test.state || s.Reason != test.why || test.sameBegn && s.Started != started {
			t.Errorf("%s: %+v, %v", test.name, s, err)
		}
	}
}

func TestAStayThatRanOutWhileTheStoreIsAway(t *testing.T) {
	for _, test := range []struct {
		mode  queue.FailureMode
		ago   time.Duration
		state queue.State
	}{
		{queue.FailHold, 11 * time.Minute, queue.StateMissed},
		{queue.FailHold, 9 * time.Minute, queue.StateInside}, // another browser's pass is renewed
		{queue.FailHold, 41 * time.Minute, queue.StateSpent},
		{queue.FailLocal, 11 * time.Minute, queue.StateInside},
		{queue.FailOpen, 11 * time.Minute, queue.StateInside},
		{queue.FailOpen, 41 * time.Minute, queue.StateSpent},
	} {
		e, me, started, _ := lookedUp(t, queue.RoomConfig{Document: real(60, 10), OnFailure: test.mode}, time.Minute)
		e.store.gone = true
		e.pass(5 * time.Second)
		s, err := e.room.Resume(me, started-time.Hour.Milliseconds(), e.now.Load()-test.ago.Milliseconds())
		if err != nil || s.State != test.state {
			t.Errorf("%s, after %v: %+v, %v", test.mode, test.ago, s, err)
		}
	}
}

// Somebody let in without a number while the store was away has a stay like others.
func TestAStayWithoutANumberIsResumed(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: real(60, 10), OnFailure: queue.FailOpen})
	e.store.gone = true
	e.pass(time.Second)
	j, err := e.room.Arrive(queue.Arrival{})
	if err != nil || j.State != queue.StateInside || j.Place.Number != 0 {
		t.Fatalf("%+v, %v", j, err)
	}
	last := e.now.Load()
	e.store.gone = false
	e.pass(time.Second)
	e.now.Add((11 * time.Minute).Milliseconds())
	e.pass(time.Minute)
	s, err := e.room.Resume(j.Place, j.Started, last)
	if err != nil || s.State != queue.StateInside || s.Started != j.Started {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := e.room.Resume(queue.Place{}, 0, 0); err != nil || s.State != queue.StateSpent {
		t.Errorf("no stay at all: %+v, %v", s, err)
	}
}
