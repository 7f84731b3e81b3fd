package queue

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
)

// NewVisitorID draws an id from r, or from crypto/rand when r is nil.
func NewVisitorID(r io.Reader) (VisitorID, error) {
	if r == nil {
		r = rand.Reader
	}
	var id VisitorID
	if _, err := io.ReadFull(r, id[:]); err != nil {
		return VisitorID{}, fmt.Errorf("draw visitor id: %w", err)
	}
	return id, nil
}

// String is the id as unpadded base64url, 22 characters.
func (id VisitorID) String() string { return base64.RawURLEncoding.EncodeToString(id[:]) }

// ParseVisitorID reads what String wrote. Anything else is ErrInvalid.
func ParseVisitorID(s string) (VisitorID, error) {
	var id VisitorID
	if len(s) != 22 {
		return id, fmt.Errorf("id of %d characters, want 22: %w", len(s), ErrInvalid)
	}
	if _, err := base64.RawURLEncoding.Strict().Decode(id[:], []byte(s)); err != nil {
		return VisitorID{}, fmt.Errorf("id that is not base64url: %w", ErrInvalid)
	}
	return id, nil
}
