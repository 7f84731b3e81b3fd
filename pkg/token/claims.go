package token

import (
	"fmt"
	"strconv"
	"time"
)

// MaxSkew is how far in the future a token may have been issued. A gateway whose
// clock is behind must accept a token from one whose clock is ahead, or whose own
// clock was: a machine that takes its hardware clock for UTC while it keeps local
// time starts up to 14 hours ahead, which is the largest offset of a time zone.
// The bound limits what a clock that was never set can do: its tokens would live
// for years.
const MaxSkew = 14 * time.Hour

// MaxLength is the length in bytes that no ticket or pass exceeds.
const MaxLength = 672

// maxTime is 9999-12-31T23:59:59Z, the last second that RFC 3339 can write.
const maxTime = 253402300799

// maxClaims bounds the JSON text of a ticket's or pass's claims: the names and
// punctuation of a pass (62 bytes), the room, the id, two 64-bit numbers, three
// times, the rank, and an unknown claim with its comma.
const maxClaims = 62 + maxRoom + idText + 2*20 + 3*12 + maxRank + 1 + maxExtra

const maxRoom = 64

// Ticket is the right to a place in the line of one room.
type Ticket struct {
	Room      string // as given to NewAuthority
	Visitor   ID
	Epoch     uint64 // epoch of the room's numbering
	Number    uint64 // place in the order of the epoch
	Rank      Rank   // what epoch and number do not tell
	IssuedAt  int64  // Unix seconds, 0 to the end of the year 9999: the moment of signing
	ExpiresAt int64  // Unix seconds, after IssuedAt: the first second at which it no longer holds
	Extra     Extra  // a claim of a later release; copy it into the token that replaces this one
}

// Pass is the right to be inside one room.
type Pass struct {
	Room      string // as given to NewAuthority
	Visitor   ID
	Epoch     uint64 // epoch of the ticket that bought the stay
	Number    uint64 // number of the ticket that bought the stay
	Rank      Rank   // of the ticket that bought the stay
	StartedAt int64  // Unix seconds, not after IssuedAt: start of the stay, kept when the pass is renewed
	IssuedAt  int64  // Unix seconds, 0 to the end of the year 9999: the moment of signing
	ExpiresAt int64  // Unix seconds, after IssuedAt: the first second at which it no longer holds
	Extra     Extra  // a claim of a later release; copy it into the token that replaces this one
}

// claims is what tickets and passes share; a ticket leaves startedAt at zero.
type claims struct {
	visitor       ID
	epoch, number uint64
	rank          Rank
	startedAt     int64
	issuedAt      int64
	expiresAt     int64
	extra         Extra
}

func (t *Ticket) claims() claims {
	return claims{
		visitor: t.Visitor, epoch: t.Epoch, number: t.Number, rank: t.Rank,
		issuedAt: t.IssuedAt, expiresAt: t.ExpiresAt, extra: t.Extra,
	}
}

func (p *Pass) claims() claims {
	return claims{
		visitor: p.Visitor, epoch: p.Epoch, number: p.Number, rank: p.Rank,
		startedAt: p.StartedAt, issuedAt: p.IssuedAt, expiresAt: p.ExpiresAt, extra: p.Extra,
	}
}

func (c *claims) ticket(room string) Ticket {
	return Ticket{
		Room: room, Visitor: c.visitor, Epoch: c.epoch, Number: c.number, Rank: c.rank,
		IssuedAt: c.issuedAt, ExpiresAt: c.expiresAt, Extra: c.extra,
	}
}

func (c *claims) pass(room string) Pass {
	return Pass{
		Room: room, Visitor: c.visitor, Epoch: c.epoch, Number: c.number, Rank: c.rank,
		StartedAt: c.startedAt, IssuedAt: c.issuedAt, ExpiresAt: c.expiresAt, Extra: c.extra,
	}
}

// inOrder reports whether the times are in the required order. Issuing and
// verifying share this rule.
func (c *claims) inOrder() bool {
	return 0 <= c.startedAt && c.startedAt <= c.issuedAt && c.issuedAt < c.expiresAt && c.expiresAt <= maxTime
}

// check refuses what no token may say, and gives the times that are out of order.
func (c *claims) check() error {
	if err := c.rank.check(); err != nil {
		return err
	}
	if c.inOrder() {
		return nil
	}
	return fmt.Errorf("%w: start %d, issue %d, expiry %d must be 0 <= start <= issue < expiry <= %d (Unix seconds)",
		ErrInvalidClaims, c.startedAt, c.issuedAt, c.expiresAt, int64(maxTime))
}

// appendClaims appends the JSON text of c, byte for byte as encoding/json
// writes wireClaims.
func appendClaims(dst []byte, k kind, room string, c *claims) []byte {
	dst = append(dst, `{"aud":"`...)
	dst = append(dst, room...)
	dst = append(dst, `","sub":"`...)
	dst = c.visitor.append(dst)
	dst = append(dst, `","ep":`...)
	dst = strconv.AppendUint(dst, c.epoch, 10)
	dst = append(dst, `,"n":`...)
	dst = strconv.AppendUint(dst, c.number, 10)
	if k != kindTicket {
		dst = append(dst, `,"st":`...)
		dst = strconv.AppendInt(dst, c.startedAt, 10)
	}
	dst = append(dst, `,"iat":`...)
	dst = strconv.AppendInt(dst, c.issuedAt, 10)
	dst = append(dst, `,"exp":`...)
	dst = strconv.AppendInt(dst, c.expiresAt, 10)
	dst = c.rank.append(dst)
	dst = c.extra.append(dst)
	return append(dst, '}')
}

// isRoom reports whether name is a valid room name: one that needs no escaping in
// a token or in the name of a cookie.
func isRoom[T string | []byte](name T) bool {
	if len(name) == 0 || len(name) > maxRoom {
		return false
	}
	for i := range len(name) {
		if c := name[i]; !isWord(c) && c != '.' {
			return false
		}
	}
	return true
}

// isWord reports whether c is a base64url character.
func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}
