package demo

import (
	"container/heap"
	"errors"
	"fmt"
	"math"
	"time"
)

// Why Capacity did not take a request.
var (
	// ErrBusy: all workers and all places in the queue are taken (HTTP 503).
	ErrBusy = errors.New("demo site: server is busy")
	// ErrDown: the server has crashed and is not back yet (connection reset).
	ErrDown = errors.New("demo site: server is down")
)

// Outcome is the end of one admitted request.
type Outcome struct {
	ID   uint64    // as returned by Admit
	At   time.Time // when it ended
	Lost bool      // true: the server crashed under it; false: it was served
}

// Load is what a Capacity has seen and is doing. All figures are exact.
type Load struct {
	InService  int // requests being worked on
	Waiting    int // requests waiting for a worker
	Peak       int // highest InService+Waiting so far
	Admitted   int // requests taken
	Served     int // requests finished
	Busy       int // requests refused with ErrBusy
	Refused    int // requests refused with ErrDown
	Lost       int // requests that a crash ended
	Crashes    int
	PeakRate   int           // most calls of Admit within one whole second of the clock
	Over       time.Duration // time with more in flight than the knee
	DownTime   time.Duration // time between crash and recovery
	WorkServed float64       // units of work finished
}

// InFlight returns how many requests are in the server: in service and waiting.
func (l Load) InFlight() int { return l.InService + l.Waiting }

// Capacity plays one server on a Curve: processor sharing among the workers, a
// first-come queue before them, crash and recovery. It has no clock: callers
// tell it the time, real or virtual, and ask when it next wants to be told.
//
//	id, err := c.Admit(now, work)    // a request arrives
//	at, ok := c.Next()               // when something will happen by itself
//	for _, o := range c.Advance(at)  // what has ended until then
//
// The server never learns that a browser has given up: an abandoned request
// costs all of its work, as it does behind Apache and PHP. That is what turns
// reloading into a storm.
//
// A Capacity is not safe for concurrent use. A time before the last one told is
// taken as the last one.
type Capacity struct {
	curve  Curve
	knee   int
	speeds []float64 // per request, by requests in service

	at      time.Time
	attain  float64 // work that each request in service since the start would have got
	service inService
	queue   fifo
	nextID  uint64
	out     []Outcome // ended since the last Advance
	spare   []Outcome // the slice that the last Advance returned, to be used again

	overSince time.Time // since when in flight >= CrashAt; zero: it is not
	downUntil time.Time // zero: up
	next      time.Time // what Next returns; zero: nothing

	load   Load
	second int64 // unix second that inSecond counts
	inSec  int
}

// NewCapacity returns an idle server at the given time. The error names
// everything that is wrong with the curve.
func NewCapacity(curve Curve, start time.Time) (*Capacity, error) {
	if err := curve.Validate("capacity"); err != nil {
		return nil, fmt.Errorf("demo site: new capacity: %w", err)
	}
	c := &Capacity{curve: curve, knee: curve.Knee(), at: start, speeds: make([]float64, curve.Workers+1)}
	for n := 1; n <= curve.Workers; n++ {
		c.speeds[n] = curve.speed(n)
	}
	return c, nil
}

// Curve returns the curve that the server runs on.
func (c *Capacity) Curve() Curve { return c.curve }

// Load returns the counters as of the last time told.
func (c *Capacity) Load() Load {
	l := c.load
	l.InService, l.Waiting = len(c.service), c.queue.len()
	return l
}

// Down reports whether the server has crashed and is not back.
func (c *Capacity) Down() bool { return !c.downUntil.IsZero() }

// Admit brings one request of the given work (units, above 0; anything else
// counts as the smallest possible) at the given time. It returns the id under
// which Advance reports its end, or ErrBusy or ErrDown.
func (c *Capacity) Admit(now time.Time, work float64) (uint64, error) {
	c.settle(now)
	c.countArrival()
	if c.Down() {
		c.load.Refused++
		return 0, ErrDown
	}
	if len(c.service) == c.curve.Workers && c.queue.len() >= c.curve.Queue {
		c.load.Busy++
		return 0, ErrBusy
	}
	if !(work > 0) {
		work = math.SmallestNonzeroFloat32
	}
	c.nextID++
	c.load.Admitted++
	job := job{id: c.nextID, work: work}
	if len(c.service) < c.curve.Workers {
		c.start(job)
	} else {
		c.queue.push(job)
	}
	c.watchLoad()
	c.plan()
	return job.id, nil
}

