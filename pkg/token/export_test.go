package token

import (
	"crypto/sha256"
	"fmt"
	"time"
)

// The file format without a file, for fuzzing.
var DecodeKeyring = decodeKeyring

// Encode returns the text of a keyring file.
func (k *Keyring) Encode() ([]byte, error) { return k.encode() }

// DecodeBase64 decodes canonical base64url only.
var DecodeBase64 = decodeBase64

// Fingerprint is one word for the whole text of the file.
func (k *Keyring) Fingerprint() string {
	text, err := k.encode()
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%x", sha256.Sum256(text))
}

// KeyInfo is a key without its secret. Times are UTC in whole
// seconds; the zero time means none.
type KeyInfo struct {
	ID          string
	Algorithm   string // HS256, EdDSA, or one that this release does not know
	Created     time.Time
	ActivatesAt time.Time // signs from here on, until a newer key of its algorithm does
	NotAfter    time.Time // verifies before this
}

// Keys describes the keys of the ring, newest first.
func (k *Keyring) Keys() []KeyInfo {
	infos := make([]KeyInfo, 0, len(k.specs))
	for i := range k.specs {
		spec := &k.specs[i]
		infos = append(infos, KeyInfo{
			ID: spec.kid, Algorithm: spec.alg,
			Created:     timeOrZero(spec.created),
			ActivatesAt: timeOrZero(spec.activatesAt),
			NotAfter:    timeOrZero(spec.notAfter),
		})
	}
	return infos
}
