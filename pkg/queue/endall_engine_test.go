package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// insiders lets n visitors straight in, and answers when each began.
func (e *engine) insiders(n int) (places []queue.Place, began []int64) {
	e.t.Helper()
	for range n {
		j, err := e.room.Arrive(queue.Arrival{})
		if err != nil || j.State != queue.StateInside {
			e.t.Fatalf("%+v, %v", j, err)
		}
		places, began = append(places, j.Place), append(began, j.Started)
		e.pass(2 * time.Second) // at one a second
	}
	return places, began
}

// With its next snapshot every gateway refuses the passes, asks no store for that, and goes on refusing them when the store has lost all.
func TestWhenAllStaysEndNoGatewayTakesTheirPassesAnyMore(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: real(60, 10)})
	e.pass(5 * time.Second)
	other := e.beside("other", queue.FailHold)
	places, began := e.insiders(3)
	for i, p := range places {
		other.Touch(p.Visitor, began[i])
	}
	e.pass(time.Second)
	n, err := e.room.EndStays(t.Context())
	if err != nil || n != 3 {
		t.Fatalf("%d, %v", n, err)
	}
	e.pass(250 * time.Millisecond)
	if f := e.room.View().Snapshot; f.Live != 0 {
		t.Errorf("%d stays live", f.Live)
	}
	other.Tick(t.Context())
	e.store.gone = true
	calls := e.store.calls["renew"]
	for i, p := range places {
		for name, r := range map[string]*queue.Room{"this": e.room, "the other": other} {
			if r.Touch(p.Visitor, began[i]) || r.Act(p.Visitor, began[i]) || r.Alive(p.Visitor, began[i], began[i]) || r.Left(p.Visitor, began[i]) != 0 {
				t.Errorf("%s gateway takes the pass of %d", name, p.Number)
			}
			if s, err := r.Resume(p, began[i], began[i]); err != nil || s.State != queue.StateSpent {
				t.Errorf("%s gateway resumes the stay of %d: %+v, %v", name, p.Number, s, err)
			}
		}
	}
	if e.store.calls["renew"] != calls {
		t.Error("the store was asked")
	}
	e.store.gone = false
	e.store.lose(t)
	e.pass(time.Second)
	other.Tick(t.Context())
	if f := e.room.View().Snapshot; f.Live != 0 || f.Document.StaysFrom() == 0 {
		t.Errorf("after a loss %d stays live, those count that began from %d on", f.Live, f.Document.StaysFrom())
	}
	for i, p := range places {
		if e.room.Touch(p.Visitor, began[i]) || other.Touch(p.Visitor, began[i]) {
			t.Errorf("after a loss the pass of %d is taken", p.Number)
		}
	}
}

// Who goes in after that has a stay like any other.
func TestStaysThatBeginAfterAllHaveEndedCount(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: real(60, 10)})
	e.pass(5 * time.Second)
	e.insiders(2)
	if _, err := e.room.EndStays(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.pass(2 * time.Second)
	places, began := e.insiders(1)
	if !e.room.Touch(places[0].Visitor, began[0]) {
		t.Error("a new stay is refused")
	}
	if f := e.room.View().Snapshot; f.Live != 1 {
		t.Errorf("%d stays live", f.Live)
	}
}
