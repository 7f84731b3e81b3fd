package token_test

import (
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