// Next returns when the server next changes by itself (a request ends, a crash,
// the recovery), provided that no request arrives before. ok is false when
// nothing will.
func (c *Capacity) Next() (at time.Time, ok bool) {
	return c.next, !c.next.IsZero()
}

// Advance lets the time pass until now and returns the requests that have ended
// since the last call, in order of their end. The slice is valid until the next
// call of Advance.
func (c *Capacity) Advance(now time.Time) []Outcome {
	c.settle(now)
	out := c.out
	c.out, c.spare = c.spare[:0], out
	return out
}

// settle plays every event up to now in its order.
func (c *Capacity) settle(now time.Time) {
	for !c.next.IsZero() && !c.next.After(now) {
		c.flow(c.next)
		switch {
		case c.Down():
			c.downUntil = time.Time{}
		case c.crashDue(c.next):
			c.crash()
		default:
			c.finish()
		}
		c.plan()
	}
	c.flow(now)
}

// plan works out when the server next changes by itself. To be called after
// every change; the mere passing of time moves nothing.
func (c *Capacity) plan() {
	switch {
	case c.Down():
		c.next = c.downUntil
	case len(c.service) == 0:
		c.next = time.Time{}
	default:
		left := max(c.service[0].target-c.attain, 0)
		c.next = c.at.Add(seconds(left / c.speeds[len(c.service)]))
		if c.crashDue(c.next) {
			c.next = c.overSince.Add(c.curve.CrashAfter)
		}
	}
}

// crashDue reports whether the strain, if it goes on, has felled the server by
// that time.
func (c *Capacity) crashDue(by time.Time) bool {
	return !c.overSince.IsZero() && !c.overSince.Add(c.curve.CrashAfter).After(by)
}

// flow lets time pass in which nothing happens.
func (c *Capacity) flow(to time.Time) {
	d := to.Sub(c.at)
	if d <= 0 {
		return
	}
	if n := len(c.service); n > 0 {
		c.attain += d.Seconds() * c.speeds[n]
	}
	if c.Down() {
		c.load.DownTime += d
	} else if len(c.service)+c.queue.len() > c.knee {
		c.load.Over += d
	}
	c.at = to
}

// finish ends the requests whose work is done; there is at least one, because
// the flow went up to the time that plan foresaw, whatever rounding says.
func (c *Capacity) finish() {
	c.attain = max(c.attain, c.service[0].target)
	for len(c.service) > 0 && c.service[0].target <= c.attain {
		done := heap.Pop(&c.service).(job)
		c.load.Served++
		c.load.WorkServed += done.work
		c.out = append(c.out, Outcome{ID: done.id, At: c.at})
	}
	for len(c.service) < c.curve.Workers && c.queue.len() > 0 {
		c.start(c.queue.pop())
	}
	if len(c.service) == 0 {
		c.attain = 0 // keeps the sum small, and so exact, over days
	}
	c.watchLoad()
}

func (c *Capacity) start(j job) {
	j.target = c.attain + j.work
	heap.Push(&c.service, j)
}

// crash ends everything in flight and takes the server away.
func (c *Capacity) crash() {
	lose := func(j job) { c.out = append(c.out, Outcome{ID: j.id, At: c.at, Lost: true}) }
	c.load.Crashes++
	c.load.Lost += len(c.service) + c.queue.len()
	for _, j := range c.service {
		lose(j)
	}
	for c.queue.len() > 0 {
		lose(c.queue.pop())
	}
	c.service = c.service[:0]
	c.attain = 0
	c.overSince = time.Time{}
	c.downUntil = c.at.Add(c.curve.Recovery)
}

// watchLoad notes the peak and whether the strain that leads to a crash is on.
func (c *Capacity) watchLoad() {
	inFlight := len(c.service) + c.queue.len()
	c.load.Peak = max(c.load.Peak, inFlight)
	switch strained := c.curve.CrashAt > 0 && inFlight >= c.curve.CrashAt; {
	case !strained:
		c.overSince = time.Time{}
	case c.overSince.IsZero():
		c.overSince = c.at
	}
}

func (c *Capacity) countArrival() {
	if s := c.at.Unix(); s != c.second {
		c.second, c.inSec = s, 0
	}
	c.inSec++
	c.load.PeakRate = max(c.load.PeakRate, c.inSec)
}
