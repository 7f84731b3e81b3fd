package scenarios

import (
	"fmt"
	"slices"
	"time"
)

// Expectation is one promise and how to see that it was kept.
type Expectation struct {
	Promise string
	// Holds looks at a run with the gate; what it says is the figure that decided. None: the run has not measured it.
	Holds func(*Result) (kept bool, figure string)
}

// Finding is an expectation held against a run.
type Finding struct {
	Promise string `json:"promise"`
	Kept    bool   `json:"kept"`
	Figure  string `json:"figure"`
}

// Judge holds a run against what is promised of every morning and of this one. Without a gate nothing is promised.
func (s *Scenario) Judge(r *Result) []Finding {
	if !r.Gate {
		return nil
	}
	var out []Finding
	for _, e := range append(everyMorning(), s.Expect...) {
		kept, figure := e.Holds(r)
		if figure == "" {
			continue
		}
		out = append(out, Finding{Promise: e.Promise, Kept: kept, Figure: figure})
	}
	return out
}

// measured is an expectation that says nothing of a run which lacks a figure, given by its path in the result.
func measured(path string, e Expectation) Expectation {
	holds := e.Holds
	e.Holds = func(r *Result) (bool, string) {
		if slices.Contains(r.Unmeasured, path) {
			return true, ""
		}
		return holds(r)
	}
	return e
}

// everyMorning is what is promised of all of them.
func everyMorning() []Expectation {
	return []Expectation{
		{"nobody is overtaken, no rule of the line is broken", func(r *Result) (bool, string) {
			return r.Checked.Violations == 0 && r.Line.Overtaken == 0 && r.Checked.Events > 0,
				fmt.Sprintf("%d violations in %d events", r.Checked.Violations, r.Checked.Events)
		}},
		// Ten seconds of the pace that nobody used may be used later.
		{"never more let in than the pace allows", func(r *Result) (bool, string) {
			return r.Line.MaxMinute <= r.Line.Rate*7/6+r.Line.Burst,
				fmt.Sprintf("%d in the busiest minute, %d, ten seconds more and a burst of %d allowed", r.Line.MaxMinute, r.Line.Rate, r.Line.Burst)
		}},
		// That nobody is let in while the room is full is a rule of the line. Who has a pass is never stopped, so people who come
		// back after a long form may be more than were expected.
		{"what counts as inside is at most a quarter above the bound", func(r *Result) (bool, string) {
			return r.Line.Bound == 0 || r.Line.MaxInside <= r.Line.Bound*5/4,
				fmt.Sprintf("%d of %d", r.Line.MaxInside, r.Line.Bound)
		}},
		{"the site is never past its capacity", func(r *Result) (bool, string) {
			return r.Site.Over == 0 && r.Site.Crashes == 0,
				fmt.Sprintf("%v past the knee, at most %d in flight (knee %d), %d crashes",
					r.Site.Over.Round(time.Millisecond), r.Site.Peak, r.Site.Knee, r.Site.Crashes)
		}},
		{"every request of somebody inside is answered", func(r *Result) (bool, string) {
			bad := r.Site.Refused + r.Site.Lost + r.Site.Timeouts
			return bad == 0, fmt.Sprintf("%d of %d were not", bad, r.Site.Requests)
		}},
		{"nobody is booked twice", func(r *Result) (bool, string) {
			return r.Site.Double == 0, fmt.Sprintf("%d double bookings", r.Site.Double)
		}},
		{"everybody who comes gets a place in the line, or reads why there is none", func(r *Result) (bool, string) {
			return r.Line.Refused == 0, fmt.Sprintf("%d turned away without a word, %d told at the door", r.Line.Refused, r.Line.Told)
		}},
		{"the room opens by its plan, once and never early", func(r *Result) (bool, string) {
			return r.Line.Opened == 1 && r.Line.Early == 0, fmt.Sprintf("opened %d times, %d let in before the hour", r.Line.Opened, r.Line.Early)
		}},
		{"no more is booked than the plan allows, and the room counts what the site does", func(r *Result) (bool, string) {
			return r.Line.Beyond == 0 && (r.Line.Booked == r.Site.Booked || r.Nobody.Crashes > 0),
				fmt.Sprintf("%d beyond the quota; %d counted, %d at the site", r.Line.Beyond, r.Line.Booked, r.Site.Booked)
		}},
	}
}

// atTheHour: the first is called a second after the pages of the lobby have asked, at most.
func atTheHour() Expectation {
	return measured("line.first", Expectation{"the first is called at the hour", func(r *Result) (bool, string) {
		return r.Line.First >= 0 && r.Line.First <= r.Line.Spread+time.Second,
			fmt.Sprintf("%v after it, of which %v let the pages of the lobby ask", r.Line.First, r.Line.Spread)
	}})
}

// allBooked: nothing is left at the end.
func allBooked() Expectation {
	return Expectation{"every place is booked", func(r *Result) (bool, string) {
		return r.Site.Booked == r.Site.Places, fmt.Sprintf("%d of %d", r.Site.Booked, r.Site.Places)
	}}
}

// noneTurnedAway: whoever is let in finds something.
func noneTurnedAway() Expectation {
	return Expectation{"whoever is let in finds something: nobody is let in for nothing", func(r *Result) (bool, string) {
		return r.People.TurnedAway == 0, fmt.Sprintf("%d of %d let in", r.People.TurnedAway, r.Line.Entered)
	}}
}

// fewTurnedAway: the same, but for the few that race for the last places.
func fewTurnedAway(share float64) Expectation {
	return Expectation{
		fmt.Sprintf("the line ends when the places do: at most %g %% are let in for nothing", share*100),
		func(r *Result) (bool, string) {
			return float64(r.People.TurnedAway) <= share*float64(r.Line.Entered),
				fmt.Sprintf("%d of %d let in", r.People.TurnedAway, r.Line.Entered)
		},
	}
}

// handedOn: what is given back goes to those who stand by.
func handedOn() Expectation {
	return Expectation{"what is given back goes to the next in line", func(r *Result) (bool, string) {
		return r.Site.Made == r.Site.Places+r.Site.Cancelled && (r.Site.Cancelled == 0 || r.Line.StoodBy > 0),
			fmt.Sprintf("%d given back, %d booked in all, %d of those who stood by let in", r.Site.Cancelled, r.Site.Made, r.Line.StoodBy)
	}}
}

// told: citizens that get nothing read so.
func told() Expectation {
	return Expectation{"those who wait in vain are told", func(r *Result) (bool, string) {
		return r.People.Remaining == 0 && r.People.Told > 0,
			fmt.Sprintf("%d told, %d left without a word", r.People.Told, r.People.Remaining)
	}}
}

// toldSoon: everybody who looks reads within a poll, 36 s at the longest, that all is booked.
func toldSoon() Expectation {
	const limit = 40 * time.Second
	return measured("line.told_in", Expectation{fmt.Sprintf("who waits reads that all is booked within %v", limit), func(r *Result) (bool, string) {
		return r.Line.ToldIn > 0 && r.Line.ToldIn <= limit, fmt.Sprintf("%v after the last booking at most", r.Line.ToldIn.Round(time.Millisecond))
	}})
}

// fresh: nobody is answered from an old snapshot.
func fresh(limit time.Duration) Expectation {
	return Expectation{fmt.Sprintf("no answer is older than %v", limit), func(r *Result) (bool, string) {
		return r.Line.StaleMax <= limit && r.Line.Polls > 0, fmt.Sprintf("%v at most, in %d polls", r.Line.StaleMax, r.Line.Polls)
	}}
}
