package journal

import (
	"math/rand/v2"
	"testing"
)

func TestASetOfNumbersAgreesWithAMapWhateverTheOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var set intervals
		in := map[uint64]bool{}
		for range 60 {
			lo := 1 + r.Uint64N(60)
			hi := lo + r.Uint64N(4)
			fresh := true
			for n := lo; n <= hi; n++ {
				fresh = fresh && !in[n]
				in[n] = true
			}
			if got := set.add(lo, hi); got != fresh {
				t.Fatalf("adding %d to %d was new: %t, want %t", lo, hi, got, fresh)
			}
		}
		covered := uint64(0)
		for i, s := range set.ranges {
			covered += s.size()
			if s.lo > s.hi || i > 0 && s.lo <= set.ranges[i-1].hi+1 {
				t.Fatalf("ranges %v are not apart and in order", set.ranges)
			}
			for n := s.lo; n <= s.hi; n++ {
				if !in[n] {
					t.Fatalf("%d is in the set", n)
				}
			}
		}
		if covered != uint64(len(in)) {
			t.Fatalf("%d numbers are in the set, want %d", covered, len(in))
		}
	}
}

func TestNumbersGivenInOrderCostOneRange(t *testing.T) {
	var set intervals
	for n := uint64(1); n <= 100_000; n++ {
		set.add(n, n)
	}
	if len(set.ranges) != 1 {
		t.Errorf("%d ranges", len(set.ranges))
	}
}

func TestHolesAreWhatIsBetweenAndLackingIsWhatIsNotExcused(t *testing.T) {
	var given, excused intervals
	given.add(1, 3)
	given.add(10, 12)
	excused.add(5, 6)
	excused.add(9, 20)
	holes := given.holes()
	if len(holes) != 1 || holes[0] != (span{4, 9}) {
		t.Fatalf("holes %v", holes)
	}
	if n := excused.lacking(holes[0]); n != 3 { // 4, 7 and 8
		t.Errorf("%d lack", n)
	}
}
