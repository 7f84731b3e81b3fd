package e2e

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

func TestAnEditOfTheFileBringsOnlyTheKeysThatChangedInIt(t *testing.T) {
	t.Parallel()
	g, _ := one(t, harness.Room{Rate: 120, MaxInside: 50, Burst: 3})
	g.Set(t, `{"rate": 30, "max_inside": 7, "mode": "pause", "message": "Wir pausieren"}`)
	restart := func(edits ...string) {
		t.Helper()
		g.Stop()
		for i := 0; i < len(edits); i += 2 {
			g.Edit(edits[i], edits[i+1])
		}
		g.Start()
	}
	type controls struct {
		rate, maxInside, burst int64
		mode, message          string
	}
	want := func(what string, c controls) {
		t.Helper()
		var got controls
		until(t, 10*time.Second, what, func(context.Context) bool {
			r := g.Room(t)
			got = controls{r.Rate, r.MaxInside, r.Burst, string(r.Mode), r.Message}
			return got == c
		})
	}
	burst := g.Room(t).Burst
	restart()
	want("what operators set, behind a restart with the same file", controls{30, 7, burst, "pause", "Wir pausieren"})
	restart("max_inside: 50", "max_inside: 60")
	want("max_inside of the file, the rest as operators set it", controls{30, 60, burst, "pause", "Wir pausieren"})
	g.Set(t, `{"max_inside": 8}`)
	restart("on_store_failure: hold", "on_store_failure: local")
	want("an edit of another key brings none of these", controls{30, 8, burst, "pause", "Wir pausieren"})
	restart("on_store_failure: local", "on_store_failure: local\n    message: Guten Morgen\n    mode: run")
	want("the message of the file, and its mode that says what it said before", controls{30, 8, burst, "pause", "Guten Morgen"})
	if n := strings.Count(g.Log(), "controls set from the configuration"); n != 2 {
		t.Errorf("the log tells of %d changes from the configuration, want 2:\n%s", n, g.Log())
	}
}
