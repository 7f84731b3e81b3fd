package door

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

// Why a code or an invitation that was not mistyped lets nobody in.
var (
	// ErrWrong means that nobody made it for this room, or that what made it is not known any more.
	ErrWrong = errors.New("the code is not known")
	// ErrNotYet means that it is genuine, and counts from Entry.From on.
	ErrNotYet = errors.New("the code is not yet valid")
	// ErrExpired means that it was genuine until Entry.Until.
	ErrExpired = errors.New("the code has expired")
	// ErrRevoked means that it was genuine and was withdrawn.
	ErrRevoked = errors.New("the code was withdrawn")
)

// Entry is what a genuine code or invitation says. It is given with ErrNotYet, ErrExpired and ErrRevoked too.
type Entry struct {
	// Group is whose door it opens.
	Group string
	// Code is what the store counts uses by: a keyed hash, which tells nothing of the code or the person. Zero: uses are not counted.
	Code [16]byte
	// Uses is how many visitors may use it; 0 without a Code.
	Uses uint8
	// Batch and Serial are those of a code; 0 of an invitation.
	Batch  uint16
	Serial uint32
	// From and Until are when it counts, ms; 0: from the beginning, without an end.
	From, Until int64
}

// Codes reads and makes the codes of a room. Make one with NewCodes; it holds the batches of one document.
type Codes struct {
	source  *token.Source
	room    string
	batches Batches
	keys    atomic.Pointer[codeKeys]
}

// NewCodes makes codes of the batches of a room; those of a Batches that Check refuses are none.
func NewCodes(source *token.Source, room string, batches Batches) (*Codes, error) {
	if source == nil || room == "" {
		return nil, errors.New("codes: source and room are required")
	}
	if err := batches.Check(); err != nil {
		return nil, err
	}
	return &Codes{source: source, room: room, batches: batches}, nil
}

// codeKeys are the keys of the batches, in one ring.
type codeKeys struct {
	ring  *token.Keyring
	known []*codeKey // one for each kid that the ring has
}

// codeKey makes the codes of all batches of one kid.
type codeKey struct {
	kid  string
	pool sync.Pool // of *codeHash
}

// codeHash is the working memory of one MAC.
type codeHash struct {
	mac  hash.Hash
	text [1 + 2 + 4 + 8]byte
	sum  [sha256.Size]byte
}

// codePurpose is what the secret is for; the room follows.
const codePurpose = "door codes/v1\n"

func newCodeKey(ring *token.Keyring, kid, room string) *codeKey {
	secret, ok := ring.DeriveBy(kid, codePurpose+room)
	if !ok {
		return nil
	}
	key := &codeKey{kid: kid}
	key.pool.New = func() any {
		mac := hmac.New(sha256.New, secret[:])
		mac.Reset() // the second one is cheap after this
		return &codeHash{mac: mac}
	}
	return key
}

// in are the keys of the ring that is in force.
func (c *Codes) in() *codeKeys {
	ring := c.source.Ring()
	if keys := c.keys.Load(); keys != nil && keys.ring == ring {
		return keys
	}
	keys := &codeKeys{ring: ring}
	for i := range c.batches {
		if kid := c.batches[i].Kid; keys.of(kid) == nil {
			if key := newCodeKey(ring, kid, c.room); key != nil {
				keys.known = append(keys.known, key)
			}
		}
	}
	c.keys.Store(keys)
	return keys
}

func (k *codeKeys) of(kid string) *codeKey {
	i := slices.IndexFunc(k.known, func(key *codeKey) bool { return key.kid == kid })
	if i < 0 {
		return nil
	}
	return k.known[i]
}

// Known reports whether the ring has the key of a batch. Without it nobody can read its codes.
func (c *Codes) Known(id uint16) bool {
	b := c.batches.Find(id)
	return b != nil && c.in().of(b.Kid) != nil
}

// Ended reports whether the key of a batch signs and verifies no more at a time. Its codes are still read, until a rotation takes the key out
// of the ring.
func (c *Codes) Ended(id uint16, now int64) bool {
	b := c.batches.Find(id)
	return b != nil && !slices.Contains(c.source.Ring().Kids(time.UnixMilli(now)), b.Kid)
}

