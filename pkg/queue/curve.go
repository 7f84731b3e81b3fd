package queue

import "time"

// A curve is how likely it is, by age, that what was given is used: that a call is claimed, that a new stay's cookie comes
// back, that a stay makes another request. It is learned from what happens, in integers, so that all stores compute the same.
//
// Stays have a curve for each number of requests, because at an opening a whole cohort sits in the same form and nobody has
// left yet: with one curve for all, 117 were inside of 60 in trials, with eight 62 (forms of 3 to 8 minutes, curves learned).
//
//	back   + 1 in the age's bucket, below the curve's end, when a call alive is claimed (call), when the first request of a
//	       stay is told (fresh), when the next one of a live stay is told, or it finishes (idle)
//	surv   each Advance adds the members with a value in (tick - E, now - E], E = the bucket's upper edge or the curve's end,
//	       as of the tick before
//
// The curve's end is Window (call), Confirm (fresh) or Idle. What is counted with the chances, in permille:
//
//	C   fresh younger than Confirm and Idle: the chance of its age. inside1..8 and served: 1000 if younger than Active, else
//	    the chance of its age, up to Idle. Pace.Strict: all of these 1000
//	K   calls alive: the chance of their age, plus 1000 for each of asking
//
// An age below zero (a clock was set back) counts as new and teaches nothing.

// CurveKind is what a curve tells of.
type CurveKind uint8

const (
	// CurveCall: a call is claimed.
	CurveCall CurveKind = iota
	// CurveFresh: a stay that has not been heard of makes its first request.
	CurveFresh
	// CurveInside1 to CurveInside8: a stay of which so many requests (8: or more) were told makes another one.
	CurveInside1
	CurveInside2
	CurveInside3
	CurveInside4
	CurveInside5
	CurveInside6
	CurveInside7
	CurveInside8
	// CurveServed: a stay that has booked makes another request.
	CurveServed
	// Curves is how many there are.
	Curves
)

// CurveBuckets is how many buckets a curve has.
const CurveBuckets = 16

// curveEdges are the lower edges of the buckets, in milliseconds; the last bucket is open.
var curveEdges = [CurveBuckets]int64{
	0, 2_000, 5_000, 10_000, 15_000, 20_000, 30_000, 45_000, 60_000, 90_000, 120_000, 180_000, 240_000, 300_000, 420_000, 600_000,
}

// CurveEdges are the ages at which the buckets of a curve begin, in order. Timing.Active is one of them, or Timing.Idle.
func CurveEdges() (edges []time.Duration) {
	for _, ms := range curveEdges {
		edges = append(edges, time.Duration(ms)*time.Millisecond)
	}
	return edges
}

// These are assumed before anything is learned: the hazard of each bucket in permille, with the weight of curveWeight
// observations. A page claims its call within seconds or not at all, so a call that is older than 45 s counts little (ADR 17).
var (
	priorCall  = [CurveBuckets]int64{600, 600, 400, 200, 200, 100, 100, 20, 20, 10, 10, 10, 10, 10, 10, 10}
	priorFresh = [CurveBuckets]int64{800, 500, 200, 100}
	priorIdle  = [CurveBuckets]int64{100, 100, 200, 200, 200, 100, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50}
)

const curveWeight = 4

// Curve counts, by bucket of age, what was used (Back) and what lived past the bucket unused (Surv).
type Curve struct {
	Back, Surv [CurveBuckets]int64
}

// curveFull: a bucket with so many observations is halved, so that a curve follows what changes.
const curveFull = 256

// CurveEdge is the lower edge of a bucket, in milliseconds.
func CurveEdge(j int) int64 { return curveEdges[j] }

// BucketOf is the bucket of an age in milliseconds. What lies in the future counts as new.
func BucketOf(age int64) int {
	j := 0
	for j+1 < CurveBuckets && age >= curveEdges[j+1] {
		j++
	}
	return j
}

// Came notes that something was used at an age. end is the curve's end: what is as old or older is not noted.
func (c *Curve) Came(age, end int64) {
	if age < 0 || age >= end {
		return
	}
	j := BucketOf(age)
	c.Back[j]++
	c.halve(j)
}

// Outlived notes that n have lived past bucket j unused.
func (c *Curve) Outlived(j int, n int64) {
	c.Surv[j] += n
	c.halve(j)
}

// halve makes room in a bucket.
func (c *Curve) halve(j int) {
	for c.Back[j]+c.Surv[j] >= curveFull {
		c.Back[j] /= 2
		c.Surv[j] /= 2
	}
}

// Chances are, by bucket, the chance in permille that what has the age of the bucket is used yet.
type Chances [CurveBuckets]int64

// Chances computes them from the last bucket down: q = 1,000,000 behind the last; R = 1000*(back+surv+4),
// q = floor(q*(R - 1000*back - 4*prior)/R), start_j = floor((1,000,999 - q)/1000),
// P_j = floor((start_j + start_{j+1} + 1)/2). end is the curve's end in milliseconds, page the time that people may sit on one
// page (for curves of stays; 0 for the others).
func (c *Curve) Chances(kind CurveKind, end, page int64) (p Chances) {
	prior := priorOf(kind, page)
	var start [CurveBuckets + 1]int64 // chance at the beginning of each bucket; behind the last: none
	q := int64(1_000_000)
	for j := CurveBuckets - 1; j >= 0; j-- {
		if curveEdges[j] >= end {
			continue
		}
		r := 1000 * (c.Back[j] + c.Surv[j] + curveWeight)
		q = q * (r - 1000*c.Back[j] - curveWeight*prior[j]) / r
		start[j] = (1_000_999 - q) / 1000
	}
	for j := range p {
		p[j] = (start[j] + start[j+1] + 1) / 2
	}
	return p
}

// priorOf is the prior of a curve. Of stays it says that people may sit on one page for as long as the operator has said:
// at least half in the last two buckets that begin before, none behind.
func priorOf(kind CurveKind, page int64) [CurveBuckets]int64 {
	switch kind {
	case CurveCall:
		return priorCall
	case CurveFresh:
		return priorFresh
	}
	prior := priorIdle
	last := -1
	for j, edge := range curveEdges {
		if edge < page {
			last = j
		} else {
			prior[j] = 0
		}
	}
	for j := max(0, last-1); j <= last; j++ {
		prior[j] = max(prior[j], 500)
	}
	return prior
}
