package habits

import (
	"fmt"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// form is a visit to a site that knows nothing of the waiting room: a few pages, a long form, a confirmation, and then people
// just go.
func form(w *world) []int64 {
	return []int64{w.between(5, 20) * second, w.between(5, 30) * second, w.between(3*minute, 8*minute), second}
}

// morning lets more people come than fit, for a time, and answers how many entered, how many of them in the first ten minutes,
// and the most people who were truly there.
func morning(w *world, span int64, h habit) (entered, early, inside int) {
	from := w.now
	w.spread(150, minute, func() { w.arrive(h) })
	w.run(minute)
	w.open()
	w.spread(int(span/minute)*11, span, func() { w.arrive(h) })
	w.most.inside, w.most.live, w.most.counted = 0, 0, 0
	w.run(span)
	return w.entered(from, w.now), w.entered(from, from+11*minute), w.most.inside
}

func TestAFullRoomOfASiteThatSaysNothingRefillsByItself(t *testing.T) {
	t.Parallel()
	const span = 2 * hour
	// So many visits of the mean length fit into 60 places in that time.
	const possible = int(60 * span / (12500 + 17500 + 330*second + second))
	for _, seed := range seeds(7201) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			h := habit{press: promptly, visit: form}
			fresh := newWorld(t, settings{seed: seed, paused: true})
			n, early, most := morning(fresh, span, h)
			taught := newWorld(t, settings{seed: seed + 50, paused: true, curves: fresh.snapshot().Curves})
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
			fresh.paced(smallTown())
			taught.paced(smallTown())
		})
	}
}

func TestAStrictRoomNeverHoldsMoreThanItsBound(t *testing.T) {
	t.Parallel()
	for _, seed := range seeds(7301) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			pace := queue.Pace{Rate: 30, MaxInside: 60, Burst: 1, Strict: true}
			w := newWorld(t, settings{seed: seed, pace: pace, paused: true})
			const span = 4 * busy
			n, _, most := morning(w, span, habit{press: promptly, visit: form})
			t.Logf("%d entered, at most %d live stays and %d people", n, w.most.live, most)
			if w.most.live > pace.MaxInside || most > int(pace.MaxInside) {
				t.Errorf("%d live stays and %d people, want %d at most", w.most.live, most, pace.MaxInside)
			}
			if n < int(span/hour)*100 {
				t.Errorf("%d entered: the room does not refill", n)
			}
			w.paced(pace)
		})
	}
}
