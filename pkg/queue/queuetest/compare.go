package queuetest

import (
	"fmt"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// snapshotDiff says in what two snapshots differ apart from their sketches, or nothing. Empty maps and slices may be nil or not.
func snapshotDiff(a, b queue.Snapshot) string {
	a.Sketches, b.Sketches = [queue.Lanes]queue.Sketch{}, [queue.Lanes]queue.Sketch{}
	return differ(a, b)
}

// differ compares two replies as they print: in time, order and text, so that nil and empty are the same.
func differ[T any](a, b T) string {
	x, y := fmt.Sprintf("%+v", a), fmt.Sprintf("%+v", b)
	if x == y {
		return ""
	}
	i := 0
	for i < min(len(x), len(y)) && x[i] == y[i] {
		i++
	}
	from := max(0, i-60)
	return fmt.Sprintf("replies differ at …%s…\n  %s\n  %s", around(x, from), x, y)
}

func around(text string, from int) string { return text[from:min(len(text), from+80)] }

// sketchesEqual reports whether two sketches of a lane are the same.
func sketchesEqual(a, b *queue.Sketch) bool {
	return a.Waiting == b.Waiting && a.End == b.End && slices.Equal(a.First, b.First) && slices.Equal(a.Samples, b.Samples)
}
