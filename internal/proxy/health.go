package proxy

import (
	"sync"
	"sync/atomic"
	"time"
)

// failure is what went wrong with an address; it decides whether the address can be
// blamed while no other is up.
type failure uint8

const (
	// failedExchange: no connection, or it broke before the answer.
	failedExchange failure = iota
	// failedAnswer: 5xx or too late. One broken page must not take a lone origin down.
	failedAnswer
)

// health is the standing of one address. Two judges look at it: the requests
// themselves (passive) and the check (active). Either can take it out.
type health struct {
	cfg HealthConfig

	// troubled is false in the ordinary case: up, warm, no failure counted. Requests
	// then pay one atomic load each and take no lock.
	troubled atomic.Bool

	mu       sync.Mutex
	down     bool // says the check
	good     int  // checks in a row
	bad      int
	failures int // of requests in a row
	outs     int // times out in a row; the exponent of the backoff
	out      bool
	outUntil time.Time
	trial    bool // one request is finding out whether the time out is over
	warmFrom time.Time
	warming  bool
	total    uint64 // failures of requests, ever
}

// available tells whether a request may go there now.
func (h *health) available(now time.Time) bool {
	if !h.troubled.Load() {
		return true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.down && (!h.out || (!h.trial && !now.Before(h.outUntil)))
}

// begin is called for the request that chose this address. It reports false if
// another one became its trial in between.
func (h *health) begin(now time.Time) bool {
	if !h.troubled.Load() {
		return true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.down {
		return false
	}
	if h.out {
		if h.trial || now.Before(h.outUntil) {
			return false
		}
		h.trial = true
	}
	return true
}

// share is the part of its full load that the address may carry: 1, or less while it
// warms up after it came back.
func (h *health) share(now time.Time) float64 {
	if !h.troubled.Load() {
		return 1
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.warming {
		return 1
	}
	passed := now.Sub(h.warmFrom)
	if passed >= h.cfg.SlowStart {
		h.warming = false
		h.settle()
		return 1
	}
	const least = 0.1
	return max(least, float64(passed)/float64(h.cfg.SlowStart))
}

// succeeded: a request was answered properly. It reports whether that brought the
// address back.
func (h *health) succeeded(now time.Time) (back bool) {
	if !h.troubled.Load() {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failures, h.trial = 0, false
	if back = h.out; back {
		h.out, h.outs = false, 0
		h.warm(now)
	}
	h.settle()
	return back
}

// abandoned: a request ended without saying anything about the address.
func (h *health) abandoned() {
	if !h.troubled.Load() {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.trial = false
}

// failed: a request met a failure. alone tells that no other address is up.
func (h *health) failed(now time.Time, f failure, alone bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.total++
	if h.cfg.Failures < 0 {
		return
	}
	h.troubled.Store(true)
	h.failures++
	switch {
	case h.out && h.trial && !(f == failedAnswer && alone):
		h.outs++
	case !h.out && h.failures >= h.cfg.Failures && !(f == failedAnswer && alone):
		h.out, h.outs = true, 0
	default:
		// A lone origin that answers its trial with 5xx is reachable: that is all the
		// trial was to find out.
		if h.out && h.trial {
			h.out, h.trial = false, false
			h.warm(now)
		}
		return
	}
	h.trial = false
	h.outUntil = now.Add(h.backoff())
}

// backoff doubles with each time out in a row. The lock is held.
func (h *health) backoff() time.Duration {
	d := h.cfg.Backoff << min(h.outs, 30)
	if d <= 0 || d > h.cfg.MaxBackoff {
		return h.cfg.MaxBackoff
	}
	return d
}

// checked is the active check's verdict. It reports a change between up and down.
func (h *health) checked(now time.Time, ok bool) (changed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !ok {
		h.good = 0
		h.bad++
		if h.down || h.bad < h.cfg.Unhealthy {
			return false
		}
		h.down = true
		h.troubled.Store(true)
		return true
	}
	h.bad = 0
	h.good++
	if h.good < h.cfg.Healthy {
		return false
	}
	changed = h.down
	if h.down || h.out {
		h.down, h.out, h.trial, h.failures, h.outs = false, false, false, 0, 0
		h.warm(now)
	}
	h.settle()
	return changed
}

// reachable: somebody accepted a connection at an address that is out, so its trial
// need not wait for the end of the backoff.
func (h *health) reachable(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.out && now.Before(h.outUntil) {
		h.outUntil = now
	}
}

// isOut tells whether failures keep the address out.
func (h *health) isOut() bool {
	if !h.troubled.Load() {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.out
}

// warm begins the slow start. The lock is held.
func (h *health) warm(now time.Time) {
	if h.cfg.SlowStart > 0 {
		h.warming, h.warmFrom = true, now
	}
}

// settle goes back to the ordinary case if nothing is left of the trouble. The lock is held.
func (h *health) settle() {
	if !h.down && !h.out && !h.warming && h.failures == 0 {
		h.troubled.Store(false)
	}
}
