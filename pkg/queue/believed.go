package queue

import "slices"

// Believed is the watermark without what no room can have given: a store that took it over would run out of orders. What is
// left makes a room that serves; places of the epochs that are left out come back with their tickets. A line that has itself gone
// on beyond the bound (from 2077 on, or by a watermark at the bound) is begun at the clock's epoch when its store is lost, and is not
// found to be behind any more when an older copy takes its store's place.
func (m *Watermark) Believed() Watermark {
	b := *m
	if !believed(OrderOf(m.Epoch, m.Ceiling)) {
		b.Epoch, b.Last, b.Ceiling = 1, 0, 0 // not 0: there was a room
	}
	for lane, head := range m.Heads {
		if !believed(head) {
			b.Heads[lane], b.HeadNumbers[lane] = 0, 0
		}
		if b.HeadNumbers[lane] > uint64(MaxOrder) {
			b.HeadNumbers[lane] = 0
		}
	}
	o := &b.Opening
	if !believed(o.Floor) {
		o.Floor = 0
	}
	if !believedSegments(o.Segments) {
		o.Segments = nil
	}
	beyond := func(d Draw) bool { return !believed(d.Base+Order(d.N)) || !believedSegments(d.Segments) }
	if slices.ContainsFunc(o.Draws, beyond) {
		o.Draws = slices.DeleteFunc(slices.Clone(o.Draws), beyond)
	}
	return b
}

func believed(o Order) bool { return o <= OrderOf(believedEpochs, 0) }

// believedSegments reports whether a lobby's numbers, and those that follow when it is drawn, are such as a room gives: at most
// MaxCarried, and what it has given since.
func believedSegments(segments []Segment) bool {
	n := uint64(0)
	for i := range segments {
		s := &segments[i]
		if s.Epoch >= ticketEpochs || s.First > 2*MaxCarried || s.Last > 2*MaxCarried {
			return false
		}
		n += s.Len()
	}
	return n <= 2*MaxCarried
}
