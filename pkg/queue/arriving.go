package queue

// arriving counts the numbers that were given in the last minute, by the snapshots. The zero value has seen none.
type arriving struct {
	seen [arrivingSamples]arrivalSample
	n    int
}

type arrivalSample struct{ at, joined int64 }

const (
	arrivingSpan    = 60_000 // ms
	arrivingStep    = 5_000  // ms between two samples
	arrivingSamples = arrivingSpan/arrivingStep + 1
)

// add takes the next snapshot and returns how many numbers were given within the span before it, as far back as this process has seen.
func (a *arriving) add(f *Snapshot) int64 {
	last := a.seen[max(0, a.n-1)%arrivingSamples]
	if a.n > 0 && (f.Joined < last.joined || f.Now < last.at) { // the store was lost and counts from 0, or its clock went back
		a.n = 0
	}
	if a.n == 0 || f.Now-last.at >= arrivingStep {
		a.seen[a.n%arrivingSamples] = arrivalSample{f.Now, f.Joined}
		a.n++
	}
	for i := max(0, a.n-arrivingSamples); i < a.n; i++ {
		if s := a.seen[i%arrivingSamples]; f.Now-s.at <= arrivingSpan {
			return f.Joined - s.joined
		}
	}
	return 0
}
