package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func figure(n int64) *int64 { return &n }

// TestOneOpeningIsChangedAndItsRuleStays changes the day of a weekly rule while it is under way.
func TestOneOpeningIsChangedAndItsRuleStays(t *testing.T) {
	zone := berlin(t)
	weekly := func(changes ...Change) *Schedule {
		s := contingents()
		s.Openings[0].Dates, s.Openings[0].Days = nil, []string{"tuesday", "wednesday"}
		s.Changes = changes
		return s
	}
	const name = "2026-12-01 08:00"
	for _, tt := range []struct {
		what, when string
		change     Change
		draw       bool
		log        []string
		quota      map[string]int64
	}{
		{"a later start, in the lobby", "07:30", Change{Start: "10:15"}, false, []string{"10:15 open", "18:00 closed"}, map[string]int64{"10:15": 625, "11:00": 1250}},
		{"the start is now", "07:30", Change{Start: "07:30"}, false, []string{"07:30 open", "18:00 closed"}, map[string]int64{"07:30": 625}},
		{"the start is now, before the lobby", "06:30", Change{Start: "06:30"}, false, []string{"06:30 open", "18:00 closed"}, nil},
		{"a start behind two parts", "07:30", Change{Start: "14:30"}, false, []string{"14:30 open", "18:00 closed"}, map[string]int64{"14:30": 1875, "17:00": 2500}},
		{"the end is now", "12:00", Change{End: "12:00"}, false, []string{"12:00 closed"}, map[string]int64{"17:00": 1250}},
		{"the end is later", "12:00", Change{End: "19:00"}, false, []string{"19:00 closed"}, nil},
		{"a part more", "12:00", Change{More: []Release{{"15:00", 100}}}, false, []string{"18:00 closed"}, map[string]int64{"14:00": 1875, "15:00": 1975, "17:00": 2600}},
		{"a part less", "12:00", Change{More: []Release{{"14:00", 0}}}, false, []string{"18:00 closed"}, map[string]int64{"14:00": 1250, "17:00": 1875}},
		{"the lobby is left out", "06:30", Change{Lobby: None}, false, []string{"08:00 open", "18:00 closed"}, nil},
		{"it does not happen", "06:30", Change{Skip: true}, false, []string{}, nil},
		{"it ends in its lobby", "07:30", Change{Skip: true}, false, []string{"07:30 closed"}, nil},
		{"a start now is drawn", "07:30", Change{Start: "07:30"}, true, []string{"07:30 open", "18:00 closed"}, nil},
	} {
		s := weekly()
		if tt.draw {
			s.Openings[0].Order = Draw
		}
		c, r := mustParse(t, s), newRoom()
		var log []string
		quota := map[string]int64{}
		for now := time.Date(2026, 12, 1, 6, 0, 0, 0, zone); now.Day() < 3; now = now.Add(5 * time.Minute) {
			if now.Format("02 15:04") == "01 "+tt.when {
				tt.change.Opening = name
				s.Changes = []Change{tt.change}
				c, r.log = mustParse(t, s), nil
			}
			r.next(c, now)
			for _, step := range r.plan {
				if tt.draw && step.Phase == queue.PhaseOpen && step.At == now.UnixMilli() && r.opening.Phase == queue.PhaseLobby && !step.Draw {
					t.Errorf("%s: at %v the lobby is not drawn", tt.what, now)
				}
				if step.Reset && step.At <= now.UnixMilli() && step.Rank > r.opening.Done[step.Opening].Rank && step.Opening == name && r.opening.Booked > 0 {
					t.Errorf("%s: at %v the bookings are forgotten", tt.what, now)
				}
			}
			r.tick(now)
			if r.opening.Phase == queue.PhaseOpen {
				r.opening.Booked = 1
			}
			if now.Day() == 1 {
				quota[now.Format("15:04")] = r.opening.Quota
			}
		}
		for _, line := range r.log {
			if day, text, _ := strings.Cut(line, " "); day == "01" {
				log = append(log, text)
			}
		}
		if !slices.Equal(log, tt.log) {
			t.Errorf("%s: got %q, want %q", tt.what, log, tt.log)
		}
		if next := r.log[len(r.log)-3:]; !slices.Equal(next, []string{"02 07:00 lobby", "02 08:00 open", "02 18:00 closed"}) {
			t.Errorf("%s: on the next day %q", tt.what, next)
		}
		for at, want := range tt.quota {
			if quota[at] != want {
				t.Errorf("%s: quota at %s: got %d, want %d", tt.what, at, quota[at], want)
			}
		}
	}
}

// TestAnOpeningThatIsTakenOutEndsItsLine skips one that is under way, with and without carry-over.
func TestAnOpeningThatIsTakenOutEndsItsLine(t *testing.T) {
	for _, carry := range []bool{true, false} {
		s := contingents()
		s.Openings[0].CarryOver = carry
		r := newRoom()
		now := time.Date(2026, 12, 1, 9, 0, 0, 0, berlin(t))
		r.next(mustParse(t, s), now)
		r.tick(now)
		s.Changes = []Change{{Opening: "2026-12-01 08:00", Skip: true}}
		now = now.Add(time.Minute)
		r.next(mustParse(t, s), now)
		r.tick(now)
		want := "01 09:01 closed"
		if !carry {
			want += ", the line ends"
		}
		if got := r.log[len(r.log)-1]; got != want {
			t.Errorf("carry-over %v: got %q, want %q", carry, got, want)
		}
	}
}

