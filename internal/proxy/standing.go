package proxy

import (
	"time"

	"github.com/einlass/einlass/internal/config"
)

// class parts requests by what they may prove. What strangers do on paths that are open to all says nothing about
// how people inside are served, and the reverse: a stranger costs nothing to send, a stay had to be waited for.
type class uint8

const (
	fromInside class = iota
	fromOutside
	classes
)

func classOf(inside bool) class {
	if inside {
		return fromInside
	}
	return fromOutside
}

func (k class) String() string {
	if k == fromInside {
		return "people inside"
	}
	return "open paths"
}

// standing is what requests have shown about an address in one respect: can it be connected to, does it answer the
// requests of one class. Its owner holds the lock.
type standing struct {
	failures      int                 // in a row
	clients       map[uint64]struct{} // that met them, by keyed hash
	outs          int                 // times out in a row; the exponent of the backoff
	out           bool
	outUntil      time.Time
	trial         bool // one request is finding out whether the time out is over
	slowStartedAt time.Time
	slowStarting  bool
}

// open tells whether a request may go there now.
func (s *standing) open(now time.Time) bool {
	return !s.out || (!s.trial && !now.Before(s.outUntil))
}

// begin is called for a request that goes there. While it is out, that request is its trial.
func (s *standing) begin() { s.trial = s.out }

// count takes a failure that a client met. One client counts once in a row: a path that breaks for each client that asks for
// it is no reason to leave an address out, and one visitor can ask for it any number of times. Beyond the limit
// nothing is gained by counting on, but memory would be lost.
func (s *standing) count(client uint64, limit int) (counted bool) {
	if _, known := s.clients[client]; known || (!s.out && s.failures >= limit) {
		return false
	}
	if s.clients == nil {
		s.clients = make(map[uint64]struct{})
	}
	s.clients[client] = struct{}{}
	s.failures++
	return true
}

// leaveOut begins a time out, or the next one if this was a trial. It doubles from one to the next.
func (s *standing) leaveOut(now time.Time, cfg *config.Health) {
	if s.out {
		s.outs++
	}
	s.out, s.trial = true, false
	d := cfg.Backoff << min(s.outs, 30)
	if d <= 0 || d > cfg.MaxBackoff {
		d = cfg.MaxBackoff
	}
	s.outUntil = now.Add(d)
}

// reset forgets all failures. It reports whether that ended a time out; then the address starts slowly.
func (s *standing) reset(now time.Time, cfg *config.Health) (back bool) {
	back = s.out
	*s = standing{slowStarting: s.slowStarting, slowStartedAt: s.slowStartedAt}
	if back {
		s.slowStart(now, cfg)
	}
	return back
}

func (s *standing) slowStart(now time.Time, cfg *config.Health) {
	if cfg.SlowStart > 0 {
		s.slowStarting, s.slowStartedAt = true, now
	}
}

// share is the part of its full load that the address may carry: 1, or less while it starts slowly.
func (s *standing) share(now time.Time, cfg *config.Health) float64 {
	if !s.slowStarting {
		return 1
	}
	passed := now.Sub(s.slowStartedAt)
	if passed >= cfg.SlowStart {
		s.slowStarting = false
		return 1
	}
	const least = 0.1
	return max(least, float64(passed)/float64(cfg.SlowStart))
}

// ordinary tells that there is nothing to remember.
func (s *standing) ordinary() bool { return s.failures == 0 && !s.out && !s.slowStarting }
