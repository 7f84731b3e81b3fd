package proxy

import (
	"errors"
	"time"

	"github.com/einlass/einlass/internal/admission"
)

// Health is what a Backend does about how its site does.
type Health uint32

const (
	// HealthOff measures nothing.
	HealthOff Health = iota
	// HealthWatch measures.
	HealthWatch
	// HealthLimit measures, and lets the bound of requests in flight follow below max_in_flight.
	HealthLimit
)

// SetHealth says what to do; at first nothing is. It is safe for concurrent use, and cheap enough to be called as often as the setting is
// read.
func (b *Backend) SetHealth(h Health) { b.health.Store(uint32(h)) }

func (b *Backend) does(h Health) bool { return Health(b.health.Load()) >= h }

// most is how many requests of this room the origin may be at work on now.
func (b *Backend) most() int {
	if !b.does(HealthLimit) {
		return b.limit()
	}
	return min(b.limit(), b.site.gate.now())
}

// ask finds out what the request is for its site's health. What comes from outside is not measured: strangers cost nothing to send.
func (x *exchange) ask() (e entry) {
	e.turn = turnOf(x.opt.Inside, x.opt.Load)
	limits := x.b.does(HealthLimit)
	if x.measured = x.opt.Inside && x.b.does(HealthWatch); !x.measured && !limits {
		return e
	}
	x.asked = x.b.site.Meter.AskedFor(x.req.method, x.v.Path())
	if limits {
		e.idles, e.of = x.b.site.Meter.Long(x.asked.Kind(200)), x.b.site.holder(&x.opt.Stay)
	}
	return e
}

// measure lets the exchange count for the site's health.
func (x *exchange) measure(err error) {
	if !x.measured {
		return
	}
	e := admission.Exchange{
		Kind: x.asked.Kind(x.result.Status), Method: x.req.method, Path: x.v.Path(), Client: x.b.site.client(x.v.ClientIP()),
	}
	var counts bool
	if e.Outcome, counts = x.outcome(err); !counts {
		return
	}
	now := x.now // when the answer's head was there
	if e.Outcome != admission.Answered {
		now = time.Now()
	}
	switch {
	case x.handed.IsZero(): // it did not come to its turn
		e.Took = now.Sub(x.came)
	case e.Outcome == admission.Answered:
		e.Worked = x.result.Took
		e.Took = x.handed.Sub(x.came) + e.Worked
	default:
		e.Worked = now.Sub(x.hadAll())
		e.Took = x.handed.Sub(x.came) + e.Worked
	}
	heard, counts := x.b.site.Meter.Note(e, now)
	// A request that waited in vain says that the limit is low, or the crowd large; not what the site can do.
	if counts && !x.handed.IsZero() && e.Outcome != admission.Abandoned {
		x.b.site.gate.learn(heard, e.Outcome)
	}
}

// hadAll is when the origin had the whole request, as far as is known.
func (x *exchange) hadAll() time.Time {
	if x.up != nil && x.up.finishedAt.After(x.handed) {
		return x.up.finishedAt
	}
	return x.handed
}

// outcome says how the exchange ended. What does not count lies with the visitor or with this machine, or has no time of its own:
// tunnels and streams of events, which begin at once and go on for ever, and an answer that came before the request was read.
func (x *exchange) outcome(err error) (how admission.Outcome, counts bool) {
	switch {
	case err == nil && (x.tunnelled || x.moved && isEvents(x.ans.value("content-type")) || x.up != nil && x.result.Took < time.Millisecond):
		return 0, false
	case err == nil, errors.Is(err, ErrUnwanted):
		if x.result.Status >= 500 {
			return admission.Failed, true
		}
		return admission.Answered, true
	case errors.Is(err, ErrQueueFull) && time.Since(x.came) < x.b.cfg.Queue.Wait:
		return admission.Failed, true // there was no room to wait
	case errors.Is(err, ErrBackendTimeout), errors.Is(err, ErrQueueFull):
		return admission.TimedOut, true
	case errors.Is(err, ErrClientGone):
		return admission.Abandoned, true
	case errors.Is(err, ErrBackendAnswer):
		return admission.Failed, true
	case errors.Is(err, ErrBackendDown) && !isLocal(err):
		if x.c == nil {
			return admission.Unreached, true
		}
		return admission.Failed, true
	}
	return 0, false
}

// stands is what is known of the site from here without requests: the check fails, or nobody can be connected to, at every address; or the
// last check of one has passed. Whoever has asked nothing knows nothing.
func (b *Backend) stands() admission.Standing {
	down := true
	for _, o := range b.fleet.origins {
		if o.health.standing()[fromInside] < rankFailing {
			continue
		}
		if down = false; o.health.passes() {
			return admission.StandingUp
		}
	}
	if down {
		return admission.StandingDown
	}
	return admission.StandingUnknown
}
