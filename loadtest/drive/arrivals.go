package drive

import (
	"math/rand/v2"
	"slices"
	"time"
)

// Wave is a number of people who arrive within a span of time, each at a random moment of it: the arrivals of a
// Poisson process, given their number.
type Wave struct {
	// From is when the span begins after the start of the run, Over how long it is; over 0 all come at once.
	From time.Duration `json:"from"`
	Over time.Duration `json:"over"`
	// People come. 0 to 10,000,000.
	People int `json:"people"`
}

// Steady is a wave at so many arrivals a minute.
func Steady(perMinute float64, over time.Duration) Wave {
	return Wave{Over: over, People: int(perMinute*over.Minutes() + 0.5)}
}

// schedule draws the arrival of everybody, ascending; fixed are those that are given.
func schedule(waves []Wave, fixed []time.Duration, r *rand.Rand) []time.Duration {
	total := len(fixed)
	for _, w := range waves {
		total += w.People
	}
	at := append(make([]time.Duration, 0, total), fixed...)
	for _, w := range waves {
		for range w.People {
			at = append(at, w.From+time.Duration(r.Float64()*float64(w.Over)))
		}
	}
	slices.Sort(at)
	return at
}
