package chaos

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/chaos/environment"
	"github.com/einlass/einlass/loadtest/launch"
)

// watch reads the phases of the openings off all gateways: each has each opening in its lobby, then open, and never again; not
// before its hour; and no more booked than it has slots.
type watch struct {
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu    sync.Mutex
	rank  map[string]int // of a phase of an opening
	due   map[string]dueOpening
	wrong []string // read when it has ended
	loose bool     // nothing is judged
}

type dueOpening struct {
	start time.Time
	slots int64 // 0: no bound
}

// newWatch begins to read.
func newWatch(ctx context.Context, gateways []*environment.Gateway) *watch {
	ctx, cancel := context.WithCancel(ctx)
	o := &watch{stop: cancel, rank: map[string]int{}, due: map[string]dueOpening{}}
	for _, g := range gateways {
		o.wg.Go(func() {
			var before operator.RoomInfo
			for launch.Rest(ctx, 200*time.Millisecond) {
				if info, err := g.FiguresOf(ctx, environment.OpeningRoom); err == nil && info.Store.OK {
					before = o.read(g.Name, &before, &info)
				}
			}
		})
	}
	return o
}

// expect names the next opening.
func (o *watch) expect(name string, start time.Time, slots int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.due[name] = dueOpening{start, slots}
	for _, phase := range []string{"lobby", "open"} {
		o.rank[phase+" of "+name] = len(o.rank) + 1
	}
}

// end ends the reading.
func (o *watch) end() {
	o.stop()
	o.wg.Wait()
}

// lenient says whether the gateways may forget what they have said.
func (o *watch) lenient(loose bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.loose = loose
}

// read holds what a gateway says to what it said before, and answers what the next is held to.
func (o *watch) read(gateway string, before, now *operator.RoomInfo) operator.RoomInfo {
	o.mu.Lock()
	defer o.mu.Unlock()
	bad := func(format string, args ...any) { o.wrong = append(o.wrong, gateway+": "+fmt.Sprintf(format, args...)) }
	was, is := before.Opening.Phase+" of "+before.Opening.Name, now.Opening.Phase+" of "+now.Opening.Name
	if o.loose || o.rank[is] == 0 && o.rank[was] == 0 { // no opening has begun that is known
		return operator.RoomInfo{}
	}
	switch {
	case o.rank[is] == 0:
		bad("%q is no phase of an opening", is)
	case o.rank[is] < o.rank[was]:
		bad("%q came after %q", is, was)
	}
	due := o.due[now.Opening.Name]
	if now.Opening.Phase == "open" && now.AsOf.Before(due.start) {
		bad("opening %s is open %v before its hour", now.Opening.Name, due.start.Sub(now.AsOf))
	}
	if due.slots > 0 && now.Opening.Booked > due.slots {
		bad("opening %s: %d are booked, %d slots were there", now.Opening.Name, now.Opening.Booked, due.slots)
	}
	if is == was && now.Opening.Phase == "lobby" && now.Epoch == before.Epoch && now.Totals.Called > before.Totals.Called {
		bad("%d were called in the lobby of %s", now.Totals.Called-before.Totals.Called, now.Opening.Name)
	}
	return *now
}
