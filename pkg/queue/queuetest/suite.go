package queuetest

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// scenario is one sentence about a store and how to check it. The line it gets has an open room whose grace is
// over and whose bucket is empty.
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
		{"1 numbers are unique and dense and nobody overtakes", concat(joining, calling, sketching)},
		{"2 never more calls than the pace allows", concat(pacing, bounding)},
		{"3 an absent place neither blocks the line nor uses up a call", concat(absence, lapsing)},
		{"4 one ticket buys one stay", concat(staying, ending)},
		{"5 the snapshot answers polls", reading},
		{"6 the line survives the loss of its store", concat(losing, returning, healing)},
		{"7 errors say what happened and change nothing", concat(refusing, controlling)},
	}
}

func concat(lists ...[]scenario) (all []scenario) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// The times of the suite's rooms, all different, so that none can stand in for another.
const (
	absentMS = 60_000
	windowMS = 45_000
	idleMS   = 600_000
	lifeMS   = 3_600_000
	holdMS   = 5_000
	graceMS  = 700

	startMS = 1_800_000_000_000 // some time in 2027
)

func suiteTiming() queue.Timing {
	return queue.Timing{
		Absent: absentMS * time.Millisecond, ClaimWindow: windowMS * time.Millisecond,
		Idle: idleMS * time.Millisecond, TicketLife: lifeMS * time.Millisecond,
		Hold: holdMS * time.Millisecond, Grace: graceMS * time.Millisecond,
	}
}

// suiteControl is the control document rooms begin with. It calls nobody: scenarios give calls with line.fill.
func suiteControl() queue.Control {
	return queue.Control{
		Version: 1, Mode: queue.ModeRun, Pace: queue.Pace{Rate: 0, Burst: 10}, Message: "Bitte warten", ValuesHash: "s1", Notes: "n1",
	}
}
