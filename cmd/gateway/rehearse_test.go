package main

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// contingents is a day of two, that closes its door.
const contingents = `{"schedule": {"zone": "Europe/Berlin", "openings": [{"days": ["tuesday"], "lobby": "07:00", "start": "08:00", "end": "10:00",
	"quota": 400, "more": [{"at": "09:00", "quota": 200}], "standby": 300, "close_at": 600, "carry_over": true}]}}`

// The day is played with a real gateway before the real demo site, in ten seconds.
func TestADayIsRehearsedInAMoment(t *testing.T) {
	root := newRoot(sharedLibrary)
	var out, errs bytes.Buffer
	root.SetIn(strings.NewReader(contingents))
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs([]string{"rehearse", "-", "--within", "10s", "--now", "2026-12-01T06:00:00+01:00"})
	if err := root.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	text := out.String()
	var steps []string
	// A machine that is slow to start finds the lobby open.
	for _, m := range regexp.MustCompile(`(?m)^\d\d:\d\d  (the lobby opens|lobby$|opens: quota 40|quota 60 instead of 40|closed: \d+ of 60 booked)`).FindAllStringSubmatch(text, -1) {
		steps = append(steps, strings.Fields(m[1])[0])
	}
	if len(steps) > 0 && steps[0] == "lobby" {
		steps[0] = "the"
	}
	if want := []string{"the", "opens:", "quota", "closed:"}; !slices.Equal(steps, want) || strings.Contains(text, "not applied") {
		t.Errorf("steps %q, want %q:\n%s\n%s", steps, want, text, errs.String())
	}
	if !strings.Contains(text, "Nothing of this touches the room.") {
		t.Errorf("the day is\n%s\n%s", text, errs.String())
	}
}

