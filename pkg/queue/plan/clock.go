package plan

import (
	"fmt"
	"strings"
	"time"
)

// clock is a time of a day, in seconds.
type clock int

// parseClock reads 15:04, or 15:04:05 for a rehearsal that plays a day in minutes.
func parseClock(text string) (clock, error) {
	layout := "15:04"
	if len(text) > len(layout) {
		layout = "15:04:05"
	}
	t, err := time.Parse(layout, text)
	if err != nil || len(text) != len(layout) {
		return 0, fmt.Errorf("%q is no clock: %w", text, err)
	}
	return clockOf(t), nil
}

func clockOf(t time.Time) clock { return clock(3600*t.Hour() + 60*t.Minute() + t.Second()) }

func (c clock) String() string {
	text := fmt.Sprintf("%02d:%02d", c/3600, c/60%60)
	if c%60 != 0 {
		text += fmt.Sprintf(":%02d", c%60)
	}
	return text
}

func (c clock) earlier(d clock) bool { return c < d }

// date is a local date: days since 1 January 1970, from 1; the zero value is none.
type date int

const day = 24 * time.Hour

func parseDate(text string) (date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1971 || t.Year() > 9998 {
		return 0, fmt.Errorf("%q is no date: %w", text, err)
	}
	return dateOf(t), nil
}

// dateOf is the date that a time has in its own zone.
func dateOf(t time.Time) date {
	return date(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / int64(day/time.Second))
}

func (d date) before(e date) bool { return d < e }

func (d date) utc() time.Time { return time.Unix(int64(d)*int64(day/time.Second), 0).UTC() }

func (d date) weekday() time.Weekday { return d.utc().Weekday() }

func (d date) String() string { return d.utc().Format(time.DateOnly) }

// at is a clock on the date. A clock that the zone leaves out is an hour later, one that it has twice is the first.
func (d date) at(c clock, zone *time.Location) time.Time {
	y, m, n := d.utc().Date()
	t := time.Date(y, m, n, 0, 0, int(c), 0, zone)
	if wall := clockOf(t); wall < c {
		t = t.Add(time.Duration(c-wall) * time.Second) // before the gap, so this leads behind it
	}
	for _, shift := range []time.Duration{30 * time.Minute, time.Hour} { // by so much zones go back today
		if e := t.Add(-shift); e.Day() == t.Day() && clockOf(e) == clockOf(t) {
			return e
		}
	}
	return t
}

// weekdays are their names, in the order of time.Weekday.
func weekdays() (names []string) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		names = append(names, strings.ToLower(d.String()))
	}
	return names
}
