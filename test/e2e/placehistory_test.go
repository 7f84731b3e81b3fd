package e2e

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/test/e2e/harness"
)

// A place is followed from its number to the stay, over the browser that took it over and the end of the gateway in between.
func TestTheHistoryOfAPlaceTellsWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	room := harness.Room{Site: harness.NewSite(t)}
	g := harness.NewGate(t, &program, harness.Settings{Rooms: []harness.Room{room}, Journal: t.TempDir()})
	c := harness.NewCrowd(t, g)
	c.Arrive(2)
	caller, err := g.Operators.TakePlace(t.Context(), launch.RoomID, operator.NewPlace{})
	if err != nil {
		t.Fatal(err)
	}
	c.Arrive(2)
	named := operator.PlaceAct{Number: caller.Number, Code: caller.Code}
	told := func() operator.PlaceTold {
		told, err := g.Operators.PlaceHistory(t.Context(), launch.RoomID, named)
		if err != nil {
			t.Fatal(err)
		}
		return told
	}
	if is := told(); len(is.Steps) == 0 || is.Steps[0].What != journal.Join || is.Steps[0].State != "waiting" || is.Gateways != 1 {
		t.Fatalf("at the beginning: %+v", is)
	}
	until(t, 20*time.Second, "a link", func(context.Context) bool {
		info, err := g.Operators.ActOnPlace(t.Context(), launch.RoomID, operator.PlaceLink, named)
		caller.URL = info.URL
		return err == nil
	})
	b := harness.NewBrowser(g)
	opens(t, b, caller.URL)
	wait := func(ctx context.Context) *harness.Answer {
		a, err := b.Visit(ctx, "/.einlass/wait?room="+launch.RoomID+"&to=/")
		if err != nil {
			return nil
		}
		return a
	}
	until(t, 20*time.Second, "the browser has the place", func(ctx context.Context) bool {
		return wait(ctx) != nil && slices.ContainsFunc(told().Steps, func(s operator.PlaceStep) bool { return s.What == journal.Moved })
	})
	for range 2 { // the first may have begun before
		began := lastSave(t, g)
		until(t, 20*time.Second, "the state is saved", func(context.Context) bool { return lastSave(t, g).After(began) })
	}
	g.Kill()
	g.Start()
	dead := time.Now().UTC()
	g.Set(t, `{"rate": 600, "burst": 10}`)
	until(t, 60*time.Second, "the browser is inside", func(ctx context.Context) bool {
		a := wait(ctx)
		return a != nil && a.FromSite()
	})
	is := told()
	var kinds []journal.Kind
	for i := range is.Steps {
		s := &is.Steps[i]
		if i > 0 && s.At.Before(is.Steps[i-1].At) {
			t.Errorf("step %d is before the one before it: %+v", i, is.Steps)
		}
		if !slices.Contains(kinds, s.What) {
			kinds = append(kinds, s.What)
		}
	}
	last := is.Steps[slices.IndexFunc(is.Steps, func(s operator.PlaceStep) bool { return s.What == journal.Claim && s.State == "inside" })]
	if !slices.Contains(kinds, journal.Keep) || kinds[0] != journal.Join || is.Number != caller.Number || is.State != "inside" || last.At.Before(dead.Add(-time.Minute)) {
		t.Errorf("its history is %+v", is)
	}
	joins := 0
	for _, s := range is.Steps {
		if s.What == journal.Join {
			joins++
		}
		if s.Act != nil && s.What != journal.Moved {
			t.Errorf("%+v has an act", s)
		}
	}
	if joins != 1 {
		t.Errorf("%d numbers were given for it: %+v", joins, is.Steps)
	}
	named.Code = "2222-2222"
	if _, err := g.Operators.PlaceHistory(t.Context(), launch.RoomID, named); err == nil {
		t.Error("a wrong code names a place")
	}
}

// lastSave is when the state of the line was saved last.
func lastSave(t *testing.T, g *harness.Gate) time.Time {
	t.Helper()
	file, err := os.Stat(filepath.Join(g.State, launch.RoomID+".marks"))
	if err != nil {
		t.Fatal(err)
	}
	return file.ModTime()
}
