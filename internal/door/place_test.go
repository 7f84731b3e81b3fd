package door_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/pkg/token"
)

func placesOf(t testing.TB, source *token.Source, room string) *door.Places {
	t.Helper()
	p, err := door.NewPlaces(source, room)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func at(ms int64) time.Time { return time.UnixMilli(ms) }

func TestAPlaceCodeNamesOnePlace(t *testing.T) {
	source := sourceOf(t, "k0")
	places := placesOf(t, source, room)
	seen := map[string]bool{}
	for order := uint64(1) << 40; order < 1<<40+2000; order++ {
		text := places.Code(order, noon)
		if !regexp.MustCompile(`^[` + signs + `]{4}-[` + signs + `]{4}$`).MatchString(text) {
			t.Fatalf("it is %q", text)
		}
		if seen[text] {
			t.Errorf("%s is of two places", text)
		}
		seen[text] = true
		if err := places.Check(order, strings.ToLower(text), noon); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if err := places.Check(order+1, text, noon); !errors.Is(err, door.ErrWrong) {
			t.Errorf("%s with the number after it: %v", text, err)
		}
	}
	if err := placesOf(t, source, "elsewhere").Check(7, places.Code(7, noon), noon); !errors.Is(err, door.ErrWrong) {
		t.Errorf("of another room: %v", err)
	}
}

func TestASlipInAPlaceCodeIsATypo(t *testing.T) {
	places := placesOf(t, sourceOf(t, "k0"), room)
	for order := range uint64(20) {
		text := strings.ReplaceAll(places.Code(order, noon), "-", "")
		var slips []string
		for i := range text {
			for _, sign := range signs + "0O1IL" {
				slips = append(slips, text[:i]+string(sign)+text[i+1:])
			}
			if i > 0 {
				slips = append(slips, text[:i-1]+text[i:i+1]+text[i-1:i]+text[i+1:])
			}
			slips = append(slips, text[:i])
		}
		for _, slip := range slips {
			if err := places.Check(order, slip, noon); slip != text && !errors.Is(err, door.ErrTypo) {
				t.Errorf("%q for %q: %v", slip, text, err)
			}
		}
	}
}

func TestAPlaceCodeHoldsUntilItsKeyEnds(t *testing.T) {
	random := rand.NewChaCha8([32]byte(bytes.Repeat([]byte{1}, 32)))
	ring, err := token.NewKeyring(random, at(noon))
	if err != nil {
		t.Fatal(err)
	}
	source, err := token.NewSource(ring)
	if err != nil {
		t.Fatal(err)
	}
	places := placesOf(t, source, room)
	before := places.Code(7, noon)
	rotated, err := ring.Rotate(random, token.Rotation{Now: at(noon), ActivatesAt: at(noon + hour), Overlap: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if err := source.Replace(rotated); err != nil {
		t.Fatal(err)
	}
	if got := places.Code(7, noon+hour-1); got != before {
		t.Errorf("before the other key signs: %s, was %s", got, before)
	}
	after := places.Code(7, noon+hour)
	if after == before || places.Check(7, after, noon+2*hour) != nil || places.Check(7, before, noon+2*hour-1) != nil {
		t.Errorf("%s and %s", before, after)
	}
	if err := places.Check(7, before, noon+2*hour); !errors.Is(err, door.ErrWrong) {
		t.Errorf("when its key has ended: %v", err)
	}
}

func BenchmarkPlaceCode(b *testing.B) {
	places := placesOf(b, sourceOf(b, "k0"), room)
	b.ReportAllocs()
	for b.Loop() {
		_ = places.Code(1<<40, noon)
	}
}
