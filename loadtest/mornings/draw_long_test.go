//go:build long

package mornings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// drawnShort is Memmingen with a draw: 300 people come to the lobby, and the hour is over in 45 s.
func drawnShort() (scenarios.Scenario, Size) {
	s := scenarios.WithDraw(scenarios.Memmingen())
	s.Crowd.Waves[0].Curve = []scenarios.Point{{At: -9 * time.Minute, Weight: 1}, {At: -time.Minute, Weight: 1}}
	s.Crowd.Waves = s.Crowd.Waves[:1]
	s.Ends, s.Counted = s.Opens().Add(90*time.Minute), s.Opens().Add(time.Hour)
	s.Gate.Schedule.Openings[0].End = "11:20"
	s.Gate.Pace.Rate, s.Gate.Pace.MaxInside = 150, 4000
	s.Crowd.Think, s.Crowd.Typing, s.Crowd.Impatient, s.Crowd.NoShow, s.Crowd.Sleepers = 2*time.Second, 4*time.Second, 0, 0, 0
	return s, Size{Factor: 0.03, Speed: 120, Gentle: 1}
}

// The real gateway calls the lobby in the order that a program under Node computes from the published record alone.
func TestTheGatewayCallsTheDrawnInTheOrderThatOthersCompute(t *testing.T) {
	t.Parallel()
	s, size := drawnShort()
	size.Keep = t.TempDir()
	r, err := Play(t.Context(), s, size, true, program, 1)
	if err != nil {
		t.Fatal(err)
	}
	if r.Checked.Violations != 0 || r.Line.Overtaken != 0 || r.Line.Opened != 1 || r.Line.Early != 0 {
		t.Errorf("checked %+v, line %+v: %v", r.Checked, r.Line, r.Violations)
	}
	records, err := filepath.Glob(filepath.Join(size.Keep, "state", "draws", "*", "*.json"))
	if err != nil || len(records) != 1 {
		t.Fatalf("records %v, %v", records, err)
	}
	out, err := exec.CommandContext(t.Context(), "node", "../../test/draw/calls.mjs", records[0], merged(t, size.Keep)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	// How many are in the lobby by the hour, and are called by the end, the machine decides.
	var calls, lots int
	if _, err := fmt.Sscanf(string(out), "%d calls of %d lots are in the order of the record", &calls, &lots); err != nil || calls < 100 || lots < 200 {
		t.Errorf("%v: %s", err, out)
	}
}

// merged is the gateway's journal as one file of events.
func merged(t *testing.T, dir string) string {
	t.Helper()
	paths, err := journal.Find(filepath.Join(dir, "journal"), launch.RoomID)
	if err != nil {
		t.Fatal(err)
	}
	m, err := journal.Merge(paths...)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	lines := json.NewEncoder(&out)
	for i := range m.Events {
		if err := lines.Encode(&m.Events[i]); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "journal.jsonl")
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