func TestWhatCannotBeRehearsedSaysWhy(t *testing.T) {
	for body, want := range map[string]string{
		`{}`: "the schedule is empty", `{"schedule": null}`: "the schedule is empty", `[]`: "schedule:  is no object",
		`{"zone": "Berlin"}`: `schedule: zone "Berlin" is no zone`,
		`{"zone": "Europe/Berlin", "openings": [{"dates": ["2020-01-01"], "start": "08:00", "end": "09:00"}]}`: "no such opening",
	} {
		if _, err := readRehearsal(strings.NewReader(body), "-", &rehearsed{within: time.Minute}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}

// The plan of a rehearsal is settled: what it was made from leads to it again, at every moment and after each step.
func TestAFastPlanStaysAsItIs(t *testing.T) {
	now := time.Date(2026, 12, 1, 5, 0, 0, 0, time.UTC)
	r, err := readRehearsal(strings.NewReader(contingents), "-", &rehearsed{within: time.Minute, now: now.Format(time.RFC3339)})
	if err != nil {
		t.Fatal(err)
	}
	p := newFastPlanner(r, now)
	text, o := r.schedule.Encode(), queue.NewOpening()
	var steps []queue.Step
	applied := 0
	for ms := range int64(60_000) {
		at := now.UnixMilli() + ms
		if ms%250 != 0 {
			continue
		}
		next := p.Plan(text, steps, &o, at)
		if steps != nil && !slices.Equal(next, steps) {
			t.Fatalf("after %d ms the plan is another one:\n%v\n%v", ms, steps, next)
		}
		steps = next
		for _, s := range queue.InOrder(steps) {
			if s.At <= at && s.Rank > o.Done[s.Opening].Rank {
				o.Cursor++
				applied++
				o.Done[s.Opening] = queue.Done{Rank: s.Rank, Cursor: o.Cursor}
				o.Phase, o.Name = s.Phase, s.Opening
				if s.SetQuota {
					o.Quota, o.Per, o.Standby = s.Quota, s.Per, s.Standby
				}
				if s.SetShare {
					o.Share = s.Share
				}
			}
		}
	}
	if applied != 5 || o.Phase != queue.PhaseClosed || o.Quota != 60 {
		t.Errorf("%d steps were applied: %+v", applied, o)
	}
}

func TestARehearsalIsSmallerAndChangesNothingElse(t *testing.T) {
	n := int64(900)
	s := plan.Schedule{Zone: "UTC", Openings: []plan.Opening{{Dates: []string{"2026-12-01"}, Start: "08:00", Quota: 600, CarryOver: true}}, Changes: []plan.Change{{Opening: "2026-12-01 08:00", Quota: &n}}}
	small, one := smaller(s)
	if one != 10 || small.Openings[0].Quota != 60 || *small.Changes[0].Quota != 90 || !small.Openings[0].CarryOver || n != 900 || s.Openings[0].Quota != 600 {
		t.Errorf("one stands for %d: %+v", one, small)
	}
}

// fakeLine is the line of a rehearsal at one moment.
type fakeLine struct {
	view queue.View
	told []queue.Outcome
}

func (l *fakeLine) View() *queue.View { return &l.view }

func (l *fakeLine) Report(_ context.Context, outcomes ...queue.Outcome) error {
	l.told = append(l.told, outcomes...)
	return nil
}

func TestARehearsalTellsTheBookingsAndWhatHappens(t *testing.T) {
	now := time.Date(2026, 12, 1, 5, 0, 0, 0, time.UTC)
	r, err := readRehearsal(strings.NewReader(contingents), "-", &rehearsed{within: time.Minute, now: now.Format(time.RFC3339)})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := newFastPlanner(r, now)
	teller := &teller{rehearsal: r, out: &out, planner: p}
	line := &fakeLine{view: queue.View{Known: true}}
	f := &line.view.Snapshot
	f.Opening = queue.NewOpening()
	standing := int64(0)
	moment := func(clock string, change func()) {
		t.Helper()
		at, err := time.ParseInLocation("2006-01-02 15:04", "2026-12-01 "+clock, r.from.Location())
		if err != nil {
			t.Fatal(err)
		}
		f.Now = p.began + int64(float64(at.Sub(r.from).Milliseconds())/r.factor()) + 1
		change()
		teller.booked(t.Context(), line, standing)
		teller.look(&line.view)
	}
	o := &f.Opening
	moment("06:59", func() { o.Phase = queue.PhaseClosed })
	moment("07:00", func() {
		o.Phase, o.Name, o.Quota, o.Segments = queue.PhaseLobby, "x", 40, []queue.Segment{{First: 1, Open: true}}
	})
	moment("08:00", func() { o.Phase, o.Segments, f.Last = queue.PhaseOpen, nil, 12 })
	moment("08:06", func() { f.Called = 3 })
	moment("08:30", func() { o.Booked, f.Waiting, standing = 40, 7, 40 })
	moment("09:00", func() { o.Quota = 60 })
	moment("09:30", func() { f.Document.Door.Closed = true })
	moment("10:00", func() { o.Phase, o.Floor = queue.PhaseClosed, 9 })
	teller.end(&line.view)
	const want = `06:59  closed
07:00  the lobby opens
08:00  opens: quota 40, pace at 100 %; 12 had come
08:06  first call, 1.8 s after the start
08:30  all 40 are booked; 7 wait, 0 may stand by
09:00  quota 60 instead of 40; 40 are booked, 7 wait
09:30  the door closes; 7 have a place and keep it
10:00  closed: 40 of 60 booked; 7 wait and have lost their places

Of the day: 40 of 60 booked; 3 people were called, 0 went in, 0 numbers were given.
`
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(line.told) != 1 || line.told[0].Kind != queue.Total || line.told[0].Count != 40 {
		t.Errorf("told %+v", line.told)
	}
	line.told = nil
	moment("10:01", func() { o.Phase, o.Name = queue.PhaseLobby, "y" }) // another opening counts from 0
	moment("10:02", func() { standing = 43 })
	if len(line.told) != 1 || line.told[0].Count != 3 {
		t.Errorf("in the next opening: told %+v", line.told)
	}
}
