package drive

import (
	"testing"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

func waiting(code string) *caller {
	return &caller{given: operator.PlaceInfo{Code: code}, hears: make(chan hears, 1)}
}

func (c *caller) hasHeard(what hears) bool {
	select {
	case got := <-c.hears:
		return got == what
	default:
		return false
	}
}

func TestStaffFindsInTheListWhoseTurnItIsAndWhoseIsLost(t *testing.T) {
	h := newHotline(&Config{Hotline: Hotline{Agents: 1}}, nil)
	due, waits, lost, later := waiting("due"), waiting("waits"), waiting("lost"), waiting("later")
	h.kept = []*caller{due, waits, lost, later}
	open := operator.Opening{Phase: queue.PhaseOpen.String()}
	h.seen(3, &open, []operator.PlaceInfo{{Code: "due", Now: true}, {Code: "waits"}})
	if len(h.now) != 1 || h.now[0] != due || len(h.kept) != 2 || h.kept[0] != waits || h.kept[1] != later {
		t.Errorf("it is the turn of %d, %d wait", len(h.now), len(h.kept))
	}
	if !lost.hasHeard(hearsLoss) || later.hasHeard(hearsLoss) { // the latter came when the list had been asked for
		t.Error("not exactly the place that is not in the list is lost")
	}
}

func TestWhenNothingIsLeftEveryCallerIsTold(t *testing.T) {
	quota := int64(2)
	lobby, open := operator.Opening{Phase: queue.PhaseLobby.String()}, operator.Opening{Phase: queue.PhaseOpen.String(), Quota: &quota, Booked: 1}
	soldOut, closed := open, operator.Opening{Phase: queue.PhaseClosed.String()}
	soldOut.Booked = 2
	for _, over := range []operator.Opening{soldOut, closed} {
		h := newHotline(&Config{Hotline: Hotline{Agents: 1}}, nil)
		rings, waits, due, late := waiting("rings"), waiting("waits"), waiting("due"), waiting("late")
		h.ringing, h.kept, h.now = []*caller{rings}, []*caller{waits}, []*caller{due}
		list := []operator.PlaceInfo{{Code: "waits"}, {Code: "due", Now: true}}
		h.seen(1, &lobby, list)
		h.seen(1, &open, list)
		if rings.hasHeard(hearsOver) || len(h.ringing) != 1 {
			t.Fatal("told before it was over")
		}
		h.seen(1, &over, list)
		h.ring(late)
		for _, c := range []*caller{rings, waits, due, late} {
			if !c.hasHeard(hearsOver) {
				t.Errorf("%s: %q was not told", over.Phase, c.given.Code)
			}
		}
		if h.count.Due != 1 {
			t.Errorf("%d were due", h.count.Due)
		}
	}
}

func TestOneOfTheStaffGoesOnAnsweringWhileOthersBook(t *testing.T) {
	h := newHotline(&Config{Hotline: Hotline{Agents: 4}}, nil)
	h.ringing = []*caller{waiting("")}
	for range 4 {
		h.now = append(h.now, waiting(""))
	}
	var did []hears
	for range 5 {
		_, what := h.next()
		did = append(did, what)
	}
	want := []hears{hearsTurn, hearsTurn, hearsTurn, hearsStaff, hearsTurn}
	for i := range want {
		if did[i] != want[i] {
			t.Fatalf("they did %v", did)
		}
	}
}
