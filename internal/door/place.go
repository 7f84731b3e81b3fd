package door

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"sync/atomic"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

// placeSigns is the length of a place code with its check sign.
const placeSigns = 8

// placePurpose is what the secret is for; the room follows.
const placePurpose = "door places/v1\n"

// Places makes and reads the codes that name a place together with its number. Make one with NewPlaces.
type Places struct {
	source *token.Source
	room   string
	last   atomic.Pointer[placeKey]
}

// placeKey is a key of a ring that a code was made with last.
type placeKey struct {
	ring   *token.Keyring
	kid    string
	secret [sha256.Size]byte
}

// NewPlaces makes the place codes of a room.
func NewPlaces(source *token.Source, room string) (*Places, error) {
	if source == nil || room == "" {
		return nil, errors.New("place codes: source and room are required")
	}
	return &Places{source: source, room: room}, nil
}

// Code is the code of the place of an order, by the key that signs at a time.
func (p *Places) Code(order uint64, now int64) string {
	ring := p.source.Ring()
	kid := ring.SigningKid(time.UnixMilli(now))
	key := p.last.Load()
	if key == nil || key.ring != ring || key.kid != kid {
		secret, _ := ring.DeriveBy(kid, placePurpose+p.room) // the ring has just named it
		key = &placeKey{ring: ring, kid: kid, secret: secret}
		p.last.Store(key)
	}
	signs := placeOf(&key.secret, order)
	return string(appendSigns(make([]byte, 0, placeSigns+placeSigns/group-1), signs[:]))
}

// Check reads the code of the place of an order as somebody typed it: nil, ErrTypo, or ErrWrong if no key that verifies at now has made it.
func (p *Places) Check(order uint64, text string, now int64) error {
	var signs [placeSigns]byte
	if err := read(text, signs[:]); err != nil {
		return err
	}
	ring := p.source.Ring()
	for _, kid := range ring.Kids(time.UnixMilli(now)) {
		secret, _ := ring.DeriveBy(kid, placePurpose+p.room)
		if want := placeOf(&secret, order); subtle.ConstantTimeCompare(signs[:], want[:]) == 1 {
			return nil
		}
	}
	return ErrWrong
}

// placeOf are the signs of a place code: seven of a MAC, and the check sign.
func placeOf(secret *[sha256.Size]byte, order uint64) (signs [placeSigns]byte) {
	mac := hmac.New(sha256.New, secret[:])
	var text [8]byte
	binary.BigEndian.PutUint64(text[:], order)
	mac.Write(text[:])
	rest := binary.BigEndian.Uint64(mac.Sum(nil))
	for i := range placeSigns - 1 {
		signs[i] = byte(rest % base)
		rest /= base
	}
	signs[placeSigns-1] = check(signs[:placeSigns-1])
	return signs
}
