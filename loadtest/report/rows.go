package report

import (
	"fmt"

	"github.com/einlass/einlass/loadtest/scenarios"
)

// row is one figure of a table: how it reads for each run. An empty text means that the run has no such figure.
type row struct {
	name string
	text func(*scenarios.Result) string
}

// rows are the figures of the long table, in order.
func rows() []row {
	type R = scenarios.Result
	stranger := func(text func(*R) string) func(*R) string {
		return func(r *R) string {
			if r.Nobody.Numbers == 0 {
				return ""
			}
			return text(r)
		}
	}
	gated := func(text func(*R) string) func(*R) string {
		return func(r *R) string {
			if !r.Gate {
				return ""
			}
			return text(r)
		}
	}
	return []row{
		{"places booked", func(r *R) string { return fmt.Sprintf("%s of %s", count(r.Site.Booked), count(r.Site.Places)) }},
		{"double bookings (refused)", func(r *R) string {
			return fmt.Sprintf("%s (%s)", count(r.Site.Double), count(r.Site.DoubleRefused))
		}},
		{"given back", func(r *R) string { return count(r.Site.Cancelled) }},
		{"people", func(r *R) string { return count(r.People.All) }},
		{"… with a place", func(r *R) string { return count(r.People.Booked) }},
		{"… told that nothing is left", func(r *R) string { return count(r.People.Told) }},
		{"… let in and found nothing", gated(func(r *R) string { return count(r.People.TurnedAway) })},
		{"… gave up", func(r *R) string { return count(r.People.GaveUp) }},
		{"… asleep or away at the end", gated(func(r *R) string { return count(r.People.Absent) })},
		{"… still trying at the end", func(r *R) string { return count(r.People.Remaining) }},
		{"callers with a place", func(r *R) string {
			if r.People.Callers == 0 {
				return ""
			}
			row := fmt.Sprintf("%s of %s", count(r.People.CallersBooked), count(r.People.Callers))
			if n := r.People.CallersNumbered; n > 0 {
				row += fmt.Sprintf(" (%s got a number, %s booked by the staff, %s when nobody was free)",
					count(n), count(r.People.CallersAssisted), count(r.People.CallersDue))
			}
			return row
		}},
		{"requests at the site", func(r *R) string { return count(r.Site.Requests) }},
		{"… refused or lost", func(r *R) string { return count(r.Site.Refused + r.Site.Lost) }},
		{"… given up by the browser", func(r *R) string { return count(r.Site.Timeouts) }},
		{"in flight at most (knee)", func(r *R) string { return fmt.Sprintf("%s (%s)", count(r.Site.Peak), count(r.Site.Knee)) }},
		{"time past the knee", func(r *R) string { return span(r.Site.Over) }},
		{"crashes, time down", func(r *R) string { return fmt.Sprintf("%s, %s", count(r.Site.Crashes), span(r.Site.Down)) }},
		{"first request to confirmation, p50 / p90 / p99 / max", func(r *R) string { return quantiles(r.UntilBooked) }},
		{"wait in line, p50 / p90 / p99 / max", gated(func(r *R) string { return quantiles(r.Waits) })},
		{"numbers given, in the busiest second", gated(func(r *R) string {
			return fmt.Sprintf("%s, %s", count(r.Line.Tickets), count(r.Line.PeakJoins))
		})},
		{"longest line", gated(func(r *R) string { return count(r.Line.Longest) })},
		{"… to strangers: loads, tabs at once, silent, parked", gated(func(r *R) string {
			n := &r.Nobody
			if n.Came() == 0 {
				return ""
			}
			return fmt.Sprintf("%s: %s, %s, %s, %s", count(n.Numbers), count(n.Loads), count(n.AtOnce), count(n.Silent), count(n.Parked))
		})},
		{"entries that were nobody's", stranger(func(r *R) string {
			return fmt.Sprintf("%s of %s (%.1f %%)", count(r.Nobody.Entries), count(r.Line.Entered), share(r.Nobody.Entries, r.Line.Entered))
		})},
		{"calls that nobody took", stranger(func(r *R) string {
			return fmt.Sprintf("%s of %s (%.1f %%)", count(r.Nobody.Unclaimed), count(r.Line.Called), share(r.Nobody.Unclaimed, r.Line.Called))
		})},
		{"left by closing the page, came back", stranger(func(r *R) string {
			return fmt.Sprintf("%s, %s", count(r.Nobody.Left), count(r.Nobody.Back))
		})},
		{"copied cookies, let in when the visit was over", stranger(func(r *R) string {
			return fmt.Sprintf("%s, %s", count(r.Nobody.Copies), count(r.Nobody.SecondStays))
		})},
		{"crashes, numbers that they skipped", gated(func(r *R) string {
			if r.Nobody.Crashes == 0 {
				return ""
			}
			return fmt.Sprintf("%s, %s", count(r.Nobody.Crashes), count(r.Nobody.Skipped))
		})},
		{"called, let in", gated(func(r *R) string { return fmt.Sprintf("%s, %s", count(r.Line.Called), count(r.Line.Entered)) })},
		{"calls in the busiest minute (rate + burst)", gated(func(r *R) string {
			return fmt.Sprintf("%s (%s + %s)", count(r.Line.MaxMinute), count(r.Line.Rate), count(r.Line.Burst))
		})},
		{"inside at most (bound)", gated(func(r *R) string {
			return fmt.Sprintf("%s (%s)", count(r.Line.MaxInside), count(r.Line.Bound))
		})},
		{"hits at the gate, in the busiest second", gated(func(r *R) string {
			return fmt.Sprintf("%s, %s", count(r.Line.Hits), count(r.Line.PeakHits))
		})},
		{"… of them polls", gated(func(r *R) string { return count(r.Line.Polls) })},
		{"entries in store calls (calls)", gated(func(r *R) string {
			if r.Line.StoreOps == 0 {
				return ""
			}
			return fmt.Sprintf("%s (%s)", count(r.Line.Entries), count(r.Line.StoreOps))
		})},
		{"oldest answer to a poll", gated(func(r *R) string { return span(r.Line.StaleMax) })},
		{"bots, second tabs, second devices", gated(func(r *R) string {
			return fmt.Sprintf("%s, %s, %s", count(r.People.Bots), count(r.People.Tabs), count(r.People.Devices))
		})},
		{"phones asleep, not there when called", gated(func(r *R) string {
			return fmt.Sprintf("%s, %s", count(r.People.Sleeps), count(r.People.NoShows))
		})},
		{"… came back to the front", gated(func(r *R) string { return count(r.People.Returned) })},
		{"events checked (shown figures)", gated(func(r *R) string {
			return fmt.Sprintf("%s (%s)", count(r.Checked.Events), count(r.Checked.Shown))
		})},
		{"rules broken (overtakings)", gated(func(r *R) string {
			return fmt.Sprintf("%s (%s)", count(r.Checked.Violations), count(r.Line.Overtaken))
		})},
		{"the run: events, time, memory", func(r *R) string {
			per := ""
			if s := r.Cost.Wall.Seconds(); s > 0 {
				per = fmt.Sprintf(" (%s/s)", count(int64(float64(r.Cost.Events)/s)))
			}
			return fmt.Sprintf("%s%s, %s, %s", count(r.Cost.Events), per, span(r.Cost.Wall), bytes(r.Cost.RSS))
		}},
	}
}

// share is a part in percent.
func share(part, all int64) float64 { return 100 * float64(part) / float64(max(1, all)) }

func quantiles(q scenarios.Quantiles) string {
	if q.N == 0 {
		return "–"
	}
	return fmt.Sprintf("%s / %s / %s / %s", span(q.P50), span(q.P90), span(q.P99), span(q.Max))
}

// heading names a run.
func heading(r *scenarios.Result) string {
	if r.Gate {
		return "with the gate"
	}
	return "without"
}

// table is the long table of one morning: a name and a text for each run; rows without any text are left out.
func table(results []scenarios.Result) (names []string, cells [][]string) {
	for _, one := range rows() {
		line, some := make([]string, len(results)), false
		for i := range results {
			line[i] = one.text(&results[i])
			some = some || line[i] != ""
		}
		if some {
			names, cells = append(names, one.name), append(cells, line)
		}
	}
	return names, cells
}

// findings are what the gated runs of a morning promised.
func findings(m *Morning) []scenarios.Finding {
	var out []scenarios.Finding
	for i := range m.Results {
		out = append(out, m.Scenario.Judge(&m.Results[i])...)
	}
	return out
}

func mark(kept bool) string {
	if kept {
		return "kept"
	}
	return "BROKEN"
}
