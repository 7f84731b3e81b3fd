package scenarios

import (
	"fmt"
	"time"

	"github.com/einlass/einlass/pkg/queue/draw"
)

// WithDraw is the same morning by a configuration that draws the order of the lobby, NAME-draw.yaml. The first call then comes once the
// beacon's value is known and the pages of the lobby have asked.
func WithDraw(s Scenario) Scenario {
	s.Name, s.Title = s.Name+"-draw", s.Title+", with a draw"
	s.Gate = gateOf(s.Name + ".yaml")
	s.Expect = []Expectation{atTheDraw(s.Gate.Beacon), allBooked(), told(), toldSoon(), noneTurnedAway(), handedOn()}
	return s
}

// TypedIn is how long after the hour the official of these mornings types in the line that decides.
const TypedIn = 45 * time.Second

// inForce is how long after it was typed in the line decides: within that time all pages have asked.
const inForce = 36 * time.Second

// atTheDraw: the seed is known 14 seconds after the hour, or a second after the line decides, and the first is called a second after
// the pages of the lobby have asked, at most.
func atTheDraw(beacon draw.Rule) Expectation {
	limit := 14 * time.Second
	if beacon == draw.ByHand {
		limit = TypedIn + inForce + time.Second
	}
	return measured("line.first", Expectation{"the first is called once the order is drawn", func(r *Result) (bool, string) {
		return r.Line.Seed > 0 && r.Line.Seed <= limit && r.Line.First >= 0 && r.Line.First <= r.Line.Seed+r.Line.Spread+time.Second,
			fmt.Sprintf("%v after the hour, of which %v for the seed and %v let the pages of the lobby ask", r.Line.First, r.Line.Seed, r.Line.Spread)
	}})
}
