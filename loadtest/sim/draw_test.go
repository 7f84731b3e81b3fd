package sim

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// drawnSmall is the small morning with a draw: 400 people come to the lobby for 200 places, 100 later.
func drawnSmall(beacon draw.Rule) scenarios.Scenario {
	return small(func(s *scenarios.Scenario) {
		s.Gate.Schedule.Openings[0].Order, s.Gate.Beacon = plan.Draw, beacon
		offer(s, 200)
		s.Gate.Pace.Rate, s.Gate.Pace.MaxInside = 180, 180
		s.Gate.Schedule.Openings[0].End = "08:29"
		opens := s.Crowd.Waves[0].Opens
		s.Crowd.Waves = []scenarios.Wave{
			{Name: "lobby", Opens: opens, People: 400, Curve: []scenarios.Point{{At: -4 * time.Minute, Weight: 1}, {At: -time.Second, Weight: 1}}},
			{Name: "late", Opens: opens, People: 100, Curve: []scenarios.Point{{At: time.Minute, Weight: 1}, {At: 10 * time.Minute}}},
		}
	})
}

// Nobody overtakes, and the order of all who are called is the one that a program under Node computes from the record alone.
func TestTheDrawnAreCalledInTheOrderThatOthersCompute(t *testing.T) {
	for _, beacon := range beacons() {
		t.Run(string(beacon), func(t *testing.T) {
			t.Parallel()
			s := drawnSmall(beacon)
			r, out := recomputed(t, s, 0)
			if r.Line.Lobby < 400 || r.Line.Overtaken != 0 || r.Line.Seed < 0 {
				t.Errorf("this was another day: %+v", r.Line)
			}
			if want := fmt.Sprintf("calls of %d lots are in the order of the record", r.Line.Lobby); !strings.Contains(out, want) {
				t.Errorf("%s, want %s", out, want)
			}
		})
	}
}

// recomputed plays a scenario, at a tick as play does, and has its calls held to its record by a program that knows nothing else.
func recomputed(t *testing.T, s scenarios.Scenario, tick time.Duration) (scenarios.Result, string) {
	t.Helper()
	var journal, record bytes.Buffer
	r := judged(t, s, Config{Scenario: s, Gate: true, Seed: 7, Tick: tick, Journal: &journal, Record: &record})
	dir := t.TempDir()
	for name, text := range map[string][]byte{"record.json": record.Bytes(), "journal.jsonl": journal.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "node", "../../test/draw/calls.mjs", filepath.Join(dir, "record.json"), filepath.Join(dir, "journal.jsonl"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return r, string(out)
}

func TestTheSameSeedIsTheSameDraw(t *testing.T) {
	s := drawnSmall(draw.ByHand)
	offer(&s, 50)
	s.Crowd.Waves[0].People, s.Crowd.Waves[1].People = 80, 20
	var first bytes.Buffer
	for seed, same := range map[uint64]bool{1: true, 2: false} {
		if first.Len() == 0 {
			play(t, Config{Scenario: s, Gate: true, Seed: 1, Record: &first})
		}
		var again bytes.Buffer
		play(t, Config{Scenario: s, Gate: true, Seed: seed, Record: &again})
		if bytes.Equal(first.Bytes(), again.Bytes()) != same || again.Len() == 0 {
			t.Errorf("seed %d: the record is the same: %t", seed, !same)
		}
	}
}
