package journal

import (
	"cmp"
	"slices"
)

// Two servers of a store may both serve for a while, when one takes over from another that lives: a process that reaches the new one begins
// a later epoch there, and others are still answered in the one before. What either of them tells then is no evidence about the other, and
// what the old one did is lost.

// sighting is when a process was first and last given a number or a snapshot in an epoch.
type sighting struct {
	epoch       uint64
	first, last int64
}

// stretch is a time, with its ends.
type stretch struct{ from, to int64 }

// sees notes an answer by which a process knows the epoch.
func (r *reader) sees(e *Event) {
	epoch := e.Epoch
	switch {
	case e.Kind == Snapshot:
		epoch = e.Snapshot.Epoch
	case e.Kind != Join || e.Number == 0:
		return
	}
	for i := range slices.Backward(r.seen) { // nearly always the latest
		if s := &r.seen[i]; s.epoch == epoch {
			s.first, s.last = min(s.first, e.At), max(s.last, e.At)
			return
		}
	}
	r.seen = append(r.seen, sighting{epoch, e.At, e.At})
}

// divided are the times in which a process was still answered in an epoch before the one that another had begun, until each of these
// has found the later one.
func (m *Merged) divided() (all []stretch) {
	begins := map[uint64]int64{}
	for _, seen := range m.seen {
		for _, s := range seen {
			if first, known := begins[s.epoch]; !known || s.first < first {
				begins[s.epoch] = s.first
			}
		}
	}
	for epoch, from := range begins {
		for _, seen := range m.seen {
			if to := found(seen, epoch, from); to > from {
				all = append(all, stretch{from, to})
			}
		}
	}
	slices.SortFunc(all, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	return all
}

// found is when a process that was answered in an earlier epoch after a later one had begun has found that one; 0: it was not.
func found(seen []sighting, epoch uint64, begun int64) (at int64) {
	last, first := int64(0), int64(0)
	for _, s := range seen {
		switch {
		case s.epoch < epoch:
			last = max(last, s.last)
		case first == 0 || s.first < first:
			first = s.first
		}
	}
	if last <= begun {
		return 0
	}
	return max(last, first)
}

// loseDivided lets a loss be possible at each moment in which two servers served.
func (m *Merged) loseDivided() {
	var losses []Event
	done, at := int64(0), 0
	for _, s := range m.divided() {
		for ; at < len(m.Events) && m.Events[at].At <= s.to; at++ {
			if e := &m.Events[at]; e.At >= s.from && e.At != done {
				losses = append(losses, Event{At: e.At, Kind: Lose})
				done = e.At
			}
		}
	}
	m.Events = append(m.Events, losses...)
	m.sort()
}
