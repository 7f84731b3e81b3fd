package journal_test

import (
	"slices"
	"time"

	"github.com/einlass/einlass/pkg/queue/plan"
)

// schedule is a random one of four openings in the next half an hour.
func (w *walker) schedule() string {
	s := plan.Schedule{Zone: "UTC", Between: []string{plan.Closed, plan.Line, plan.Through}[w.random.IntN(3)]}
	first := time.UnixMilli(w.now).UTC().Truncate(time.Minute).Add(time.Minute)
	for i := range 4 {
		minutes := func(n int) time.Duration { return time.Duration(n) * time.Minute }
		lobby := first.Add(minutes(6*i + w.random.IntN(2)))
		starts := lobby.Add(minutes(1 + w.random.IntN(2)))
		o := plan.Opening{
			Dates: []string{starts.Format(time.DateOnly)}, Start: starts.Format("15:04"),
			End:   starts.Add(minutes(1 + w.random.IntN(2))).Format("15:04"),
			Quota: w.random.Int64N(12), CarryOver: w.random.IntN(2) == 0,
		}
		if o.Quota > 0 {
			o.Per, o.Standby = 1+w.random.Int64N(2), w.random.Int64N(20)
		}
		if w.random.IntN(3) > 0 {
			o.Lobby = lobby.Format("15:04")
			o.Order = []string{plan.Arrival, plan.Draw}[w.random.IntN(2)]
		}
		if w.random.IntN(3) == 0 {
			o.Profile = []plan.Point{{After: "0s", Percent: 50}, {After: "30s", Percent: 100}}
		}
		s.Openings = append(s.Openings, o)
	}
	return s.Encode()
}

// steer is what gateways do after a tick: they keep the plan as the schedule says. The slow one goes by what it knows.
func (w *walker) steer() {
	w.t.Helper()
	if !w.scheduled {
		return
	}
	f := &w.known
	if w.stale.Epoch != 0 && w.random.IntN(4) == 0 {
		f = &w.stale
	}
	d := f.Document
	d.Plan = plan.Planner{}.Plan(d.Schedule(), d.Plan, &f.Opening, f.Now)
	if err := d.Validate(); err != nil {
		w.t.Fatalf("a plan that no store takes: %v", err)
	}
	if slices.Equal(d.Plan, f.Document.Plan) {
		return
	}
	if _, err := w.store.Settle(w.t.Context(), d); w.ok(err) {
		w.planned++
	}
}
