package token

import "math"

// Extra is one claim that this release does not know, as a later release put it
// into a ticket or a pass. The zero value is no claim.
//
// A reader accepts the claim and hands it back unread. Whoever issues a token in
// place of another one copies it, so that what the later release put there
// survives a renewal by this release while both serve one line. It cannot be
// made, only read.
type Extra struct {
	size uint8
	text [maxExtra]byte // the member of the JSON object: "name":value
}

// Bounds of an unknown claim, in bytes.
const (
	maxExtraName  = 16
	maxExtraValue = 32
	// maxExtra is the length of the longest member: a name, a string, four quotes
	// and a colon. A 64-bit number is shorter than the longest string.
	maxExtra = maxExtraName + maxExtraValue + 5
)

// append appends the claim as the last member of a JSON object, with the comma
// before it.
func (e *Extra) append(dst []byte) []byte {
	if e.size == 0 {
		return dst
	}
	dst = append(dst, ',')
	return append(dst, e.text[:e.size]...)
}

// extra steps over the last member of a JSON object if there is one more. The
// member has one accepted spelling, the one of encoding/json: a name of 1 to 16
// of a-z 0-9 _ that has no meaning in a token of today, and either an integer
// from -2^63 to 2^64-1 or a string of at most 32 printable ASCII characters that
// need no escape.
func (c *cursor) extra() (e Extra) {
	if len(c.rest) == 0 || c.rest[0] != ',' {
		return e
	}
	start := c.rest[1:]
	c.literal(`,"`)
	name := c.quoted()
	c.literal(`":`)
	if !isExtraName(name) {
		c.bad = true
	}
	switch {
	case c.bad || len(c.rest) == 0:
		c.bad = true
	case c.rest[0] == '"':
		c.literal(`"`)
		if !isExtraValue(c.quoted()) {
			c.bad = true
		}
		c.literal(`"`)
	case c.rest[0] == '-':
		c.literal(`-`)
		if c.number(-math.MinInt64) == 0 {
			c.bad = true
		}
	default:
		c.number(math.MaxUint64)
	}
	if c.bad {
		return Extra{}
	}
	e.size = uint8(copy(e.text[:], start[:len(start)-len(c.rest)]))
	return e
}

// isExtraName reports whether name can be that of an unknown claim: not one of
// ours, and none of those that RFC 7519 §4.1 registers, because a general parser
// would act on it.
func isExtraName(name []byte) bool {
	if len(name) == 0 || len(name) > maxExtraName {
		return false
	}
	for _, c := range name {
		if c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	switch string(name) {
	case "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "ep", "n", "st", "order", "lane", "code", "uses":
		return false
	}
	return true
}

// isExtraValue reports whether value is a string that encoding/json writes as it
// is: it escapes < > and & as well.
func isExtraValue(value []byte) bool {
	if len(value) > maxExtraValue {
		return false
	}
	for _, c := range value {
		if c < ' ' || c > '~' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}
