package queue

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"time"
)

// VisitorID names one visitor: 128 random bits, never derived from data about the person.
type VisitorID [16]byte

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
		return id, fmt.Errorf("visitor id of %d characters, want 22: %w", len(s), ErrInvalid)
	}
	if _, err := base64.RawURLEncoding.Strict().Decode(id[:], []byte(s)); err != nil {
		return VisitorID{}, fmt.Errorf("visitor id: %w", ErrInvalid)
	}
	return id, nil
}

// Order is a place's rank in the room's total order, over all epochs: a smaller order is called earlier.
// It fits in the 53 bits that a Redis score holds exactly.
type Order uint64

// numberBits is how far epochs are apart in the order. An epoch counts seconds, so the numbers of one epoch
// reach those of the next only if more than 4 million visitors a second arrive.
const numberBits = 22

// MaxOrder is the largest order a store accepts (2^53-1, exact in an IEEE 754 double).
const MaxOrder Order = 1<<53 - 1

// MaxCarried is the highest number that the next epoch goes on counting from: a trillion, more than any line gives.
const MaxCarried = 1 << 40

// maxNumber is the highest number that a place may have.
const maxNumber = 1<<51 - 1

// CarryNumber is the highest number given in a line that follows one in which n may have been given; see Carry in [Store].
func CarryNumber(last, n uint64) uint64 {
	if n > MaxCarried {
		return last
	}
	return max(last, n)
}

// epochZero is the start of epoch counting. 31 bits of seconds reach into 2094.
var epochZero = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// EpochAt is the smallest epoch that a line begun at t (milliseconds since 1970) may have.
func EpochAt(ms int64) uint64 {
	return uint64(max(1, (ms-epochZero.UnixMilli())/1000))
}

// OrderOf is the order of a number in an epoch, as [Store] defines it: epoch·2²² + number. Stores and the
// checks of stores call it; everything else has a place and calls Place.Order.
func OrderOf(epoch, number uint64) Order { return Order(epoch<<numberBits + number) }

// NextEpoch is the epoch for a line that follows everything given so far: later than prev, than the clock's
// epoch and than the highest order that could have been given.
func NextEpoch(ms int64, prev uint64, highest Order) uint64 {
	return max(EpochAt(ms), prev+1, uint64(highest>>numberBits)+1)
}

// Place is a position in the line as a ticket carries it. Number counts from 1 in arrival order and is never
// changed; Epoch tells the lines before and after a loss of the store apart.
type Place struct {
	Visitor VisitorID
	Epoch   uint64
	Number  uint64
}

// Order is the place's rank in the room's total order. It is the one function that maps a ticket to its order: the
// engine, gateways, journals and load tests have no other.
func (p Place) Order() Order { return OrderOf(p.Epoch, p.Number) }

// Valid reports whether the place could have been given by a store.
func (p Place) Valid() bool {
	return p.Epoch > 0 && p.Epoch < 1<<31 && p.Number > 0 && p.Number <= maxNumber && p.Order() <= MaxOrder
}
