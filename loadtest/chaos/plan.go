package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Topology is what runs while the faults happen: a store and its gateways.
type Topology string

// The topologies.
const (
	Sentinel Topology = "sentinel"
	Cluster  Topology = "cluster"
	Embedded Topology = "embedded"
)

// Topologies are all of them, in the order in which they are played.
func Topologies() []Topology { return []Topology{Sentinel, Cluster, Embedded} }

// Step is one fault of a plan.
type Step struct {
	Fault string
	// Pick chooses among targets, modulo their number.
	Pick int
	// Hold is how long the fault lasts, where that is free to choose.
	Hold time.Duration
	// Moment is when it begins, of the opening that is played with it: an index of moments.
	Moment int
	// Calm is how long nothing happens after everything is well again, in a row.
	Calm time.Duration
	// Times is how often it is played in a row, each time with the calm after it.
	Times int
}

// Plan is what a seed plays in a topology: every fault once, in random order.
func Plan(t Topology, seed uint64) []Step {
	salt := uint64(slices.Index(Topologies(), t) + 1)
	dice := rand.New(rand.NewPCG(seed, salt))
	var steps []Step
	for _, f := range faultsOf(t) {
		steps = append(steps, Step{
			Fault: f.name, Pick: dice.IntN(60),
			Hold:   f.least + time.Duration(dice.Int64N(int64(f.most-f.least)+1)).Round(10*time.Millisecond),
			Moment: dice.IntN(len(moments)), Times: 1,
		})
	}
	dice.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	return steps
}

// shortCalm is the calm between two of the same in a row: a few visitors come in it, so that every crash finds numbers that
// were given after the one before.
const shortCalm = 300 * time.Millisecond

// sentinelCalm is for how long Sentinels begin no second failover of a master: twice their failover-timeout. Before that
// one may come to name another master than the others, in the same epoch, and stay with it.
const sentinelCalm = 8 * time.Second

// inARow are the crashes among the steps of a plan, each so many times in a row and as short as it can be.
func inARow(t Topology, steps []Step, times int) []Step {
	var row []Step
	for _, s := range steps {
		if f, err := faultNamed(t, s.Fault); err == nil && f.crash {
			s.Times, s.Hold, s.Calm = times, f.least, shortCalm
			if t == Sentinel && f.lossy {
				s.Calm = sentinelCalm
			}
			row = append(row, s)
		}
	}
	return row
}

// printPlan is a plan as text.
func printPlan(t Topology, steps []Step) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", t)
	for i, s := range steps {
		times := ""
		if s.Times > 1 {
			times = fmt.Sprintf(", %d times in a row with %v of calm", s.Times, s.Calm)
		}
		fmt.Fprintf(&b, "  %2d  %-38s target %2d, %v, %s%s\n", i+1, s.Fault, s.Pick, s.Hold, moments[s.Moment].name, times)
	}
	return b.String()
}
