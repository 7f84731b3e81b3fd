package draw_test

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"testing"

	"github.com/einlass/einlass/pkg/queue/draw"
)

// seedOf is the seed of the i-th of many draws, each with another secret.
func seedOf(i int) draw.Value {
	secret := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("einlass uniformity test\n"), uint64(i)))
	return draw.Seed(secret, 1_800_000_000, 1, 9, draw.NoRoll(), draw.Value{})
}

// excess is by how many standard deviations the chi-square of counts is above its mean, by Wilson and Hilferty. expected is how many
// there should be of each.
func excess(counts []int, expected func(i int) float64, freedom int) float64 {
	chi := 0.0
	for i, n := range counts {
		e := expected(i)
		chi += (float64(n) - e) * (float64(n) - e) / e
	}
	k := float64(freedom)
	return (math.Cbrt(chi/k) - (1 - 2/(9*k))) / math.Sqrt(2/(9*k))
}

func even(n float64) func(int) float64 { return func(int) float64 { return n } }

// Over many draws each of few gets each place equally often. The draws are fixed, so the test says the same each time.
func TestEachPlaceIsEquallyLikelyForFew(t *testing.T) {
	for _, n := range []int{2, 3, 5, 8, 10} {
		counts := make([]int, n*n)
		for i := range manyDraws {
			p, err := draw.New(seedOf(i), uint64(n))
			if err != nil {
				t.Fatal(err)
			}
			for at := range n {
				place, err := p.Place(uint64(at))
				if err != nil {
					t.Fatal(err)
				}
				counts[at*n+int(place)]++
			}
		}
		if z := excess(counts, even(manyDraws/float64(n)), (n-1)*(n-1)); math.Abs(z) > 4 {
			t.Errorf("N = %d: chi-square is %.1f standard deviations from its mean", n, z)
		}
	}
}

// All orders of four are equally likely, not only the places of each.
func TestEachOrderIsEquallyLikely(t *testing.T) {
	counts := map[[4]uint64]int{}
	for i := range manyDraws {
		p, err := draw.New(seedOf(i), 4)
		if err != nil {
			t.Fatal(err)
		}
		var order [4]uint64
		for at := range order {
			if order[at], err = p.Place(uint64(at)); err != nil {
				t.Fatal(err)
			}
		}
		counts[order]++
	}
	var all []int
	for _, n := range counts {
		all = append(all, n)
	}
	if z := excess(all, even(manyDraws/24.0), 23); len(counts) != 24 || math.Abs(z) > 4 {
		t.Errorf("%d of 24 orders; chi-square is %.1f standard deviations from its mean", len(counts), z)
	}
}

// Of many, early and late arrivals get early and late places equally often: a table of tenths, from 32 of each draw.
func TestArrivalSaysNothingOfThePlaceForMany(t *testing.T) {
	const n, tenths, sample = 5000, 10, 32
	counts := make([]int, tenths*tenths)
	for i := range manyDraws {
		p, err := draw.New(seedOf(i), n)
		if err != nil {
			t.Fatal(err)
		}
		for k := range sample {
			at := uint64(k*n/sample + i%(n/sample))
			place, err := p.Place(at)
			if err != nil {
				t.Fatal(err)
			}
			counts[at*tenths/n*tenths+place*tenths/n]++
		}
	}
	rows := make([]int, tenths)
	for i, c := range counts {
		rows[i/tenths] += c
	}
	expected := func(i int) float64 { return float64(rows[i/tenths]) / tenths }
	z := excess(counts, expected, tenths*(tenths-1))
	if math.Abs(z) > 4 {
		t.Errorf("chi-square is %.1f standard deviations from its mean", z)
	}
}

// A ticket of a million is mapped in so long.
func BenchmarkPlaceOfAMillion(b *testing.B) {
	p, err := draw.New(seedOf(1), 1_000_000)
	if err != nil {
		b.Fatal(err)
	}
	at := uint64(0)
	for b.Loop() {
		if _, err := p.Place(at); err != nil {
			b.Fatal(err)
		}
		at = (at + 7919) % 1_000_000
	}
}
