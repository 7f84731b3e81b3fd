// Package draw is the draw of a lobby's numbers at the start of an opening, which anybody can recompute: the permutation, the
// protocol by which its seed comes about, and what is published of it.
//
// The permutation is the swap-or-not shuffle (Hoang, Morris, Rogaway, "An Enciphering Scheme Based on a Card Shuffle", CRYPTO 2012)
// in the form of Ethereum's compute_shuffled_index, byte for byte: 90 rounds, SHA-256, integers little-endian. The protocol and the
// texts are in docs/adr/0020. The package has no clock and no memory; the engine, the journal, the gateway and verifiers import it.
// It imports nothing of ours.
package draw

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// MaxN is the most numbers of one draw: positions are hashed in four bytes, by blocks of 256.
const MaxN = 1 << 40

// rounds is how often each position may be swapped. After 90, one position is within 2^-90 of uniform.
const rounds = 90

// ErrRange: a draw of no numbers or too many, or a position outside it.
var ErrRange = errors.New("outside the draw")

// Permutation maps the positions 0 to N-1 of a draw onto its places. Safe for concurrent use.
type Permutation struct {
	n      uint64
	seed   [32]byte
	plain  bool // the order of arrival
	pivots [rounds]uint64
}

// New makes the permutation of n positions (1 to MaxN). A zero seed leaves the order of arrival: the draw has failed.
func New(seed [32]byte, n uint64) (*Permutation, error) {
	if n == 0 || n > MaxN {
		return nil, fmt.Errorf("draw of %d numbers: %w", n, ErrRange)
	}
	p := &Permutation{n: n, seed: seed, plain: seed == [32]byte{}}
	var text [33]byte
	copy(text[:], seed[:])
	for r := range rounds {
		text[32] = byte(r)
		sum := sha256.Sum256(text[:])
		p.pivots[r] = binary.LittleEndian.Uint64(sum[:8]) % n
	}
	return p, nil
}

// N is how many positions there are.
func (p *Permutation) N() uint64 { return p.n }

// Place is the place of a position, both counted from 0.
func (p *Permutation) Place(position uint64) (uint64, error) {
	if position >= p.n {
		return 0, fmt.Errorf("position %d of %d: %w", position, p.n, ErrRange)
	}
	if !p.plain {
		for r := range rounds {
			position = p.swap(r, position)
		}
	}
	return position, nil
}

// Position is the position that has a place: the inverse of Place.
func (p *Permutation) Position(place uint64) (uint64, error) {
	if place >= p.n {
		return 0, fmt.Errorf("place %d of %d: %w", place, p.n, ErrRange)
	}
	if !p.plain {
		for r := rounds - 1; r >= 0; r-- {
			place = p.swap(r, place)
		}
	}
	return place, nil
}

// swap is one round: a position and its mirror image at the pivot change places, or not, by one bit that both share.
func (p *Permutation) swap(round int, i uint64) uint64 {
	flip := (p.pivots[round] + p.n - i) % p.n
	at := max(i, flip)
	var text [37]byte
	copy(text[:], p.seed[:])
	text[32] = byte(round)
	binary.LittleEndian.PutUint32(text[33:], uint32(at/256))
	sum := sha256.Sum256(text[:])
	if sum[at%256/8]>>(at%8)&1 == 1 {
		return flip
	}
	return i
}
