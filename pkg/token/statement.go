package token

import (
	"crypto/ed25519"
	"crypto/sha256"
	"time"
)

// Signer signs statements that others verify with the public keys of AppendJWKS, by one EdDSA key of a ring. It is immutable.
type Signer struct {
	spec    keySpec
	private ed25519.PrivateKey
}

// Signer is the EdDSA key that signs at a time. false: the ring has none.
func (k *Keyring) Signer(at time.Time) (s *Signer, ok bool) {
	var oldest *publicKey
	for i := range k.public { // newest first
		if oldest = &k.public[i]; oldest.activatesAt <= at.Unix() {
			break
		}
	}
	if oldest == nil {
		return nil, false
	}
	return oldest.signer(), true
}

// SignerBy is the EdDSA key of an id. It is found also after it has ended, as long as it is in the ring, so that what it began can be
// finished. false: it is not in the ring.
func (k *Keyring) SignerBy(kid string) (s *Signer, ok bool) {
	for i := range k.public {
		if k.public[i].kid == kid {
			return k.public[i].signer(), true
		}
	}
	return nil, false
}

func (k *publicKey) signer() *Signer {
	return &Signer{k.keySpec, ed25519.NewKeyFromSeed(k.secret)}
}

// Kid is the key's id.
func (s *Signer) Kid() string { return s.spec.kid }

// Public is the key's public half.
func (s *Signer) Public() ed25519.PublicKey { return s.private.Public().(ed25519.PublicKey) }

// Sign is the signature (RFC 8032) of a statement. A statement must not begin like a token's header ("ey").
func (s *Signer) Sign(statement []byte) []byte { return ed25519.Sign(s.private, statement) }

// Derive makes a secret for another purpose of the key. All holders of the ring make the same, for as long as it is there.
func (s *Signer) Derive(purpose string) [sha256.Size]byte {
	return s.spec.derive(purpose)
}

// String names the key, and no secret.
func (s *Signer) String() string { return "signer(" + s.spec.kid + ")" }

// GoString is String, so that no verb prints a secret.
func (s *Signer) GoString() string { return s.String() }
