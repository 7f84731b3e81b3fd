package sim

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/loadtest/scenarios"
)

// small is an hour with 400 people for 60 places that open after five minutes. They have no habits but to wait.
func small(change func(*scenarios.Scenario)) scenarios.Scenario {
	s := scenarios.Speyer()
	s.Ends, s.Counted = s.Starts.Add(time.Hour), s.Starts.Add(time.Hour)
	opens := s.Starts.Add(5 * time.Minute)
	s.Portal.Calendar.Places = 60
	s.Portal.Calendar.Contingents = []demo.Contingent{{Opens: opens, Places: 60}}
	c := &s.Crowd
	c.Waves = []scenarios.Wave{{Name: "one", Opens: opens, People: 400, Curve: []scenarios.Point{
		{At: -3 * time.Minute}, {At: 0, Weight: 1}, {At: 10 * time.Minute},
	}}}
	c.Impatient, c.Tabs, c.Devices, c.Reloads, c.Sleepers, c.Bots, c.NoShow, c.Cancels = 0, 0, 0, 0, 0, 0, 0, 0
	s.Gate.Script = []scenarios.Step{{At: opens, Do: scenarios.Open}}
	s.Gate.CloseAfter = 12 * time.Minute
	s.Expect = nil
	if change != nil {
		change(&s)
	}
	return s
}

