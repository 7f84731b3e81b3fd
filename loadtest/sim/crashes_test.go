package sim

import (
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/scenarios"
)

// longLine is an hour in which most wait, with crashes.
func longLine(change func(*scenarios.Scenario)) scenarios.Scenario {
	return small(func(s *scenarios.Scenario) {
		offer(s, 300)
		s.Crowd.Waves[0].Curve = []scenarios.Point{{At: -3 * time.Minute, Weight: 1}, {At: 20 * time.Minute, Weight: 1}}
		s.Strangers.Loads = []scenarios.Loads{{From: s.Starts, To: s.Starts.Add(40 * time.Minute), PerMinute: 12}}
		if change != nil {
			change(s)
		}
	})
}

func crashed(t *testing.T, crashes []Crash, timing time.Duration) scenarios.Result {
	t.Helper()
	s := scenarios.WithCrashes(longLine(func(s *scenarios.Scenario) {
		if timing > 0 {
			s.Gate.Timing.Absent = timing
		}
	}))
	r := play(t, Config{Scenario: s, Gate: true, Seed: 7, ShownEvery: 1, Crashes: crashes})
	for _, v := range r.Violations {
		t.Error(v)
	}
	for _, f := range s.Judge(&r) {
		if !f.Kept {
			t.Errorf("%s: %s", f.Promise, f.Figure)
		}
	}
	if want := r.People.All + r.Nobody.Came() - r.Line.Told; r.Line.Tickets != want || r.People.Booked < 250 {
		t.Errorf("%d numbers for %d who came, %d booked", r.Line.Tickets, want, r.People.Booked)
	}
	return r
}

func TestCrashesInARowCostABoundedNumberEach(t *testing.T) {
	for what, failure := range map[string]Failure{"everything is lost": LosesAll, "the last saves are lost": LosesSince} {
		t.Run(what, func(t *testing.T) {
			all := InARow(crashesInARow, 4*time.Minute, 40*time.Minute)
			for i := range all {
				all[i].What = failure
			}
			r := crashed(t, all, 0)
			if r.Nobody.Crashes != crashesInARow {
				t.Errorf("%d crashes, want %d", r.Nobody.Crashes, crashesInARow)
			}
		})
	}
	t.Run("by turns", func(t *testing.T) { crashed(t, InARow(crashesInARow, 4*time.Minute, 40*time.Minute), 0) })
}

func TestNumbersThatACrashSkipsInTheLobbyDoNotCloseTheDoor(t *testing.T) {
	for _, what := range []Failure{LosesAll, LosesSince} {
		s := small(func(s *scenarios.Scenario) { s.Gate.Schedule.Openings[0].CloseAt = 150 })
		hour := s.Opens().Sub(s.Starts)
		r := play(t, Config{Scenario: s, Gate: true, Seed: 7, Crashes: []Crash{{At: hour - time.Second, What: what}, {At: hour + 20*time.Second, What: what}}})
		// 150 wait when it closes, and those who were let in until then had numbers too.
		if l := r.Line; l.Lobby < 100 || l.ClosedAt < 140 || l.ClosedAt > 150 || l.Tickets > 150+60 || r.People.Booked != 60 {
			t.Errorf("%s: %d in the lobby, the door closed at %d with %d numbers, %d skipped; %d booked",
				what, l.Lobby, l.ClosedAt, l.Tickets, r.Nobody.Skipped, r.People.Booked)
		}
	}
}

func TestWhoStaysWhileTheGatewayIsFrozenLosesNoTurn(t *testing.T) {
	frozen := []Crash{{At: 6 * time.Minute, What: Freezes, For: 345 * time.Second}}
	s := longLine(func(s *scenarios.Scenario) { s.Gate.Timing.Absent = 5 * time.Minute })
	r := play(t, Config{Scenario: s, Gate: true, Seed: 7, ShownEvery: 1, Crashes: frozen})
	for _, v := range r.Violations {
		t.Error(v)
	}
	if r.Nobody.PassedOver > 0 {
		t.Errorf("%d people who were there all the time were passed over", r.Nobody.PassedOver)
	}
	if r.Nobody.Stayed < 10 {
		t.Errorf("%d people were there all the time", r.Nobody.Stayed)
	}
}

func TestARunWithCrashesRepeats(t *testing.T) {
	s := longLine(nil)
	cfg := Config{Scenario: s, Gate: true, Seed: 7, Crashes: InARow(4, 4*time.Minute, 20*time.Minute)}
	one, two := play(t, cfg), play(t, cfg)
	one.Cost, two.Cost = scenarios.Cost{}, scenarios.Cost{}
	if one.Line != two.Line || one.People != two.People || one.Nobody != two.Nobody {
		t.Errorf("two runs with one seed differ:\n%+v\n%+v", one.Nobody, two.Nobody)
	}
}

func TestTheCostOfACrashIsHeldToItsBound(t *testing.T) {
	var k crashes
	for n := range uint64(10) {
		k.numbered(n + 1)
	}
	k.costs, k.given = append(k.costs, cost{given: k.given}), 0
	k.numbered(2011)
	if k.skipped() != 2000 || k.overdrawn() != 0 {
		t.Errorf("skipped %d, overdrawn %d", k.skipped(), k.overdrawn())
	}
	k.costs, k.given = append(k.costs, cost{given: k.given}), 0
	k.numbered(6000)
	if k.overdrawn() != 1988 {
		t.Errorf("overdrawn %d of %d", k.overdrawn(), k.skipped())
	}
}
