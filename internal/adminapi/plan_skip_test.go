package adminapi

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// Whoever skips an opening whose lobby is open reads first how many people lose their numbers: a reset brings none of them back.
func TestAPreviewSaysWhoseNumbersEndAtOnce(t *testing.T) {
	const opening = `{"dates": ["2026-12-01"], "lobby": "07:30", "start": "08:00", "end": "14:00", "quota": 2}`
	schedule := func(opening, change string) string {
		return `{"schedule": {"zone": "Europe/Berlin", "openings": [` + opening + `], "changes": [` + change + `]}}`
	}
	const skip = `{"opening": "2026-12-01 08:00", "skip": true}`
	p := newPlanned(t, "2026-12-01T07:00:00+01:00")
	warned := func(change string) string {
		var preview operator.PlanPreview
		p.ask("POST", "/plan/preview", change, 200, &preview)
		i := slices.IndexFunc(preview.Plan.Warnings, func(w string) bool { return strings.Contains(w, "numbers of people who wait end") })
		if i < 0 {
			return ""
		}
		return preview.Plan.Warnings[i]
	}
	arrive := func(n int, want queue.State) (last queue.Place) {
		for range n {
			j, err := p.room.Arrive(queue.Arrival{})
			if err != nil || j.State != want {
				t.Fatalf("%+v, %v", j, err)
			}
			last = j.Place
		}
		p.pass(time.Second)
		return last
	}
	p.ask("PATCH", "", schedule(opening, ""), 200, nil)
	p.pass(time.Second)
	if got := warned(schedule(opening, skip)); got != "" {
		t.Errorf("nobody has come, and the preview says %q", got)
	}
	p.now = p.now.Add(31 * time.Minute)
	p.pass(40 * time.Second) // the line is held after a pause
	early := arrive(3, queue.StateLobby)
	for name, c := range map[string]struct{ change, want string }{
		"skipped":                    {schedule(opening, skip), "end at once: 3 in the lobby. Nothing brings them back, a reset neither"},
		"longer":                     {schedule(strings.Replace(opening, "14:00", "15:00", 1), ""), ""},
		"skipped, and goes on later": {schedule(strings.Replace(opening, `"quota"`, `"carry_over": true, "quota"`, 1), skip), ""},
	} {
		if got := warned(c.change); !strings.Contains(got, c.want) || (c.want == "") != (got == "") {
			t.Errorf("%s: the preview says %q, want %q", name, got, c.want)
		}
	}
	p.insist(schedule(opening, skip), nil)
	p.pass(time.Second)
	p.ask("PATCH", "", schedule(opening, ""), 200, nil)
	p.pass(time.Second)
	if a := p.room.Poll(early, -1); a.State != queue.StateSpent || a.Reason != queue.ReasonFloor {
		t.Errorf("after the skip and the reset a place of the lobby is told %+v", a)
	}
}
