package demo

import (
	"encoding/json"
	"net/http"
	"sync"
)

// Stats is what the site has counted since its start; GET /_portal/stats shows
// it as JSON. Requests = Served + Errors + Timeouts + Open, always.
type Stats struct {
	Requests int64 `json:"requests"` // all that arrived, except for /_portal/stats
	Served   int64 `json:"served"`   // answered with a status below 500
	Errors   int64 `json:"errors"`   // refused (503), reset, or failed inside
	Timeouts int64 `json:"timeouts"` // given up by the browser before the answer
	Open     int64 `json:"open"`     // not answered yet

	Busy     int `json:"refused_busy"`  // 503: workers and queue full
	Down     int `json:"refused_down"`  // reset: server was down
	Lost     int `json:"lost_in_crash"` // reset: server crashed meanwhile
	Crashes  int `json:"crashes"`
	InFlight int `json:"in_flight"`        // in the server now, abandoned ones included
	Peak     int `json:"peak_in_flight"`   // highest ever
	Rate     int `json:"peak_rate_second"` // most arrivals within one second
	Knee     int `json:"knee"`             // in flight beyond which throughput falls

	OverSeconds float64 `json:"over_capacity_seconds"` // time with more in flight than the knee
	DownSeconds float64 `json:"down_seconds"`          // time after crashes
	WorkServed  float64 `json:"work_served"`           // units

	Bookings      int  `json:"bookings"`          // made in all
	Standing      int  `json:"bookings_standing"` // not cancelled
	Cancelled     int  `json:"cancellations"`
	DoubleRefused int  `json:"double_bookings_refused"`
	Double        int  `json:"double_bookings"` // only with the guard off
	Guard         bool `json:"guard"`

	Places       int `json:"places"`
	Released     int `json:"places_released"`
	Left         int `json:"places_left"` // released, neither held nor booked
	Holds        int `json:"holds"`
	HoldsExpired int `json:"holds_expired"`
	HoldsLost    int `json:"holds_lost"` // in crashes
	Sessions     int `json:"sessions"`
}

// Stats returns the counters as of now.
func (s *Site) Stats() Stats {
	load, now := s.pump.load()
	tally := s.ledger.Tally(now)
	out := s.meter.read()
	out.Busy, out.Down, out.Lost, out.Crashes = load.Busy, load.Refused, load.Lost, load.Crashes
	out.InFlight, out.Peak, out.Rate, out.Knee = load.InFlight(), load.Peak, load.PeakRate, s.cfg.Curve.Knee()
	out.OverSeconds, out.DownSeconds, out.WorkServed = load.Over.Seconds(), load.DownTime.Seconds(), load.WorkServed
	out.Bookings, out.Standing, out.Cancelled = tally.Made, tally.Standing, tally.Cancelled
	out.DoubleRefused, out.Double, out.Guard = tally.DoubleRefused, tally.Double, !s.cfg.GuardOff
	out.Places, out.Released, out.Left = tally.Places, tally.Released, tally.Left
	out.Holds, out.HoldsExpired, out.HoldsLost = tally.Holds, tally.HoldsExpired, tally.HoldsLost
	out.Sessions = s.sessions.count()
	return out
}

func (s *Site) stats(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, s.Stats())
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v) // the types always encode; a failed write has nobody to be told
}

type outcome int

const (
	outcomeError outcome = iota
	outcomeServed
	outcomeTimeout
)

// meter counts requests by their end, all under one lock so that the sum is
// true at every moment.
type meter struct {
	mu                               sync.Mutex
	requests, served, errs, timeouts int64
}

// begin counts an arrival and returns the function that counts its end.
func (m *meter) begin() func(outcome) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests++
	return func(o outcome) {
		m.mu.Lock()
		defer m.mu.Unlock()
		switch o {
		case outcomeServed:
			m.served++
		case outcomeTimeout:
			m.timeouts++
		default:
			m.errs++
		}
	}
}

func (m *meter) read() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Stats{
		Requests: m.requests, Served: m.served, Errors: m.errs, Timeouts: m.timeouts,
		Open: m.requests - m.served - m.errs - m.timeouts,
	}
}
