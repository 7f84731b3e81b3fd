package scenarios_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/loadtest/scenarios"
)

func TestEveryMorningIsValidInEverySize(t *testing.T) {
	for _, full := range slices.Concat(scenarios.All(), scenarios.Drawn()) {
		for _, f := range []float64{0.001, 0.01, 0.1, 0.5, 1, 2, 12} {
			s, err := full.Scale(f)
			if err != nil {
				t.Errorf("%s at %v: %v", full.Name, f, err)
				continue
			}
			if s.Factor != f {
				t.Errorf("%s at %v: factor %v", full.Name, f, s.Factor)
			}
			if want := float64(full.People()) * f; math.Abs(float64(s.People())-want) > float64(len(s.Crowd.Waves)) {
				t.Errorf("%s at %v: %d people, want about %.0f", full.Name, f, s.People(), want)
			}
		}
		if _, err := full.Scale(-1); err == nil {
			t.Errorf("%s: a negative scale was accepted", full.Name)
		}
	}
}

func TestScalingLeavesTheFullMorningAsItWas(t *testing.T) {
	full := scenarios.Speyer()
	if _, err := full.Scale(0.1); err != nil {
		t.Fatal(err)
	}
	if full.People() != 21_000 || full.Portal.Calendar.Contingents[0].Places != 625 {
		t.Errorf("%d people, %d places in the first contingent", full.People(), full.Portal.Calendar.Contingents[0].Places)
	}
}

func TestASiteOfAnotherSizeDoesAsMuchMoreWork(t *testing.T) {
	full := scenarios.Speyer()
	peak := func(c demo.Curve) float64 { return c.Throughput(c.Knee()) }
	for _, f := range []float64{0.02, 0.1, 0.5, 3} {
		s, err := full.Scale(f)
		if err != nil {
			t.Fatal(err)
		}
		// A curve over few requests is coarse: its peak lies between two of them.
		if got := peak(s.Portal.Curve) / peak(full.Portal.Curve) / f; got < 0.85 || got > 1.35 {
			t.Errorf("at %v the site does %.2f of the work it should", f, got)
		}
	}
}

func TestMorningsAreFoundByName(t *testing.T) {
	for _, want := range slices.Concat(scenarios.All(), scenarios.Drawn()) {
		got, err := scenarios.Named(want.Name)
		if err != nil || got.Title != want.Title {
			t.Errorf("%s: %q, %v", want.Name, got.Title, err)
		}
	}
	if _, err := scenarios.Named("atlantis"); err == nil || !strings.Contains(err.Error(), "speyer") {
		t.Errorf("an unknown name: %v", err)
	}
}

func TestArrivalsFollowTheirCurve(t *testing.T) {
	w := scenarios.Wave{People: 1, Curve: []scenarios.Point{{0, 0}, {time.Hour, 2}, {2 * time.Hour, 2}, {3 * time.Hour, 0}}}
	// Areas 1, 2 and 1: quarters of the people have come after an hour, half after one and a half.
	for _, c := range []struct {
		u    float64
		want time.Duration
	}{{0, 0}, {0.25, time.Hour}, {0.5, 90 * time.Minute}, {0.75, 2 * time.Hour}, {1, 3 * time.Hour}, {0.0625, 30 * time.Minute}} {
		if got := w.Offset(c.u); (got - c.want).Abs() > time.Millisecond {
			t.Errorf("share %v has come after %v, want %v", c.u, got, c.want)
		}
	}
	for _, s := range scenarios.All() {
		for _, w := range s.Crowd.Waves {
			last := time.Duration(math.MinInt64)
			for u := 0.0; u <= 1; u += 1.0 / 512 {
				at := w.Offset(u)
				if at < last || at > w.Curve[len(w.Curve)-1].At {
					t.Fatalf("%s, %s: share %v at %v after %v", s.Name, w.Name, u, at, last)
				}
				last = at
			}
		}
	}
}

func TestEveryMistakeInAScenarioIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		path  string
		spoil func(*scenarios.Scenario)
	}{
		"no name":              {"name", func(s *scenarios.Scenario) { s.Name = "" }},
		"no history":           {"happened", func(s *scenarios.Scenario) { s.Happened = "" }},
		"ends first":           {"ends", func(s *scenarios.Scenario) { s.Ends = s.Starts }},
		"counted at night":     {"counted", func(s *scenarios.Scenario) { s.Counted = s.Starts }},
		"nobody comes":         {"crowd.waves", func(s *scenarios.Scenario) { s.Crowd.Waves = nil }},
		"an empty wave":        {"crowd.waves[1]", func(s *scenarios.Scenario) { s.Crowd.Waves[1].People = 0 }},
		"a flat curve":         {"curve", func(s *scenarios.Scenario) { s.Crowd.Waves[0].Curve = []scenarios.Point{{0, 0}, {1, 0}} }},
		"a curve backwards":    {"curve[1].at", func(s *scenarios.Scenario) { s.Crowd.Waves[0].Curve = []scenarios.Point{{1, 1}, {0, 1}} }},
		"a wave too late":      {"crowd.waves[0].curve", func(s *scenarios.Scenario) { s.Crowd.Waves[0].Opens = s.Ends }},
		"a share above one":    {"crowd.bots", func(s *scenarios.Scenario) { s.Crowd.Bots = 1.5 }},
		"a share of nothing":   {"crowd.tabs", func(s *scenarios.Scenario) { s.Crowd.Tabs = math.NaN() }},
		"no time to think":     {"crowd.think", func(s *scenarios.Scenario) { s.Crowd.Think = 0 }},
		"no pace":              {"burst", func(s *scenarios.Scenario) { s.Gate.Pace.Burst = 0 }},
		"no timing":            {"absent", func(s *scenarios.Scenario) { s.Gate.Timing.Absent = 0 }},
		"no opening":           {"gate.schedule.openings", func(s *scenarios.Scenario) { s.Gate.Schedule.Openings = nil }},
		"a clock of nobody's":  {"gate.schedule.openings[0].start", func(s *scenarios.Scenario) { s.Gate.Schedule.Openings[0].Start = "25:00" }},
		"an opening at night":  {"gate.schedule", func(s *scenarios.Scenario) { s.Gate.Schedule.Openings[0].Dates = []string{"2021-06-15"} }},
		"another hour":         {"gate.schedule: must open when", func(s *scenarios.Scenario) { s.Gate.Schedule.Openings[0].Start = "09:00" }},
		"another quota":        {"gate.schedule: its quota", func(s *scenarios.Scenario) { s.Gate.Schedule.Openings[0].Quota++ }},
		"closed by nobody":     {"gate.schedule.openings[0].close_at", func(s *scenarios.Scenario) { s.Gate.Schedule.Openings[0].CloseAt = -1 }},
		"polls out of order":   {"poll_min", func(s *scenarios.Scenario) { s.Gate.PollMax = 1 }},
		"a site that is wrong": {"capacity.workers", func(s *scenarios.Scenario) { s.Portal.Curve.Workers = 0 }},
		"an empty promise":     {"expect[0]", func(s *scenarios.Scenario) { s.Expect[0].Holds = nil }},
		"nothing opens":        {"contingents", func(s *scenarios.Scenario) { s.Portal.Calendar.Contingents = nil }},
	} {
		t.Run(name, func(t *testing.T) {
			s := scenarios.Speyer()
			c.spoil(&s)
			if err := s.Validate(); err == nil || !strings.Contains(err.Error(), c.path) {
				t.Errorf("%v, want %s named", err, c.path)
			}
		})
	}
}
