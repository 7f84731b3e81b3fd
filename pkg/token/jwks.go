package token

import (
	"crypto/ed25519"
	"encoding/base64"
	"time"
)

// MaxJWKSAge is how long an answer with the key set may be cached. It is shorter
// than the time that a rotation gives new keys before they sign, so that whoever
// asks again after it knows every key that signs.
const MaxJWKSAge = time.Minute

// AppendJWKS appends the JSON Web Key Set (RFC 7517 §5) of the EdDSA keys that
// have not ended at now, as application/jwk-set+json. Keys that do not sign yet
// are in it, so that others know them in time.
func (k *Keyring) AppendJWKS(dst []byte, now time.Time) []byte {
	dst = append(dst, `{"keys":[`...)
	first := true
	for i := range k.public {
		key := &k.public[i]
		if key.retired(now.Unix()) {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(dst, key.jwk...)
	}
	return append(dst, "]}"...)
}

// publicKey is what others verify with.
type publicKey struct {
	keySpec
	jwk string
}

// newPublicKey writes the public half of an Ed25519 key (RFC 8037 §2). Nothing
// in it needs an escape.
func newPublicKey(spec keySpec) publicKey {
	public := ed25519.NewKeyFromSeed(spec.secret)[ed25519.SeedSize:]
	return publicKey{keySpec: spec, jwk: `{"alg":"` + algEdDSA + `","crv":"Ed25519","kid":"` + spec.kid +
		`","kty":"OKP","use":"sig","x":"` + base64.RawURLEncoding.EncodeToString(public) + `"}`}
}
