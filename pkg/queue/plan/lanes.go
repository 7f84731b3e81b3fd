package plan

import (
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// MovesLanes says why a schedule cannot follow another one in a room with such a snapshot, nil: with places in every lane; empty: it can.
// A place never changes its lane, so that of a group is its own as long as the room has places: groups may be appended, and taken away
// from the end.
func MovesLanes(before, after *Schedule, f *queue.Snapshot) string {
	for i := range after.Groups {
		lane, name := i+1, after.Groups[i].Name
		switch {
		case i < len(before.Groups) && before.Groups[i].Name == name:
		case i < len(before.Groups) && hasPlaces(f):
			return fmt.Sprintf("%s would get the lane of %s, and the room has places; append groups, or take them away from the end",
				name, before.Groups[i].Name)
		case i >= len(before.Groups) && (f == nil || f.Sketches[lane].Waiting > 0):
			return fmt.Sprintf("%s would get a lane in which places of an earlier group wait; append it once they have been called", name)
		}
	}
	return ""
}

// hasPlaces reports whether anybody has a place that is to be called, or a number in a lobby.
func hasPlaces(f *queue.Snapshot) bool {
	return f == nil || f.Waiting+f.Front+f.Calls+f.Asking > 0 || f.Opening.InLobby(f.Last) > 0 || f.Opening.Phase == queue.PhaseDrawing
}

// Keeps implements queue.Planner. Schedules that cannot be read have no groups that are known.
func (Planner) Keeps(before, after string, f *queue.Snapshot) bool {
	b, _ := Decode(before)
	a, _ := Decode(after)
	return MovesLanes(&b, &a, f) == ""
}
