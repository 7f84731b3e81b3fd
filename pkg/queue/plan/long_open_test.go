package plan

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// TestAnOpeningWithoutAnEndGoesOnHoweverLongAgoItBegan looks at openings of single dates and of weekly rules that are over, whose last
// one goes on, years later: in a room that applied it, and in one that remembers nothing.
func TestAnOpeningWithoutAnEndGoesOnHoweverLongAgoItBegan(t *testing.T) {
	zone := berlin(t)
	began := time.Date(2026, 12, 1, 9, 0, 0, 0, zone)
	for _, tt := range []struct {
		what, name string
		openings   []Opening
		changes    []Change
	}{
		{"one date", "2026-12-01 08:00", []Opening{{Dates: []string{"2026-12-01"}, Start: "08:00", Quota: 7}}, nil},
		{"a rule that has an end", "2026-11-30 08:00", []Opening{{Days: []string{"monday"}, Until: "2026-12-01", Start: "08:00", Quota: 7}}, nil},
		{"a rule from the day on", "2026-12-01 08:00", []Opening{{Days: weekdays(), From: "2026-12-01", Until: "2026-12-01", Start: "08:00", Quota: 7}}, nil},
		{
			"all later ones were taken out", "2026-11-30 08:00",
			[]Opening{{Days: []string{"monday"}, Until: "2026-12-14", Except: []string{"2026-12-07"}, Start: "08:00", Quota: 7}},
			[]Change{{Opening: "2026-12-14 08:00", Skip: true}},
		},
	} {
		c := mustParse(t, &Schedule{Zone: "Europe/Berlin", Openings: tt.openings, Changes: tt.changes})
		r := newRoom()
		r.next(c, began)
		r.tick(began)
		for _, days := range []int{399, 401, 3000} {
			now := began.AddDate(0, 0, days)
			for _, room := range []*room{r, newRoom()} {
				room.next(c, now)
				room.tick(now)
				if o := room.opening; o.Phase != queue.PhaseOpen || o.Quota != 7 {
					t.Errorf("%s: after %d days %v of %q with a quota of %d", tt.what, days, o.Phase, o.Name, o.Quota)
				}
			}
			if up := c.Upcoming(now); len(up) != 1 || up[0].Name != tt.name || c.Over(now) {
				t.Errorf("%s: after %d days %v is under way, over: %v", tt.what, days, up, c.Over(now))
			}
		}
	}
}

// TestAnOpeningThatWasNeverBeginsNothing looks for the last one of a schedule whose openings are all to come.
func TestAnOpeningThatWasNeverBeginsNothing(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, berlin(t))
	for _, o := range []Opening{{Days: weekdays(), From: "2026-12-03", Start: "08:00"}, {Dates: []string{"2026-12-03"}, Start: "08:00"}} {
		if got := mustParse(t, &Schedule{Zone: "Europe/Berlin", Openings: []Opening{o}}).begun(now); len(got) != 0 {
			t.Errorf("%+v: %v", o, got)
		}
	}
}
