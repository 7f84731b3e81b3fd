package admission

import (
	"math"
	"time"
)

// usual learns what an answer of one kind usually takes, from the medians of windows.
//
// It must not follow the quickest answers, or a site that is well looks slow; it must not follow a site that falls ill, or that
// looks well; and it must follow one that was made faster, or whose page grows from month to month. So within a band around what is known
// it follows slowly and evenly; two windows in a row below the band are taken at their word; above it follows as slowly as in it
// while the other kinds do well, and hardly if they do not.
type usual struct {
	log     float64       // ln of the time in ns; valid if windows > 0
	took    time.Duration // the time
	windows int           // that were learned from, up to firstWindows
	below   bool          // the last window lay below the band

	hist  [usualBuckets]uint32 // of the window: by eighths of a power of two, from 2^usualLow ns
	count int
	since time.Duration // when the window began, on the meter's clock
}

const (
	// usualBuckets span 16 µs to 68 s by eighths of powers of two, 9 %.
	usualBuckets = 176
	usualLow     = 14
	usualParts   = 8

	// firstCount answers make the first window, windowCount each other one, or rareCount if it takes as long as rareTime.
	firstCount, windowCount, rareCount = 10, 30, 10
	rareTime                           = 10 * time.Minute

	// firstWindows are averaged.
	firstWindows = 10
	// band is ±40 %, in which windows of 30 of one and the same page lie.
	band = 0.336
	// evenGain and quickGain are what is taken of a window in the band and below it.
	evenGain, quickGain = 0.002, 0.1
	// illDrift is how far the usual time follows a site that is not well, each second: twofold in two hours. Whatever a site has
	// become, it is not held back for ever.
	illDrift = math.Ln2 / 7200
)

func (u *usual) known() bool { return u.windows > 0 }

// settled reports whether it is known so well that a departure from it says something about the site.
func (u *usual) settled() bool { return u.windows >= firstWindows }

// time is 0 as long as it is not known.
func (u *usual) time() time.Duration {
	return u.took
}

// set is for a time that is known well.
func (u *usual) set(took time.Duration) {
	*u = usual{log: math.Log(float64(took)), took: took, windows: firstWindows}
}

// note takes one answer into the window.
func (u *usual) note(worked, now time.Duration) {
	if u.count == 0 {
		u.since = now
	}
	u.hist[usualBucket(worked)]++
	u.count++
}

func usualBucket(d time.Duration) int {
	if d <= 1<<usualLow {
		return 0
	}
	return min(int(usualParts*(math.Log2(float64(d))-usualLow)), usualBuckets-1)
}

// ready reports whether the window says something.
func (u *usual) ready(now time.Duration) bool {
	switch {
	case !u.known():
		return u.count >= firstCount
	case u.count >= windowCount:
		return true
	}
	return u.count >= rareCount && now-u.since >= rareTime
}

// learn takes the window, of a time in which answers of kinds that are known well took ill times what is usual: about 1 while the site
// is well.
func (u *usual) learn(now time.Duration, ill float64) {
	x := u.median() - u.log
	switch {
	case !u.settled():
		if ill >= illRatio {
			x -= math.Log(ill) // a kind that is first seen while the others are slow is slow with them
		}
		u.log += x / float64(u.windows+1)
	case x < -band && u.below:
		u.log += quickGain * x
	case x > 0 && ill >= illRatio:
		u.log += min(x, illDrift*(now-u.since).Seconds())
	default:
		u.log += evenGain * x
	}
	u.took = time.Duration(math.Exp(u.log))
	u.below = x < -band
	u.windows = min(u.windows+1, firstWindows)
	clear(u.hist[:])
	u.count = 0
}

// median is ln of the window's median in ns.
func (u *usual) median() float64 {
	half := float64(u.count) / 2
	below := 0.0
	for i, n := range u.hist {
		if n > 0 && below+float64(n) >= half {
			return math.Ln2 * (usualLow + (float64(i)+(half-below)/float64(n))/usualParts)
		}
		below += float64(n)
	}
	return math.Ln2 * usualLow
}
