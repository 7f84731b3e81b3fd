package plan

import (
	"fmt"
	"time"
)

// ClockChanges say what happens to the openings of the days on which the clocks of the zone change, from the date of now until a
// span later; nothing if they do not.
func (c *Calendar) ClockChanges(now time.Time, span time.Duration) (all []string) {
	for d := dateOf(now.In(c.zone)); d <= dateOf(now.Add(span).In(c.zone)); d++ {
		_, before := d.at(0, c.zone).Zone()
		_, after := (d + 1).at(0, c.zone).Zone()
		today := c.on(d)
		if before == after || len(today) == 0 {
			continue
		}
		word := "forward"
		if after < before {
			word = "back"
		}
		all = append(all, fmt.Sprintf("on %s the clocks go %s; an opening still happens once", d.utc().Format("Mon 2 January"), word))
		for i := range today {
			o := &today[i]
			if got := clockOf(o.Start); got != o.rule.start {
				all = append(all, fmt.Sprintf("there is no %v on %v: it starts at %v", o.rule.start, d, got))
			} else if later := o.Start.Add(time.Duration(before-after) * time.Second); before > after && clockOf(later) == got {
				all = append(all, fmt.Sprintf("%v happens twice on %v: it starts at the first", o.rule.start, d))
			}
		}
	}
	return all
}
