package operator_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// waitsForALine is a house whose lobby of two is frozen, and committed to a line.
func waitsForALine(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	now := h.now.Load()
	_, err := h.room.Update(t.Context(), func(d *queue.Document) error {
		d.Plan = []queue.Step{
			{At: now, Opening: "eight", Rank: 1, Phase: queue.PhaseLobby},
			{At: now + 60_000, Opening: "eight", Rank: 2, Phase: queue.PhaseOpen, Draw: true},
		}
		d.SetDraws(`[{"opening":"eight","key":"k1","beacon":"typed"},{"opening":"nine","key":"k1","beacon":"none"}]`)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	h.pass(5 * time.Second)
	for range 2 {
		if _, err := h.room.Arrive(queue.Arrival{}); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func (h *house) types(who operator.Principal, room, opening, line string) (operator.DrawTyped, error) {
	h.t.Helper()
	return h.Type(operator.NewContext(h.t.Context(), who), room, operator.Typed{Opening: opening, Line: line, Because: operator.Because{Reason: "dice"}})
}

func TestALineIsTypedInForADraw(t *testing.T) {
	h := waitsForALine(t)
	refused := func(want error, room, opening, line, says string) {
		t.Helper()
		if _, err := h.types(staff, room, opening, line); !errors.Is(err, want) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s %s %q: %v, want %v, %s", room, opening, line, err, want, says)
		}
	}
	refused(operator.ErrNotNow, "termine", "eight", "1 2 3", "still open")
	h.pass(time.Minute)
	refused(queue.ErrInvalid, "termine", "eight", "", "line: it is empty")
	refused(queue.ErrInvalid, "termine", "eight", strings.Repeat("1", 301), "line: 301 bytes")
	refused(queue.ErrInvalid, "termine", "eight", "1\n2", "line")
	refused(queue.ErrInvalid, "termine", "", "1", "opening: is missing")
	refused(queue.ErrUnknown, "termine", "ten", "1", `"eight", "nine"`)
	refused(operator.ErrNotNow, "termine", "nine", "1", "the secret alone decides")
	refused(operator.ErrUnknownRoom, "nowhere", "eight", "1", "")
	if _, err := h.types(reporter, "termine", "eight", "1"); !errors.Is(err, operator.ErrNotAllowed) {
		t.Errorf("a reporter: %v", err)
	}
	done, err := h.types(staff, "termine", "eight", " 3 17 22 ")
	if err != nil || done != (operator.DrawTyped{ID: "termine", Opening: "eight", Line: "3 17 22"}) {
		t.Fatalf("%+v, %v", done, err)
	}
	h.tick()
	document := h.room.View().Snapshot.Document
	if !strings.Contains(document.Draws(), `"line":"3 17 22"`) {
		t.Errorf("the document says %s", document.Draws())
	}
	refused(operator.ErrNotNow, "termine", "eight", "4", "already")
	if n := h.logs.FilterMessage("line for a draw taken").Len(); n != 1 {
		t.Errorf("taken: logged %d times", n)
	}
	if n := h.logs.FilterMessage("line for a draw not taken").Len(); n != 10 {
		t.Errorf("not taken: logged %d times", n)
	}
}

func TestRecordsOfDrawsAreListed(t *testing.T) {
	h := newHouse(t)
	if info, err := h.Draws(h.as(staff), "termine"); err != nil || info.ID != "termine" || info.Records == nil || len(info.Records) != 0 {
		t.Errorf("%+v, %v", info, err)
	}
	if _, err := h.Draws(h.as(staff), "nowhere"); !errors.Is(err, operator.ErrUnknownRoom) {
		t.Error(err)
	}
}