// play runs with a tick a second unless the test says otherwise: fewer snapshots, the same rules.
func play(t *testing.T, cfg Config) scenarios.Result {
	t.Helper()
	if cfg.Tick == 0 {
		cfg.Tick = time.Second
	}
	r, err := Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// behind plays a scenario behind the gate and expects that every rule holds and every place is booked.
func behind(t *testing.T, s scenarios.Scenario) scenarios.Result {
	t.Helper()
	return judged(t, s, Config{Scenario: s, Gate: true, Seed: 7})
}

func judged(t *testing.T, s scenarios.Scenario, cfg Config) scenarios.Result {
	t.Helper()
	r := play(t, cfg)
	for _, f := range s.Judge(&r) {
		if !f.Kept {
			t.Errorf("%s: %s", f.Promise, f.Figure)
		}
	}
	for _, v := range r.Violations {
		t.Error(v)
	}
	if r.Site.Booked != r.Site.Places {
		t.Errorf("%d of %d booked", r.Site.Booked, r.Site.Places)
	}
	p := r.People
	if sum := p.Booked + p.GaveUp + p.Told + p.TurnedAway + p.Absent + p.Remaining; sum != p.All {
		t.Errorf("%d of %d people have an end: %+v", sum, p.All, p)
	}
	return r
}

func TestTheSameSeedIsTheSameDay(t *testing.T) {
	// With every habit that Speyer's crowd has.
	s := small(func(s *scenarios.Scenario) {
		waves := s.Crowd.Waves
		waves[0].People = 150
		s.Crowd = scenarios.Speyer().Crowd
		s.Crowd.Waves = waves
	})
	for _, gate := range []bool{false, true} {
		one, two := play(t, Config{Scenario: s, Gate: gate, Seed: 1}), play(t, Config{Scenario: s, Gate: gate, Seed: 1})
		one.Cost, two.Cost = scenarios.Cost{}, scenarios.Cost{}
		if !reflect.DeepEqual(one, two) {
			t.Errorf("gate %v: two runs with one seed differ", gate)
		}
		three := play(t, Config{Scenario: s, Gate: gate, Seed: 2})
		if three.UntilBooked == one.UntilBooked {
			t.Errorf("gate %v: another seed changes nothing", gate)
		}
	}
}

func TestSpeyerIsBookedBehindTheGate(t *testing.T) {
	full := scenarios.Speyer()
	s, err := full.Scale(speyerShare)
	if err != nil {
		t.Fatal(err)
	}
	r := judged(t, s, Config{Scenario: s, Gate: true, Seed: 7})
	if r.People.All != int64(s.People()) || r.People.Told == 0 || r.Site.Cancelled == 0 || r.People.Returned == 0 {
		t.Errorf("this was another day: %+v %+v", r.Site, r.People)
	}
}

func TestSpeyerWithoutAGateCollapses(t *testing.T) {
	s := scenarios.Speyer()
	s.Counted = s.Opens().Add(30 * time.Minute)
	r := play(t, Config{Scenario: s, Seed: 1})
	if first := int64(625); r.Site.Booked == 0 || r.Site.Booked > first/4 {
		t.Errorf("%d of %d booked in the first half hour", r.Site.Booked, first)
	}
	if r.Site.Crashes == 0 || r.Site.Over == 0 || r.Line != (scenarios.Line{}) {
		t.Errorf("this was another day: %+v %+v", r.Site, r.Line)
	}
}

func TestWhoWaitsInVainIsTold(t *testing.T) {
	r := behind(t, small(nil))
	if r.People.Booked != 60 || r.People.Told+r.People.TurnedAway != 340 || r.People.Remaining != 0 {
		t.Errorf("%+v", r.People)
	}
	open := small(func(s *scenarios.Scenario) { s.Gate.CloseAfter = 0 })
	if r := behind(t, open); r.People.Told != 0 || r.People.Remaining == 0 {
		t.Errorf("a room that never closes: %+v", r.People)
	}
}

func TestNobodyIsLetInBeforeTheHourOrWhileClosed(t *testing.T) {
	late := small(func(s *scenarios.Scenario) {
		s.Gate.Script = []scenarios.Step{
			{At: s.Starts.Add(10 * time.Minute), Do: scenarios.Open},
			{At: s.Starts.Add(11 * time.Minute), Do: scenarios.Pause},
			{At: s.Starts.Add(20 * time.Minute), Do: scenarios.Close, Message: "closed"},
		}
	})
	r := play(t, Config{Scenario: late, Gate: true, Seed: 1})
	// A minute at 60 and a burst of 2, and what was open when the pause came.
	if r.Line.Entered < 40 || r.Line.Entered > 62 || r.People.Told < 300 || r.Checked.Violations > 0 {
		t.Errorf("%+v %+v %v", r.Line, r.People, r.Violations)
	}
	early := small(func(s *scenarios.Scenario) { s.Gate.Script[0].At, s.Gate.Watch, s.Gate.CloseAfter = s.Starts, 0, 0 })
	if r := play(t, Config{Scenario: early, Gate: true, Seed: 1}); r.Line.Early == 0 || r.People.TurnedAway == 0 {
		t.Errorf("a door that opens early was not seen: %+v", r.Line)
	}
}

func TestAStepOfTheScriptChangesThePace(t *testing.T) {
	faster := small(func(s *scenarios.Scenario) {
		pace := s.Gate.Pace
		pace.Rate = 90
		s.Gate.Script[0].Pace = &pace
		s.Portal.Calendar.Places, s.Portal.Calendar.Contingents[0].Places = 300, 300
	})
	if r := behind(t, faster); r.Line.Rate != 90 || r.Line.MaxMinute <= 62 {
		t.Errorf("%+v", r.Line)
	}
}

func TestACallerHasAPlaceInTheSameLine(t *testing.T) {
	r := behind(t, small(func(s *scenarios.Scenario) {
		w := s.Crowd.Waves[0]
		w.People, w.Callers = 100, true
		s.Crowd.Waves = append(s.Crowd.Waves, w)
	}))
	if r.People.Callers != 100 || r.People.CallersBooked < 3 || r.People.CallersBooked > 30 {
		t.Errorf("%d of %d callers booked, about a fifth of 60 places are theirs", r.People.CallersBooked, r.People.Callers)
	}
}

func TestACancelledRunStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, Config{Scenario: small(nil), Gate: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestATickThatIsNoMultipleOfAStepIsRefused(t *testing.T) {
	for _, tick := range []time.Duration{-time.Second, time.Millisecond, 75 * time.Millisecond, time.Hour} {
		if _, err := Run(t.Context(), Config{Scenario: small(nil), Tick: tick}); err == nil || !strings.Contains(err.Error(), "tick") {
			t.Errorf("%v: %v", tick, err)
		}
	}
}

func TestAnInvalidScenarioIsRefused(t *testing.T) {
	if _, err := Run(t.Context(), Config{}); err == nil || !strings.Contains(err.Error(), "crowd.waves") {
		t.Errorf("%v", err)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestAJournalThatCannotBeWrittenIsAnError(t *testing.T) {
	_, err := Run(t.Context(), Config{Scenario: small(nil), Gate: true, Journal: fullDisk{}})
	if err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("%v", err)
	}
}
