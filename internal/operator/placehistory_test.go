package operator

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

func TestAnswersInARowThatSayTheSameAreOneStep(t *testing.T) {
	waiting, called := journal.State(queue.StateWaiting), journal.State(queue.StateCalled)
	front := &journal.Move{Act: journal.Act(queue.ActFront)}
	steps := stepsOf([]journal.Event{
		{At: 1, Kind: journal.Join, State: waiting},
		{At: 2, Kind: journal.Keep, State: waiting},
		{At: 3, Kind: journal.Keep, State: waiting},
		{At: 4, Kind: journal.Keep, State: waiting, Away: true},
		{At: 5, Kind: journal.Keep, State: called},
		{At: 6, Kind: journal.Moved, Move: front},
		{At: 7, Kind: journal.Moved, Move: front},
		{At: 8, Kind: journal.Renew},
	})
	want := []struct {
		at, until, times int64
		state            string
	}{{1, 1, 1, "waiting"}, {2, 3, 2, "waiting"}, {4, 4, 1, "waiting"}, {5, 5, 1, "called"}, {6, 6, 1, ""}, {7, 7, 1, ""}, {8, 8, 1, ""}}
	if len(steps) != len(want) {
		t.Fatalf("%+v", steps)
	}
	for i, w := range want {
		if s := steps[i]; !s.At.Equal(time.UnixMilli(w.at)) || !s.Until.Equal(time.UnixMilli(w.until)) || s.Times != w.times || s.State != w.state {
			t.Errorf("step %d is %+v, want %+v", i, s, w)
		}
	}
	if none := stepsOf(nil); none == nil {
		t.Error("no step is no list")
	}
}
