package journal

import "sort"

// intervals is a set of numbers that come nearly in order, as the ranges they fill: numbers given without a gap cost
// one range, however many they are.
type intervals struct{ ranges []span }

// span is the numbers from lo to hi, both included.
type span struct{ lo, hi uint64 }

func (s span) size() uint64 { return s.hi - s.lo + 1 }

// add puts lo to hi into the set and reports whether none of them was in it.
func (s *intervals) add(lo, hi uint64) (fresh bool) {
	// From the first range that touches or follows lo to the first that lies beyond hi, all become one.
	i := sort.Search(len(s.ranges), func(i int) bool { return s.ranges[i].hi+1 >= lo })
	j, fresh := i, true
	for ; j < len(s.ranges) && s.ranges[j].lo <= hi+1; j++ {
		r := s.ranges[j]
		fresh = fresh && (r.hi < lo || r.lo > hi)
	}
	if j == i {
		s.ranges = append(s.ranges, span{})
		copy(s.ranges[i+1:], s.ranges[i:])
		s.ranges[i] = span{lo, hi}
		return fresh
	}
	s.ranges[i] = span{min(lo, s.ranges[i].lo), max(hi, s.ranges[j-1].hi)}
	s.ranges = append(s.ranges[:i+1], s.ranges[j:]...)
	return fresh
}

// holes are the spans between the ranges.
func (s *intervals) holes() (between []span) {
	for i := 1; i < len(s.ranges); i++ {
		between = append(between, span{s.ranges[i-1].hi + 1, s.ranges[i].lo - 1})
	}
	return between
}

// lacking is how many numbers of a span are not in the set.
func (s *intervals) lacking(of span) uint64 {
	n := of.size()
	for _, r := range s.ranges {
		if lo, hi := max(r.lo, of.lo), min(r.hi, of.hi); lo <= hi {
			n -= hi - lo + 1
		}
	}
	return n
}
