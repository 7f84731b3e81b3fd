package main

import (
	"bytes"
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
	root := newRoot()
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
	for _, m := range regexp.MustCompile(`(?m)^\d\d:\d\d  (the lobby opens|opens: quota 40|first call|quota 60 instead of 40|closed: \d+ of 60 booked)`).FindAllStringSubmatch(text, -1) {
		steps = append(steps, strings.Fields(m[1])[0])
	}
	if want := []string{"the", "opens:", "first", "quota", "closed:"}; !slices.Equal(steps, want) || strings.Contains(text, "not applied") {
		t.Errorf("steps %q, want %q:\n%s\n%s", steps, want, text, errs.String())
	}
	if !strings.Contains(text, "Nothing of this touches the room.") || regexp.MustCompile(`closed: 0 of`).MatchString(text) {
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
