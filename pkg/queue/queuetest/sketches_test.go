package queuetest

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// A sketch that is still right is not refreshed, so its age counts from when it was made, also when the clock has stepped back
// meanwhile. What was made later than the clock shows is refreshed.
func TestASketchMayBeAsOldAsWhatItShows(t *testing.T) {
	const begin = int64(1_800_000_000_000)
	empty := func(at int64) *queue.Snapshot { return &queue.Snapshot{Now: begin + at, Epoch: 1, Last: 3} }
	one := func(at int64) *queue.Snapshot {
		f := &queue.Snapshot{Now: begin + at, Epoch: 1, Last: 4}
		f.Sketches[0] = queue.Sketch{Waiting: 1, End: queue.OrderOf(1, 4), First: []queue.Order{queue.OrderOf(1, 4)}}
		return f
	}
	stale := one(16)
	stale.Sketches[0] = queue.Sketch{End: queue.OrderOf(1, 3)}
	for name, c := range map[string]struct {
		made int64
		ok   bool
	}{"made before": {made: 8, ok: true}, "made at a time to come": {made: 600}} {
		var s sketches
		for _, at := range []int64{c.made, 2_009, 4_009, 6_009, 6_010, 6_011, 135} {
			s.note(empty(at), true)
		}
		s.note(one(135), false)
		for _, at := range []int64{135, 136, 16, 16, 16, 16} {
			s.note(one(at), true)
		}
		if text := s.wrong(stale); (text == "") != c.ok {
			t.Errorf("%s: %q", name, text)
		}
	}
}
