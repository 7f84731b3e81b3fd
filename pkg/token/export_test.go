package token

import (
	"crypto/sha256"
	"fmt"
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
