package harness

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/launch"
)

// Watch reads frames of the room "termine" off gateways for as long as a test lasts. A frame tells the store's time and
// how many it had called until then, so the pace is held to the very call, without a tolerance.
type Watch struct {
	tb   testing.TB
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu     sync.Mutex
	frames []operator.RoomInfo
}

// NewWatch begins to watch.
func NewWatch(tb testing.TB, gates ...*Gate) *Watch {
	ctx, cancel := context.WithCancel(tb.Context())
	w := &Watch{tb: tb, stop: cancel}
	for _, g := range gates {
		w.wg.Go(func() { w.watch(ctx, g) })
	}
	tb.Cleanup(w.end)
	return w
}

func (w *Watch) end() {
	w.stop()
	w.wg.Wait()
}

func (w *Watch) watch(ctx context.Context, g *Gate) {
	for launch.Rest(ctx, 100*time.Millisecond) {
		info, err := g.Figures(ctx, "termine")
		if err != nil || !info.Store.OK {
			continue // it is down, or its store is: there is no new frame
		}
		w.mu.Lock()
		w.frames = append(w.frames, info)
		w.mu.Unlock()
	}
}

// Check ends the watch and holds what it saw to the pace. atLeast is how many calls must have been seen, so that a watch
// that slept does not pass.
func (w *Watch) Check(atLeast int64) {
	w.tb.Helper()
	w.end()
	frames := w.frames
	slices.SortStableFunc(frames, func(a, b operator.RoomInfo) int { return a.AsOf.Compare(b.AsOf) })
	var called int64
	for from := 0; from < len(frames); {
		to := from + 1
		for to < len(frames) && sameLine(&frames[from], &frames[to]) {
			to++
		}
		called += frames[to-1].Totals.Called - frames[from].Totals.Called
		w.hold(frames[from:to])
		from = to
	}
	if called < atLeast {
		w.tb.Errorf("%d calls were seen in %d frames, want at least %d", called, len(frames), atLeast)
	}
}

// sameLine: the counters go on and the pace is the same.
func sameLine(a, b *operator.RoomInfo) bool { return a.Epoch == b.Epoch && a.Version == b.Version }

func (w *Watch) hold(frames []operator.RoomInfo) {
	w.tb.Helper()
	for i := range frames {
		for j := i + 1; j < len(frames); j++ {
			a, b := &frames[i], &frames[j]
			ms := b.AsOf.Sub(a.AsOf).Milliseconds()
			calls, allowed := b.Totals.Called-a.Totals.Called, a.Burst+ms*a.Rate/60_000
			if a.MaxInside > 0 && b.Inside+b.Calls > a.MaxInside {
				w.tb.Errorf("%d are inside and %d called, at most %d may be", b.Inside, b.Calls, a.MaxInside)
				return
			}
			if calls > allowed || calls < 0 {
				w.tb.Errorf("%d calls within %d ms, %d a minute with a burst of %d allow %d", calls, ms, a.Rate, a.Burst, allowed)
				return
			}
		}
	}
}
