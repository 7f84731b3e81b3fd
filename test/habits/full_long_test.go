//go:build long

package habits

import (
	"fmt"
	"testing"

	"github.com/einlass/einlass/loadtest/capacity"
)

func TestAFullRoomOfASiteThatSaysNothingRefillsByItself(t *testing.T) {
	t.Parallel()
	const span = 2 * hour
	// So many visits of the mean length fit into 60 places in that time.
	const possible = int(60 * span / (12500 + 17500 + 330*second + second))
	for _, seed := range seeds(7201) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			h := capacity.Habit{Press: capacity.Promptly, Visit: capacity.Form}
			fresh := newWorld(t, capacity.Settings{Seed: seed, Paused: true})
			n, early, most := morning(fresh, span, h)
			taught := newWorld(t, capacity.Settings{Seed: seed + 50, Paused: true, Curves: fresh.Snapshot().Curves})
			n2, early2, most2 := morning(taught, span, h)
			t.Logf("first morning: %d of %d possible entered, %d in the first eleven minutes, at most %d of 60 inside; with what it taught: %d, %d, %d",
				n, possible, early, most, n2, early2, most2)
			if n*100 < possible*90 || n2*100 < possible*95 || early2 <= early {
				t.Errorf("%d and then %d of %d entered, %d and then %d in the first minutes: want 90 %%, 95 %%, and more", n, n2, possible, early, early2)
			}
			// A visitor with a pass is never stopped, so the bound is kept as well as people are known.
			if most > 60*4/3 || most2 > 60*108/100 {
				t.Errorf("%d and then %d people were inside: want a third above the bound at most, then 8 %%", most, most2)
			}
			fresh.Paced(capacity.SmallTown())
			taught.Paced(capacity.SmallTown())
		})
	}
}
