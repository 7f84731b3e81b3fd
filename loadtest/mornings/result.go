package mornings

import (
	"time"

	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/loadtest/drive"
	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// result is what was measured in the words that all runs share. Spans are of played time; peaks in a second and rates a
// minute are real ones, as the gateway felt them.
func (m *morning) result(d *drive.Result) scenarios.Result {
	s := &m.scenario
	r := scenarios.Result{
		Scenario: s.Name, Title: s.Title, Medium: "sockets", Gate: m.gated, Factor: s.Factor, Seed: m.seed,
		Opens: s.Opens(), Starts: s.Starts, Ends: s.Starts.Add(m.played(d.Took)),
		People: people(d), Site: siteOf(d.Portal), Waits: m.quantiles(d.Waits),
		Checked: scenarios.Checked{Events: d.Checked.Events, Visitors: d.Checked.Numbers, Violations: d.Checked.Violations},
		Cost:    scenarios.Cost{Wall: d.Took, Events: d.Requests}, Violations: d.Violations,
		Unmeasured: []string{"until_booked", "samples", "line.store_ops", "checked.shown", "site.cancelled", "line.first", "line.told_in", "line.carried", "line.lobby"},
	}
	if m.gated {
		r.Line = m.lineOf(d)
		r.Nobody = scenarios.Nobody{Loads: m.nobody.came.Load()}
	}
	return r
}

func (m *morning) played(d time.Duration) time.Duration {
	return time.Duration(float64(d) * m.size.Speed)
}

func (m *morning) quantiles(q drive.Quantiles) scenarios.Quantiles {
	return scenarios.Quantiles{N: q.Count, P50: m.played(q.P50), P90: m.played(q.P90), P99: m.played(q.P99), Max: m.played(q.Max)}
}

func people(m *drive.Result) scenarios.People {
	p := scenarios.People{
		All: m.Arrived, Booked: m.Ends["booked"], GaveUp: m.Ends["gave_up"] + m.Ends["left"] + m.Ends["failed"], Told: m.Ends["told"] + m.Ends["outside"] + m.Ends["too_late"] + m.Ends["turned_away"],
		TurnedAway: m.Ends["sold_out"], Remaining: m.Ends["stopped"], NoShows: m.Ends["no_show"],
	}
	if c := m.Callers; c != nil {
		p.Callers, p.CallersNumbered, p.CallersBooked = c.Arrived, c.Numbered, c.Booked
		p.CallersAssisted, p.CallersDue = c.Assisted, c.Due
	}
	return p
}

func siteOf(s *demo.Stats) scenarios.Site {
	if s == nil {
		return scenarios.Site{}
	}
	seconds := func(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
	return scenarios.Site{
		Places: int64(s.Places), Booked: int64(s.Standing), Made: int64(s.Bookings), Cancelled: int64(s.Cancelled),
		DoubleRefused: int64(s.DoubleRefused), Double: int64(s.Double),
		Requests: s.Requests, Served: s.Served, Refused: int64(s.Busy + s.Down), Lost: int64(s.Lost), Timeouts: s.Timeouts,
		Crashes: int64(s.Crashes), Peak: int64(s.Peak), Knee: int64(s.Knee), PeakRate: int64(s.Rate),
		Over: seconds(s.OverSeconds), Down: seconds(s.DownSeconds),
	}
}

func (m *morning) lineOf(d *drive.Result) scenarios.Line {
	l := scenarios.Line{
		Tickets: d.Numbers, Entered: d.Claims, Longest: d.MostInLine, PeakHits: d.MostRequests,
		Overtaken: int64(d.Broken[string(journal.RuleOrder)]),
	}
	for _, k := range d.Kinds {
		switch k.Kind {
		case drive.KindPoll.String():
			l.Polls = k.Count
			l.Hits += k.Count
		case drive.KindArrive.String(), drive.KindPage.String():
			l.Pages += k.Count
			l.Hits += k.Count
			l.Refused += k.Status["429"] + k.Status["503"]
		}
	}
	for _, t := range d.Times {
		l.PeakJoins = max(l.PeakJoins, t.Arrived)
	}
	l.Told = d.Ends["outside"] + d.Ends["too_late"]
	l.Refused = max(0, l.Refused-l.Told)
	if d.Ends["outside"] > 0 {
		l.ClosedAt = m.scenario.Gate.Schedule.Openings[0].CloseAt
	}
	if a := d.Line; a != nil {
		l.Called, l.Rate, l.Burst, l.MaxMinute = a.Called, a.Rate, a.Burst, a.MostMinute
		l.MaxInside, l.Bound, l.StaleMax = a.MostInside, a.Bound, a.Oldest
		l.Opened, l.Booked, l.Beyond = a.Opened, a.Booked, a.Beyond
		if opens := m.clock.began.Add(m.clock.at(m.scenario.Opens())); !a.First.IsZero() && a.First.Before(opens) {
			l.Early = 1
		}
	}
	return l
}
