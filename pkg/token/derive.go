package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"time"
)

// Derive makes a secret for another purpose of the key that signs tickets and passes at a time. All holders of the ring make the same; it
// changes with that key. Purposes must differ, and none may begin like a token's header ("ey"). It is safe for concurrent use.
func (k *Keyring) Derive(purpose string, at time.Time) [sha256.Size]byte {
	return k.signer(at.Unix()).derive(purpose)
}

// DeriveBy is Derive of the key of an id. It is found also after it has ended, as long as it is in the ring, so that what was printed with
// it can still be read. false: it is not in the ring.
func (k *Keyring) DeriveBy(kid, purpose string) (secret [sha256.Size]byte, ok bool) {
	for _, key := range k.macs {
		if key.kid == kid {
			return key.derive(purpose), true
		}
	}
	return secret, false
}

// SigningKid is the id of the key that signs tickets and passes at a time.
func (k *Keyring) SigningKid(at time.Time) string { return k.signer(at.Unix()).kid }

// Kids are the ids of the keys that verify tickets and passes at a time, those that are to sign later included; the latest first.
func (k *Keyring) Kids(at time.Time) []string {
	var kids []string
	for _, key := range k.macs {
		if !key.retired(at.Unix()) {
			kids = append(kids, key.kid)
		}
	}
	return kids
}

func (s *keySpec) derive(purpose string) [sha256.Size]byte {
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte("derive " + purpose))
	return [sha256.Size]byte(mac.Sum(nil))
}
