package memstore

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// A tree that was filled is the one that inserts would have made, before and after changes to both.
func TestAFilledTreeIsTheOneOfInserts(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, leafMax - 1, leafMax, leafMax + 1, 3000, leafMax * innerMax / 2, leafMax*innerMax/2 + 1, 20_000, largestTree} {
		for _, shuffled := range []bool{false, true} {
			s := &slab{}
			filled, inserted := newTree(s), newTree(s)
			entries := make([]keyed, n)
			for i := range entries {
				entries[i] = keyed{uint64(i / 3), s.take(id(uint64(i + 1)))} // the same key three times: ids decide
			}
			if shuffled {
				rnd.Shuffle(n, func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
			}
			for _, e := range entries {
				inserted.insert(e.key, e.ref)
			}
			filled.fill(slices.Clone(entries))
			sameTree(t, filled, inserted)
			for i, e := range entries {
				switch rnd.IntN(4) {
				case 0:
					if !filled.remove(e.key, e.ref) || !inserted.remove(e.key, e.ref) {
						t.Fatalf("entry %d is not there", i)
					}
				case 1:
					more := keyed{rnd.Uint64N(uint64(n)), s.take(id(uint64(n + i + 1)))}
					filled.insert(more.key, more.ref)
					inserted.insert(more.key, more.ref)
				}
			}
			sameTree(t, filled, inserted)
		}
	}
}

func sameTree(t *testing.T, a, b *tree) {
	t.Helper()
	if a.len() != b.len() {
		t.Fatalf("%d entries and %d", a.len(), b.len())
	}
	for i := range a.len() {
		keyA, refA := a.at(i)
		if keyB, refB := b.at(i); keyA != keyB || refA != refB {
			t.Fatalf("at %d: key %d of %d, and %d of %d", i, keyA, refA, keyB, refB)
		}
	}
}
