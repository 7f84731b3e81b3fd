package memstore

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"pgregory.net/rapid"
)

// id makes ids whose byte order is that of n.
func id(n uint64) (v queue.VisitorID) {
	binary.BigEndian.PutUint64(v[:], n)
	return v
}

func TestATreeKeepsEntriesInOrderAndKnowsRanks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &slab{}
		tr := newTree(s)
		type entry struct {
			key uint64
			ref uint32
		}
		var want []entry
		less := func(a, b entry) bool {
			if a.key != b.key {
				return a.key < b.key
			}
			return bound{0, s.at(a.ref).id}.before(bound{0, s.at(b.ref).id})
		}
		next := uint64(0)
		span := rapid.SampledFrom([]uint64{3, 50, 100_000}).Draw(t, "span")
		// One source for all rounds: ids must not repeat.
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		for range rapid.IntRange(1, 30).Draw(t, "rounds") {
			ascending := rapid.Bool().Draw(t, "ascending")
			for range rapid.IntRange(0, 400).Draw(t, "inserts") {
				next++
				key := rnd.Uint64N(span)
				if ascending {
					key = span + next
				}
				e := entry{key, s.take(id(rnd.Uint64()))}
				tr.insert(e.key, e.ref)
				i := sort.Search(len(want), func(i int) bool { return less(e, want[i]) })
				want = slices.Insert(want, i, e)
			}
			front := rapid.Bool().Draw(t, "from the front")
			for range min(len(want), rapid.IntRange(0, 400).Draw(t, "removals")) {
				i := 0
				if !front {
					i = rnd.IntN(len(want))
				}
				if !tr.remove(want[i].key, want[i].ref) {
					t.Fatalf("entry %v is not found", want[i])
				}
				if tr.remove(want[i].key, want[i].ref) {
					t.Fatalf("entry %v is removed twice", want[i])
				}
				s.give(want[i].ref)
				want = slices.Delete(want, i, i+1)
			}
			var got []entry
			tr.from(0, func(key uint64, ref uint32) bool { got = append(got, entry{key, ref}); return true })
			if !slices.Equal(got, want) || tr.len() != len(want) {
				t.Fatalf("%d entries, want %d", len(got), len(want))
			}
			for i, e := range want {
				if key, ref := tr.at(i); key != e.key || ref != e.ref {
					t.Fatalf("rank %d is %d", i, key)
				}
				n := sort.Search(len(want), func(i int) bool { return want[i].key > e.key })
				if tr.upTo(e.key) != n {
					t.Fatalf("%d entries up to %d, want %d", tr.upTo(e.key), e.key, n)
				}
			}
		}
	})
}

func TestALineThatGrowsAndIsServedKeepsFullLeaves(t *testing.T) {
	s := &slab{}
	tr := newTree(s)
	const n = 100_000
	for i := range uint64(n) {
		tr.insert(i, s.take(id(i)))
	}
	leaves := 0
	var count func(*node)
	count = func(n *node) {
		if n.kids == nil {
			leaves++
		}
		for _, k := range n.kids {
			count(k)
		}
	}
	count(tr.root)
	if want := (n + leafMax - 1) / leafMax; leaves != want {
		t.Errorf("%d leaves for %d ascending entries, want %d full ones", leaves, n, want)
	}
	for range n {
		key, ref, _ := tr.first()
		tr.remove(key, ref)
		s.give(ref)
	}
	if leaves = 0; tr.len() != 0 {
		t.Fatalf("%d entries are left", tr.len())
	}
	if count(tr.root); leaves != 1 {
		t.Errorf("an empty tree has %d leaves", leaves)
	}
}
