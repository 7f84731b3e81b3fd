package plan

import (
	"fmt"
	"time"
)

// ClockKind is what a change of the clocks means.
type ClockKind string

// The kinds of ClockChange.
const (
	ClocksForward ClockKind = "clocks_forward" // the clocks go forward on a date with openings
	ClocksBack    ClockKind = "clocks_back"    // they go back
	ClockLeftOut  ClockKind = "clock_left_out" // there is no such time as the start of an opening
	ClockTwice    ClockKind = "clock_twice"    // there are two of it
)

// ClockChange is what happens to openings by a change of the clocks of their zone.
type ClockChange struct {
	Kind ClockKind
	// Date is the one of the change, as YYYY-MM-DD.
	Date string
	// Asked is the start that the schedule names, and Starts the one that happens, as HH:MM; empty where the change is about no opening.
	Asked, Starts string

	day time.Time // the date at midnight, UTC
}

// Words say it for people.
func (c *ClockChange) Words() string {
	switch c.Kind {
	case ClocksForward:
		return fmt.Sprintf("on %s the clocks go forward; an opening still happens once", c.day.Format("Mon 2 January"))
	case ClocksBack:
		return fmt.Sprintf("on %s the clocks go back; an opening still happens once", c.day.Format("Mon 2 January"))
	case ClockLeftOut:
		return fmt.Sprintf("there is no %s on %s: it starts at %s", c.Asked, c.Date, c.Starts)
	default:
		return fmt.Sprintf("%s happens twice on %s: it starts at the first", c.Asked, c.Date)
	}
}

// ClockChanges are what happens to the openings of the days on which the clocks of the zone change, from the date of now until a
// span later; nothing if they do not.
func (c *Calendar) ClockChanges(now time.Time, span time.Duration) (all []ClockChange) {
	for d := dateOf(now.In(c.zone)); d <= dateOf(now.Add(span).In(c.zone)); d++ {
		_, before := d.at(0, c.zone).Zone()
		_, after := (d + 1).at(0, c.zone).Zone()
		today := c.on(d)
		if before == after || len(today) == 0 {
			continue
		}
		change := ClockChange{Kind: ClocksForward, Date: d.String(), day: d.utc()}
		if after < before {
			change.Kind = ClocksBack
		}
		all = append(all, change)
		for i := range today {
			o := &today[i]
			got := clockOf(o.Start)
			change.Asked, change.Starts = o.rule.start.String(), got.String()
			if got != o.rule.start {
				change.Kind = ClockLeftOut
				all = append(all, change)
			} else if later := o.Start.Add(time.Duration(before-after) * time.Second); before > after && clockOf(later) == got {
				change.Kind = ClockTwice
				all = append(all, change)
			}
		}
	}
	return all
}
