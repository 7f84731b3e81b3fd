package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// coded lets somebody come with a code that so many may use.
func (e *engine) coded(code byte, uses uint8) (queue.Beat, queue.Joined) {
	e.t.Helper()
	a := queue.Arrival{Code: queue.Code{code}, Uses: uses}
	j, err := e.room.Arrive(a)
	if err != nil {
		e.t.Fatal(err)
	}
	return queue.Beat{Place: j.Place, Code: a.Code, Uses: a.Uses}, j
}

func (e *engine) wantCode(what string, code byte, uses uint8, want queue.State) {
	e.t.Helper()
	if _, j := e.coded(code, uses); j.State != want || want == queue.StateRefused && j.Reason != queue.ReasonCode {
		e.t.Errorf("%s: %+v, want %v", what, j.Standing, want)
	}
}

// What a store has forgotten comes back with the tickets, and codes with them.
func TestACodeIsKnownAgainWhenItsTicketComesBack(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	var all []queue.Beat
	for code := range byte(10) {
		b, j := e.coded(code+1, 1)
		if j.State != queue.StateWaiting {
			t.Fatalf("%+v", j)
		}
		all = append(all, b)
	}
	e.wantCode("a code that is used", 1, 1, queue.StateRefused)
	e.store.lose(t)
	e.pass(250 * time.Millisecond)
	for i := range all[:6] {
		e.room.PollBeat(all[i], -1)
	}
	e.room.AwayBeat(all[6])
	e.pass(250 * time.Millisecond)
	used := 0
	for code := range byte(10) {
		if _, j := e.coded(code+1, 1); j.State == queue.StateRefused {
			used++
		}
	}
	if used != 7 {
		t.Errorf("after the loss of all, and with 7 of 10 tickets back, %d codes count as used", used)
	}
	// Somebody else has the code of a ticket that comes later: it has ended, and its page says why.
	e.room.PollBeat(all[8], -1)
	e.pass(250 * time.Millisecond)
	if a := e.room.PollBeat(all[8], -1); a.State != queue.StateSpent || a.Reason != queue.ReasonCode {
		t.Errorf("a ticket whose code others use: %v %v", a.State, a.Reason)
	}
}

// A claim takes a place in as a heartbeat does, and says nothing of codes.
func TestAClaimAfterALossDoesNotForgetTheCode(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: runs(60, 1)})
	e.arrive(1)
	me, _ := e.coded(1, 1)
	e.pass(250 * time.Millisecond)
	for range 3 {
		e.room.PollBeat(me, -1)
		e.pass(time.Second)
	}
	e.store.lose(t)
	e.pass(250 * time.Millisecond)
	s, err := e.room.ClaimBeat(me)
	if err != nil || s.State == queue.StateSpent {
		t.Fatalf("%+v, %v", s, err)
	}
	e.wantCode("its code", 1, 1, queue.StateRefused)
	if n := e.store.calls["keep"]; n == 0 {
		t.Error("the store was told of no place: does the test see what it is for?")
	}
	before := e.store.calls["keep"]
	if _, err := e.room.ClaimBeat(me); err != nil || e.store.calls["keep"] != before {
		t.Errorf("a second claim tells the place again: %v", err)
	}
}

// A browser that sends its code twice, because somebody pressed twice or an answer was lost, has one place.
func TestAnArrivalThatIsRepeatedHasOnePlace(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	a := queue.Arrival{Visitor: queue.VisitorID{7}, Code: queue.Code{7}, Uses: 2}
	first, err := e.room.Arrive(a)
	if err != nil || first.State != queue.StateWaiting {
		t.Fatalf("%+v, %v", first, err)
	}
	if again, err := e.room.Arrive(a); err != nil || again.Place != first.Place {
		t.Errorf("%+v, %v, want %+v", again, err, first)
	}
	if err := e.room.Leave(t.Context(), a.Visitor); err != nil {
		t.Fatal(err)
	}
	e.pass(250 * time.Millisecond)
	next, err := e.room.Arrive(a)
	if err != nil || next.State != queue.StateWaiting || next.Place.Visitor == a.Visitor {
		t.Errorf("after the place was given up: %+v, %v", next, err)
	}
	e.wantCode("a third use", 7, 2, queue.StateRefused)
}
