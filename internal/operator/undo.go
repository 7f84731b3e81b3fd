package operator

import (
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// undo is the change that reverts c, which has made after of before; nil: nothing has changed. It names what c names, and the burst if that has
// followed the rate.
func (c *Change) undo(before, after *queue.Document) *Change {
	var undo Change
	for i := range members {
		m := &members[i]
		if m.given(c) || m.name == "burst" && before.Pace.Burst != after.Pace.Burst {
			m.back(&undo, c, before)
		}
	}
	if undo.Rate != nil && *undo.Rate == 0 { // of a file; a change to it is refused, and a pause does the same
		undo.Rate, undo.Burst = nil, nil
		if before.Pace.Mode == queue.ModeRun {
			pause := queue.ModePause
			undo.Mode = &pause
		}
		return &undo
	}
	if undo.Empty() || !differIn(before, after, undo.keys()) {
		return nil
	}
	return &undo
}

// differIn reports whether two documents differ in one of the keys.
func differIn(before, after *queue.Document, keys []queue.Key) bool {
	if before.MessageUntil() != after.MessageUntil() {
		return true
	}
	return slices.ContainsFunc(after.Differs(before), func(k queue.Key) bool { return slices.Contains(keys, k) })
}
