package token

import (
	"bytes"
	"math"
)

// cursor reads JSON text whose form is fixed. It is no JSON parser: it expects
// certain bytes, and any other byte makes it bad for good.
type cursor struct {
	rest []byte
	bad  bool
}

// literal steps over exactly text.
func (c *cursor) literal(text string) {
	if len(c.rest) < len(text) || string(c.rest[:len(text)]) != text {
		c.bad = true
		return
	}
	c.rest = c.rest[len(text):]
}

// quoted steps over everything before the next quote and returns it. The caller
// checks the characters.
func (c *cursor) quoted() []byte {
	end := bytes.IndexByte(c.rest, '"')
	if end < 0 {
		c.bad = true
		return nil
	}
	word := c.rest[:end]
	c.rest = c.rest[end:]
	return word
}

// number steps over a decimal number of at most limit: digits only, no leading
// zero.
func (c *cursor) number(limit uint64) uint64 {
	var value uint64
	digits := 0
	for digits < len(c.rest) {
		digit := uint64(c.rest[digits] - '0')
		if digit > 9 {
			break
		}
		if digit > limit || value > (limit-digit)/10 || digits > 0 && value == 0 {
			c.bad = true
			return 0
		}
		value = value*10 + digit
		digits++
	}
	if digits == 0 {
		c.bad = true
		return 0
	}
	c.rest = c.rest[digits:]
	return value
}

// time steps over a time in Unix seconds.
func (c *cursor) time() int64 {
	return int64(c.number(maxTime))
}

// complete reports whether the text was read to its end and is not bad.
func (c *cursor) complete() bool {
	return !c.bad && len(c.rest) == 0
}

// decodeClaims reads what appendClaims writes, and nothing else. The room aliases
// text.
func decodeClaims(text []byte, k kind) (room []byte, _ claims, ok bool) {
	var read claims
	c := cursor{rest: text}
	c.literal(`{"aud":"`)
	room = c.quoted()
	c.literal(`","sub":"`)
	visitor := c.quoted()
	c.literal(`","ep":`)
	read.epoch = c.number(math.MaxUint64)
	c.literal(`,"n":`)
	read.number = c.number(math.MaxUint64)
	if k != kindTicket {
		c.literal(`,"st":`)
		read.startedAt = c.time()
	}
	c.literal(`,"iat":`)
	read.issuedAt = c.time()
	c.literal(`,"exp":`)
	read.expiresAt = c.time()
	read.rank = c.rank()
	read.extra = c.extra()
	c.literal(`}`)
	if !c.complete() || !read.visitor.decode(visitor) || !read.inOrder() {
		return nil, claims{}, false
	}
	return room, read, true
}

// maxHeader bounds the JSON text of a header.
const maxHeader = 128

// classify returns the error for a token whose header is none of ours for kind
// want. Nothing of the token is authentic at this point.
func classify(want kind, raw []byte) error {
	head, _, found := bytes.Cut(raw, []byte{'.'})
	if !found {
		return ErrMalformed
	}
	var buffer [maxHeader]byte
	text, ok := decodeBase64(buffer[:], head)
	if !ok {
		return ErrMalformed
	}
	c := cursor{rest: text}
	c.literal(`{"alg":"`)
	alg := c.quoted()
	c.literal(`","kid":"`)
	kid := c.quoted()
	c.literal(`","typ":"`)
	typ := c.quoted()
	c.literal(`"}`)
	if !c.complete() || !isKid(kid) {
		return ErrMalformed
	}
	for k := range kinds {
		if string(alg) != algHMAC || string(typ) != k.typ() {
			continue
		}
		if k == want {
			return ErrUnknownKey
		}
		return ErrWrongKind
	}
	return ErrMalformed
}
