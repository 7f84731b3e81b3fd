package queue

import (
	"math"
	"time"
)

// Silence is for how long a stay that nobody finishes counts after its last request, as whole seats for that time: in full up to Active,
// then by the chances that are assumed before a room has learned its visitors' own. A strict room counts it in full until Idle.
func (t *Timing) Silence(strict bool) time.Duration {
	idle := t.Idle.Milliseconds()
	if strict {
		return t.Idle
	}
	var untaught Curve
	chances := untaught.Chances(CurveInside1, idle, t.Page.Milliseconds())
	sum := int64(0) // ms, in permille
	for j, edge := range curveEdges {
		end := idle
		if j+1 < CurveBuckets {
			end = min(end, curveEdges[j+1])
		}
		switch {
		case edge >= end:
		case edge < t.Active.Milliseconds():
			sum += 1000 * (end - edge)
		default:
			sum += chances[j] * (end - edge)
		}
	}
	return time.Duration(sum/1000) * time.Millisecond
}

// Seats is how many people are inside at once if so many enter a minute and each counts for so long: what MaxInside must be not to
// bound the rate (Little's law; J. D. C. Little, "A proof for the queuing formula L = λW", Operations Research 9, 1961).
func Seats(rate int64, stay time.Duration) int64 {
	return int64(math.Ceil(float64(rate) * stay.Minutes()))
}
