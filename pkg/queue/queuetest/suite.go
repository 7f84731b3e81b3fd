package queuetest

import (
	"slices"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// scenario is one sentence about a store and how to check it. The line it gets has an open room whose grace is
// over and whose buckets are empty.
type scenario struct {
	says string
	run  func(l *line)
}

// Run checks a store against the specification. Subtests are grouped by the rules of the line.
func Run(t *testing.T, factory Factory) {
	for _, g := range groups() {
		t.Run(g.rule, func(t *testing.T) {
			for _, s := range g.scenarios {
				t.Run(s.says, func(t *testing.T) { s.run(open(t, factory)) })
			}
		})
	}
}

// group is the scenarios of one rule.
type group struct {
	rule      string
	scenarios []scenario
}

func groups() []group {
	return []group{
		{"1 numbers are unique and dense and nobody overtakes", slices.Concat(tabled(), guarded(), joining, refusing, calling, weighing, sharing())},
		{"1 a plan opens the room, and a lobby is drawn", slices.Concat(planning, opening, drawing, spanning)},
		{"2 never more than the pace and the room allow", slices.Concat(pacing, counting, learning, quotas, bounding)},
		{"3 an absent place neither blocks the line nor uses up a call", absence},
		{"4 one ticket buys one stay", slices.Concat(staying, reporting, moving, forgetting)},
		{"5 the snapshot answers polls", slices.Concat(reading, sketching)},
		{"6 the line survives the loss of its store", slices.Concat(losing, returning, numbering, healing, uniting, telling, sinking)},
		{"7 errors say what happened and change nothing", slices.Concat(erring, settling, releasing)},
	}
}

// openLost makes a store that has no room yet.
func openLost(t testing.TB, factory Factory) *line {
	t.Helper()
	clock := NewClock(startMS)
	l := &line{TB: t, store: factory(t, clock), clock: clock}
	t.Cleanup(func() {
		if l.closed {
			return
		}
		if err := l.store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return l
}

// open makes a room whose grace is over and whose buckets are empty.
func open(t testing.TB, factory Factory) *line {
	t.Helper()
	l := openLost(t, factory)
	l.restore(queue.Watermark{Document: suiteDocument()})
	l.clock.Step(graceMS)
	return l
}
