package plan

import (
	"strings"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

func TestAGroupKeepsItsLaneWhileTheRoomHasPlaces(t *testing.T) {
	of := func(names ...string) *Schedule {
		s := &Schedule{}
		for _, name := range names {
			s.Groups = append(s.Groups, Group{Name: name})
		}
		return s
	}
	empty, line, second := queue.Snapshot{}, queue.Snapshot{Waiting: 1}, queue.Snapshot{Waiting: 1}
	line.Sketches[1].Waiting, second.Sketches[2].Waiting = 1, 1
	lobby := queue.Snapshot{Last: 3, Opening: queue.Opening{Phase: queue.PhaseLobby, Segments: []queue.Segment{{Epoch: 1, First: 1, Open: true}}}}
	for name, tc := range map[string]struct {
		before, after *Schedule
		f             *queue.Snapshot
		want          string
	}{
		"nothing":                        {of("a", "b"), of("a", "b"), nil, ""},
		"no groups":                      {of(), of(), nil, ""},
		"others in an empty room":        {of("a", "b"), of("b", "a"), &empty, ""},
		"others":                         {of("a", "b"), of("b", "a"), &line, "b would get the lane of a"},
		"others, and nothing is known":   {of("a", "b"), of("b", "a"), nil, "b would get the lane of a"},
		"one before":                     {of("a"), of("z", "a"), &line, "z would get the lane of a"},
		"the first is gone":              {of("a", "b"), of("b"), &line, "b would get the lane of a"},
		"another name":                   {of("a"), of("c"), &line, "c would get the lane of a"},
		"another name, in a lobby":       {of("a"), of("c"), &lobby, "c would get the lane of a"},
		"another name, at the door":      {of("a"), of("c"), &queue.Snapshot{Asking: 1}, "c would get the lane of a"},
		"another name, called":           {of("a"), of("c"), &queue.Snapshot{Calls: 1}, "c would get the lane of a"},
		"another name, at the front":     {of("a"), of("c"), &queue.Snapshot{Front: 1}, "c would get the lane of a"},
		"another name, while it's drawn": {of("a"), of("c"), &queue.Snapshot{Opening: queue.Opening{Phase: queue.PhaseDrawing}}, "c would get the lane of a"},
		"one more":                       {of("a"), of("a", "b"), &line, ""},
		"the first ones":                 {of(), of("a"), &queue.Snapshot{Waiting: 5}, ""},
		"the last is gone":               {of("a", "b"), of("a"), &second, ""},
		"none any more":                  {of("a", "b"), of(), &second, ""},
		"in the place of one that went":  {of("a"), of("a", "c"), &second, "c would get a lane in which places of an earlier group wait"},
	} {
		if got := MovesLanes(tc.before, tc.after, tc.f); !strings.HasPrefix(got, tc.want) || tc.want == "" && got != "" {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
		if keeps := (Planner{}).Keeps(tc.before.Encode(), tc.after.Encode(), tc.f); keeps != (tc.want == "") {
			t.Errorf("%s: kept %v", name, keeps)
		}
	}
}
