package staff

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// tokenPrefix tells what a token is for, to people and to programs that look for secrets where none should be.
const tokenPrefix = "einlass_"

// NewToken makes a token and what is kept of it.
func NewToken() (text, hash string) {
	var secret [24]byte
	_, _ = rand.Read(secret[:]) // never fails
	text = tokenPrefix + base64.RawURLEncoding.EncodeToString(secret[:])
	return text, hashToken(text)
}

// hashToken needs no salt and no time: a token is random.
func hashToken(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
