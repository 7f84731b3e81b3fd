package operator

import (
	"slices"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

func TestAPreviewCountsThoseWhoWaitOutsideTheLobbyToo(t *testing.T) {
	lobby := []queue.Segment{{Epoch: 1, First: 1, Open: true}}
	due, later := plan.Event{Due: true, Floor: true}, plan.Event{Floor: true}
	for name, c := range map[string]struct {
		phase          queue.Phase
		last           uint64
		waiting, front int64
		change         plan.Event
		want           string
	}{
		"a lobby behind a line": {queue.PhaseLobby, 1200, 2, 1, due, "1,200 in the lobby and 3 in the line"},
		"a line":                {queue.PhaseOpen, 1200, 2, 1, due, "3 in the line"},
		"nobody":                {queue.PhaseOpen, 1200, 0, 0, due, ""},
		"not at once":           {queue.PhaseOpen, 1200, 2, 1, later, ""},
	} {
		v := &queue.View{Known: true, Snapshot: queue.Snapshot{Last: c.last, Waiting: c.waiting, Front: c.front, Opening: queue.Opening{Phase: c.phase}}}
		if c.phase == queue.PhaseLobby {
			v.Snapshot.Opening.Segments = lobby
		}
		var want []string
		if c.want != "" {
			want = []string{"the numbers of people who wait end at once: " + c.want + ". Nothing brings them back, a reset neither"}
		}
		var all notices
		all.ends(v, []plan.Difference{{After: &c.change}})
		if got := all.words(); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