func TestEveryProblemOfAChangeIsToldAtOnce(t *testing.T) {
	s := contingents()
	s.Openings = append(s.Openings, Opening{Dates: []string{"2026-12-03"}, Start: "08:00", CloseAt: -1})
	s.Changes = []Change{
		{Opening: "2026-12-01 09:00"},
		{Opening: "heute"},
		{Opening: "2026-12-01 08:00", Start: "18:30", Lobby: "8 Uhr", Quota: figure(-1)},
		{Opening: "2026-12-01 08:00"},
		{Opening: "2026-12-02 08:00", Lobby: "08:00", More: []Release{{"08:00", 1}, {"18:00", -2}}, CloseAt: figure(-1)},
		{Opening: "2026-12-03 08:00", Standby: figure(5)},
	}
	_, problems := Parse(s)
	var got []string
	for _, p := range problems {
		got = append(got, p.Path+": "+p.Text)
	}
	want := []string{
		`openings[1].close_at: -1 is not accepted; want 0 to 1000000000`,
		`changes[0].opening: there is no "2026-12-01 09:00" by the rules; want the date and the start of an opening, for example 2026-12-01 08:00`,
		`changes[1].opening: there is no "heute" by the rules; want the date and the start of an opening, for example 2026-12-01 08:00`,
		`changes[2].lobby: "8 Uhr" is no clock; want 00:00 to 23:59, for example 08:00`,
		`changes[2].start: 18:30 is not before the end 18:00; want an earlier start, or an end as well`,
		`changes[2].quota: -1 is not accepted; want 0 to 1000000000`,
		`changes[3].opening: "2026-12-01 08:00" is changed twice`,
		`changes[4].lobby: 08:00 is the start; want an earlier clock, or none`,
		`changes[4].close_at: -1 is not accepted; want 0 to 1000000000`,
		`changes[4].more[0].at: 08:00 is not after 08:00; want the same day, and later`,
		`changes[4].more[1].quota: -2 is not accepted; want 0 to 1000000000`,
		`changes[4].more[1].at: 18:00 is not before the end 18:00`,
		`changes[5].quota: is none; without one standby and more mean nothing`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAChangeThatOverlapsAnotherOpeningIsRefused(t *testing.T) {
	s := &Schedule{Zone: "Europe/Berlin", Openings: []Opening{
		{Days: []string{"monday"}, Start: "08:00", End: "10:00"}, {Days: []string{"monday"}, Start: "11:00", End: "12:00"},
	}, Changes: []Change{{Opening: "2031-06-02 08:00", End: "11:30"}}}
	_, problems := Parse(s)
	if got, want := fmt.Sprint(problems), "[{openings[1] on 2031-06-02 it begins at 11:00, before changes[0] of 2031-06-02 is over overlap [2031-06-02 11:00 changes[0] 2031-06-02]}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAnOpeningThatIsMissedWhileOneIsUnderWayHasEndedThat(t *testing.T) {
	c := mustParse(t, &Schedule{Zone: "Europe/Berlin", Openings: []Opening{
		{Dates: []string{"2026-12-01"}, Start: "14:00", Profile: []Point{{"2h", 50}}}, {Dates: []string{"2026-12-02"}, Start: "08:00", End: "10:00"},
	}})
	r := newRoom()
	for _, hour := range []int{15, 34} {
		now := time.Date(2026, 12, 1, hour, 0, 0, 0, berlin(t))
		r.next(c, now)
		r.tick(now)
	}
	if want := []string{"01 15:00 closed", "01 15:00 open", "02 10:00 closed, the line ends"}; !slices.Equal(r.log, want) {
		t.Errorf("got %q, want %q", r.log, want)
	}
}

func TestTheDoorClosesAtWhatTheOpeningSays(t *testing.T) {
	s := contingents()
	s.Openings[0].CloseAt = 5000
	s.Changes = []Change{{Opening: "2026-12-02 08:00", CloseAt: figure(70)}}
	for name, want := range map[string]int64{"2026-12-01 08:00": 5000, "2026-12-02 08:00": 70, "2026-12-03 08:00": 0, "schedule": 0} {
		if got := (Planner{}).CloseAt(s.Encode(), name); got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
	if got := (Planner{}).CloseAt("", "2026-12-01 08:00"); got != 0 {
		t.Errorf("without a schedule: %d", got)
	}
}

func TestDrawsOfManyDaysFitIntoAPlan(t *testing.T) {
	c := mustParse(t, &Schedule{Zone: "Europe/Berlin", Openings: []Opening{{Days: weekdays(), Lobby: "07:00", Start: "08:00", End: "09:00", Order: Draw}}})
	r := newRoom()
	r.next(c, time.Date(2026, 12, 1, 0, 0, 0, 0, berlin(t)))
	d := queue.Document{Version: 1, Pace: queue.Pace{Mode: queue.ModeRun, Burst: 1}, Timing: queue.DefaultTiming(), Plan: r.plan}
	if err := d.Validate(); err != nil || len(r.plan) < 20 {
		t.Errorf("%d steps: %v", len(r.plan), err)
	}
}
