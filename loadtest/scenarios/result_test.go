package scenarios_test

import (
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/scenarios"
)

func TestQuantilesAreValuesThatOccurred(t *testing.T) {
	var s []float32
	for i := 200; i >= 1; i-- {
		s = append(s, float32(i))
	}
	q := scenarios.QuantilesOf(s)
	want := scenarios.Quantiles{N: 200, P50: 100 * time.Second, P90: 180 * time.Second, P99: 198 * time.Second, Max: 200 * time.Second}
	if q != want {
		t.Errorf("%+v, want %+v", q, want)
	}
	if q := scenarios.QuantilesOf(nil); q != (scenarios.Quantiles{}) {
		t.Errorf("of nothing: %+v", q)
	}
}

// good is a run of Speyer that kept everything.
func good() scenarios.Result {
	return scenarios.Result{
		Gate:   true,
		People: scenarios.People{Told: 1},
		Site:   scenarios.Site{Places: 2500, Booked: 2500, Made: 2510, Cancelled: 10, Requests: 20_000, Knee: 17, Peak: 12},
		Line: scenarios.Line{
			Entered: 2600, Rate: 60, Burst: 2, MaxMinute: 62, MaxInside: 100, Bound: 180, Polls: 1,
			Opened: 1, First: 3 * time.Second, Spread: 2 * time.Second, Booked: 2500, ToldIn: 30 * time.Second, Carried: 1500, StoodBy: 9,
		},
		Checked: scenarios.Checked{Events: 1000},
	}
}

func TestEveryBrokenPromiseIsFound(t *testing.T) {
	s := scenarios.Speyer()
	if r := good(); !kept(s.Judge(&r)) {
		t.Errorf("a good day: %+v", s.Judge(&r))
	}
	for name, worsen := range map[string]func(*scenarios.Result){
		"a violation":         func(r *scenarios.Result) { r.Checked.Violations = 1 },
		"nothing was checked": func(r *scenarios.Result) { r.Checked.Events = 0 },
		"an overtaking":       func(r *scenarios.Result) { r.Line.Overtaken = 1 },
		"too fast":            func(r *scenarios.Result) { r.Line.MaxMinute = 73 },
		"too many inside":     func(r *scenarios.Result) { r.Line.MaxInside = 226 },
		"past the knee":       func(r *scenarios.Result) { r.Site.Over = time.Millisecond },
		"a crash":             func(r *scenarios.Result) { r.Site.Crashes = 1 },
		"an unanswered page":  func(r *scenarios.Result) { r.Site.Timeouts = 1 },
		"booked twice":        func(r *scenarios.Result) { r.Site.Double = 1 },
		"no place in line":    func(r *scenarios.Result) { r.Line.Refused = 1 },
		"a place left":        func(r *scenarios.Result) { r.Site.Booked-- },
		"nobody told":         func(r *scenarios.Result) { r.People.Remaining = 1 },
		"let in for nothing":  func(r *scenarios.Result) { r.People.TurnedAway = 1 },
		"opened twice":        func(r *scenarios.Result) { r.Line.Opened = 2 },
		"opened early":        func(r *scenarios.Result) { r.Line.Early = 1 },
		"opened late":         func(r *scenarios.Result) { r.Line.First = 3001 * time.Millisecond },
		"nobody called":       func(r *scenarios.Result) { r.Line.First = -1 },
		"beyond the quota":    func(r *scenarios.Result) { r.Line.Beyond = 1 },
		"counted wrongly":     func(r *scenarios.Result) { r.Line.Booked-- },
		"told late":           func(r *scenarios.Result) { r.Line.ToldIn = time.Minute },
		"nobody carried over": func(r *scenarios.Result) { r.Line.Carried = 0 },
		"nobody stood by":     func(r *scenarios.Result) { r.Line.StoodBy = 0 },
		"a freed place lost":  func(r *scenarios.Result) { r.Site.Made-- },
	} {
		t.Run(name, func(t *testing.T) {
			r := good()
			worsen(&r)
			if kept(s.Judge(&r)) {
				t.Error("nothing was found")
			}
		})
	}
}

func TestNothingIsPromisedWithoutAGate(t *testing.T) {
	s := scenarios.Speyer()
	if f := s.Judge(&scenarios.Result{}); len(f) != 0 {
		t.Errorf("%+v", f)
	}
}

// kept reports whether all findings are.
func kept(findings []scenarios.Finding) bool {
	return !slices.ContainsFunc(findings, func(f scenarios.Finding) bool { return !f.Kept })
}
