package queue_test

import (
	"errors"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// working is a room with somebody inside who made a request just now.
func working(t *testing.T, cfg queue.RoomConfig) (e *engine, me queue.Place, started int64) {
	t.Helper()
	e, me, started, _ = lookedUp(t, cfg, time.Second)
	if !e.room.Touch(me.Visitor, started) {
		t.Fatal("not inside")
	}
	e.pass(250 * time.Millisecond)
	return e, me, started
}

// What a visitor does within a request keeps the stay alive, up to its maximum.
func TestWhatIsDoneWithinARequestKeepsAStayUpToItsMaximum(t *testing.T) {
	doc := real(60, 1)
	doc.Timing.Max = 30 * time.Minute
	e, me, started := working(t, queue.RoomConfig{Document: doc})
	last := e.room.Now()
	end := started + doc.Timing.Max.Milliseconds()
	for e.room.Now()+60_000 < end {
		e.pass(time.Minute)
		if !e.room.Act(me.Visitor, started) {
			t.Fatalf("not inside %d ms before the end", end-e.room.Now())
		}
		e.pass(250 * time.Millisecond)
		if f := e.room.View().Snapshot; f.Live != 1 {
			t.Fatalf("%d inside %d ms before the end", f.Live, end-e.room.Now())
		}
	}
	// Its pass ran out long ago.
	if !e.room.Alive(me.Visitor, started, last) {
		t.Error("a stay whose visitor works is not alive")
	}
	if left := e.room.Left(me.Visitor, started); left > time.Duration(end-e.room.Now())*time.Millisecond {
		t.Errorf("%v left, the maximum is in %d ms", left, end-e.room.Now())
	}
	e.pass(2 * time.Minute)
	if e.room.Act(me.Visitor, started) || e.room.Alive(me.Visitor, started, last) || e.room.Left(me.Visitor, started) != 0 {
		t.Error("it goes on beyond its maximum")
	}
}

// Nothing that is done within a request resumes a stay: that is the door's.
func TestWhatIsDoneWithinARequestResumesNoStay(t *testing.T) {
	e, me, started := working(t, queue.RoomConfig{Document: real(60, 1)})
	last := e.room.Now()
	e.now.Add((11 * time.Minute).Milliseconds())
	e.pass(time.Second)
	for range 2 {
		if e.room.Act(me.Visitor, started) || e.room.Alive(me.Visitor, started, last) {
			t.Error("a stay that ran out goes on")
		}
	}
	e.pass(time.Second)
	if f := e.room.View().Snapshot; f.Live != 0 {
		t.Errorf("%d inside", f.Live)
	}
	e.pass(40 * time.Second)
	if s, err := e.room.Resume(me, started, last); err != nil || s.State != queue.StateInside {
		t.Errorf("at the door: %+v, %v", s, err)
	}
}

// A WebSocket at one gateway, and the next request at another.
func TestAStayIsAliveAtAGatewayThatHasNotSeenIt(t *testing.T) {
	e, me, started := working(t, queue.RoomConfig{Document: real(60, 1)})
	last := e.room.Now()
	other := e.beside("other", queue.FailHold)
	for range 12 {
		e.pass(time.Minute)
		e.room.Act(me.Visitor, started)
		e.pass(250 * time.Millisecond)
		other.Tick(t.Context())
	}
	if !other.Alive(me.Visitor, started, last) {
		t.Error("the stay is not alive elsewhere")
	}
	if left := other.Left(me.Visitor, started); left < 9*time.Minute {
		t.Errorf("%v left elsewhere", left)
	}
	if err := e.room.Finish(t.Context(), me.Visitor); err != nil {
		t.Fatal(err)
	}
	if e.room.Act(me.Visitor, started) || e.room.Stands(me.Visitor) || e.room.Left(me.Visitor, started) != 0 {
		t.Error("a stay that was finished goes on")
	}
}

// While the store is away a copied ticket has the stay that there is, whatever is done with arrivals.
func TestAUsedTicketBuysNoSecondStayWhileTheStoreIsAway(t *testing.T) {
	for _, mode := range []queue.FailureMode{queue.FailLocal, queue.FailOpen} {
		e, me, started := working(t, queue.RoomConfig{Document: real(60, 10), OnFailure: mode})
		e.pass(5 * time.Minute)
		e.room.Touch(me.Visitor, started)
		e.pass(time.Second)
		e.store.gone = true
		e.pass(5 * time.Second)
		if s, err := e.room.Claim(me); err != nil || s.State != queue.StateInside || s.Started != started {
			t.Errorf("%s: %+v, %v, began %d", mode, s, err, started)
		}
		if err := e.room.Finish(t.Context(), me.Visitor); !errors.Is(err, queue.ErrUnavailable) {
			t.Fatal(err)
		}
		if s, err := e.room.Claim(me); err != nil || s.State != queue.StateSpent || s.Reason != queue.ReasonFinished {
			t.Errorf("%s, finished: %+v, %v", mode, s, err)
		}
	}
}
