package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// A contingent that gives nothing is no start, one that gives more of the day's quota is, and a place that ends before is not in it.
func TestTheNextStartIsOneThatHasSomethingToGive(t *testing.T) {
	at := func(s int64) int64 { return engineStart + 1000*s }
	open := func(opening string, rank uint8, s, quota int64) queue.Step {
		return queue.Step{At: at(s), Opening: opening, Rank: rank, Phase: queue.PhaseOpen, SetQuota: true, Quota: quota, Per: 1}
	}
	end := func(opening string, rank uint8, s int64, floor bool) queue.Step {
		return queue.Step{At: at(s), Opening: opening, Rank: rank, Phase: queue.PhaseLine, Floor: floor}
	}
	again := open("again", 1, 300, 0)
	again.Quota, again.Reset = 5, true
	for name, test := range map[string]struct {
		plan            []queue.Step
		booked          int64
		next, following queue.Start
	}{
		"a later part of the same opening": {
			[]queue.Step{open("day", 1, 1, 2), {At: at(50), Opening: "day", Rank: 2, Phase: queue.PhaseOpen, SetShare: true, Share: 500}, open("day", 3, 100, 4)},
			2,
			queue.Start{Opening: "day", At: at(100), Kept: true},
			queue.Start{},
		},
		"while there is something, it is not told of": {
			[]queue.Step{open("day", 1, 1, 2), open("day", 2, 100, 4), again},
			1,
			queue.Start{Opening: "again", At: at(300), Kept: true},
			queue.Start{Opening: "again", At: at(300), Kept: true},
		},
		"the next part is taken as well": {
			[]queue.Step{open("day", 1, 1, 2), open("more", 1, 100, 2), again},
			2,
			queue.Start{Opening: "again", At: at(300), Kept: true},
			queue.Start{Opening: "again", At: at(300), Kept: true},
		},
		"the line ends before": {
			[]queue.Step{open("day", 1, 1, 2), end("day", 2, 200, true), again},
			2,
			queue.Start{Opening: "again", At: at(300)},
			queue.Start{Opening: "again", At: at(300)},
		},
		"the line goes on": {
			[]queue.Step{open("day", 1, 1, 2), end("day", 2, 200, false), again},
			2,
			queue.Start{Opening: "again", At: at(300), Kept: true},
			queue.Start{Opening: "again", At: at(300), Kept: true},
		},
		"nothing more": {[]queue.Step{open("day", 1, 1, 2), end("day", 2, 200, true)}, 2, queue.Start{}, queue.Start{}},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEngine(t, queue.RoomConfig{Document: queue.Document{Plan: test.plan}})
			e.until(2 * time.Second)
			if err := e.room.Report(t.Context(), queue.Outcome{Kind: queue.Total, Count: test.booked}); err != nil {
				t.Fatal(err)
			}
			e.until(4 * time.Second)
			if v := e.room.View(); v.Start != test.next || v.Following != test.following {
				t.Errorf("next %+v, following %+v", v.Start, v.Following)
			} else if named := v.StartAt(test.next.At / 1000); test.next.At > 0 && named != test.next {
				t.Errorf("at the time of the next %+v is found", named)
			} else if none := v.StartAt(test.next.At/1000 + 1); none != (queue.Start{}) {
				t.Errorf("where nothing starts %+v is found", none)
			}
		})
	}
}

// A place that waited when its line ended reads so with its next poll, never that its turn has come.
func TestAPlaceThatTheFloorHasEndedIsOverAtOnce(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: queue.Document{
		Pace: queue.Pace{Mode: queue.ModePause, Rate: 1, Burst: 1}, Plan: []queue.Step{{At: engineStart + 10_000, Opening: "day", Rank: 1, Phase: queue.PhaseClosed, Floor: true}},
	}})
	e.until(2 * time.Second)
	j, err := e.room.Arrive(queue.Arrival{})
	if err != nil || j.State != queue.StateWaiting {
		t.Fatal(j, err)
	}
	e.until(5 * time.Second)
	e.room.Poll(j.Place, -1)
	e.until(12 * time.Second)
	if a := e.room.Poll(j.Place, -1); a.State != queue.StateSpent || a.Reason != queue.ReasonFloor {
		t.Errorf("%v, %v", a.State, a.Reason)
	}
}
