package gateway_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/einlass/einlass/pkg/token"
)

// The seed of RFC 8037, appendix A.1.
const publishedSeed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"

func TestOthersVerifyWithThePublishedKeysWhatAKeyOfTheRingSigned(t *testing.T) {
	s := newFixture(t, closed)
	ring, err := token.LoadEnv("k1:bm9ib2R5IGtub3dzIHRoaXMgc2VjcmV0LCBzbyBrZWVwIGl0IQ,x1:EdDSA:" + publishedSeed)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.ring.Replace(ring); err != nil {
		t.Fatal(err)
	}
	seed, err := base64.RawURLEncoding.DecodeString(publishedSeed)
	if err != nil {
		t.Fatal(err)
	}
	unsigned := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{"draw": "8:00"})
	unsigned.Header["kid"] = "x1"
	statement, err := unsigned.SignedString(ed25519.NewKeyFromSeed(seed))
	if err != nil {
		t.Fatal(err)
	}

	a := s.browser().load("GET", "/.einlass/jwks.json")
	a.want(t, 200, "application/jwk-set+json")
	if cached := a.Header.Values("Cache-Control"); len(cached) != 1 || cached[0] != "public, max-age=60" {
		t.Errorf("Cache-Control is %q", cached)
	}
	if a.Header.Get("Set-Cookie") != "" {
		t.Error("a public answer sets a cookie")
	}
	var set struct {
		Keys []struct{ Kid, Kty, Crv, X string }
	}
	if err := json.Unmarshal([]byte(a.body), &set); err != nil {
		t.Fatal(err)
	}
	_, err = jwt.Parse(statement, func(unverified *jwt.Token) (any, error) {
		for _, key := range set.Keys {
			if key.Kid == unverified.Header["kid"] && key.Kty == "OKP" && key.Crv == "Ed25519" {
				public, err := base64.RawURLEncoding.DecodeString(key.X)
				return ed25519.PublicKey(public), err
			}
		}
		return nil, errors.New("no such key")
	}, jwt.WithValidMethods([]string{"EdDSA"}))
	if err != nil {
		t.Errorf("%s does not verify: %v", a.body, err)
	}

	if head := s.browser().load("HEAD", "/.einlass/jwks.json"); head.StatusCode != http.StatusOK || head.ContentLength != int64(len(a.body)) {
		t.Errorf("HEAD: %d, %d bytes", head.StatusCode, head.ContentLength)
	}
	if post := s.browser().load("POST", "/.einlass/jwks.json"); post.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", post.StatusCode)
	}
}
