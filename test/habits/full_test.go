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
