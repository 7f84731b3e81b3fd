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

// Watch reads snapshots of the room "termine" off gateways for as long as a test lasts. A snapshot tells the store's time and
// how many it had called until then, so the pace is held to the very call, without a tolerance.
type Watch struct {
	tb   testing.TB
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu        sync.Mutex
	snapshots []operator.RoomInfo
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
			continue // it is down, or its store is: there is no new snapshot
		}
		w.mu.Lock()
		w.snapshots = append(w.snapshots, info)
		w.mu.Unlock()
	}
}

// Check ends the watch and holds what it saw to the pace. atLeast is how many calls must have been seen, so that a watch
// that slept does not pass.
func (w *Watch) Check(atLeast int64) {
	w.tb.Helper()
	w.end()
	snapshots := w.snapshots
	slices.SortStableFunc(snapshots, func(a, b operator.RoomInfo) int { return a.AsOf.Compare(b.AsOf) })
	var called int64
	for from := 0; from < len(snapshots); {
		to := from + 1
		for to < len(snapshots) && sameLine(&snapshots[from], &snapshots[to]) {
			to++
		}
		called += snapshots[to-1].Totals.Called - snapshots[from].Totals.Called
		w.hold(snapshots[from:to])
		from = to
	}
	if called < atLeast {
		w.tb.Errorf("%d calls were seen in %d snapshots, want at least %d", called, len(snapshots), atLeast)
	}
}

// sameLine: the counters go on and the pace is the same.
func sameLine(a, b *operator.RoomInfo) bool { return a.Epoch == b.Epoch && a.Version == b.Version }

func (w *Watch) hold(snapshots []operator.RoomInfo) {
	w.tb.Helper()
	for i := range snapshots {
		for j := i + 1; j < len(snapshots); j++ {
			a, b := &snapshots[i], &snapshots[j]
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
