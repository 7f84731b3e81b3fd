package queue

import "sort"

// Sketch tells how many places of the line are before a given order: exactly for the first SketchExact,
// within 1 % behind them.
type Sketch struct {
	// First holds the orders of the first SketchExact places.
	First []Order
	// Samples holds the orders at the ranks SketchRanks yields, for lines longer than SketchExact.
	Samples []Order
	// Waiting is the length of the line.
	Waiting int64
	// End is the order of the highest number given.
	End Order
}

// SketchExact is how many places at the beginning of the line are known exactly.
const SketchExact = 1000

// NextSketchRank is the rank (places ahead) of the sample after the one at rank r; the first is SketchExact.
// Samples are 2 % apart, so the middle between two of them is within 1 % of every rank between them.
func NextSketchRank(r int64) int64 { return r + max(1, r/50) }

// Ahead is the number of places in line before order o, and whether it is exact. Absent places count until
// the head passes them, and places that came back after that do not, so the true figure of a place never rises.
// A place with an order above End joined after the snapshot was taken; all numbers in between count as ahead.
func (s *Sketch) Ahead(o Order) (n int64, exact bool) {
	if o > s.End {
		n = s.Waiting
		// An order far above is of an epoch that began after the snapshot. How many came before it is not known.
		if later := o - s.End - 1; later < 1<<numberBits {
			n += int64(later)
		}
		if n < SketchExact {
			return n, true
		}
		return aboutRank(n), false
	}
	if k := len(s.First); k < SketchExact || o <= s.First[k-1] {
		return int64(sort.Search(k, func(i int) bool { return s.First[i] >= o })), true
	}
	i := sort.Search(len(s.Samples), func(i int) bool { return s.Samples[i] >= o })
	if i == 0 {
		return SketchExact, true
	}
	return betweenSamples(i), false
}

// aboutRank is what Ahead answers for a place of that rank, SketchExact or more. The answer depends on the rank alone,
// so it never rises while the rank falls.
func aboutRank(rank int64) int64 {
	i := sort.Search(len(sketchRanks), func(i int) bool { return sketchRanks[i] >= rank })
	if i == 0 {
		return SketchExact
	}
	return betweenSamples(i)
}

// betweenSamples is the middle of the ranks behind sample i-1 up to sample i.
func betweenSamples(i int) int64 { return (sketchRanks[i-1] + 1 + sketchRanks[i]) / 2 }

// SketchRanks are the ranks of the samples of a line of the given length: all that are < waiting.
func SketchRanks(waiting int64) []int64 {
	return sketchRanks[:sort.Search(len(sketchRanks), func(i int) bool { return sketchRanks[i] >= waiting })]
}

// sketchRanks is a constant table: 2 % steps reach past 2^40 in about a thousand entries.
var sketchRanks = func() []int64 {
	var ranks []int64
	for r := int64(SketchExact); r < 1<<40; r = NextSketchRank(r) {
		ranks = append(ranks, r)
	}
	return ranks
}()
