//go:build long

package sim

import (
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/scenarios"
)

// The mornings with a draw, a quarter as large.
func TestTheMorningsWithADrawEndWell(t *testing.T) {
	for _, full := range scenarios.Drawn() {
		t.Run(full.Name, func(t *testing.T) {
			t.Parallel()
			s, err := full.Scale(0.25)
			if err != nil {
				t.Fatal(err)
			}
			r, out := recomputed(t, s, 250*time.Millisecond) // their promises are good to a second
			t.Logf("%d in the lobby; %s", r.Line.Lobby, out)
		})
	}
}
