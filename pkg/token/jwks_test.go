package token_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/einlass/einlass/pkg/token"
)

// signStatement has golang-jwt sign with the newest EdDSA key of a ring that signs
// at a time, as the ring's file holds it.
func signStatement(t testing.TB, ring *token.Keyring, at time.Time) string {
	t.Helper()
	var file struct {
		Keys []struct {
			Kid, Alg, Secret string
			ActivatesAt      time.Time `json:"activates_at"`
		}
	}
	if err := json.Unmarshal(must(ring.Encode()), &file); err != nil {
		t.Fatal(err)
	}
	for _, key := range file.Keys {
		if key.Alg != "EdDSA" || key.ActivatesAt.After(at) {
			continue
		}
		unsigned := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{"iat": at.Unix()})
		unsigned.Header["kid"] = key.Kid
		return must(unsigned.SignedString(ed25519.NewKeyFromSeed(must(base64.RawURLEncoding.DecodeString(key.Secret)))))
	}
	t.Fatal("no EdDSA key signs")
	return ""
}

// verifyStatement verifies as a stranger would: with golang-jwt and the published
// keys.
func verifyStatement(raw string, keySet []byte) error {
	var set struct {
		Keys []map[string]string `json:"keys"`
	}
	if err := json.Unmarshal(keySet, &set); err != nil {
		return err
	}
	_, err := jwt.Parse(raw, func(unverified *jwt.Token) (any, error) {
		for _, key := range set.Keys {
			if key["kid"] == unverified.Header["kid"] && key["kty"] == "OKP" && key["crv"] == "Ed25519" {
				public, err := base64.RawURLEncoding.DecodeString(key["x"])
				return ed25519.PublicKey(public), err
			}
		}
		return nil, errors.New("no such key")
	}, jwt.WithValidMethods([]string{"EdDSA"}), jwt.WithoutClaimsValidation())
	return err
}

func TestThePublishedKeysVerifyWhatTheRingSigns(t *testing.T) {
	ring := must(token.NewKeyring(seeded(1), noon))
	raw := signStatement(t, ring, noon)
	if err := verifyStatement(raw, ring.AppendJWKS(nil, noon)); err != nil {
		t.Fatal(err)
	}
	if err := verifyStatement(raw, must(token.NewKeyring(seeded(2), noon)).AppendJWKS(nil, noon)); err == nil {
		t.Error("the keys of another installation verify it")
	}
}

func TestTheKeySetShowsKeysBeforeTheySignAndUntilTheyEnd(t *testing.T) {
	ring := must(token.NewKeyring(seeded(1), noon))
	ring = must(ring.Rotate(seeded(2), token.Rotation{Now: noon, ActivatesAt: noon.Add(time.Hour), Overlap: time.Hour}))
	for at, want := range map[time.Duration]int{0: 2, time.Hour: 2, 2*time.Hour - 1: 2, 2 * time.Hour: 1} {
		keySet := string(ring.AppendJWKS(nil, noon.Add(at)))
		if count := strings.Count(keySet, `"kid"`); count != want {
			t.Errorf("after %v: %d keys, want %d: %s", at, count, want, keySet)
		}
	}
	for _, at := range []time.Duration{0, time.Hour, 2 * time.Hour} {
		raw := signStatement(t, ring, noon.Add(at))
		if err := verifyStatement(raw, ring.AppendJWKS(nil, noon.Add(at))); err != nil {
			t.Errorf("signed after %v: %v", at, err)
		}
		// A verifier may still have the set of a while ago.
		if err := verifyStatement(raw, ring.AppendJWKS(nil, noon.Add(at-token.MaxJWKSAge))); err != nil {
			t.Errorf("signed after %v, with a cached set: %v", at, err)
		}
	}
}

func TestTheKeySetShowsNoSecret(t *testing.T) {
	// The public key of the seed in RFC 8037, appendix A.1.
	ring := must(token.LoadEnv(envEntry("k1") + ",x1:EdDSA:nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
	want := `{"keys":[{"alg":"EdDSA","crv":"Ed25519","kid":"x1","kty":"OKP","use":"sig",` +
		`"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`
	if keySet := string(authorityWith(ring).AppendJWKS(nil, noon)); keySet != want {
		t.Fatalf("key set is %s", keySet)
	}
}

func TestARingWithoutAPairGetsOneByARotation(t *testing.T) {
	ring := must(token.LoadEnv(envEntry("k1")))
	if keySet := string(ring.AppendJWKS(nil, noon)); keySet != `{"keys":[]}` {
		t.Errorf("key set is %s", keySet)
	}
	ring = must(ring.Rotate(seeded(1), token.Rotation{Now: noon, ActivatesAt: noon.Add(time.Minute), Overlap: time.Hour}))
	if err := verifyStatement(signStatement(t, ring, noon.Add(time.Minute)), ring.AppendJWKS(nil, noon)); err != nil {
		t.Error(err)
	}
}
