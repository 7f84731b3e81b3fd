package habits

import (
	"fmt"
	"testing"

	"github.com/einlass/einlass/loadtest/capacity"
	"github.com/einlass/einlass/pkg/queue"
)

// asksAgain is the longest time between two questions of a page at the door.
const asksAgain = 5 * second

func TestAStayThatRanOutComesBackBeforeEveryNewCall(t *testing.T) {
	t.Parallel()
	for _, seed := range seeds(7801) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			// Strict, so that the room stays full until somebody's time is up.
			pace := queue.Pace{Rate: 30, MaxInside: 20, Burst: 1, Strict: true}
			w := newWorld(t, capacity.Settings{Seed: seed, Pace: pace, Paused: true})
			// Every third looks something up for eleven minutes in the middle of the form.
			n := 0
			visit := func(d capacity.Dice) []int64 {
				if n++; n%3 == 0 {
					return []int64{30 * second, 11 * minute, 30 * second, 30 * second}
				}
				return capacity.Form(d)
			}
			h := capacity.Habit{Press: capacity.Promptly, Visit: visit}
			w.Spread(100, minute, func() { w.Arrive(h) })
			w.Run(minute)
			w.Open()
			w.Spread(int(looksUp/minute)*3, looksUp*4/5, func() { w.Arrive(h) })
			w.Run(looksUp)
			returned, longest := 0, int64(0)
			for _, p := range w.People {
				for _, r := range p.Resumed {
					returned++
					back := r.Entered
					if back == 0 {
						back = w.Now()
						if r.Asked < w.Now()-10*minute { // a seat comes free when somebody's time is up
							t.Errorf("a stay that ran out at %d is not back", r.Asked)
						}
					}
					longest = max(longest, back-r.Asked)
					for _, q := range w.Entries {
						// Nobody takes its seat that is called after it asked. Where two seats come free at once, a new call may be
						// claimed while the page at the door waits to ask again.
						if q.Called > r.Asked && q.Entered < back-asksAgain {
							t.Errorf("called at %d, somebody came in at %d before the stay that asked at %d", q.Called, q.Entered, r.Asked)
						}
					}
				}
				if p.Lost != "" {
					t.Errorf("somebody lost the place: %s, after %d returns", p.Lost, len(p.Resumed))
				}
			}
			t.Logf("%d stays ran out and came back, after %.1f s at most; %d entered", returned, float64(longest)/1000, len(w.Entries))
			if returned < int(looksUp/minute)/5 {
				t.Errorf("%d stays ran out", returned)
			}
			if w.Most.Live > pace.MaxInside {
				t.Errorf("%d live stays, want %d at most", w.Most.Live, pace.MaxInside)
			}
		})
	}
}
