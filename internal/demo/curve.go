package demo

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Curve is the shape of a server: how much work it does at a given number of
// requests in service, how many it takes at once, and when it falls over.
//
// Work is measured in units; one unit is one ordinary page (see Work). The
// curve is Gunther's Universal Scalability Law, applied to requests in service
// instead of processors:
//
//	mu(n) = Rate·n / (1 + Contention·(n−1) + Coherency·n·(n−1))   [units/s]
//
// The contention term alone (Amdahl) only flattens the curve. The coherency
// term, every request in service waiting for every other one, bends it down
// again: beyond the knee sqrt((1−Contention)/Coherency) more requests mean less
// work done. Sources: N. J. Gunther, "A General Theory of Computational
// Scalability Based on Rational Functions", arXiv:0808.1431 (2008); the same
// shape, found in memory instead of locks, is thrashing: P. J. Denning,
// "Thrashing: its causes and prevention", AFIPS FJCC 33 (1968).
type Curve struct {
	// Rate is the work done per second by one request alone. More than 0.
	Rate float64
	// Contention is the share of work that requests cannot do side by side, in [0, 1).
	Contention float64
	// Coherency is the cost of each pair of requests in service, in [0, 1].
	// 0 means the curve has no knee: the server slows but never collapses.
	Coherency float64

	// Workers is how many requests are in service at once. 1 to 100,000.
	Workers int
	// Queue is how many more wait, first come first served, for a worker. The
	// next one is refused. 0 to 1,000,000.
	Queue int

	// CrashAt is the number in flight (in service and waiting) that wears the
	// server down; 0 means it never crashes.
	CrashAt int
	// CrashAfter is how long in flight must stay at or above CrashAt, without a
	// break, until the server falls over.
	CrashAfter time.Duration
	// Recovery is how long the server stays away after a crash.
	Recovery time.Duration
}

// speed returns the units per second that each of n requests in service gets,
// for the server shares its rate equally among them (processor sharing).
func (c Curve) speed(n int) float64 {
	f := float64(n)
	return c.Rate / (1 + c.Contention*(f-1) + c.Coherency*f*(f-1))
}

// Throughput returns mu(n): the units of work done per second with n requests
// in service. It is 0 for n <= 0 and does not look at Workers.
func (c Curve) Throughput(n int) float64 {
	if n <= 0 {
		return 0
	}
	return float64(n) * c.speed(n)
}

// Knee returns the number of requests in service with the highest throughput,
// at most Workers.
func (c Curve) Knee() int {
	if c.Coherency == 0 {
		return c.Workers
	}
	below := int(math.Sqrt((1 - c.Contention) / c.Coherency))
	best := max(below, 1)
	if c.Throughput(best+1) > c.Throughput(best) {
		best++
	}
	return min(best, c.Workers)
}

// ServiceTime returns how long a request of the given work takes when inFlight
// requests, itself included, are in service all that time. Less than one in
// flight counts as one, more than Workers as Workers: waiting for a worker is
// not service. Work beyond what a Duration can express gives the longest one.
func (c Curve) ServiceTime(inFlight int, work float64) time.Duration {
	n := max(1, min(inFlight, c.Workers))
	return seconds(work / c.speed(n))
}

// seconds turns a number of seconds into a Duration, rounded up, so that a
// server is never a nanosecond faster than its curve.
func seconds(s float64) time.Duration {
	ns := math.Ceil(s * 1e9)
	if ns >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(ns)
}

// Validate joins everything that is wrong with the curve. Each problem names
// its path below prefix and the accepted values.
func (c Curve) Validate(prefix string) error {
	var errs []error
	bad := func(ok bool, path, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("%s.%s: %s", prefix, path, fmt.Sprintf(format, args...)))
		}
	}
	bad(c.Rate > 0 && !math.IsInf(c.Rate, 0), "rate", "must be a finite number above 0, is %v", c.Rate)
	bad(c.Contention >= 0 && c.Contention < 1, "contention", "must be in [0, 1), is %v", c.Contention)
	bad(c.Coherency >= 0 && c.Coherency <= 1, "coherency", "must be in [0, 1], is %v", c.Coherency)
	bad(c.Workers >= 1 && c.Workers <= 100_000, "workers", "must be 1 to 100000, is %d", c.Workers)
	bad(c.Queue >= 0 && c.Queue <= 1_000_000, "queue", "must be 0 to 1000000, is %d", c.Queue)
	bad(c.CrashAt >= 0 && c.CrashAt <= c.Workers+c.Queue, "crash_at", "must be 0 (never) to workers+queue = %d, is %d", c.Workers+c.Queue, c.CrashAt)
	bad(c.CrashAt == 0 || c.CrashAfter > 0, "crash_after", "must be above 0 when crash_at is set, is %v", c.CrashAfter)
	bad(c.CrashAt == 0 || c.Recovery > 0, "recovery", "must be above 0 when crash_at is set, is %v", c.Recovery)
	return errors.Join(errs...)
}
