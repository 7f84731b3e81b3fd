package plan

import (
	"fmt"
	"slices"
	"time"
)

// Occurrence is an opening on one date.
type Occurrence struct {
	// Name is the date and the start as written: 2026-12-01 08:00.
	Name string
	// Begins is when it first does something: its lobby, or its start.
	Begins, Start time.Time
	// End is zero if it ends with the next one.
	End time.Time

	rule *opening
	date date
}

// Between are the occurrences that begin in [from, to), in order of time. At most a thousand days are looked at.
func (c *Calendar) Between(from, to time.Time) (all []Occurrence) {
	const most = 1000
	// A lobby may be open since the day before.
	first, last := dateOf(from.In(c.zone))-1, dateOf(to.In(c.zone))+1
	for d := first; d <= min(last, first+most); d++ {
		for _, o := range c.on(d) {
			if !o.Begins.Before(from) && o.Begins.Before(to) {
				all = append(all, o)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Occurrence) int { return a.Begins.Compare(b.Begins) })
	return all
}

// on are the occurrences of a date.
func (c *Calendar) on(d date) (all []Occurrence) {
	for i := range c.openings {
		o := &c.openings[i]
		if !o.on(d) {
			continue
		}
		name := o.name(d)
		if ch, changed := c.changes[name]; !changed {
			all = append(all, c.occurrence(name, o, d))
		} else if !ch.skip {
			all = append(all, c.occurrence(name, &ch.rule, d))
		}
	}
	return all
}

// name is the one of an opening on a date. It is that of the rule, whatever was changed on the date.
func (o *opening) name(d date) string { return fmt.Sprintf("%v %v", d, o.start) }

// on reports whether an opening happens on a date.
func (o *opening) on(d date) bool {
	if slices.Contains(o.dates, d) {
		return true
	}
	return o.days[d.weekday()] && !slices.Contains(o.except, d) && (o.from == 0 || d >= o.from) && (o.until == 0 || d <= o.until)
}

func (c *Calendar) occurrence(name string, o *opening, d date) Occurrence {
	at := Occurrence{Name: name, Start: d.at(o.start, c.zone), rule: o, date: d}
	at.Begins = at.Start
	if o.hasLobby {
		at.Begins = d.at(o.lobby, c.zone)
		if !o.lobby.earlier(o.start) {
			at.Begins = (d - 1).at(o.lobby, c.zone)
		}
	}
	if o.hasEnd {
		at.End = d.at(o.end, c.zone)
		if !o.start.earlier(o.end) {
			at.End = (d + 1).at(o.end, c.zone)
		}
	}
	return at
}

// overlaps tells of openings of which one would begin while the other has not ended. Weekly rules repeat: two weeks around each date
// that the schedule names show all there is.
func (c *Calendar) overlaps(r *reader) {
	told := map[[2]*opening]bool{}
	for _, around := range c.datesNamed() {
		from := (around - 8).at(0, c.zone)
		all := c.Between(from, from.Add(17*day))
		for i := 1; i < len(all); i++ {
			a, b := &all[i-1], &all[i]
			pair := [2]*opening{a.rule, b.rule}
			if told[pair] || b.Begins.After(a.Start) && !b.Begins.Before(a.End) {
				continue
			}
			told[pair] = true
			r.bad(b.rule.path, ProblemOverlap, b.date, clockOf(b.Begins), a.rule.path, a.date)
		}
	}
}

// datesNamed are those at which what happens can change.
func (c *Calendar) datesNamed() (all []date) {
	const anyWeek = date(20_000)
	all = append(all, anyWeek)
	for i := range c.openings {
		o := &c.openings[i]
		all = append(all, o.dates...)
		all = append(all, o.except...)
		for _, bound := range []date{o.from, o.until} {
			if bound != 0 {
				all = append(all, bound)
			}
		}
	}
	for _, ch := range c.changes {
		all = append(all, ch.date)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// begun are the last two occurrences that have begun, with all others of their dates, in order of time. However long ago it was: one
// without an end goes on until the next.
func (c *Calendar) begun(now time.Time) (all []Occurrence) {
	for d := c.lastOn(dateOf(now.In(c.zone)) + 1); d > 0 && len(all) < 2; d = c.lastOn(d - 1) { // a lobby may begin on the day before
		for _, o := range c.on(d) {
			if !o.Begins.After(now) {
				all = append(all, o)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Occurrence) int { return a.Begins.Compare(b.Begins) })
	return all
}

// lastOn is the last date until one on which an opening happens by the rules; 0: there is none.
func (c *Calendar) lastOn(until date) (last date) {
	for i := range c.openings {
		last = max(last, c.openings[i].lastOn(until))
	}
	return last
}

func (o *opening) lastOn(until date) (last date) {
	for _, d := range o.dates {
		if d <= until {
			last = max(last, d)
		}
	}
	if o.days == [7]bool{} {
		return last
	}
	if o.until != 0 {
		until = min(until, o.until)
	}
	for d := until; d > last && d >= o.from; d-- { // a week for each date that is left out, at most
		if o.on(d) {
			return d
		}
	}
	return last
}
