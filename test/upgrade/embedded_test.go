//go:build long

package upgrade

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

// inLine is what a visitor was shown.
type inLine struct {
	state  string
	number uint64
	ahead  int64
}

func shown(t *testing.T, v *harness.Visitor) inLine {
	t.Helper()
	s := v.Status(t)
	return inLine{s.State, s.Number, s.Ahead}
}

func TestAnUpgradeAndADowngradeKeepTheEmbeddedLine(t *testing.T) {
	site := harness.NewSite(t)
	g := harness.NewGate(t, &old, harness.Settings{Rooms: []harness.Room{{Site: site}}})
	c := harness.NewCrowd(t, g)
	line := c.Arrive(40)
	first, rest := line[:10], line[10:]
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	g.Set(t, `{"rate": 6000, "burst": 100, "max_inside": 10, "message": "Bitte Ausweis bereithalten"}`)
	c.Stay(ctx, first...)
	c.Wait()
	for _, v := range first {
		v.Get(t, "/form").WantSite(t, "site GET /form")
	}
	before, room := make([]inLine, len(rest)), g.Room(t)
	for i, v := range rest {
		before[i] = shown(t, v)
	}

	last := line[39].Place.Number
	for _, step := range []struct {
		name    string
		program *harness.Program
	}{{"upgrade", &today}, {"downgrade", &old}, {"upgrade again", &today}} {
		if code := g.Stop(); code != 0 {
			t.Fatalf("%s: exit code %d", step.name, code)
		}
		g.Use(step.program)
		g.Start()
		now := g.Room(t)
		if now.Epoch != room.Epoch || now.Inside != 10 || now.Rate != room.Rate || now.MaxInside != 10 || now.Message != room.Message {
			t.Errorf("%s: the room is %+v, was %+v", step.name, now, room)
		}
		for i, v := range rest {
			if got := shown(t, v); got != before[i] {
				t.Errorf("%s: number %d is shown %+v, was %+v", step.name, v.Place.Number, got, before[i])
			}
		}
		for _, v := range first {
			v.Get(t, "/form").WantSite(t, "site GET /form")
			if v.Token() != v.Place {
				t.Errorf("%s: the stay of number %d is now %+v", step.name, v.Place.Number, v.Token())
			}
		}
		if fresh := c.Arrive(1)[0]; fresh.Place.Epoch != room.Epoch || fresh.Place.Number != last+1 {
			t.Errorf("%s: a newcomer at %+v behind number %d of epoch %d", step.name, fresh.Place, last, room.Epoch)
		}
		last++
	}
	if log := g.Log(); strings.Contains(log, "unclean") || strings.Contains(log, "refused") {
		t.Errorf("a program did not take what the other left:\n%s", log)
	}

	w := harness.NewWatch(t, g)
	g.Set(t, `{"rate": 1200, "burst": 5, "max_inside": 0}`)
	c.Stay(ctx, c.Everybody()[10:]...)
	c.Wait()
	w.Check(25) // of 33: the first burst is over before the watch sees it
	c.Check(harness.Expect{In: 43, Rate: 6000, Burst: 100})
}
