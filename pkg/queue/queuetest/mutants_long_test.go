//go:build long

package queuetest

import (
	"flag"
	"testing"
)

// longestHunt is in how many steps random histories have to find an error.
const longestHunt = 40_000

func TestRandomHistoriesFindEveryMutant(t *testing.T) {
	// What the shortest history is does not matter here, and none is to be kept.
	for name, value := range map[string]string{"rapid.shrinktime": "0s", "rapid.nofailfile": "true"} {
		f := flag.Lookup(name)
		was := f.Value.String()
		if err := f.Value.Set(value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Value.Set(was) })
	}
	setFlag(t, "rapid.seed", everydaySeed)
	for _, m := range mutants {
		t.Run(m.wrong, func(t *testing.T) {
			if tr := try(t, func(tr *trial) { play(tr, tr, longestHunt, ModelFactory, m.factory) }); !tr.failed {
				t.Error("no history of so many steps found it")
			}
		})
	}
}
