package habits

import (
	"fmt"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// promptly presses within seconds, most people at once.
func promptly(w *world) int64 { return 500 + min(w.about(4*second), minute) }

// briefly is a visit of a few pages that the site ends.
func briefly(w *world) []int64 {
	return []int64{w.between(5, 20) * second, w.between(10, 60) * second, w.between(5, 20) * second}
}

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
				w := newWorld(t, settings{seed: seed, pace: pace, paused: true})
				come := func() {
					w.arrive(habit{noShow: w.random.IntN(100) < 40, press: promptly, visit: briefly, finishes: true})
				}
				w.spread(int(rate)*3, minute, come)
				w.run(2 * minute)
				w.open()
				from := w.now
				// A few more come than can be let in, so that there is a line all the time.
				w.spread(int(float64(rate*span/minute)*1.03/0.6), span, come)
				w.run(span)
				n, possible := w.entered(from, w.now), rate*span/minute
				t.Logf("%d of %d entered, %.1f %%", n, possible, 100*float64(n)/float64(possible))
				if int64(n)*100 < possible*97 {
					t.Errorf("%d of %d entered, want 97 %%", n, possible)
				}
				w.paced(pace)
			})
		}
	}
}
