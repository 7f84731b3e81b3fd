package drive

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// snapshotEvery is how often the admin API is asked: as often as a gateway makes a snapshot.
const snapshotEvery = 250 * time.Millisecond

// watcher asks the admin API for snapshots while a run lasts.
type watcher struct {
	client  *adminclient.Client
	room    string
	witness *witness
	now     func() time.Time

	mu     sync.Mutex
	line   Line
	phase  string // of the last snapshot
	series []snapshotPoint
}

// snapshotPoint is a snapshot as far as the table needs it.
type snapshotPoint struct {
	came     time.Time
	at       int64
	admitted int64
	rate     int64 // -1: paused
}

func newWatcher(cfg *Config, w *witness) (*watcher, error) {
	client, err := adminclient.New(adminclient.Config{URL: cfg.Admin, Token: cfg.AdminToken, Timeout: 5 * time.Second})
	if err != nil {
		return nil, fmt.Errorf("admin: %w", err)
	}
	return &watcher{client: client, room: cfg.Room, witness: w, now: cfg.Now}, nil
}

// run asks until the context ends.
func (w *watcher) run(ctx context.Context) {
	defer w.client.Close()
	tick := time.NewTicker(snapshotEvery)
	defer tick.Stop()
	for {
		w.ask(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// ask takes one snapshot. An admin API that does not answer leaves a gap; how many, the result says.
func (w *watcher) ask(ctx context.Context) {
	info, err := w.client.Room(ctx, w.room)
	came := w.now()
	if ctx.Err() != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil || info.AsOf.IsZero() || !info.Store.OK {
		w.line.Failed++
		return
	}
	p := snapshotPoint{came: came, at: info.AsOf.UnixMilli(), admitted: info.Totals.Admitted, rate: info.Rate}
	if info.Mode == queue.ModePause {
		p.rate = -1
	}
	w.line.Oldest = max(w.line.Oldest, came.Sub(info.AsOf))
	if n := len(w.series); n > 0 && w.series[n-1].at == p.at {
		return
	}
	w.series = append(w.series, p)
	w.note(&info)
	w.witness.snapshot(came, p.at, marksOf(&info))
}

func (w *watcher) note(info *operator.RoomInfo) {
	l := &w.line
	l.Snapshots++
	l.Rate, l.Burst, l.Bound = max(l.Rate, info.Rate), max(l.Burst, info.Burst), max(l.Bound, info.MaxInside)
	l.MostInside = max(l.MostInside, int64(math.Ceil(info.Counted)))
	l.Called, l.Admitted = info.Totals.Called, info.Totals.Admitted
	if l.First.IsZero() && info.Totals.Admitted > 0 {
		l.First = info.AsOf
	}
	o := &info.Opening
	if o.Phase == "open" && w.phase != o.Phase {
		l.Opened++
	}
	w.phase, l.Booked = o.Phase, o.Booked
	if o.Quota != nil {
		l.Beyond = max(l.Beyond, o.Booked-*o.Quota)
	}
}

// marksOf is a snapshot as the API tells it. The head's order is that of its number in the present epoch: after a loss that is
// too high for places of the line before, of which the checker then says nothing.
func marksOf(info *operator.RoomInfo) *journal.Marks {
	return &journal.Marks{
		Epoch: info.Epoch, Last: info.LastNumber, Heads: [queue.Lanes]queue.Order{queue.OrderOf(info.Epoch, info.HeadNumber)},
		Waiting: info.Waiting, Front: info.Front, Calls: info.Calls, Asking: info.Asking, Live: info.Inside,
		Counted: int64(1000 * info.Counted),
		Joined:  info.Totals.Joined, Called: info.Totals.Called, Admitted: info.Totals.Admitted,
		Quota: -1, Per: 1, Share: 1000, Version: info.Version,
		Pace: journal.Pace{Mode: info.Mode, Rate: info.Rate, MaxInside: info.MaxInside, Burst: info.Burst, Strict: info.Strict},
	}
}

// read fills in a result whose times are there already.
func (w *watcher) read(r *Result) {
	w.mu.Lock()
	defer w.mu.Unlock()
	line := w.line
	for i, j := 0, 0; j < len(w.series); j++ {
		for w.series[j].at-w.series[i].at > time.Minute.Milliseconds() {
			i++
		}
		line.MostMinute = max(line.MostMinute, w.series[j].admitted-w.series[i].admitted)
	}
	r.Line = &line
	k := 0
	for i := range r.Times {
		end := r.Began.Add(r.Times[i].At + r.Every)
		for k < len(w.series)-1 && w.series[k+1].came.Before(end) {
			k++
		}
		r.Times[i].Rate = -1
		if k < len(w.series) {
			r.Times[i].Rate = w.series[k].rate
		}
	}
}

// portalStats asks the booking site for its counters.
func portalStats(ctx context.Context, base, confirmed string) (demo.Stats, error) {
	var s demo.Stats
	u, err := Permit(base, confirmed)
	if err != nil {
		return s, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	u = u.ResolveReference(&url.URL{Path: "/_portal/stats"})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return s, fmt.Errorf("portal counters: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return s, fmt.Errorf("portal counters: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", res.StatusCode)
	}
	if err == nil {
		err = json.Unmarshal(body, &s)
	}
	if err != nil {
		return s, fmt.Errorf("portal counters: %w", err)
	}
	return s, nil
}

// portalSince is what was counted between two readings; what is a state or a peak is that of the later one.
func portalSince(before, after demo.Stats) *demo.Stats {
	d := after
	d.Requests -= before.Requests
	d.Served -= before.Served
	d.Errors -= before.Errors
	d.Timeouts -= before.Timeouts
	d.Open -= before.Open
	d.Busy -= before.Busy
	d.Down -= before.Down
	d.Lost -= before.Lost
	d.Crashes -= before.Crashes
	d.OverSeconds -= before.OverSeconds
	d.DownSeconds -= before.DownSeconds
	d.WorkServed -= before.WorkServed
	d.Bookings -= before.Bookings
	d.Cancelled -= before.Cancelled
	d.DoubleRefused -= before.DoubleRefused
	d.HoldsExpired -= before.HoldsExpired
	d.HoldsLost -= before.HoldsLost
	return &d
}
