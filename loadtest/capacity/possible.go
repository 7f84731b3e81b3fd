package capacity

import "github.com/einlass/einlass/pkg/queue"

// Possible is how many people could have entered in a time, whatever a gate knows: no more than the pace lets in, and no more
// than visits fit side by side into the bound inside (Little's law: inside = entries in a time × mean visit). stay is the mean
// of the true visits of those people, from the entry until they have what they came for or go: what a stay counts for
// afterwards is the gate's loss. No bound inside: pace.MaxInside is 0.
func Possible(pace queue.Pace, span int64, stay float64) float64 {
	possible := float64(pace.Rate*span) / float64(Minute)
	if pace.MaxInside > 0 && stay > 0 {
		possible = min(possible, float64(pace.MaxInside*span)/stay)
	}
	return possible
}

// meanStay is the mean of the visits that people had in mind who entered.
func meanStay(entries []*Person) float64 {
	if len(entries) == 0 {
		return 0
	}
	var sum int64
	for _, p := range entries {
		sum += p.Stay
	}
	return float64(sum) / float64(len(entries))
}
