package demo

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Calendar says which appointments there are and when they may be booked.
type Calendar struct {
	// First is the first day; its location is the town's. The time of day is ignored.
	First time.Time
	// Days is the number of days with appointments, 1 to 366.
	Days int
	// WorkingDays leaves out Saturdays and Sundays.
	WorkingDays bool
	// From and To are the first appointment and the end of the last one, as
	// time since midnight on the clock on the wall; Every is their distance, at
	// least one minute.
	From, To, Every time.Duration
	// Places are spread over all appointments as evenly as possible; at least
	// one for each.
	Places int
	// Contingents are released in order, each at its time; the first ones get
	// the earliest appointments. None means everything is open from the start.
	// Their places must sum up to Places.
	Contingents []Contingent
}

// Contingent is a share of the places that opens at one moment.
type Contingent struct {
	Opens  time.Time
	Places int
}

// Slot is one appointment that several people may book, each a place of their own.
type Slot struct {
	ID     string // "20210620-0710"
	Start  time.Time
	Places int
}

// At returns the same calendar moved so that its first contingent opens at the
// given time: the others keep their distance, the appointments theirs in days.
// A calendar without contingents is returned as it is.
func (c Calendar) At(first time.Time) Calendar {
	if len(c.Contingents) == 0 {
		return c
	}
	shift := first.Sub(c.Contingents[0].Opens)
	c.First = c.First.AddDate(0, 0, int(math.Round(shift.Hours()/24)))
	moved := make([]Contingent, 0, len(c.Contingents))
	for _, k := range c.Contingents {
		moved = append(moved, Contingent{Opens: k.Opens.Add(shift), Places: k.Places})
	}
	c.Contingents = moved
	return c
}

// Validate joins everything that is wrong with the calendar. Each problem names
// its path and the accepted values.
func (c Calendar) Validate() error {
	var errs []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("calendar."+format, args...))
		}
	}
	bad(!c.First.IsZero(), "first: must be set")
	bad(c.Days >= 1 && c.Days <= 366, "days: must be 1 to 366, is %d", c.Days)
	bad(c.Every >= time.Minute, "every: must be at least 1m, is %v", c.Every)
	bad(c.From >= 0 && c.To <= 24*time.Hour && c.From+c.Every <= c.To,
		"from, to: must lie within one day and leave room for one appointment, are %v, %v", c.From, c.To)
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	bad(c.Places >= c.count() && c.Places <= 1_000_000,
		"places: must be at least one for each of the %d appointments and at most 1000000, is %d", c.count(), c.Places)
	sum := 0
	for i, k := range c.Contingents {
		bad(k.Places >= 1, "contingents[%d].places: must be at least 1, is %d", i, k.Places)
		bad(i == 0 || k.Opens.After(c.Contingents[i-1].Opens), "contingents[%d].opens: must be later than the one before", i)
		sum += k.Places
	}
	bad(len(c.Contingents) == 0 || sum == c.Places, "contingents: their places must sum up to %d, sum up to %d", c.Places, sum)
	return errors.Join(errs...)
}

// count returns the number of appointments.
func (c Calendar) count() int { return c.Days * int((c.To-c.From)/c.Every) }

// slots lists all appointments in order.
func (c Calendar) slots() []Slot {
	total := c.count()
	slots := make([]Slot, 0, total)
	y, m, d := c.First.Date()
	for len(slots) < total {
		// time.Date, not an addition: on the day the clocks change, eight is still eight.
		day := time.Date(y, m, d, 0, 0, 0, 0, c.First.Location())
		d++
		if c.WorkingDays && (day.Weekday() == time.Saturday || day.Weekday() == time.Sunday) {
			continue
		}
		for at := c.From; at+c.Every <= c.To; at += c.Every {
			start := time.Date(day.Year(), day.Month(), day.Day(), 0, int(at/time.Minute), 0, 0, day.Location())
			i := len(slots)
			slots = append(slots, Slot{
				ID:     start.Format("20060102-1504"),
				Start:  start,
				Places: c.Places*(i+1)/total - c.Places*i/total,
			})
		}
	}
	return slots
}

// released returns how many places may be booked at now, counted from the first.
func (c Calendar) released(now time.Time) int {
	if len(c.Contingents) == 0 {
		return c.Places
	}
	sum := 0
	for _, k := range c.Contingents {
		if !k.Opens.After(now) {
			sum += k.Places
		}
	}
	return sum
}

// opens returns when the place with the given offset is released.
func (c Calendar) opens(offset int) time.Time {
	for _, k := range c.Contingents {
		if offset < k.Places {
			return k.Opens
		}
		offset -= k.Places
	}
	return time.Time{}
}
