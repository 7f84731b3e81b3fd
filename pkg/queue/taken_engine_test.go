package queue_test

import (
	"context"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// repeating is a store whose client sends an arrival again when the first reply is lost on the way.
type repeating struct {
	queue.Store
	lost int
}

func (r *repeating) Join(ctx context.Context, ids []queue.Arrival) (queue.JoinReply, error) {
	if r.lost > 0 {
		r.lost--
		if _, err := r.Store.Join(ctx, ids); err != nil {
			return queue.JoinReply{}, err
		}
	}
	return r.Store.Join(ctx, ids)
}

func TestAnArrivalWhoseReplyWasLostGetsAPlaceAllTheSame(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 600, Burst: 10}}})
	e.pass(time.Second)
	e.store.Store = &repeating{e.store.Store, 1}
	j, err := e.room.Arrive(queue.Arrival{})
	if err != nil || j.State == queue.StateTaken || !j.Place.Valid() {
		t.Errorf("%+v, %v", j, err)
	}
}

func TestAPlaceThatNoStoreGaveDoesNotSpoilTheBatchOfOthers(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	me := e.arrive(1)[0]
	l := newLedger(e.store.Store, 0)
	e.store.Store = l
	e.pass(3 * time.Minute)
	for _, none := range []queue.Place{{}, {Visitor: me.Visitor, Epoch: 1 << 40, Number: 1}} {
		if a := e.room.Poll(none, -1); a.State != queue.StateSpent {
			t.Errorf("%+v is told %v", none, a.State)
		}
		if s, err := e.room.Claim(none); err != nil || s.State != queue.StateSpent {
			t.Errorf("%+v claims %v, %v", none, s.State, err)
		}
		e.room.Away(none)
	}
	e.room.Poll(me, -1)
	e.pass(time.Second)
	if a, err := e.store.Store.Keep(t.Context(), 0, []queue.Beat{{Place: me}}); err != nil || a.Standings[0].State != queue.StateWaiting {
		t.Errorf("%+v, %v", a, err)
	}
	if l.calls["keep"] != 2 || l.beats[me.Visitor] != 2 || len(l.beats) != 1 {
		t.Errorf("%d calls with %v", l.calls["keep"], l.beats)
	}
}
