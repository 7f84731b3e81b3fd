package rehearse

// ladder decides which rate comes next. It has no clock and knows nothing of the site.
//
// Rates rise by a factor until one is bad, then halve the gap between the last good and the first bad one until that is
// narrow; then the last good one is confirmed. One that does not hold when confirmed is bad after all, and the next
// lower good one takes its turn.
//
// One bad step alone may have had another reason than its rate, a job of the site's or somebody's backup. If everything
// below it turns out good, it is tried once more.
type ladder struct {
	factor, narrow float64
	most           int64

	next       int64
	good       []int64 // ascending
	bad        int64   // the lowest, 0: none
	bads       int     // steps that were bad since the last rise
	confirming bool
	confirmed  int64 // 0: none
	done       bool
}

func newLadder(first, most int64, factor, narrow float64) *ladder {
	return &ladder{factor: factor, narrow: narrow, most: most, next: first}
}

// best is the highest rate that was good, 0 if none was.
func (l *ladder) best() int64 {
	if len(l.good) == 0 {
		return 0
	}
	return l.good[len(l.good)-1]
}

// below is the highest good rate below the best, 0 if there is none.
func (l *ladder) below() int64 {
	if len(l.good) < 2 {
		return 0
	}
	return l.good[len(l.good)-2]
}

// step takes the outcome of the rate that was next, and decides on another one or that it is done.
func (l *ladder) step(good bool) {
	switch {
	case l.confirming && good:
		l.confirmed, l.done = l.next, true
		return
	case good:
		if l.good = append(l.good, l.next); l.next == l.bad { // it was not the rate
			l.bad, l.bads = 0, 0
		}
	default:
		l.bad = l.next
		l.bads++
		for len(l.good) > 0 && l.best() >= l.bad {
			l.good = l.good[:len(l.good)-1]
		}
	}
	switch best := l.best(); {
	case best == 0: // not even the first one
		l.done = true
	case l.bad == 0 && best < l.most:
		l.next = min(max(best+1, int64(float64(best)*l.factor)), l.most)
	case l.bad != 0 && !l.confirming && float64(l.bad) > float64(best)*(1+l.narrow) && l.bad-best > 1:
		l.next = (best + l.bad) / 2
	case l.bads == 1 && !l.confirming:
		l.next = l.bad
	default:
		l.next, l.confirming = best, true
	}
}
