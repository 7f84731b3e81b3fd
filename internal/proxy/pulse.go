package proxy

import (
	"fmt"
	"sync"
	"time"
)

// pulse remembers what became of the requests to one address in the last minute, for operators. Nothing is decided by it:
// a visitor can choose that the site answers 500. The zero value is ready; it is safe for concurrent use.
type pulse struct {
	mu    sync.Mutex
	slots [pulseSlots]pulseSlot
	tries int  // failed attempts to connect in a row, the last one included
	heard bool // since the last call of idle
}

const (
	pulseSlots = 6
	slotTime   = 10 * time.Second
	// tookClasses are times of answers: below 1 ms, and from there on twice as long in each, up to more than half an hour.
	tookClasses = 22
)

// pulseSlot is ten seconds.
type pulseSlot struct {
	number   int64 // since 1970
	answered uint32
	errors   uint32 // answers 500 and above
	silent   uint32 // no answer
	took     [tookClasses]uint32
}

// note takes what became of one request: the answer's status and how long it took; 0: there was none.
func (p *pulse) note(now time.Time, status int, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = true
	number := now.UnixNano() / int64(slotTime)
	s := &p.slots[number%pulseSlots]
	if s.number != number {
		*s = pulseSlot{number: number}
	}
	if status == 0 {
		s.silent++
		return
	}
	p.tries = 0
	if status >= 500 {
		s.errors++
	} else {
		s.answered++
	}
	class := 0
	for ms := took.Milliseconds(); ms > 0 && class < tookClasses-1; ms >>= 1 {
		class++
	}
	s.took[class]++
}

// connected takes an attempt to connect.
func (p *pulse) connected(ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = true
	if ok {
		p.tries = 0
	} else {
		p.tries++
	}
}

// idle reports whether nothing was noted since it was asked before.
func (p *pulse) idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	idle := !p.heard
	p.heard = false
	return idle
}

// unreached reports whether the last attempt to connect failed.
func (p *pulse) unreached() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tries > 0
}

// Recent is what became of the requests to an address in the last minute.
type Recent struct {
	Requests int `json:"requests"` // that were answered or should have been
	Errors   int `json:"errors"`   // answers with a status of 500 and above
	Silent   int `json:"silent"`   // no answer: late, broken off, no HTTP
	// Median and Slow (the 95th percentile) are times until the head of an answer was there, to within a factor of two; zero if
	// there was none.
	Median time.Duration `json:"median"`
	Slow   time.Duration `json:"slow"`
}

func (p *pulse) recent(now time.Time) (r Recent, tries int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var took [tookClasses]uint32
	number := now.UnixNano() / int64(slotTime)
	for i := range p.slots {
		s := &p.slots[i]
		if s.number <= number-pulseSlots {
			continue
		}
		r.Requests += int(s.answered + s.errors + s.silent)
		r.Errors += int(s.errors)
		r.Silent += int(s.silent)
		for class, n := range s.took {
			took[class] += n
		}
	}
	answers := uint32(r.Requests - r.Silent) //nolint:gosec // a count of a minute
	r.Median, r.Slow = quantile(&took, answers, 50), quantile(&took, answers, 95)
	return r, p.tries
}

// quantile is the upper bound of the class that the percentile lies in.
func quantile(took *[tookClasses]uint32, all, percent uint32) time.Duration {
	if all == 0 {
		return 0
	}
	rank := uint64(all) * uint64(percent)
	var below uint64
	for class, n := range took {
		if below += uint64(n) * 100; below >= rank {
			return time.Millisecond << class
		}
	}
	return time.Millisecond << (tookClasses - 1)
}

// State is how an address does, in one word.
type State string

const (
	// StateOK: nothing is known against it.
	StateOK State = "ok"
	// StateFailing: at least half of the requests of the last minute got a status of 500 and above or no answer, or other addresses
	// answer what this one does not.
	StateFailing State = "failing"
	// StateUnreachable: the last attempt to connect failed.
	StateUnreachable State = "unreachable"
	// StateDown: the health check fails.
	StateDown State = "down"
)

// enoughRequests is how many requests say something.
const enoughRequests = 5

// failing reports whether the site fails more than it works.
func (r *Recent) failing() bool {
	return r.Requests >= enoughRequests && 2*(r.Errors+r.Silent) >= r.Requests
}

// words say how many requests failed.
func (r *Recent) words() string {
	return fmt.Sprintf("%d of %d requests failed in the last minute, %d with status 5xx, %d without an answer",
		r.Errors+r.Silent, r.Requests, r.Errors, r.Silent)
}
