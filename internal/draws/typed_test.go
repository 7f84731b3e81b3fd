package draws_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/draws"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
)

// Nobody knows when a line will be typed in: until it is, pages ask as rarely as in the lobby. Then they learn in time when it counts.
func TestWhileALineIsAwaitedPagesAskInTheirInterval(t *testing.T) {
	w := newWorld(t)
	g := w.gate("a", draw.ByHand, nil)
	w.until(2 * time.Minute)
	tickets := g.comeEarly(50)
	next := func() (low, high time.Duration) {
		low = time.Hour
		for _, ticket := range tickets {
			p, _ := g.Place(ticket)
			a := g.Poll(p, -1)
			if a.State != queue.StateLobby {
				t.Fatalf("%+v", a)
			}
			low, high = min(low, a.Next), max(high, a.Next)
		}
		return low, high
	}
	low, _ := next()
	w.until(start + time.Minute)
	if awaited, _ := next(); low < 15*time.Second || awaited < low*4/5 {
		t.Errorf("in the lobby pages ask after %v at the earliest, while the line is awaited after %v", low, awaited)
	}
	if err := g.typesIn("1 2 3"); err != nil {
		t.Fatal(err)
	}
	w.until(start + time.Minute + hold - 5*time.Second)
	if low, high := next(); low < 5*time.Second || high > 8*time.Second {
		t.Errorf("5 s before the line counts pages ask after %v to %v", low, high)
	}
}

// A line that is typed in at the last moment is in force before the draw fails, however rarely pages ask.
func TestALineOfTheLastMomentDecides(t *testing.T) {
	w := newWorld(t)
	g := w.gate("a", draw.ByHand, nil)
	if _, err := g.Update(t.Context(), func(d *queue.Document) error { d.Timing.Hold = 3 * time.Minute; return nil }); err != nil {
		t.Fatal(err)
	}
	w.until(2 * time.Minute)
	g.comeEarly(20)
	w.until(start + 10*time.Minute - time.Second)
	if err := g.typesIn("1 2 3"); err != nil {
		t.Fatal(err)
	}
	w.until(start + 12*time.Minute + time.Second)
	if r := g.record().Result; r == nil || r.Line != "1 2 3" || r.Algorithm != draw.SwapOrNot {
		t.Errorf("%+v", r)
	}
}

// A note by an earlier release says nothing of when a line is put in force: it is at once.
func TestALineThatAnEarlierReleaseHasNotedDecidesAtOnce(t *testing.T) {
	w := newWorld(t)
	g := w.gate("a", draw.ByHand, nil)
	w.until(2 * time.Minute)
	g.comeEarly(20)
	w.until(start + time.Minute)
	_, err := g.Update(t.Context(), func(d *queue.Document) error {
		d.SetDraws(strings.Replace(d.Draws(), `"beacon":"typed"`, `"beacon":"typed","line":"1 2 3"`, 1))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.until(start + time.Minute + 3*time.Second)
	if r := g.record().Result; r == nil || r.Line != "1 2 3" {
		t.Errorf("%+v", r)
	}
}

func TestALineIsTypedInOnceAndAfterTheStart(t *testing.T) {
	w := newWorld(t)
	g := w.gate("a", draw.ByHand, nil)
	w.until(time.Second)
	refused := func(when string, want error) {
		t.Helper()
		if err := g.typesIn("1 2 3"); !errors.Is(err, want) {
			t.Errorf("%s: %v", when, err)
		}
	}
	refused("before the lobby", draws.ErrNotNow)
	w.until(2 * time.Minute)
	g.comeEarly(20)
	refused("in the lobby", draws.ErrNotNow)
	w.until(start + time.Minute)
	if err := g.typesIn("1 2 3"); err != nil {
		t.Fatal(err)
	}
	refused("a second time", draws.ErrNotNow)
	w.until(start + 2*time.Minute)
	refused("when all is known", draws.ErrNotNow)
	if r := g.record().Result; r.Line != "1 2 3" {
		t.Errorf("%+v", r)
	}
	if _, err := draws.Type(&queue.Document{}, &queue.Snapshot{}, "nobody", "1"); !errors.Is(err, draws.ErrNoDraw) {
		t.Errorf("an unknown opening: %v", err)
	}
	other := newWorld(t)
	h := other.gate("a", draw.Drand, nil)
	other.until(2 * time.Minute)
	h.comeEarly(2)
	other.until(start + time.Second)
	if err := h.typesIn("1 2 3"); !errors.Is(err, draws.ErrNotNow) {
		t.Errorf("a draw that drand decides: %v", err)
	}
}

// Who tries it out alone has no draw, and is told so where the line is typed in.
func TestALineForALobbyOfOneIsRefusedInWords(t *testing.T) {
	w := newWorld(t)
	g := w.gate("a", draw.ByHand, nil)
	w.until(2 * time.Minute)
	g.comeEarly(1)
	w.until(start + time.Minute)
	if err := g.typesIn("1 2 3"); !errors.Is(err, draws.ErrNotNow) || !strings.Contains(err.Error(), "of one number or none in a lobby nothing is drawn") {
		t.Errorf("%v", err)
	}
}
