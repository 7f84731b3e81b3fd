package token

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// KeyState is what a key does at a time.
type KeyState string

// The states of a key.
const (
	KeySigns   KeyState = "signs"   // it signs what is made now, and verifies
	KeyPending KeyState = "pending" // it begins to sign later; it verifies
	KeyKept    KeyState = "kept"    // a newer key signs; it verifies until its end
	KeyEnded   KeyState = "ended"   // it does nothing any more
	KeyUnknown KeyState = "unknown" // this release does not know its algorithm
)

// KeyInfo is what may be told of a key: no secret. A zero time means none.
type KeyInfo struct {
	Kid, Alg                       string
	Created, ActivatesAt, NotAfter time.Time
	State                          KeyState
}

// Keys tells of the keys of the ring and what each does at now, the newest first.
func (k *Keyring) Keys(now time.Time) []KeyInfo {
	at := now.Unix()
	all := make([]KeyInfo, 0, len(k.specs))
	for i := range k.specs {
		s := &k.specs[i]
		all = append(all, KeyInfo{
			Kid: s.kid, Alg: s.alg, Created: timeOrZero(s.created), ActivatesAt: timeOrZero(s.activatesAt), NotAfter: timeOrZero(s.notAfter),
			State: k.state(s, at),
		})
	}
	return all
}

func (k *Keyring) state(s *keySpec, at int64) KeyState {
	switch {
	case !s.known():
		return KeyUnknown
	case s.retired(at):
		return KeyEnded
	case s.kid == k.signs(s.alg, at):
		return KeySigns
	case s.activatesAt > at:
		return KeyPending
	}
	return KeyKept
}

// signs is the name of the key of an algorithm that signs at a time; empty: none does.
func (k *Keyring) signs(alg string, at int64) string {
	if alg == algHMAC {
		return k.signer(at).kid
	}
	if by, ok := k.Signer(time.Unix(at, 0)); ok {
		return by.Kid()
	}
	return ""
}

// Version names the keys of the ring with their times, and changes with each of them. It tells nothing of their secrets: 16 hexadecimal digits.
func (k *Keyring) Version() string {
	h := sha256.New()
	for i := range k.specs {
		s := &k.specs[i]
		fmt.Fprintf(h, "%q %q %d %d %d\n", s.kid, s.alg, s.created, s.activatesAt, s.notAfter)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
