package draw_test

import (
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"github.com/einlass/einlass/pkg/queue/draw"
)

func seed(tb testing.TB, text string) (s [32]byte) {
	tb.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != 32 {
		tb.Fatalf("seed %q: %v", text, err)
	}
	return [32]byte(raw)
}

// The vector of the method: places of the first eight arrivals, and arrivals of the first eight places, of 9,000.
func TestTheDrawIsTheOneThatOthersCompute(t *testing.T) {
	p, err := draw.New(seed(t, "d1829639290b0ad7a3ab383e4250e809905862ed8a960449396458092852cb34"), 9000)
	if err != nil {
		t.Fatal(err)
	}
	var places, positions []uint64
	for i := range uint64(8) {
		place, err := p.Place(i)
		if err != nil {
			t.Fatal(err)
		}
		position, err := p.Position(i)
		if err != nil {
			t.Fatal(err)
		}
		places, positions = append(places, place), append(positions, position)
	}
	if want := []uint64{3669, 6116, 2788, 4609, 6350, 5595, 3850, 2446}; !slices.Equal(places, want) {
		t.Errorf("places %v, want %v", places, want)
	}
	if want := []uint64{4053, 7217, 5706, 3325, 7281, 5412, 5376, 5507}; !slices.Equal(positions, want) {
		t.Errorf("positions %v, want %v", positions, want)
	}
}

func TestADrawIsAPermutation(t *testing.T) {
	for _, n := range []uint64{1, 2, 3, 255, 256, 257, 1000, mostLots} {
		p, err := draw.New(seed(t, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"), n)
		if err != nil {
			t.Fatal(err)
		}
		taken := make([]bool, n)
		for i := range n {
			place, err := p.Place(i)
			if err != nil || place >= n || taken[place] {
				t.Fatalf("%d of %d: place %d, %v", i, n, place, err)
			}
			taken[place] = true
			if i%16 != 0 && n > 1000 {
				continue // the way back costs more
			}
			if back, err := p.Position(place); err != nil || back != i {
				t.Fatalf("%d of %d comes back as %d, %v", i, n, back, err)
			}
		}
	}
}

func TestADrawThatFailedLeavesTheOrderOfArrival(t *testing.T) {
	p, err := draw.New([32]byte{}, 500)
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint64(500) {
		if place, err := p.Place(i); err != nil || place != i {
			t.Fatalf("%d has place %d, %v", i, place, err)
		}
	}
}

func TestWhatIsOutsideADrawIsRefused(t *testing.T) {
	for _, n := range []uint64{0, draw.MaxN + 1} {
		if _, err := draw.New([32]byte{1}, n); !errors.Is(err, draw.ErrRange) {
			t.Errorf("%d numbers: %v", n, err)
		}
	}
	p, err := draw.New([32]byte{1}, 7)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Place(7); !errors.Is(err, draw.ErrRange) {
		t.Errorf("position 7 of 7: %v", err)
	}
	if _, err := p.Position(7); !errors.Is(err, draw.ErrRange) {
		t.Errorf("place 7 of 7: %v", err)
	}
}
