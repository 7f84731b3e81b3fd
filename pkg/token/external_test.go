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

// otherSystem verifies external passes as a stranger would: with golang-jwt and
// the published keys.
func otherSystem(raw string, keySet []byte, now time.Time) (*oracleClaims, error) {
	var set struct {
		Keys []map[string]string `json:"keys"`
	}
	if err := json.Unmarshal(keySet, &set); err != nil {
		return nil, err
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"EdDSA"}), jwt.WithAudience(room), jwt.WithIssuer("https://termine.example"),
		jwt.WithIssuedAt(), jwt.WithExpirationRequired(), jwt.WithTimeFunc(func() time.Time { return now }),
	)
	var read oracleClaims
	_, err := parser.ParseWithClaims(raw, &read, func(unverified *jwt.Token) (any, error) {
		for _, key := range set.Keys {
			if key["kid"] == unverified.Header["kid"] && key["kty"] == "OKP" && key["crv"] == "Ed25519" {
				public, err := base64.RawURLEncoding.DecodeString(key["x"])
				return ed25519.PublicKey(public), err
			}
		}
		return nil, errors.New("no such key")
	})
	return &read, err
}

func TestAnotherSystemVerifiesAnExternalPassWithTheKeySet(t *testing.T) {
	ring := must(token.NewKeyring(seeded(1), noon))
	external := token.ExternalPass{Issuer: "https://termine.example", Pass: somePass()}
	raw := must(authorityWith(ring).IssueExternalPass(external))
	read, err := otherSystem(raw, must(ring.JWKS(noon)), noon)
	if err != nil || !read.sameAsPass(external.Pass) {
		t.Fatalf("read as %+v, %v", read, err)
	}
	if _, err := otherSystem(raw, must(must(token.NewKeyring(seeded(2), noon)).JWKS(noon)), noon); err == nil {
		t.Error("the keys of another installation verify it")
	}
	if _, err := otherSystem(raw, must(ring.JWKS(noon)), time.Unix(external.Pass.ExpiresAt, 0)); !errors.Is(err, jwt.ErrTokenExpired) {
		t.Errorf("at its expiry: %v", err)
	}
}

func TestAnExternalPassDoesNotOpenTheGate(t *testing.T) {
	authority := authorityWith(must(token.NewKeyring(seeded(1), noon)))
	raw := must(authority.IssueExternalPass(token.ExternalPass{Issuer: "einlass", Pass: somePass()}))
	_, err := authority.VerifyPass([]byte(raw), noon)
	wantError(t, err, token.ErrWrongKind)
}

func TestTheKeySetShowsKeysBeforeTheySignAndUntilTheyEnd(t *testing.T) {
	ring := must(token.NewKeyring(seeded(1), noon))
	ring = must(ring.Rotate(seeded(2), token.Rotation{Now: noon, ActivatesAt: noon.Add(time.Hour), Overlap: time.Hour}))
	for at, want := range map[time.Duration]int{0: 2, time.Hour: 2, 2*time.Hour - 1: 2, 2 * time.Hour: 1} {
		keySet := must(ring.JWKS(noon.Add(at)))
		if count := strings.Count(string(keySet), `"kid"`); count != want {
			t.Errorf("after %v: %d keys, want %d: %s", at, count, want, keySet)
		}
	}
	for _, at := range []time.Duration{0, time.Hour, 2 * time.Hour} {
		pass := somePass()
		pass.IssuedAt, pass.ExpiresAt = noon.Add(at).Unix(), noon.Add(at+time.Minute).Unix()
		raw := must(authorityWith(ring).IssueExternalPass(token.ExternalPass{Issuer: "https://termine.example", Pass: pass}))
		if _, err := otherSystem(raw, must(ring.JWKS(noon.Add(at))), noon.Add(at)); err != nil {
			t.Errorf("a pass issued after %v: %v", at, err)
		}
	}
}

func TestTheKeySetShowsNoSecret(t *testing.T) {
	// The public key of the seed in RFC 8037, appendix A.1.
	ring := must(token.LoadEnv(envEntry("k1") + ",x1:EdDSA:nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
	want := `{"keys":[{"alg":"EdDSA","crv":"Ed25519","kid":"x1","kty":"OKP","use":"sig",` +
		`"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`
	if keySet := string(must(ring.JWKS(noon))); keySet != want {
		t.Fatalf("key set is %s", keySet)
	}
}

func TestWithoutAnEdDSAKeyThereAreNoExternalPasses(t *testing.T) {
	authority := authorityOver("k1")
	_, err := authority.IssueExternalPass(token.ExternalPass{Issuer: "einlass", Pass: somePass()})
	wantError(t, err, token.ErrNoExternalKey)
	if keySet := string(must(must(token.LoadEnv(envEntry("k1"))).JWKS(noon))); keySet != `{"keys":[]}` {
		t.Errorf("key set is %s", keySet)
	}
}

func TestAnExternalPassNeedsAnIssuer(t *testing.T) {
	authority := authorityWith(must(token.NewKeyring(seeded(1), noon)))
	for _, issuer := range []string{"", "\xff", strings.Repeat("x", 257)} {
		_, err := authority.IssueExternalPass(token.ExternalPass{Issuer: issuer, Pass: somePass()})
		wantError(t, err, token.ErrInvalidClaims)
	}
}
