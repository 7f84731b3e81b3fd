package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// inGroups is the configuration of a room that is always open, for groups with shares of 3, 4 and so on.
func inGroups(hash string, rate int64, names ...string) queue.RoomConfig {
	s := plan.Schedule{}
	for i, name := range names {
		s.Groups = append(s.Groups, plan.Group{Name: name, Share: int64(i) + 3})
	}
	cfg := queue.RoomConfig{Planner: plan.Planner{}, ConfigHash: hash, Document: runs(rate, 1)}
	cfg.Document.Timing = simple()
	cfg.Document.SetSchedule(s.Encode())
	return cfg
}

// TestAFileThatMovesGroupsToOtherLanesWaitsForAnEmptyRoom brings such a file while somebody waits: all but the schedule is in force at once,
// and the schedule when the place is gone.
func TestAFileThatMovesGroupsToOtherLanesWaitsForAnEmptyRoom(t *testing.T) {
	told := 0
	cfg := inGroups("a", 0, "over80", "residents")
	cfg.OnEvent = func(e queue.Event) {
		switch e.Kind {
		case queue.EventLanes:
			told++
		case queue.EventError:
			t.Error(e.Err)
		default:
		}
	}
	e := newEngine(t, cfg)
	e.pass(time.Second)
	weights := func() [queue.Lanes]int64 { return e.room.View().Snapshot.Opening.Weights }
	if got := weights(); got != [queue.Lanes]int64{1, 3, 4, 1, 1, 1, 1, 1} {
		t.Fatalf("weights %v", got)
	}
	j, err := e.room.Arrive(queue.Arrival{Lane: 2})
	if err != nil || j.State != queue.StateWaiting {
		t.Fatalf("%+v, %v", j, err)
	}
	e.pass(time.Second)
	if err := e.room.Reconfigure(inGroups("b", 1, "residents")); err != nil {
		t.Fatal(err)
	}
	before := e.room.View().Snapshot.Document.Schedule()
	e.pass(time.Second)
	d := e.room.View().Snapshot.Document
	version := d.Version
	if d.Schedule() != before || d.Pace.Rate != 1 || told != 1 || weights() != [queue.Lanes]int64{1, 3, 4, 1, 1, 1, 1, 1} {
		t.Errorf("told %d times, rate %d, schedule %s", told, d.Pace.Rate, d.Schedule())
	}
	e.pass(2 * time.Second)
	if f := e.room.View().Snapshot; f.Document.Version != version || told != 1 || f.Waiting != 1 {
		t.Errorf("told %d times, version %d then %d, %d wait", told, version, f.Document.Version, f.Waiting)
	}
	if err := e.room.Leave(t.Context(), j.Place.Visitor); err != nil {
		t.Fatal(err)
	}
	e.pass(2 * time.Second)
	if got := weights(); got != [queue.Lanes]int64{1, 3, 1, 1, 1, 1, 1, 1} || told != 1 {
		t.Errorf("weights %v in an empty room, told %d times", got, told)
	}
}
