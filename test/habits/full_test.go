package habits

import (
	"fmt"
	"testing"

	"github.com/einlass/einlass/loadtest/capacity"
	"github.com/einlass/einlass/pkg/queue"
)

// morning lets more people come than fit, for a time, and answers how many entered, how many of them in the first ten minutes,
// and the most people who were truly there.
func morning(w *world, span int64, h capacity.Habit) (entered, early, inside int) {
	from := w.Now()
	w.Spread(150, minute, func() { w.Arrive(h) })
	w.Run(minute)
	w.Open()
	w.Spread(int(span/minute)*11, span, func() { w.Arrive(h) })
	w.Most.Inside, w.Most.Live, w.Most.Counted = 0, 0, 0
	w.Run(span)
	return w.Entered(from, w.Now()), w.Entered(from, from+11*minute), w.Most.Inside
}

func TestAStrictRoomNeverHoldsMoreThanItsBound(t *testing.T) {
	t.Parallel()
	for _, seed := range seeds(7301) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			pace := queue.Pace{Rate: 30, MaxInside: 60, Burst: 1, Strict: true}
			w := newWorld(t, capacity.Settings{Seed: seed, Pace: pace, Paused: true})
			const span = 4 * busy
			n, _, most := morning(w, span, capacity.Habit{Press: capacity.Promptly, Visit: capacity.Form})
			t.Logf("%d entered, at most %d live stays and %d people", n, w.Most.Live, most)
			if w.Most.Live > pace.MaxInside || most > int(pace.MaxInside) {
				t.Errorf("%d live stays and %d people, want %d at most", w.Most.Live, most, pace.MaxInside)
			}
			if n < int(span*100/hour) {
				t.Errorf("%d entered: the room does not refill", n)
			}
			w.Paced(pace)
		})
	}
}