// Check reads a code as somebody typed it: ErrTypo, ErrWrong, ErrNotYet, ErrExpired or ErrRevoked.
func (c *Codes) Check(text string, now int64) (Entry, error) {
	var signs [codeSigns]byte
	if err := read(text, signs[:]); err != nil {
		return Entry{}, err
	}
	masked, mac, ok := unpack(&signs)
	if !ok {
		return Entry{}, ErrWrong
	}
	for _, key := range c.in().known {
		if b, serial, id := c.find(key, masked, mac); b != nil {
			e := Entry{Group: b.Group, Code: id, Uses: b.Uses, Batch: b.ID, Serial: serial, From: b.From, Until: b.Until}
			if _, single := slices.BinarySearch(b.Singles, serial); single {
				return e, ErrRevoked
			}
			return e, b.State(now)
		}
	}
	return Entry{}, ErrWrong
}

// find is the batch of a code that a key has made, or nil.
func (c *Codes) find(key *codeKey, masked body, mac uint64) (b *Batch, serial uint32, id [16]byte) {
	work := key.pool.Get().(*codeHash)
	defer key.pool.Put(work)
	batch, serial := (masked ^ work.mask(mac)).parts()
	if b = c.batches.Find(batch); b == nil || b.Kid != key.kid || serial >= b.Count {
		return nil, 0, id
	}
	want, id := work.prove(b, serial)
	var got, wanted [8]byte
	binary.BigEndian.PutUint64(got[:], mac)
	binary.BigEndian.PutUint64(wanted[:], want)
	if subtle.ConstantTimeCompare(got[:], wanted[:]) != 1 {
		return nil, 0, id
	}
	return b, serial, id
}

// prove is the MAC of a code, and what the store knows it by: other bits of the same hash, so neither tells of the other.
func (w *codeHash) prove(b *Batch, serial uint32) (mac uint64, id [16]byte) {
	w.text[0] = 's'
	binary.BigEndian.PutUint16(w.text[1:], b.ID)
	binary.BigEndian.PutUint32(w.text[3:], serial)
	binary.BigEndian.PutUint64(w.text[7:], uint64(b.Made))
	w.run(w.text[:])
	return binary.BigEndian.Uint64(w.sum[:]) >> (64 - macBits), [16]byte(w.sum[16:])
}

// mask is what batch and serial are hidden with, so that the codes of one batch have nothing in common. As it depends on the MAC, which is as
// good as random, no two codes share it (a synthetic IV, as in RFC 5297).
func (w *codeHash) mask(mac uint64) body {
	w.text[0] = 'm'
	binary.BigEndian.PutUint64(w.text[1:], mac)
	w.run(w.text[:9])
	return body(binary.BigEndian.Uint32(w.sum[:])) & (1<<bodyBits - 1)
}

func (w *codeHash) run(text []byte) {
	w.mac.Reset()
	w.mac.Write(text)
	w.mac.Sum(w.sum[:0])
}

// Printer makes the codes of one batch, the same ones each time. It is not safe for concurrent use.
type Printer struct {
	batch *Batch
	work  *codeHash
}

// Printer is the one of a batch. ErrWrong: there is no such batch, or the ring has its key no more.
func (c *Codes) Printer(id uint16) (*Printer, error) {
	b := c.batches.Find(id)
	if b == nil {
		return nil, fmt.Errorf("%w: there is no batch %d", ErrWrong, id)
	}
	key := c.in().of(b.Kid)
	if key == nil {
		return nil, fmt.Errorf("%w: the keyring has the key %q of batch %d no more", ErrWrong, b.Kid, id)
	}
	return &Printer{batch: b, work: key.pool.Get().(*codeHash)}, nil
}

// Append appends the code of a serial below the count of the batch, as it is printed.
func (p *Printer) Append(dst []byte, serial uint32) []byte {
	if serial >= p.batch.Count {
		panic(fmt.Sprintf("door: serial %d of a batch of %d codes", serial, p.batch.Count)) // the caller counts
	}
	mac, _ := p.work.prove(p.batch, serial)
	masked := bodyOf(p.batch.ID, serial) ^ p.work.mask(mac)
	var signs [codeSigns]byte
	pack(masked, mac, &signs)
	return appendSigns(dst, signs[:])
}
