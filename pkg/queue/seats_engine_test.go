package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// A seat stands empty from the call until whoever was called has heard of it. In a room that has just filled nobody
// knows yet how fast people leave: pages must not ask as if they never did.
func TestARoomThatHasJustFilledIsFilledAgainSoon(t *testing.T) {
	const most, stays, runs = 60, 30 * time.Second, 3 * time.Minute
	e := newEngine(t, queue.RoomConfig{PollMin: 3 * time.Second, PollMax: 30 * time.Second, Document: queue.Document{
		Pace: queue.Pace{Mode: queue.ModeRun, Rate: 6000, Burst: most, Strict: true, MaxInside: most},
	}})
	var inside []queue.VisitorID
	ends := map[queue.VisitorID]time.Duration{}
	began := e.now.Load()
	since := func() time.Duration { return time.Duration(e.now.Load()-began) * time.Millisecond }
	enter := func(id queue.VisitorID) {
		inside = append(inside, id)
		ends[id] = since() + stays
	}
	asks := map[queue.Place]time.Duration{}
	for len(asks) < 600 {
		j, err := e.room.Arrive(queue.Arrival{})
		switch {
		case err != nil:
			t.Fatal(err)
		case j.State == queue.StateInside:
			enter(j.Place.Visitor)
		default:
			asks[j.Place] = since() + 3*time.Second
		}
	}
	for since() < runs {
		e.pass(250 * time.Millisecond)
		for _, id := range inside {
			if end, ok := ends[id]; ok && end <= since() {
				delete(ends, id)
				if err := e.room.Finish(t.Context(), id); err != nil {
					t.Fatal(err)
				}
			}
		}
		for p, at := range asks {
			if at > since() {
				continue
			}
			a := e.room.Poll(p, -1)
			asks[p] = since() + a.Next
			if a.State != queue.StateCalled && a.State != queue.StateFull {
				continue
			}
			if s, err := e.room.Claim(p); err == nil && s.State == queue.StateInside {
				delete(asks, p)
				enter(p.Visitor)
			}
		}
	}
	if possible := most * int(runs/stays); len(inside) < possible*97/100 {
		t.Errorf("%d went in where %d were possible", len(inside), possible)
	}
}
