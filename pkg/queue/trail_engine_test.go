package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// The last request of several in a row counts, with few calls to the store: one each five seconds, and one after the last.
func TestAStayLastsIdleAfterTheLastOfSeveralRequests(t *testing.T) {
	e, me, started := working(t, queue.RoomConfig{Document: real(60, 1)})
	e.pass(6 * time.Second)
	before := e.store.calls["renew"]
	for range 19 { // 0 to 4.5 s
		if !e.room.Touch(me.Visitor, started) {
			t.Fatal("not inside")
		}
		e.pass(250 * time.Millisecond)
	}
	last := e.room.Now() - 250
	e.pass(6 * time.Second)
	if n := e.store.calls["renew"] - before; n != 2 {
		t.Errorf("%d calls for a burst, want the first and the last request", n)
	}
	idle := queue.DefaultTiming().Idle.Milliseconds()
	other := e.beside("other", queue.FailHold)
	for e.room.Now()+1000 < last+idle {
		e.pass(time.Second)
		other.Tick(t.Context())
	}
	for name, r := range map[string]*queue.Room{"here": e.room, "elsewhere": other} {
		if left := r.Left(me.Visitor, started).Milliseconds(); left != last+idle-e.room.Now() {
			t.Errorf("%s: %d ms left, want %d", name, left, last+idle-e.room.Now())
		}
	}
	if f := e.room.View().Snapshot; f.Live != 1 {
		t.Errorf("%d inside", f.Live)
	}
	e.pass(2 * time.Second)
	if f := e.room.View().Snapshot; f.Live != 0 {
		t.Errorf("%d inside when it is over", f.Live)
	}
}

// The end of a stay is known to all gateways. A last request that one of them has yet to tell of it must not bring it back to a store
// that has lost both.
func TestALastRequestOfAStayThatHasEndedIsNotToldAfterALoss(t *testing.T) {
	e, inside := occupied(t, 2)
	b := e.beside("b", queue.FailHold)
	both := func(d time.Duration) {
		for range d / (250 * time.Millisecond) {
			e.pass(250 * time.Millisecond)
			b.Flush(t.Context())
			b.Tick(t.Context())
		}
	}
	for range 2 { // the first is told at once
		for _, p := range inside {
			if !b.Touch(p.Visitor, engineStart) {
				t.Fatal("a live stay is refused")
			}
		}
		both(250 * time.Millisecond)
	}
	if err := e.room.Finish(t.Context(), inside[0].Visitor); err != nil {
		t.Fatal(err)
	}
	both(500 * time.Millisecond)
	e.store.lose(t)
	both(10 * time.Second)
	if f := b.View().Snapshot; f.Live != 1 {
		t.Errorf("%d are inside after the loss, want the one who has not finished", f.Live)
	}
}
