package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"time"
)

// Derive makes a secret for another purpose of the key that signs tickets and passes at a time. All holders of the ring make the same; it
// changes with that key. Purposes must differ, and none may begin like a token's header ("ey"). It is safe for concurrent use.
func (k *Keyring) Derive(purpose string, at time.Time) [sha256.Size]byte {
	mac := hmac.New(sha256.New, k.signer(at.Unix()).secret)
	mac.Write([]byte("derive " + purpose))
	return [sha256.Size]byte(mac.Sum(nil))
}
