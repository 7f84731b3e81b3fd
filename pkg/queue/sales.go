package queue

// Sales is what the places of an opening have taken, as this process has seen it from one snapshot to the next: what a chance to get
// something is learned from. A place is over when it was passed while absent, when its call has lapsed, and when its stay has ended or
// booked.
type Sales struct {
	// Opening is the one that it is of.
	Opening string
	// Over is how many places are over.
	Over int64
	// Taken is what they took, without what was given back. Squares is the sum of the squares of what each took, as well as that can be
	// told from sums.
	Taken, Squares float64

	passed int64 // places that have left the line, some of which are not over
}

// open is how many places have left the line and are not over yet.
func (f *Snapshot) open() int64 { return f.Calls + f.Asking + f.Unbooked }

// sales takes the next snapshot.
func (v *View) sales(old *View) Sales {
	t, a, b := old.Sales, &old.Snapshot, &v.Snapshot
	switch {
	case !old.Known || t.Opening != b.Opening.Name:
		return Sales{Opening: b.Opening.Name, passed: b.open()}
	case !follows(a, b):
		t.passed = t.Over + b.open() // what happened in between is not known
		return t
	}
	t.passed += gone(a, b)
	t.Over = max(t.Over, t.passed-b.open()) // who resumes a stay is over once
	taken, reports := b.Opening.Booked-a.Opening.Booked, int64(b.Opening.Reports-a.Opening.Reports)
	if reports <= 0 || taken > reports*b.Opening.Per || taken < -reports*b.Opening.Per {
		return t // an operator has put it right, or another release of the quota begins
	}
	t.Taken += float64(taken)
	if taken > 0 {
		t.Squares += float64(taken*taken) / float64(reports)
	} else {
		t.Squares += float64(taken)
	}
	return t
}

// Before is how many places come before an order of a lane that are not over yet, in all lanes, at the front, called and inside; -1: it is
// not known.
func (v *View) Before(lane uint8, o Order) int64 {
	if v.blind() {
		return -1
	}
	return v.unfinished(lane, v.before(lane, o)+v.Snapshot.Front)
}

// unfinished is Before for a place that has so many before it in its lane and at the front.
func (v *View) unfinished(lane uint8, first int64) int64 {
	f := &v.Snapshot
	line := float64(max(0, first-f.Front))
	if share := v.share(lane); share > 0 {
		line /= share // the other lanes move on beside this one
	}
	return min(first, f.Front) + min(int64(line), f.Waiting) + f.open()
}
