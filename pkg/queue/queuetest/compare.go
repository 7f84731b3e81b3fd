package queuetest

import (
	"fmt"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// snapshotDiff says in what two snapshots differ, or nothing. An empty sketch may be nil or not.
func snapshotDiff(a, b queue.Snapshot) string {
	switch {
	case !slices.Equal(a.Sketch.First, b.Sketch.First):
		return "the first orders differ: " + ordersDiff(a.Sketch.First, b.Sketch.First)
	case !slices.Equal(a.Sketch.Samples, b.Sketch.Samples):
		return "the samples differ: " + ordersDiff(a.Sketch.Samples, b.Sketch.Samples)
	}
	a.Sketch.First, a.Sketch.Samples, b.Sketch.First, b.Sketch.Samples = nil, nil, nil, nil
	if x, y := fmt.Sprintf("%+v", a), fmt.Sprintf("%+v", b); x != y {
		return x + "\n  differs from\n  " + y
	}
	return ""
}

func ordersDiff(a, b []queue.Order) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("number %d is %d and %d", i, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d and %d of them", len(a), len(b))
}
