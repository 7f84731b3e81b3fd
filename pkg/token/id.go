package token

import (
	"encoding/base64"
	"fmt"
	"io"
)

// ID names a visitor and nothing about them: 16 random bytes. Its text form is
// unpadded base64url (RFC 4648 §5), 22 characters.
type ID [16]byte

// idText is the length of an ID's text form.
const idText = 22

// NewID draws an ID from random, which must be a cryptographic source.
func NewID(random io.Reader) (ID, error) {
	var id ID
	if _, err := io.ReadFull(random, id[:]); err != nil {
		return ID{}, fmt.Errorf("draw visitor id: %w", err)
	}
	return id, nil
}

// String returns the text form.
func (id ID) String() string {
	return base64.RawURLEncoding.EncodeToString(id[:])
}

func (id ID) append(dst []byte) []byte {
	return base64.RawURLEncoding.AppendEncode(dst, id[:])
}

// decode reads text into id and reports whether text is the canonical form of it.
func (id *ID) decode(text []byte) bool {
	if len(text) != idText {
		return false
	}
	read, ok := decodeBase64(id[:], text)
	return ok && len(read) == len(id)
}
