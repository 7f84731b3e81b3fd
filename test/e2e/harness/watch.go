package harness

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/launch"
)

// Watch reads snapshots of the room "termine" off gateways for as long as a test lasts. A snapshot tells the store's time and
// how many it had called and let in until then, so the pace is held to the very entry, without a tolerance.
type Watch struct {
	tb    testing.TB
	gates []*Gate
	stop  context.CancelFunc
	wg    sync.WaitGroup

	mu        sync.Mutex
	snapshots []operator.RoomInfo
}

// NewWatch begins to watch, with a first reading.
func NewWatch(tb testing.TB, gates ...*Gate) *Watch {
	ctx, cancel := context.WithCancel(tb.Context())
	w := &Watch{tb: tb, gates: gates, stop: cancel}
	for _, g := range gates {
		w.read(ctx, g)
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
		w.read(ctx, g)
	}
}

// read notes a snapshot of a gateway and answers when it was taken. One that is down, or whose store is, has none.
func (w *Watch) read(ctx context.Context, g *Gate) (asOf time.Time, ok bool) {
	info, err := g.Figures(ctx, "termine")
	if err != nil || !info.Store.OK {
		return time.Time{}, false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.snapshots = append(w.snapshots, info)
	return info.AsOf, true
}

// readLast reads until a gateway has shown two more snapshots: the first may be of before the last entry.
func (w *Watch) readLast(g *Gate) {
	ctx, cancel := context.WithTimeout(w.tb.Context(), 10*time.Second)
	defer cancel()
	var shown time.Time
	for newer := 0; newer < 3; {
		asOf, ok := w.read(ctx, g)
		if asOf.After(shown) {
			shown = asOf
			newer++
		}
		if !ok || !launch.Rest(ctx, 20*time.Millisecond) {
			return
		}
	}
}

// Check ends the watch, with a last reading, and holds what it saw to the pace. atLeast is how many entries must have been
// seen, so that a watch that slept does not pass.
func (w *Watch) Check(atLeast int64) {
	w.tb.Helper()
	w.end()
	for _, g := range w.gates {
		w.readLast(g)
	}
	snapshots := w.snapshots
	slices.SortStableFunc(snapshots, func(a, b operator.RoomInfo) int { // of one millisecond: the counters only grow
		return cmp.Or(a.AsOf.Compare(b.AsOf), cmp.Compare(a.Totals.Called, b.Totals.Called), cmp.Compare(a.Totals.Admitted, b.Totals.Admitted))
	})
	var entries int64
	for from := 0; from < len(snapshots); {
		to := from + 1
		for to < len(snapshots) && sameLine(&snapshots[from], &snapshots[to]) {
			to++
		}
		first := from
		if from > 0 && snapshots[from-1].Epoch == snapshots[from].Epoch {
			first-- // a new pace begins with entries that nobody has read
		}
		entries += snapshots[to-1].Totals.Admitted - snapshots[first].Totals.Admitted
		w.hold(snapshots[from:to])
		from = to
	}
	if entries < atLeast {
		w.tb.Errorf("%d entries were seen in %d snapshots, want at least %d", entries, len(snapshots), atLeast)
	}
}

// sameLine: the counters go on and the pace is the same.
func sameLine(a, b *operator.RoomInfo) bool { return a.Epoch == b.Epoch && a.Version == b.Version }

// saved is for how long pace that nobody used may be used later, ms.
const saved = 10_000

// hold: in any T at most burst + rate·(T + 10 s) enter, and three times burst + rate·T are called. What counts as inside may
// pass the bound by a quarter, because nobody with a pass is stopped.
func (w *Watch) hold(snapshots []operator.RoomInfo) {
	w.tb.Helper()
	for i := range snapshots {
		for j := i + 1; j < len(snapshots); j++ {
			a, b := &snapshots[i], &snapshots[j]
			ms := b.AsOf.Sub(a.AsOf).Milliseconds()
			if a.MaxInside > 0 && b.Counted > float64(a.MaxInside)*1.25 {
				w.tb.Errorf("%.1f count as inside, the bound is %d", b.Counted, a.MaxInside)
				return
			}
			entries, allowed := b.Totals.Admitted-a.Totals.Admitted, a.Burst+(ms+saved)*a.Rate/60_000
			calls, called := b.Totals.Called-a.Totals.Called, 3*(a.Burst+ms*a.Rate/60_000)+3
			if entries > allowed || entries < 0 || calls > called || calls < 0 {
				w.tb.Errorf("%d entries and %d calls within %d ms, %d a minute with a burst of %d allow %d and %d",
					entries, calls, ms, a.Rate, a.Burst, allowed, called)
				return
			}
		}
	}
}
