package plan

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// What a room has of a plan when its clock is put back: all steps until then are applied.
func appliedUntil(t *testing.T, c *Calendar, at time.Time) Past {
	t.Helper()
	o := queue.NewOpening()
	past := Past{Opening: &o}
	past.Plan = Next(c, past, at)
	for _, s := range queue.InOrder(past.Plan) {
		if s.At > at.UnixMilli() {
			continue
		}
		o.Cursor++
		o.Done[s.Opening] = queue.Done{Rank: s.Rank, Cursor: o.Cursor}
		o.Phase, o.Name = s.Phase, s.Opening
		if s.SetQuota {
			o.Quota, o.Per, o.Standby = s.Quota, s.Per, s.Standby
		}
		if s.SetShare {
			o.Share = s.Share
		}
	}
	return past
}

// A clock that steps back an hour over the start, or over the lobby, takes nothing back, and what follows is planned as before.
func TestAnOpeningThatHasBegunGoesOnWhenTheClockStepsBack(t *testing.T) {
	c, problems := Parse(&Schedule{Zone: "UTC", Openings: []Opening{
		{Dates: []string{"2026-12-01"}, Lobby: "07:30", Start: "08:00", End: "10:00", Quota: 10},
	}})
	if problems != nil {
		t.Fatal(problems)
	}
	for name, at := range map[string]time.Time{
		"in the lobby": time.Date(2026, 12, 1, 7, 31, 0, 0, time.UTC), "just after the start": time.Date(2026, 12, 1, 8, 0, 1, 0, time.UTC),
	} {
		past := appliedUntil(t, c, at)
		for back := range 120 {
			now := at.Add(time.Duration(back-119) * time.Minute)
			for _, s := range Next(c, past, now) {
				if past.open(&s) && s.At <= now.UnixMilli() {
					t.Fatalf("%s, %v: %+v is to be applied", name, now, s)
				}
			}
		}
	}
}

// Steps that are due and were not applied yet come before the one that puts a changed schedule in force.
func TestAPlanIsValidWhateverIsDue(t *testing.T) {
	day := func(quota int64) *Calendar {
		c, problems := Parse(&Schedule{Zone: "UTC", Openings: []Opening{{
			Dates: []string{"2026-12-01"}, Lobby: "07:30", Start: "08:00", End: "10:00", Quota: quota,
			Profile: []Point{{After: "0s", Percent: 50}, {After: "5m", Percent: 100}},
		}}})
		if problems != nil {
			t.Fatal(problems)
		}
		return c
	}
	lobby := time.Date(2026, 12, 1, 7, 31, 0, 0, time.UTC)
	past := appliedUntil(t, day(10), lobby)
	for minutes := range 150 {
		now := lobby.Add(time.Duration(minutes) * time.Minute)
		d := queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Burst: 1}, Timing: queue.DefaultTiming(), Plan: Next(day(12), past, now)}
		if err := d.Validate(); err != nil {
			t.Fatalf("%v: %v\n%+v", now, err, d.Plan)
		}
	}
}
