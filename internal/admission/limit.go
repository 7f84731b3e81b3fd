package admission

import (
	"math"
	"time"
)

// Limit is how many requests a site may work on at once: a gradient between what its answers take now and what they have taken
// in the long run (Netflix' concurrency-limits, "Gradient2"). Two things differ. Times are measured against the usual time of their kind, so
// that slow pages among quick ones say nothing. And the means are geometric, and the long one falls fast only after a while: the times of
// most pages are spread so widely that the law as published throttles a site that is well. It is not safe for concurrent use.
type Limit struct {
	least, most float64
	lim         float64
	short, long float64 // means of the logarithms of the last answers' ratios, and of very many
	taken       float64 // answers by their weight, up to longMost
	above       float64 // those in a row for which long lay far above short

	recent float64 // mean of the logarithms of the last answers' ratios, as they are
	ground float64 // what recent was where a low limit did not help, 0 or more: ratios are measured from there
	stuck  float64 // answers in a row that were slow although the limit was at its least
	well   float64 // answers in a row that were far below ground
}

const (
	// LeastLimit is what the limit does not fall below, StartLimit where it begins, unless there is less to share out.
	LeastLimit = 4
	StartLimit = 20
)

// Patience is for how long a request is among those that the limit bounds. What takes longer waits for something, as a long poll does
// before it is known for one, or hangs; a few of those must not keep everybody else from a site that is well.
const Patience = 5 * time.Second

// Constants of the law.
const (
	shortGain = 0.1
	longMost  = 600 // answers that the long mean is of
	tolerance = 1.5
	smoothing = 0.2
	// aboveShort lets the long mean fall faster where it lies so many times above the short one for so many answers in a row: the
	// site was ill for long, and is well again. One by one such answers are chance.
	aboveShort, aboveFor, fallLong = 2, 50, 0.95
	// worstRatio is what an answer counts as at most, and its reciprocal at least: one must not speak for hundreds.
	worstRatio = 8
	// longCap bounds what the long mean takes for ordinary: the usual times of kinds are not learned from a site that is ill, and neither
	// must this be.
	longCap = 2
	failCut = 0.9

	// A limit that stays below nearLeast times its least for stuckFor answers, which go on being slow, does not help: whatever the site
	// waits for, it is not the number of our requests, and a low limit would keep from people what the site can still do. What answers take
	// there is the ground from which to measure, until they take less than half of it for wellFor in a row.
	nearLeast         = 1.6
	stuckFor, wellFor = 80, 20
	mostRatio         = 100_000 // what an answer is taken for at most when the ground is found
)

// NewLimit makes a limit that stays at or below most, 1 or more.
func NewLimit(most int) *Limit {
	m := float64(max(1, most))
	return &Limit{least: min(LeastLimit, m), most: m, lim: min(StartLimit, m)}
}

// Now is the limit, from 4 (or most, if that is less) to most.
func (l *Limit) Now() int { return int(l.lim) }

// SetMost changes what the limit stays at or below, 1 or more. It is for when the rooms of a site change.
func (l *Limit) SetMost(most int) {
	l.most = float64(max(1, most))
	l.least = min(LeastLimit, l.most)
	if l.taken == 0 {
		l.lim = StartLimit
	}
	l.set(l.lim)
}

// Answered takes an answer, and how many requests the site had at once. As long as the site has less than half of what it may have, the limit is
// not what decides, and stays.
func (l *Limit) Answered(h Heard, inFlight int) {
	gradient := 1.0
	if h.Ratio > 0 {
		l.find(math.Log(min(max(h.Ratio, 1.0/worstRatio), mostRatio)), h.Weight)
		gradient = l.gradient(min(max(math.Log(h.Ratio)-l.ground, -math.Log(worstRatio)), math.Log(worstRatio)), h.Weight)
	}
	if float64(inFlight) < l.lim/2 {
		l.stuck = 0
		return
	}
	if l.stuck += h.Weight; gradient == 1 || l.lim > nearLeast*l.least || float64(inFlight) > 2*nearLeast*l.least {
		l.stuck = 0
	}
	if l.stuck >= stuckFor {
		l.measureFrom(l.recent)
		return
	}
	part := smoothing * h.Weight
	l.set((1-part)*l.lim + part*(l.lim*gradient+math.Sqrt(l.lim)))
}

// find follows the answers as they are, and leaves a ground that the site is well below.
func (l *Limit) find(x, weight float64) {
	l.recent += shortGain * weight * (x - l.recent)
	if x > l.ground-math.Log(aboveShort) {
		l.well = 0
	} else if l.well += weight; l.well >= wellFor && l.ground > 0 {
		l.measureFrom(l.recent)
	}
}

// measureFrom makes the ground what answers took last.
func (l *Limit) measureFrom(x float64) {
	l.ground, l.short, l.long = max(0, x), 0, 0
	l.stuck, l.well, l.above = 0, 0, 0
}

// gradient moves the means and compares them.
func (l *Limit) gradient(x, weight float64) float64 {
	l.taken = min(l.taken+weight, longMost)
	// The first means are of all answers so far. Those that come first are the quickest of their kind, so what is usual is not yet known well.
	n := weight / l.taken
	l.short += max(shortGain*weight, n) * (x - l.short)
	l.long = min(l.long+n*(x-l.long), math.Log(longCap))
	if l.long-l.short <= math.Log(aboveShort) {
		l.above = 0
	} else if l.above += weight; l.above >= aboveFor {
		l.long += math.Log(fallLong)
	}
	return min(max(tolerance*math.Exp(l.long-l.short), 0.5), 1)
}

// Failed takes a request that the site failed.
func (l *Limit) Failed() { l.set(failCut * l.lim) }

func (l *Limit) set(lim float64) { l.lim = min(max(lim, l.least), l.most) }
