package proxy

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/einlass/einlass/internal/config"
)

// health is what is known about one address. Two judges look at it: the check (active), and the requests (passive).
//
// The check may take an address out for good. A request is evidence only where its sender cannot choose the outcome:
//
//   - No visitor can choose that a connection cannot be made, so it counts for all classes.
//   - A connection that broke after the request went out, a 5xx and a late answer can be caused by any visitor that knows a path
//     that crashes. They count for requests of the same class alone, once for each client, and only while another
//     address serves that class: what fails here and works there is the address's fault.
//
// And what requests say only makes other addresses come first (see fleet.choose): one that is left out is still asked
// when there is no better one, so the last address is never taken from anybody by anybody's requests.
type health struct {
	cfg config.Health

	// troubled is false in the ordinary case: up, at its full share, no failure counted. Requests
	// then pay one atomic load each and take no lock.
	troubled atomic.Bool

	mu     sync.Mutex
	down   bool // says the check
	good   int  // checks in a row
	bad    int
	reach  standing          // can it be connected to?
	alone  int               // checks in a row that could not connect, and no connection since
	served [classes]standing // does it answer requests of this class?
	total  uint64            // failures of requests, ever

	unwell, unreached outage // says the check, and where it cannot be connected to: the present one or the last
	unserved          [classes]outage
}

// rank orders addresses by how well they would serve a request.
type rank uint8

const (
	rankDown    rank = iota // says the check: not to be asked
	rankLost                // cannot be connected to
	rankFailing             // fails requests of this class
	rankUp
)

// rank tells how well the address would serve a request of this class now. One whose time out is over is up: some request
// has to try.
func (h *health) rank(now time.Time, k class) rank {
	if !h.troubled.Load() {
		return rankUp
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.down:
		return rankDown
	case !h.reach.open(now):
		return rankLost
	case !h.served[k].open(now):
		return rankFailing
	}
	return rankUp
}

// begin is called for the request that chose this address for being up. It reports false if another one became its
// trial in between.
func (h *health) begin(now time.Time, k class) bool {
	if !h.troubled.Load() {
		return true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.down || !h.reach.open(now) || !h.served[k].open(now) {
		return false
	}
	h.reach.begin()
	h.served[k].begin()
	return true
}

// share is the part of its full load that the address may carry of requests of this class.
func (h *health) share(now time.Time, k class) float64 {
	if !h.troubled.Load() {
		return 1
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	defer h.settle()
	return min(h.reach.share(now, &h.cfg), h.served[k].share(now, &h.cfg))
}

// slowStartShare is share as far as it is the same for all classes of requests.
func (h *health) slowStartShare(now time.Time) float64 {
	if !h.troubled.Load() {
		return 1
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	defer h.settle()
	return h.reach.share(now, &h.cfg)
}

// reached: a connection was made. It reports whether that brought the address back.
func (h *health) reached(now time.Time) (back bool) {
	if !h.troubled.Load() {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	defer h.settle()
	return h.resetReach(now)
}

// resetReach forgets that it could not be connected to. It reports whether that brought the address back. The lock is held.
func (h *health) resetReach(now time.Time) (back bool) {
	h.alone = 0
	return h.reach.reset(now, &h.cfg)
}

// lost: a request of this class could not connect. It reports whether that took the address out.
func (h *health) lost(now time.Time, k class) (out bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.total++
	if h.cfg.Failures == 0 {
		return false
	}
	h.served[k].trial = false // it did not come to that
	return h.missed(now, h.reach.trial)
}

// lostChecks is how many checks in a row that cannot connect are enough, whatever the failures that requests may have: they are an interval
// apart, and an address that nobody has asked must be known to be away before people are let in.
const lostChecks = 2

// checkLost: the check could not connect. It reports whether that took the address out.
func (h *health) checkLost(now time.Time) (out bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.alone++
	return h.cfg.Failures > 0 && h.missed(now, false)
}

// missed counts one more attempt to connect that failed, the trial of an address that is out or not, and reports whether it took the
// address out. The lock is held.
func (h *health) missed(now time.Time, trial bool) (out bool) {
	h.troubled.Store(true)
	s := &h.reach
	s.failures++
	h.unreached.failures++
	switch {
	case s.out && trial:
		s.leaveOut(now, &h.cfg)
	case !s.out && (s.failures >= h.cfg.Failures || h.alone >= lostChecks):
		s.leaveOut(now, &h.cfg)
		h.unreached = outage{now, uint64(s.failures)}
		return true
	}
	return false
}

// answered: a request of this class was answered properly. It reports whether that brought the address back.
func (h *health) answered(now time.Time, k class) (back bool) {
	if !h.troubled.Load() {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	defer h.settle()
	h.reach.trial = false // on a kept connection; a new one has ended it before
	return h.served[k].reset(now, &h.cfg)
}

// failed: a request of this class went out and failed. relieved tells that another address serves such requests. It
// reports whether that took the address out.
func (h *health) failed(now time.Time, k class, client uint64, relieved bool) (out bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.total++
	if h.cfg.Failures == 0 {
		return false
	}
	h.troubled.Store(true)
	h.reach.trial = false
	s := &h.served[k]
	counted := s.count(client, h.cfg.Failures)
	h.unserved[k].failures++
	switch {
	case s.out && s.trial && counted:
		s.leaveOut(now, &h.cfg)
	case s.out && s.trial:
		s.trial = false // a client that was counted before proves nothing; another request tries
	case !s.out && s.failures >= h.cfg.Failures && relieved:
		s.leaveOut(now, &h.cfg)
		h.unserved[k] = outage{now, uint64(s.failures)}
		return true
	}
	return false
}

// abandoned: a request of this class ended without saying anything about the address.
func (h *health) abandoned(k class) {
	if !h.troubled.Load() {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reach.trial, h.served[k].trial = false, false
}

// serves tells that the address is up for requests of this class, and answered the last one.
func (h *health) serves(now time.Time, k class) bool {
	if !h.troubled.Load() {
		return true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.down && h.reach.open(now) && h.served[k].open(now) && h.served[k].failures == 0
}

// checked is the active check's verdict. It reports a change between up and down.
func (h *health) checked(now time.Time, ok bool) (changed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !ok {
		h.good = 0
		h.bad++
		h.unwell.failures++
		if h.down || h.bad < h.cfg.Unhealthy {
			return false
		}
		h.down = true
		h.unwell = outage{now, uint64(h.bad)}
		h.troubled.Store(true)
		return true
	}
	h.bad = 0
	h.good++
	if h.good < h.cfg.Healthy {
		return false
	}
	changed, h.down = h.down, false
	h.resetReach(now)
	for k := range h.served {
		h.served[k].reset(now, &h.cfg)
	}
	if changed {
		h.reach.slowStart(now, &h.cfg)
	}
	h.settle()
	return changed
}

// passes tells whether there is a check that goes on, and the last one passed.
func (h *health) passes() bool {
	if h.cfg.Path == "" {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.good > 0
}

// unreachable tells whether failures to connect keep the address out.
func (h *health) unreachable() bool {
	if !h.troubled.Load() {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.reach.out
}

// settle goes back to the ordinary case if nothing is left of the trouble. The lock is held.
func (h *health) settle() {
	ordinary := !h.down && h.reach.ordinary()
	for k := range h.served {
		ordinary = ordinary && h.served[k].ordinary()
	}
	if ordinary {
		h.troubled.Store(false)
	}
}
