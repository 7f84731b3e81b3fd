package journal_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// violations are what a walk has written down breaks, as it came and as a merged journal.
func (w *walker) violations() (found []journal.Violation) {
	for _, ordered := range []bool{true, false} {
		if !ordered && w.backs {
			continue
		}
		v, err := journal.New(journal.Config{Ordered: ordered, Report: func(v journal.Violation) { found = append(found, v) }})
		w.must(err)
		events := w.events
		if !ordered {
			events = slices.Clone(events)
			slices.SortStableFunc(events, func(a, b journal.Event) int { return cmp.Compare(a.At, b.At) })
		}
		for _, e := range events {
			v.Observe(e)
		}
		v.Close()
	}
	return found
}

func TestAWalkOnTheModelBreaksNoRule(t *testing.T) { walkOn(t, false) }

// The plan is made of random schedules, which are edited while it is in force, by two gateways that do not know the same.
func TestAWalkByAScheduleBreaksNoRule(t *testing.T) { walkOn(t, true) }

func walkOn(t *testing.T, scheduled bool) {
	t.Helper()
	entries, edits := 0, 0
	for seed := range uint64(walks) {
		under := func(below queue.Store) queue.Store { return below }
		if seed%2 == 1 {
			under = func(below queue.Store) queue.Store { return flaky{below, rand.New(rand.NewPCG(seed, 5))} }
		}
		w := newWalkerOf(t, seed, under, scheduled)
		w.backs = seed%4 >= 2
		for range steps {
			w.step()
		}
		found := w.violations()
		for _, v := range found[:min(len(found), 10)] {
			t.Errorf("seed %d: %v", seed, v)
			if v.Event.Visitor != (journal.ID{}) && testing.Verbose() {
				w.story(v.Event.Visitor, v.Event.At)
			}
		}
		t.Logf("seed %d: %d events, %d entries, %d at the door, %d losses, %d edits, %d plans", seed, len(w.events), w.entries, w.full, w.losses,
			w.edits, w.planned)
		if !scheduled && w.entries == 0 || w.losses == 0 || w.known.Opening.Cursor == 0 || scheduled && w.planned == 0 {
			t.Errorf("seed %d: nothing was tested", seed)
		}
		entries, edits = entries+w.entries, edits+w.edits
	}
	// A schedule may happen to let nobody in, or to stay as it is.
	if entries == 0 || scheduled && edits == 0 {
		t.Errorf("%d were let in, %d edits", entries, edits)
	}
}

// story logs what the journal tells of a visitor up to a time.
func (w *walker) story(id journal.ID, until int64) {
	for _, e := range w.events {
		if (e.Visitor == id || e.Kind == journal.Lose || e.Move != nil && e.Move.To == id) && e.At <= until {
			w.t.Logf("   %+d %s state %v reason %d until %+d started %+d told %+d away %v number %d/%d order %d", e.At-start, e.Kind,
				queue.State(e.State), e.Reason, e.Until-start, e.Started-start, e.Told-start, e.Away, e.Epoch, e.Number, e.Order)
		}
	}
}
