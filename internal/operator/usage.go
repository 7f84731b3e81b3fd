package operator

import (
	"fmt"
	"math"

	"github.com/einlass/einlass/pkg/queue"
)

// Usage is what became of the entries that were possible in the last ten minutes, as this gateway saw it: those that rate and plan
// allowed while somebody waited and the room was open.
type Usage struct {
	// Possible and Used count entries. While less than one was possible, nothing else of it says anything.
	Possible float64 `json:"possible"`
	Used     float64 `json:"used"`
	// Lost says what became of the others, in entries by reason: turns (those whose turn it was had not come), full, health, paused,
	// hold (places came back after a loss or a draw) or store (it was away). Not there if none was lost.
	Lost map[string]float64 `json:"lost,omitempty"`
	// Words say what share was used, and why not more; empty: nothing was possible, or nearly all was used.
	Words string `json:"words,omitempty"`
}

// usedWell is the share from which on nothing is said: entries are whole, and people take a moment to come.
const usedWell = 0.9

// usageOf is what a view says.
func usageOf(v *queue.View) Usage {
	seen := &v.Usage
	u := Usage{Possible: tenths(seen.Possible), Used: tenths(seen.Used)}
	for l, lost := range seen.Lost {
		if lost <= 0 {
			continue
		}
		if u.Lost == nil {
			u.Lost = map[string]float64{}
		}
		u.Lost[queue.Loss(l).String()] = tenths(lost)
	}
	ratio, known := seen.Ratio()
	if main, lost := seen.Main(); known && lost && ratio < usedWell {
		// The reason stands first: `admin rooms` cuts the line at the width of a screen.
		u.Words = fmt.Sprintf("%s: %.0f %% of %.0f possible entries used in ten minutes", whyLost(main), 100*ratio, seen.Possible)
	}
	return u
}

// tenths rounds entries: more digits say nothing.
func tenths(entries float64) float64 { return math.Round(10*entries) / 10 }

func whyLost(l queue.Loss) string {
	switch l {
	case queue.LossFull:
		return "the room was full"
	case queue.LossHealth:
		return "held back for the site's health"
	case queue.LossPaused:
		return "paused"
	case queue.LossHold:
		return "places were coming back"
	case queue.LossStore:
		return "the store was away"
	default:
		return "the called had not come yet"
	}
}

// Ratio is the share of the possible entries that was used; false: less than one was possible.
func (u *Usage) Ratio() (float64, bool) {
	q := queue.Usage{Possible: u.Possible, Used: u.Used}
	return q.Ratio()
}
