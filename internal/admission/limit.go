package admission

import "math"

// Limit is how many requests a site may work on at once: a gradient between what its answers take now and what they have taken
// in the long run (Netflix' concurrency-limits, "Gradient2"). Two things differ. Times are measured against the usual time of their kind, so
// that slow pages among quick ones say nothing. And the means are geometric, and the long one falls fast only after a while: the times of
// most pages are spread so widely that the law as published throttles a site that is well. It is not safe for concurrent use.
type Limit struct {
	least, most float64
	lim         float64
	short, long float64 // means of the logarithms of the last answers' ratios, and of very many
	taken       int     // answers, up to longMost
	above       int     // answers in a row for which long lay far above short
}

const (
	// LeastLimit is what the limit does not fall below, StartLimit where it begins, unless there is less to share out.
	LeastLimit = 4
	StartLimit = 20
)

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
)

// NewLimit makes a limit that stays at or below most, 1 or more.
func NewLimit(most int) *Limit {
	m := float64(max(1, most))
	return &Limit{least: min(LeastLimit, m), most: m, lim: min(StartLimit, m)}
}

// Now is the limit, from 4 (or most, if that is less) to most.
func (l *Limit) Now() int { return int(l.lim) }

// Answered takes an answer: its time at the site, without any wait before, divided by the usual time of its kind (0: that is not
// known yet), and how many requests the site had at once. As long as the site has less than half of what it may have, the limit is
// not what decides, and stays.
func (l *Limit) Answered(ratio float64, inFlight int) {
	gradient := 1.0
	if ratio > 0 {
		gradient = l.gradient(math.Log(min(max(ratio, 1.0/worstRatio), worstRatio)))
	}
	if float64(inFlight) < l.lim/2 {
		return
	}
	l.set((1-smoothing)*l.lim + smoothing*(l.lim*gradient+math.Sqrt(l.lim)))
}

// gradient moves the means and compares them.
func (l *Limit) gradient(x float64) float64 {
	l.taken = min(l.taken+1, longMost)
	// The first means are of all answers so far. Those that come first are the quickest of their kind, so what is usual is not yet known well.
	n := 1 / float64(l.taken)
	l.short += max(shortGain, n) * (x - l.short)
	l.long = min(l.long+n*(x-l.long), math.Log(longCap))
	if l.long-l.short <= math.Log(aboveShort) {
		l.above = 0
	} else if l.above++; l.above >= aboveFor {
		l.long += math.Log(fallLong)
	}
	return min(max(tolerance*math.Exp(l.long-l.short), 0.5), 1)
}

// Failed takes a request that the site failed.
func (l *Limit) Failed() { l.set(failCut * l.lim) }

func (l *Limit) set(lim float64) { l.lim = min(max(lim, l.least), l.most) }
