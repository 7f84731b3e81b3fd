package proxy

import (
	"fmt"
	"time"
)

// Status is a Backend at one moment, for the admin API.
type Status struct {
	Addresses []AddressStatus `json:"addresses"`
	InFlight  int             `json:"in_flight"`  // requests that the origin works on
	Limit     int             `json:"limit"`      // how many it may work on now: max_in_flight, or less while an address starts slowly or the limit adapts
	Queued    int             `json:"queued"`     // requests that wait for one of those
	WebSocket int             `json:"websockets"` // open
}

// AddressStatus is one address.
type AddressStatus struct {
	Address  string    `json:"address"`
	State    State     `json:"state"`
	Recent   Recent    `json:"recent"`
	Up       bool      `json:"up"`       // people inside are sent there
	Open     bool      `json:"open"`     // so are requests for open paths
	Checked  bool      `json:"check_ok"` // the active check's verdict; true if there is none
	Reached  bool      `json:"reached"`  // it can be connected to, as far as was tried
	Reused   bool      `json:"reused"`   // its connections are; false since it sent more than it announced
	Share    float64   `json:"share"`    // of its full load, below 1 while it starts slowly
	InFlight int       `json:"in_flight"`
	Idle     int       `json:"idle"`      // kept connections
	Failures int       `json:"failures"`  // to connect, in a row
	OutUntil time.Time `json:"out_until"` // when it is tried again; zero if it is not left out for people inside
	Requests uint64    `json:"requests"`  // ever
	Failed   uint64    `json:"failed"`    // ever
}

// Status reports the Backend's present state. It is safe for concurrent use.
func (b *Backend) Status() Status {
	s := Status{Limit: b.most(), WebSocket: b.tunnels.count()}
	s.InFlight, s.Queued = b.limiter.counts()
	now := time.Now()
	var top [classes]rank
	ranks := make([][classes]rank, len(b.fleet.origins))
	for i, o := range b.fleet.origins {
		ranks[i] = o.health.standing()
		for k := range top {
			top[k] = max(top[k], ranks[i][k])
		}
	}
	for i, o := range b.fleet.origins {
		// Where no address does better, one that fails is in use all the same.
		used := func(k class) bool { return ranks[i][k] >= rankFailing && ranks[i][k] == top[k] }
		a := AddressStatus{
			Address:  o.dialer.address.Text,
			Up:       used(fromInside),
			Open:     used(fromOutside),
			Reused:   o.pool.trusted(),
			Share:    o.health.share(now, fromInside),
			InFlight: int(o.inFlight.Load()),
			Idle:     o.pool.size(),
			Requests: o.requests.Load(),
		}
		o.health.describe(&a)
		var tries int
		a.Recent, tries = o.pulse.recent(now)
		if a.State = a.state(tries); a.State == StateUnreachable {
			a.Failures = max(a.Failures, tries)
		}
		s.Addresses = append(s.Addresses, a)
	}
	return s
}

// standing is rank for each class, but a time out ends only when a request has shown that it is over.
func (h *health) standing() (r [classes]rank) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for k := range r {
		switch {
		case h.down:
			r[k] = rankDown
		case h.reach.out:
			r[k] = rankLost
		case h.served[k].out:
			r[k] = rankFailing
		default:
			r[k] = rankUp
		}
	}
	return r
}

// describe fills in what the health knows.
func (h *health) describe(a *AddressStatus) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a.Checked = !h.down
	a.Reached = !h.reach.out
	a.Failures = h.reach.failures
	a.Failed = h.total
	for _, s := range []*standing{&h.reach, &h.served[fromInside]} {
		if s.out && s.outUntil.After(a.OutUntil) {
			a.OutUntil = s.outUntil
		}
	}
}

// state sums up what is known, after tries failed attempts to connect in a row.
func (a *AddressStatus) state(tries int) State {
	switch {
	case !a.Checked:
		return StateDown
	case !a.Reached, tries > 0:
		return StateUnreachable
	case !a.Up, a.Recent.failing():
		return StateFailing
	}
	return StateOK
}

// Detail says in words for operators what is wrong with the address; empty if nothing is.
func (a *AddressStatus) Detail() string {
	switch again := a.OutUntil.UTC().Format(time.TimeOnly); {
	case !a.Checked:
		return "the health check fails"
	case a.State == StateUnreachable:
		return fmt.Sprintf("cannot be connected to, %d times in a row", a.Failures)
	case !a.Up:
		return "fails requests of people inside which other addresses answer; it is tried again at " + again
	case a.State == StateFailing:
		return a.Recent.words()
	case !a.Open:
		return "fails requests for open paths which other addresses answer; people inside are sent there"
	case !a.Reused:
		return "sends more than it announces; its connections are used once"
	}
	return ""
}
