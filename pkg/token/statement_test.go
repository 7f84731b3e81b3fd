package token_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

var signedAt = time.Unix(1_800_000_000, 0)

func newRing(t *testing.T) *token.Keyring {
	t.Helper()
	ring, err := token.NewKeyring(rand.Reader, signedAt)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func signer(t *testing.T, ring *token.Keyring, at time.Time) *token.Signer {
	t.Helper()
	s, ok := ring.Signer(at)
	if !ok {
		t.Fatal("the ring has no EdDSA key")
	}
	return s
}

func TestStatementsVerifyByThePublishedKey(t *testing.T) {
	ring := newRing(t)
	s := signer(t, ring, signedAt)
	var set struct {
		Keys []struct{ Kid, X string }
	}
	if err := json.Unmarshal(ring.AppendJWKS(nil, signedAt), &set); err != nil || len(set.Keys) != 1 {
		t.Fatalf("%+v, %v", set, err)
	}
	public, err := base64.RawURLEncoding.DecodeString(set.Keys[0].X)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte(`{"statement":"test"}`)
	if set.Keys[0].Kid != s.Kid() || !bytes.Equal(public, s.Public()) || !ed25519.Verify(public, text, s.Sign(text)) {
		t.Error("the published key does not verify the statement")
	}
}

func TestTheKeyOfAStatementOutlivesARotation(t *testing.T) {
	ring := newRing(t)
	old := signer(t, ring, signedAt)
	turn := signedAt.Add(time.Hour)
	next, err := ring.Rotate(rand.Reader, token.Rotation{Now: signedAt, ActivatesAt: turn})
	if err != nil {
		t.Fatal(err)
	}
	if before := signer(t, next, turn.Add(-time.Second)); before.Kid() != old.Kid() {
		t.Error("the next key signs too early")
	}
	if after := signer(t, next, turn); after.Kid() == old.Kid() || after.Derive("p") == old.Derive("p") {
		t.Error("the next key does not sign, or has the same secrets")
	}
	again, ok := next.SignerBy(old.Kid())
	if !ok || again.Derive("p") != old.Derive("p") {
		t.Error("the key that has ended does not derive what it derived")
	}
	if _, ok := next.SignerBy("nobody"); ok {
		t.Error("an unknown key signs")
	}
}

// A clock that is behind has the oldest key.
func TestASignerBeforeTheFirstKey(t *testing.T) {
	ring := newRing(t)
	if s := signer(t, ring, signedAt.Add(-time.Hour)); s.Kid() != signer(t, ring, signedAt).Kid() {
		t.Error("no key signs")
	}
}

func TestSecretsOfPurposesDiffer(t *testing.T) {
	ring := newRing(t)
	s, again := signer(t, ring, signedAt), signer(t, ring, signedAt)
	if s.Derive("a") == s.Derive("b") || s.Derive("a") != again.Derive("a") {
		t.Error("purposes share a secret, or one has two")
	}
}

func TestASignerPrintsNoSecret(t *testing.T) {
	s := signer(t, newRing(t), signedAt)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, s); text != "signer("+s.Kid()+")" {
			t.Errorf("%s: %q", verb, text)
		}
	}
}
