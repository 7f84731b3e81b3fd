package token_test

import (
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

func TestDerivedSecretsDifferByPurposeAndKey(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	ring := must(token.NewKeyring(seeded(1), now))
	other := must(token.NewKeyring(seeded(2), now))
	a := ring.Derive("a", now)
	if a != ring.Derive("a", now.Add(time.Hour)) {
		t.Error("it changes with time")
	}
	if a == ring.Derive("b", now) || a == other.Derive("a", now) || a == [32]byte{} {
		t.Error("purposes or keys are not told apart")
	}
}

func TestSecretsAreDerivedOfAKeyByItsID(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	ring := must(token.NewKeyring(seeded(1), now))
	old := ring.SigningKid(now)
	later := now.Add(time.Hour)
	rotated := must(ring.Rotate(seeded(2), token.Rotation{Now: now, ActivatesAt: later, Overlap: time.Hour}))
	young := rotated.SigningKid(later)
	if young == old || rotated.SigningKid(now) != old {
		t.Fatalf("the keys that sign: %s, then %s", rotated.SigningKid(now), young)
	}
	for _, key := range []struct {
		kid string
		at  time.Time
	}{{old, now}, {young, later}} {
		if got, ok := rotated.DeriveBy(key.kid, "a"); !ok || got != rotated.Derive("a", key.at) {
			t.Errorf("of %s: %x, %v", key.kid, got, ok)
		}
	}
	if got := rotated.Kids(now); !slices.Equal(got, []string{young, old}) {
		t.Errorf("before the old one ends: %v", got)
	}
	end := later.Add(time.Hour)
	if got := rotated.Kids(end); !slices.Equal(got, []string{young}) {
		t.Errorf("when the old one has ended: %v", got)
	}
	if _, ok := rotated.DeriveBy(old, "a"); !ok {
		t.Error("a key that has ended is in the ring and not found")
	}
	gone := must(rotated.Rotate(seeded(3), token.Rotation{Now: end}))
	if _, ok := gone.DeriveBy(old, "a"); ok {
		t.Error("a key is found that is in the ring no more")
	}
}
