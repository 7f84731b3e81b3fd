package sim

import (
	"math/rand/v2"
	"testing"
)

func TestEverybodyIsDueInTheirStep(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var w wheel
	want := map[int32][]uint32{}
	who := uint32(0)
	for step := int32(1); step < 3*nearSteps; step++ {
		for range random.IntN(3) {
			at := w.step*stepMS + random.Int32N(2*nearSteps*stepMS) // sometimes now, sometimes blocks ahead
			due := max((at+stepMS-1)/stepMS, w.step+1)
			if got := w.put(at, who); got != due {
				t.Fatalf("put at %d in step %d: due in %d, want %d", at, w.step, got, due)
			}
			want[due] = append(want[due], who)
			who++
		}
		got := w.take()
		seen := map[uint32]bool{}
		for _, g := range got {
			seen[g] = true
		}
		if len(got) != len(want[step]) {
			t.Fatalf("step %d: %d are due, want %d", step, len(got), len(want[step]))
		}
		for _, x := range want[step] {
			if !seen[x] {
				t.Fatalf("step %d: %d is missing", step, x)
			}
		}
	}
}

func TestEventsComeOutInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 1))
	var h events
	for range 2000 {
		h.push(event{at: random.Int64N(500), who: random.Uint32N(50)})
	}
	last := event{at: -1}
	for len(h) > 0 {
		e := h.pop()
		if e.before(&last) {
			t.Fatalf("%+v after %+v", e, last)
		}
		last = e
	}
}
