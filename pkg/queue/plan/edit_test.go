package plan

import (
	"testing"
	"time"
)

// TestNowIsTheClockOfNow writes down starts and ends of now: a tick later the room has followed.
func TestNowIsTheClockOfNow(t *testing.T) {
	zone := berlin(t)
	const name = "2026-12-01 08:00"
	for _, tt := range []struct {
		now  string
		want Change
		is   string // what is written down
		open bool   // after it
	}{
		{"07:30:00", Change{Start: Now}, "07:30", true},
		{"07:30:20", Change{Start: Now}, "07:30:20", true},
		{"00:00:00", Change{Start: Now}, "00:00", true},
		{"08:00:00", Change{End: Now}, "08:00:01", false}, // the clock of the start is one of the next day
		{"08:00:20", Change{End: Now}, "08:00:20", false},
		{"12:34:56", Change{End: Now}, "12:34:56", false},
	} {
		s := contingents()
		at, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-12-01 "+tt.now, zone)
		if err != nil {
			t.Fatal(err)
		}
		c := mustParse(t, s)
		o := c.Upcoming(at)[0]
		ch, err := c.Edit(&o, tt.want, at)
		if is := ch.Start + ch.End; err != nil || ch.Opening != name || is != tt.is {
			t.Errorf("%s: %+v, %v; want %s", tt.now, ch, err, tt.is)
		}
		edited := s.With(ch, at)
		c = mustParse(t, &edited)
		later := at.Add(time.Second)
		open := false
		for _, o := range c.Upcoming(later) {
			open = open || o.Name == name && o.Open(later)
		}
		if open != tt.open {
			t.Errorf("%s: open a second later: %v", tt.now, open)
		}
	}
}

// TestAScheduleIsOverAfterItsLastOpening asks for those of single dates, of rules with an end, and for openings that go on.
func TestAScheduleIsOverAfterItsLastOpening(t *testing.T) {
	zone := berlin(t)
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, zone)
	for _, tt := range []struct {
		what string
		of   Opening
		over bool
	}{
		{"dates of the past", Opening{Dates: []string{"2021-06-14", "2026-11-30"}, Start: "08:00", End: "18:00"}, true},
		{"one that is under way", Opening{Dates: []string{"2026-12-01"}, Start: "08:00", End: "18:00"}, false},
		{"one that has ended today", Opening{Dates: []string{"2026-12-01"}, Start: "08:00", End: "11:59"}, true},
		{"one that goes on", Opening{Dates: []string{"2026-10-01"}, Start: "08:00"}, false},
		{"one over midnight", Opening{Dates: []string{"2026-11-30"}, Start: "18:00", End: "12:30"}, false},
		{"a date in two years", Opening{Dates: []string{"2028-12-01"}, Start: "08:00", End: "18:00"}, false},
		{"every Monday", Opening{Days: []string{"monday"}, Start: "08:00", End: "18:00"}, false},
		{"every Monday until last week", Opening{Days: []string{"monday"}, Until: "2026-11-27", Start: "08:00", End: "18:00"}, true},
		{"every Monday from the next year on", Opening{Days: []string{"monday"}, From: "2027-06-01", Start: "08:00", End: "18:00"}, false},
	} {
		c := mustParse(t, &Schedule{Zone: "Europe/Berlin", Openings: []Opening{tt.of}})
		if got := c.Over(now); got != tt.over {
			t.Errorf("%s: over %v, want %v", tt.what, got, tt.over)
		}
	}
}

// TestAnOpeningCanBeEndedBeforeAPartThatWasAddedByHand ends it before, after and on the day after a release of an earlier change.
func TestAnOpeningCanBeEndedBeforeAPartThatWasAddedByHand(t *testing.T) {
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, berlin(t))
	for _, tt := range []struct {
		end  string
		left int // releases of the change
	}{{Now, 0}, {"15:00", 0}, {"15:01", 1}, {"02:00", 1}, {None, 1}} {
		s := contingents()
		s.Changes = []Change{{Opening: "2026-12-01 08:00", More: []Release{{"15:00", 100}}}}
		c := mustParse(t, s)
		o := c.Upcoming(now)[0]
		ch, err := c.Edit(&o, Change{End: tt.end}, now)
		if err != nil {
			t.Fatal(err)
		}
		edited := s.With(ch, now)
		if _, problems := Parse(&edited); len(problems) > 0 {
			t.Errorf("%s: %v", tt.end, problems)
		}
		if n := len(edited.Changes[0].More); n != tt.left {
			t.Errorf("%s: %d releases are left, want %d", tt.end, n, tt.left)
		}
	}
}

// TestAStartCanBePutBehindAPartThatWasAddedByHand moves the start over a release of an earlier change, one of the rule, and back.
func TestAStartCanBePutBehindAPartThatWasAddedByHand(t *testing.T) {
	now := time.Date(2026, 12, 1, 7, 30, 0, 0, berlin(t))
	s := contingents()
	for _, tt := range []struct {
		change Change
		quota  int64 // of the start
		parts  int   // after it
		bad    string
	}{
		{change: Change{More: []Release{{"08:30", 100}}}, quota: 625, parts: 4},
		{change: Change{Start: "09:00"}, quota: 725, parts: 3},
		{change: Change{Start: "08:15"}, quota: 625, parts: 4},
		{change: Change{Start: "12:00"}, quota: 1350, parts: 2},
		{change: Change{More: []Release{{"11:00", 25}}}, quota: 750, parts: 2},
		{change: Change{More: []Release{{"08:30", 0}}}, quota: 650, parts: 2},
		{change: Change{More: []Release{{"11:30", 5}}}, bad: "a release at 11:30 is not after the start at 12:00; want the same day, and later"},
		{change: Change{Start: "10:00", More: []Release{{"10:00", 5}}}, bad: "a release at 10:00 is not after the start at 10:00; want the same day, and later"},
		{change: Change{Start: "10:00", More: []Release{{"11:30", 5}}}, quota: 625, parts: 4},
	} {
		c := mustParse(t, s)
		o := c.Upcoming(now)[0]
		ch, err := c.Edit(&o, tt.change, now)
		if tt.bad != "" {
			if err == nil || err.Error() != tt.bad {
				t.Errorf("%+v: got %v, want %s", tt.change, err, tt.bad)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		edited := s.With(ch, now)
		s = &edited
		rule := mustParse(t, s).Upcoming(now)[0].rule
		if rule.quota != tt.quota || len(rule.more) != tt.parts {
			t.Errorf("%+v: got a quota of %d and %d parts more, want %d and %d", tt.change, rule.quota, len(rule.more), tt.quota, tt.parts)
		}
	}
}
