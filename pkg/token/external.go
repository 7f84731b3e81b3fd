package token

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"
)

// maxIssuer bounds the iss claim in bytes.
const maxIssuer = 256

// ExternalPass is a pass for a system that verifies it with the public keys of
// JWKS: an origin, an app's backend. It can be presented to us by nobody; only
// the cookie's pass opens the gate.
type ExternalPass struct {
	// Issuer is the iss claim: a name of this installation that the other system
	// is told to expect, usually its URL. 1 to 256 bytes of UTF-8.
	Issuer string
	// Pass is the stay that it attests, under the rules of IssuePass.
	Pass Pass
}

// IssueExternalPass returns p signed by golang-jwt (EdDSA, RFC 8037) with the
// key that signs at p.Pass.IssuedAt. Without an EdDSA key it gives
// ErrNoExternalKey, for claims out of bounds ErrInvalidClaims.
func (a *Authority) IssueExternalPass(p ExternalPass) (string, error) {
	c := p.Pass.claims()
	if err := a.check(p.Pass.Room, &c); err != nil {
		return "", fmt.Errorf("issue external pass: %w", err)
	}
	if len(p.Issuer) == 0 || len(p.Issuer) > maxIssuer || !utf8.ValidString(p.Issuer) {
		return "", fmt.Errorf("issue external pass: %w: issuer must have 1 to %d bytes of UTF-8", ErrInvalidClaims, maxIssuer)
	}
	key := a.source.Ring().externalSigner(c.issuedAt)
	if key == nil {
		return "", fmt.Errorf("issue external pass: %w", ErrNoExternalKey)
	}
	return signJWT(jwt.SigningMethodEdDSA, kindExternalPass, key.kid,
		newWireClaims(kindExternalPass, p.Issuer, a.room, &c), key.private)
}

// jwk is a public Ed25519 key (RFC 8037 §2, RFC 7517 §4).
type jwk struct {
	Algorithm string `json:"alg"`
	Curve     string `json:"crv"`
	ID        string `json:"kid"`
	Type      string `json:"kty"`
	Use       string `json:"use"`
	X         string `json:"x"`
}

// JWKS returns the JSON Web Key Set (RFC 7517 §5) of the EdDSA keys that have
// not ended at now, as application/jwk-set+json. Keys that do not sign yet are
// in it, so that other systems know them in time: an answer with this set may be
// cached for at most the lead between Rotation.Now and Rotation.ActivatesAt.
func (k *Keyring) JWKS(now time.Time) ([]byte, error) {
	set := struct {
		Keys []jwk `json:"keys"`
	}{Keys: []jwk{}}
	for _, key := range k.externals {
		if key.retired(now.Unix()) {
			continue
		}
		set.Keys = append(set.Keys, jwk{
			Algorithm: algEdDSA, Curve: "Ed25519", ID: key.kid, Type: "OKP", Use: "sig",
			X: base64.RawURLEncoding.EncodeToString(key.public()),
		})
	}
	text, err := json.Marshal(set)
	if err != nil {
		return nil, fmt.Errorf("encode key set: %w", err)
	}
	return text, nil
}
