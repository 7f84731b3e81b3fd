package sim

import (
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/scenarios"
)

// switchboard is the small hour with a hundred callers besides and four people who answer them.
func switchboard(change func(*scenarios.Scenario)) scenarios.Scenario {
	return small(func(s *scenarios.Scenario) {
		s.Hotline = scenarios.Hotline{Agents: 4, Take: 6 * time.Second, Dial: 20 * time.Second}
		s.Crowd.Waves = append(s.Crowd.Waves, scenarios.Wave{
			Name: "at the hotline", Opens: s.Crowd.Waves[0].Opens, People: 100, Callers: true,
			Curve: []scenarios.Point{{At: -3 * time.Minute, Weight: 1}, {At: 5 * time.Minute, Weight: 1}},
		})
		offer(s, 200)
		if change != nil {
			change(s)
		}
	})
}

func TestCallersStandInTheSameLine(t *testing.T) {
	r := behind(t, switchboard(nil))
	p := r.People
	if p.CallersNumbered == 0 || p.CallersAssisted == 0 || p.CallersAssisted != p.CallersBooked {
		t.Errorf("nobody was booked for by telephone: %+v", p)
	}
}

func TestCallersWithALinkWaitLikeAnybodyElse(t *testing.T) {
	r := behind(t, switchboard(func(s *scenarios.Scenario) { s.Hotline.Linked = 1 }))
	if p := r.People; p.CallersBooked == 0 || p.CallersAssisted != 0 || p.CallersDue != 0 {
		t.Errorf("the staff has booked for somebody: %+v", p)
	}
}

func TestStaffThatIsBusyHoldsNobodyUp(t *testing.T) {
	r := behind(t, switchboard(func(s *scenarios.Scenario) { s.Hotline.Agents, s.Hotline.Dial = 1, 10*time.Minute }))
	if p := r.People; p.CallersDue == 0 {
		t.Errorf("there was always somebody free: %+v", p)
	}
}

func TestPlacesOfCallersOutliveCrashes(t *testing.T) {
	s := switchboard(nil)
	r := judged(t, s, Config{Scenario: s, Gate: true, Seed: 7, Crashes: InARow(60, time.Minute, 50*time.Minute)})
	if p := r.People; p.CallersAssisted == 0 {
		t.Errorf("nobody was booked for by telephone: %+v", p)
	}
}
