//go:build long

package upgrade

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

// message is what an operator has set at the earlier gateway.
const message = "Bitte Ausweis bereithalten"

// keepsPlaces asks for everybody who waits and for everybody inside: each has the place of before.
func keepsPlaces(t *testing.T, step string, waiting, inside []*harness.Visitor) {
	t.Helper()
	for _, v := range waiting {
		ahead := v.Shown
		s := v.Status(t)
		if s.Number != v.Place.Number || !s.InLine() || ahead >= 0 && s.Ahead > ahead || v.Token() != v.Place {
			t.Errorf("%s: number %d with %d ahead is told %+v and carries %+v", step, v.Place.Number, ahead, s, v.Token())
		}
	}
	for _, v := range inside {
		v.Get(t, "/form").WantSite(t, "site GET /form")
		if v.Token() != v.Place {
			t.Errorf("%s: the stay of number %d is now %+v", step, v.Place.Number, v.Token())
		}
	}
}

func TestAnUpgradeAndADowngradeKeepTheEmbeddedLine(t *testing.T) {
	site := harness.NewSite(t)
	g := harness.NewGate(t, &old, harness.Settings{Rooms: []harness.Room{{Site: site}}})
	c := harness.NewCrowd(t, g)
	line := c.Arrive(40)
	inside, waiting := line[:10], line[10:]
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	g.Set(t, `{"rate": 6000, "burst": 100, "max_inside": 10, "message": "`+message+`"}`)
	c.Stay(ctx, inside...)
	c.Wait()
	g.Set(t, `{"mode": "pause"}`)
	keepsPlaces(t, "before", waiting, inside)

	// change runs another program on the state of the one before, and lets somebody come.
	last := line[39]
	change := func(step string, program *harness.Program) {
		if code := g.Stop(); code != 0 {
			t.Fatalf("%s: exit code %d", step, code)
		}
		g.Use(program)
		g.Start()
		keepsPlaces(t, step, waiting, inside)
		fresh := c.Arrive(1)[0]
		if fresh.Order() <= last.Order() || fresh.Place.Number <= last.Place.Number {
			t.Errorf("%s: a newcomer at %+v is not behind %+v", step, fresh.Place, last.Place)
		}
		last, waiting = fresh, append(waiting, fresh)
	}
	change("upgrade", &today)
	now := g.Room(t)
	if now.Inside != 10 || now.Rate != 6000 || now.MaxInside != 10 || now.Message != message || now.Mode != "pause" {
		t.Errorf("upgrade: the room has %d inside, %d a minute, %d at most, %q, %s", now.Inside, now.Rate, now.MaxInside, now.Message, now.Mode)
	}
	if log := g.Log(); strings.Contains(log, "unclean") || strings.Contains(log, "refused") {
		t.Errorf("today's program did not take what the other left:\n%s", log)
	}
	// The way back: the earlier program does not read the files, says so, and sets them aside. What was in them comes with the
	// tickets, to it and then to today's program.
	change("downgrade", &old)
	if !strings.Contains(g.Log(), "state file refused") {
		t.Errorf("the earlier program does not say that it cannot read the state:\n%s", g.Log())
	}
	change("upgrade again", &today)

	w := harness.NewWatch(t, g)
	g.Set(t, `{"rate": 1200, "burst": 5, "max_inside": 0, "mode": "run"}`)
	c.Stay(ctx, waiting...)
	c.Wait()
	w.Check(20) // of 33: the first burst is over before the watch sees it
	c.Check(harness.Expect{In: 43, Rate: 6000, Burst: 100})
}
