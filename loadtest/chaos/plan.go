package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Topology names an act.
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
	// Calm is how long nothing happens after everything is well again.
	Calm time.Duration
}

// Plan is what a seed plays in a topology: every fault once, in random order; with only a few wanted, the first of them.
func Plan(t Topology, seed uint64, few int) []Step {
	salt := uint64(slices.Index(Topologies(), t) + 1)
	dice := rand.New(rand.NewPCG(seed, salt))
	var steps []Step
	for _, f := range faultsOf(t) {
		steps = append(steps, Step{
			Fault: f.name, Pick: dice.IntN(60),
			Hold: f.least + time.Duration(dice.Int64N(int64(f.most-f.least)+1)).Round(10*time.Millisecond),
			Calm: time.Duration(1000+dice.IntN(1500)) * time.Millisecond,
		})
	}
	dice.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	if few > 0 {
		steps = steps[:min(few, len(steps))]
	}
	return steps
}

// printPlan is a plan as text.
func printPlan(t Topology, steps []Step) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", t)
	for i, s := range steps {
		fmt.Fprintf(&b, "  %2d  %-38s target %2d, %v, then %v of calm\n", i+1, s.Fault, s.Pick, s.Hold, s.Calm)
	}
	return b.String()
}
