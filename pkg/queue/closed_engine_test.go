package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// A stay whose last page was closed gives its seat back after half a minute, unless somebody hears of it.
func TestAStayWhoseLastPageWasClosedEnds(t *testing.T) {
	const second = 1000
	for _, test := range []struct {
		name  string
		quiet int64
		after func(e *engine, other *queue.Room, me queue.Place, started int64)
		live  int64

		atOnce bool // the next page asks in the same moment
	}{
		{"nobody is heard of", 10 * second, func(*engine, *queue.Room, queue.Place, int64) {}, 0, false},
		{"a request follows", 10 * second, func(e *engine, _ *queue.Room, me queue.Place, started int64) {
			e.room.Touch(me.Visitor, started)
		}, 1, false},
		{"a request follows at another gateway", 10 * second, func(_ *engine, other *queue.Room, me queue.Place, started int64) {
			other.Touch(me.Visitor, started)
		}, 1, false},
		{"another page had asked before", 12 * second, func(*engine, *queue.Room, queue.Place, int64) {}, 1, false},
		{"what the page says cannot be", -second, func(*engine, *queue.Room, queue.Place, int64) {}, 1, false},
		{"the next page is there at once", 0, func(*engine, *queue.Room, queue.Place, int64) {}, 1, true},
		{"closed again later", 10 * second, func(e *engine, _ *queue.Room, me queue.Place, started int64) {
			e.room.Touch(me.Visitor, started)
			e.pass(5 * time.Second)
			e.room.Closed(me.Visitor, started, 5*second)
		}, 1, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, me, started := working(t, queue.RoomConfig{Document: real(60, 1)})
			e.pass(10*time.Second - 250*time.Millisecond)
			other := e.beside("other", queue.FailHold)
			e.room.Closed(me.Visitor, started, test.quiet)
			if test.atOnce {
				e.room.Touch(me.Visitor, started)
			}
			e.pass(15 * time.Second)
			test.after(e, other, me, started)
			other.Flush(t.Context())
			e.pass(16 * time.Second)
			if f := e.room.View().Snapshot; f.Live != test.live {
				t.Errorf("%d inside, want %d", f.Live, test.live)
			}
		})
	}
}

// Nothing is given up on what one process knows: it waits for the store, by which another one may have heard of the stay.
func TestAStayWhoseLastPageWasClosedOutlastsAnOutage(t *testing.T) {
	e, me, started := working(t, queue.RoomConfig{Document: real(60, 1)})
	e.pass(10*time.Second - 250*time.Millisecond)
	e.room.Closed(me.Visitor, started, 10_000)
	e.store.gone = true
	e.pass(45 * time.Second)
	if !e.room.Stands(me.Visitor) {
		t.Error("the stay is given up while the store is away")
	}
	e.store.gone = false
	e.pass(5 * time.Second)
	if f := e.room.View().Snapshot; f.Live != 0 || f.Left != 1 {
		t.Errorf("%d inside, %d have left", f.Live, f.Left)
	}
}

// Pages that are closed again and again cost the store one question a stay.
func TestClosedPagesAreAskedAboutInOneCall(t *testing.T) {
	e, me, started := working(t, queue.RoomConfig{Document: real(60, 1)})
	e.pass(10 * time.Second)
	before := e.store.calls["renew"]
	for range 20 {
		e.room.Closed(me.Visitor, started, 10_250)
		e.pass(250 * time.Millisecond)
	}
	e.pass(40 * time.Second)
	if n := e.store.calls["renew"] - before; n != 1 {
		t.Errorf("%d calls", n)
	}
	if f := e.room.View().Snapshot; f.Live != 0 {
		t.Errorf("%d inside", f.Live)
	}
}
