package queue

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// sketchOf is the sketch that a store makes of a line: orders in line, sorted, and the highest number given.
func sketchOf(line []Order, end Order) Sketch {
	s := Sketch{First: line[:min(len(line), SketchExact)], Waiting: int64(len(line)), End: end}
	for _, rank := range SketchRanks(int64(len(line))) {
		s.Samples = append(s.Samples, line[rank])
	}
	return s
}

// within1 reports whether the answer is as good as promised.
func within1(got, truth int64, exact bool) bool {
	if exact {
		return got == truth
	}
	return truth >= SketchExact && got >= SketchExact && 100*max(got-truth, truth-got) <= truth
}

func numbered(n int) []Order {
	line := make([]Order, n)
	for i := range line {
		line[i] = OrderOf(7, uint64(i+1))
	}
	return line
}

func TestPeopleAheadAreExactForTheFirstThousandAndWithinOnePercentBehind(t *testing.T) {
	for _, n := range []int{0, 1, 999, 1000, 1001, 1002, 1020, 1021, 5000, 123_456} {
		line := numbered(n)
		s := sketchOf(line, OrderOf(7, uint64(n)))
		for i, o := range line {
			got, exact := s.Ahead(o)
			if !within1(got, int64(i), exact) || exact != (i <= SketchExact) {
				t.Fatalf("line of %d, rank %d: %d ahead, exact %v", n, i, got, exact)
			}
		}
		for later := range uint64(50) {
			truth := int64(n) + int64(later)
			if got, exact := s.Ahead(OrderOf(7, uint64(n)+later+1)); !within1(got, truth, exact) {
				t.Errorf("%d arrivals after a line of %d: %d ahead, exact %v", later, n, got, exact)
			}
		}
	}
}

func TestPeopleAheadAreRightAlsoWhenMostOfTheLineHasLeft(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	line := numbered(200_000)
	end := line[len(line)-1]
	for len(line) > 100 {
		// A large part leaves, here and there and also in one block.
		from := r.IntN(len(line))
		line = slices.Delete(line, from, min(len(line), from+len(line)/7))
		line = slices.DeleteFunc(line, func(Order) bool { return r.IntN(4) == 0 })
		s := sketchOf(line, end)
		for i, o := range line {
			if got, exact := s.Ahead(o); !within1(got, int64(i), exact) {
				t.Fatalf("line of %d, rank %d: %d ahead, exact %v", len(line), i, got, exact)
			}
		}
	}
}

func TestPeopleAheadNeverRise(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	line := numbered(60_000)
	last, end := map[Order]int64{}, line[len(line)-1]
	for step := 0; len(line) > 0; step++ {
		s := sketchOf(line, end)
		for i := 0; i < len(line); i += 97 {
			got, _ := s.Ahead(line[i])
			if before, seen := last[line[i]]; seen && got > before {
				t.Fatalf("step %d: %d ahead of %d after %d", step, got, line[i], before)
			}
			last[line[i]] = got
		}
		// Some are called, some leave anywhere, and new ones come at the end.
		line = line[min(len(line), 500+r.IntN(1500)):]
		line = slices.DeleteFunc(line, func(o Order) bool { return o%97 != 1 && r.IntN(40) == 0 })
		if step < 20 {
			for range r.IntN(1500) {
				end++
				line = append(line, end)
			}
		}
	}
}

func TestAnArrivalIsToldTheSameBeforeAndAfterTheSnapshotThatKnowsIt(t *testing.T) {
	for _, n := range []int{10, 999, 1000, 1500, 40_000} {
		line := numbered(n + 1)
		before := sketchOf(line[:n], line[n-1])
		after := sketchOf(line, line[n])
		a, exactA := before.Ahead(line[n])
		b, exactB := after.Ahead(line[n])
		if a < b || exactA != exactB && n != SketchExact {
			t.Errorf("behind %d: %d (exact %v) before the snapshot, %d (exact %v) after", n, a, exactA, b, exactB)
		}
	}
}
