package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"sync"
)

// Lengths of a secret in bytes. The lower bound is that of RFC 7518 §3.2 for
// HS256; the upper one only catches a file that was pasted into the wrong place.
const (
	minSecret = 32
	maxSecret = 256
)

const maxKid = 32

// keySpec is a key as it stands in a file. Times are Unix seconds, 0 means none.
// Of a key of an unknown algorithm only kid, alg and unread are set.
type keySpec struct {
	kid         string
	alg         string
	created     int64
	activatesAt int64  // signs from here on, until a newer key does
	notAfter    int64  // verifies before this, 0: without end
	secret      []byte // HMAC secret, or Ed25519 seed (RFC 8032 §5.1.5)
	unread      []byte // the whole key as JSON, if its algorithm is unknown
}

// known reports whether this release knows the key's algorithm.
func (s *keySpec) known() bool {
	return s.alg == algHMAC || s.alg == algEdDSA
}

// retired reports whether the key has reached its end.
func (s *keySpec) retired(now int64) bool {
	return s.notAfter != 0 && now >= s.notAfter
}

// macKey signs and verifies tickets and passes.
type macKey struct {
	keySpec
	heads [kinds]string // encoded header with its dot, by kind
	pool  sync.Pool     // of *scratch
}

// scratch is the working memory of one signature. It is pooled because a hash
// behind an interface and everything it touches lives on the heap.
type scratch struct {
	mac    hash.Hash
	claims [maxClaims]byte
	sum    [sha256.Size]byte
	sig    [signatureText]byte
}

// signatureText is the length of an encoded HMAC-SHA256.
const signatureText = 43

func newMACKey(spec keySpec) *macKey {
	key := &macKey{keySpec: spec}
	for k := range kinds {
		key.heads[k] = base64.RawURLEncoding.EncodeToString([]byte(headerJSON(k, spec.kid))) + "."
	}
	key.pool.New = func() any {
		mac := hmac.New(sha256.New, spec.secret)
		// The second Reset of an HMAC restores the state after the padded key
		// instead of hashing it again; this is the first.
		mac.Reset()
		return &scratch{mac: mac}
	}
	return key
}

// sign returns the encoded signature of text; it lives in s.
func (s *scratch) sign(text []byte) []byte {
	s.mac.Reset()
	s.mac.Write(text)
	base64.RawURLEncoding.Encode(s.sig[:], s.mac.Sum(s.sum[:0]))
	return s.sig[:]
}

// isKid reports whether kid can stand in a header without escaping and in an
// environment value without quoting. The name of an algorithm obeys the same
// rule.
func isKid[T string | []byte](kid T) bool {
	if len(kid) == 0 || len(kid) > maxKid {
		return false
	}
	for i := range len(kid) {
		if !isWord(kid[i]) {
			return false
		}
	}
	return true
}
