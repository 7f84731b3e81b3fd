package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Whoever stands in a lane counts those ahead in it, and waits by its part of the pace.
func TestALaneHasItsOwnFiguresAndItsShareOfThePace(t *testing.T) {
	d := runs(60, 1)
	d.Plan = []queue.Step{{
		At: engineStart + 1000, Opening: "day", Rank: 1, Phase: queue.PhaseOpen,
		SetWeights: true, Weights: [queue.Lanes]int64{3, 1, 1, 1, 1, 1, 1, 1},
	}}
	e := newEngine(t, queue.RoomConfig{Document: d})
	e.pass(1500 * time.Millisecond)
	lanes := map[uint8][]queue.Place{}
	for i := range 800 {
		lane := uint8(i % 2)
		j, err := e.room.Arrive(queue.Arrival{Lane: lane})
		if err != nil || j.Place.Lane != lane {
			t.Fatalf("%+v, %v", j, err)
		}
		if j.State == queue.StateWaiting {
			lanes[lane] = append(lanes[lane], j.Place)
		}
	}
	e.pass(250 * time.Millisecond)
	var ranges [2]queue.Answer
	for lane := range uint8(2) {
		last := len(lanes[lane]) - 1
		a := e.room.Poll(lanes[lane][last], -1)
		if most := int64(last); a.Ahead > most || a.Ahead < most-2 || !a.Exact {
			t.Errorf("lane %d: %d ahead of the last of %d", lane, a.Ahead, last+1)
		}
		ranges[lane] = a
	}
	// Three of four calls are for the first lane: the others wait three times as long.
	if q := float64(ranges[1].High) / float64(ranges[0].High); q < 2.5 || q > 3.7 {
		t.Errorf("lane 0 in %v, lane 1 in %v", ranges[0].High, ranges[1].High)
	}
	before := e.room.View().Snapshot
	for range 40 {
		e.pass(time.Second)
		for lane := range uint8(2) {
			for _, p := range lanes[lane] {
				if a := e.room.Poll(p, -1); a.State == queue.StateCalled {
					if _, err := e.room.Claim(p); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	f := e.room.View().Snapshot
	first, second := f.HeadNumbers[0]-before.HeadNumbers[0], f.HeadNumbers[1]-before.HeadNumbers[1]
	if second == 0 || first < 2*second || first > 4*second {
		t.Errorf("the heads went on by %d and %d", first, second)
	}
	if a := e.room.Poll(lanes[1][390], -1); a.Ahead > 390-int64(second)/2+2 {
		t.Errorf("%d ahead in lane 1 after its head went on by %d", a.Ahead, second)
	}
	// After a loss each lane keeps its figures until its places are back.
	shown := e.room.Poll(lanes[1][399-10], -1).Ahead
	e.store.lose(t)
	e.pass(time.Second)
	if a := e.room.Poll(lanes[1][399-10], shown); a.Ahead != shown || !a.Holding {
		t.Errorf("%d ahead before the loss, after it %+v", shown, a)
	}
}
