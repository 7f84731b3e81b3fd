//go:build long

package habits

import (
	"fmt"
	"testing"

	"github.com/einlass/einlass/loadtest/capacity"
	"github.com/einlass/einlass/pkg/queue"
)

func TestNoShowsCostNoPace(t *testing.T) {
	t.Parallel()
	for _, rate := range []int64{30, 600} {
		span := busy / 3
		if rate < 100 {
			span = 2 * busy
		}
		for _, seed := range seeds(7101) {
			t.Run(fmt.Sprintf("rate %d, seed %d", rate, seed), func(t *testing.T) {
				t.Parallel()
				pace := queue.Pace{Rate: rate, Burst: queue.DefaultBurst(rate)}
				w := newWorld(t, capacity.Settings{Seed: seed, Pace: pace, Paused: true})
				come := func() {
					w.Arrive(capacity.Habit{NoShow: w.IntN(100) < 40, Press: capacity.Promptly, Visit: capacity.Briefly, Finishes: true})
				}
				w.Spread(int(rate)*3, minute, come)
				w.Run(2 * minute)
				w.Open()
				from := w.Now()
				// A few more come than can be let in, so that there is a line all the time.
				w.Spread(int(float64(rate*span/minute)*1.03/0.6), span, come)
				w.Run(span)
				n, possible := w.Entered(from, w.Now()), rate*span/minute
				t.Logf("%d of %d entered, %.1f %%", n, possible, 100*float64(n)/float64(possible))
				if int64(n)*100 < possible*97 {
					t.Errorf("%d of %d entered, want 97 %%", n, possible)
				}
				w.Paced(pace)
			})
		}
	}
}
