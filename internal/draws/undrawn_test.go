package draws_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
)

// undrawn fails unless a gateway says that nothing was drawn, or does not.
func (g *gate) undrawn(when string, want bool) {
	g.w.t.Helper()
	if got := slices.Contains(g.draws.Undrawn(), opening); got != want {
		g.w.t.Errorf("%s: it says that nothing was drawn: %v, want %v", when, got, want)
	}
	if got := bytes.Contains(g.draws.All(), []byte(`]`+",\n"+`"undrawn":["`+opening+`"]}`)); got != want {
		g.w.t.Errorf("%s: published is %s", when, g.draws.All())
	}
}

// Of one number or none nothing is drawn. All gateways say so, whoever saw it.
func TestNothingIsDrawnOfOneNumberOrNone(t *testing.T) {
	for n := range 3 {
		w := newWorld(t)
		a, b := w.gate("a", draw.Drand, nil), w.gate("b", draw.None, nil)
		w.until(2 * time.Minute)
		a.comeEarly(n)
		w.until(start - time.Second)
		a.undrawn("before the start", false)
		w.until(start + time.Minute)
		for _, g := range w.gates {
			g.undrawn("after the start", n < 2)
		}
		if n == 2 {
			continue
		}
		if v := a.record(); v.Freeze != nil || !bytes.Equal(a.draws.Of(opening), b.draws.Of(opening)) {
			t.Errorf("%d in the lobby: %s", n, a.draws.Of(opening))
		}
		version := a.View().Snapshot.Document.Version
		w.until(start + 2*time.Minute)
		if now := a.View().Snapshot.Document.Version; now != version {
			t.Errorf("the document is written again and again: version %d, then %d", version, now)
		}
		w.dies(a)
		c := w.gate("c", draw.ByHand, nil)
		w.until(start + 3*time.Minute)
		c.undrawn("a gateway that came later", true)
		w.store.lose(t)
		w.dies(b)
		w.until(start + 5*time.Minute)
		c.undrawn("after a loss of the store", true)
		d := w.gate("d", draw.None, nil)
		w.until(start + 6*time.Minute)
		d.undrawn("a gateway that came after the loss", true)
		if found := a.logs.FilterMessageSnippet("nothing was drawn").Len(); found != 1 {
			t.Errorf("it is logged %d times", found)
		}
	}
}

// When the plan and the store have forgotten the opening, the archive has not.
func TestThatNothingWasDrawnOutlivesTheProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "draws")
	w := newWorld(t)
	archive, _ := newArchive(t, dir)
	w.gate("a", draw.None, archive)
	w.until(start + time.Minute)
	written(t, archive)
	again, _ := newArchive(t, dir)
	newWorld(t).gate("b", draw.None, again).undrawn("another process", true)
}

// A draw is forgotten by the store before its opening by the plan: that is no lobby of one.
func TestADrawThatTheStoreForgetsWasDrawn(t *testing.T) {
	w := newWorld(t)
	g := w.gate("a", draw.None, nil)
	w.until(2 * time.Minute)
	g.comeEarly(3)
	w.until(start + time.Minute)
	life := g.View().Snapshot.Document.Timing.Life
	w.now.Add(life.Milliseconds())
	w.until(start + 3*time.Minute + life)
	if left := g.View().Snapshot.Opening.Draws; len(left) != 0 {
		t.Fatalf("%+v", left)
	}
	g.undrawn("after the life of a ticket", false)
	if notes := g.View().Snapshot.Document.Draws(); strings.Contains(notes, "undrawn") {
		t.Errorf("noted: %s", notes)
	}
}

// An opening whose lobby opens once more is not over.
func TestALobbyThatOpensAgainIsDrawn(t *testing.T) {
	w := newWorld(t)
	g := w.gate("a", draw.None, nil)
	w.until(start + time.Minute)
	g.undrawn("nobody came", true)
	if _, err := g.Update(t.Context(), func(d *queue.Document) error {
		d.Plan = append(d.Plan, queue.Step{At: w.now.Load() + 1000, Opening: opening, Rank: 3, Phase: queue.PhaseLobby},
			queue.Step{At: w.now.Load() + 60_000, Opening: opening, Rank: 4, Phase: queue.PhaseOpen, Draw: true})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	w.until(start + time.Minute + 30*time.Second)
	g.undrawn("in the lobby", false)
	g.comeEarly(5)
	w.until(start + 4*time.Minute)
	g.undrawn("after the draw", false)
	if v := g.record(); v.Result == nil || v.Freeze.N != 5 {
		t.Errorf("%+v", v)
	}
}
