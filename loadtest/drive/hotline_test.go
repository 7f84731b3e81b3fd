package drive_test

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/drive"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue"
)

// People at the telephone and at browsers stand in one line. Half of the callers open a link themselves, for the others the staff books.
func TestCallersGetTheirTurnInTheSameLine(t *testing.T) {
	t.Parallel()
	site := quickSite(t)
	g, journal := startGate(t, site.URL, queue.Pace{Rate: 1200, MaxInside: 20, Burst: 10, Strict: true})
	const callers, browsers = 30, 40
	var due []time.Duration
	for i := range callers {
		due = append(due, time.Duration(i)*10*time.Millisecond)
	}
	r, err := drive.Run(t.Context(), drive.Config{
		Target: g.URL(), Room: launch.RoomID, Admin: g.AdminURL(), AdminToken: launch.OperatorToken, Portal: site.URL, Journal: journal,
		Waves:   []drive.Wave{{Over: 300 * time.Millisecond, People: browsers}},
		Crowd:   drive.Crowd{Think: 10 * time.Millisecond, Typing: 20 * time.Millisecond, Retry: 100 * time.Millisecond},
		Hotline: drive.Hotline{Agents: 6, Take: 10 * time.Millisecond, Dial: 20 * time.Millisecond, Linked: 0.5, Due: due},
		Seed:    3, Sources: 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Kept() {
		t.Errorf("%d lost, violations %v", r.Lost, r.Violations)
	}
	c := r.Callers
	if c.Arrived != callers || c.Numbered != callers || c.Booked != callers || c.Due != 0 {
		t.Errorf("callers %+v", *c)
	}
	if c.Linked == 0 || c.Assisted == 0 || c.Linked+c.Assisted != callers {
		t.Errorf("%d opened a link, for %d the staff booked", c.Linked, c.Assisted)
	}
	if all := int64(callers + browsers); r.Arrived != all || r.Numbers != all || r.Claims != all || r.Checked.Numbers != all || int64(r.Portal.Bookings) != all {
		t.Errorf("%d came, %d numbers, %d let in, the journal has %d numbers, the site %d bookings: %v",
			r.Arrived, r.Numbers, r.Claims, r.Checked.Numbers, r.Portal.Bookings, r.Ends)
	}
}

func TestAHotlineThatCannotWorkIsRefused(t *testing.T) {
	cfg := drive.Config{
		Target: "http://127.0.0.1:1", Hotline: drive.Hotline{Take: -1, Linked: 2, Due: []time.Duration{0}},
	}
	err := cfg.Validate()
	for _, want := range []string{"hotline.agents", "hotline.linked", "hotline.take", "hotline: needs an admin API"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}
