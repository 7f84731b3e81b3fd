package scenarios_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue/draw"
)

// A morning with a draw is the same morning, but for the order of its lobby.
func TestAMorningWithADrawDiffersInItsOrderAlone(t *testing.T) {
	beacons := map[draw.Rule]bool{}
	for _, s := range []scenarios.Scenario{scenarios.Memmingen(), scenarios.Speyer()} {
		drawn := scenarios.WithDraw(s)
		beacons[drawn.Gate.Beacon] = true
		if s.Gate.Draws() || !drawn.Gate.Draws() {
			t.Errorf("%s draws: %t, %s: %t", s.Name, s.Gate.Draws(), drawn.Name, drawn.Gate.Draws())
		}
		for i := range drawn.Gate.Schedule.Openings {
			drawn.Gate.Schedule.Openings[i].Order = ""
		}
		drawn.Gate.Config, drawn.Gate.Beacon = s.Gate.Config, s.Gate.Beacon
		if !reflect.DeepEqual(drawn.Gate, s.Gate) || !reflect.DeepEqual(drawn.Crowd, s.Crowd) {
			t.Errorf("%s is another morning than %s", drawn.Name, s.Name)
		}
	}
	if !beacons[draw.Drand] || !beacons[draw.ByHand] {
		t.Errorf("beacons %v: one morning is decided by drand, one by hand", beacons)
	}
}

func TestTheFirstCallOfADrawIsHeldToSeedAndSpread(t *testing.T) {
	for _, s := range scenarios.Drawn() {
		seed := 14 * time.Second
		if s.Gate.Beacon == draw.ByHand {
			seed = scenarios.TypedIn + 37*time.Second
		}
		for name, tt := range map[string]struct {
			seed, first time.Duration
			kept        bool
		}{
			"in time":       {seed, seed + 2*time.Second, true},
			"the seed late": {seed + time.Millisecond, seed + 2*time.Second, false},
			"no seed":       {0, 2 * time.Second, false},
			"called late":   {seed, seed + 3*time.Second + time.Millisecond, false},
			"nobody called": {seed, -1, false},
		} {
			r := good()
			r.Line.Seed, r.Line.First, r.Line.Spread = tt.seed, tt.first, 2*time.Second
			for _, f := range s.Judge(&r) {
				if f.Promise == "the first is called once the order is drawn" && f.Kept != tt.kept {
					t.Errorf("%s, %s: %s", s.Name, name, f.Figure)
				}
			}
		}
	}
}
