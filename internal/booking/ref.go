package booking

import (
	"crypto/hmac"
	"crypto/sha256"
)

// Hash is what is kept of a site's own name of something, so that it counts once: HMAC-SHA256 by a key of the gateways (RFC 2104), cut to
// 16 bytes. kind tells names of different things apart, as of a booking and of what gave it back.
func Hash(key [sha256.Size]byte, room string, kind byte, ref string) (h [16]byte) {
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte{kind, byte(len(room))})
	mac.Write([]byte(room))
	mac.Write([]byte(ref))
	copy(h[:], mac.Sum(nil))
	return h
}
