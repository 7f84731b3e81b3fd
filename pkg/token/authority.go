package token

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
)

// Authority issues and verifies the tokens of one room.
type Authority struct {
	source *Source
	room   string
}

// NewAuthority returns the authority of a room. The room's name is the tokens'
// audience: 1 to 64 of A-Z a-z 0-9 . _ -
func NewAuthority(source *Source, room string) (*Authority, error) {
	if source == nil {
		return nil, errors.New("token authority: no source")
	}
	if !isRoom(room) {
		return nil, fmt.Errorf("token authority: room name %q must be 1 to %d of A-Z a-z 0-9 . _ -", room, maxRoom)
	}
	return &Authority{source: source, room: room}, nil
}

// Room is the name that its tokens carry.
func (a *Authority) Room() string { return a.room }

// IssueTicket returns t signed by golang-jwt with the key that signs at
// t.IssuedAt. A room that is not the authority's and times out of order give
// ErrInvalidClaims.
func (a *Authority) IssueTicket(t Ticket) (string, error) {
	return a.issue(kindTicket, t.Room, t.claims())
}

// AppendTicket appends to dst what IssueTicket returns. It does not allocate if
// dst has room for MaxLength bytes. On an error it returns dst as it was.
func (a *Authority) AppendTicket(dst []byte, t Ticket) ([]byte, error) {
	return a.append(dst, kindTicket, t.Room, t.claims())
}

// VerifyTicket returns the ticket that raw is, or one of ErrMalformed,
// ErrWrongKind, ErrUnknownKey, ErrBadSignature, ErrWrongRoom, ErrExpired and
// ErrNotYetValid. The ticket is set also with ErrExpired, so that the caller can
// grant a period of grace. It does not allocate and does not keep raw.
func (a *Authority) VerifyTicket(raw []byte, now time.Time) (Ticket, error) {
	read, err := a.verify(kindTicket, raw, now.Unix())
	if err != nil && !errors.Is(err, ErrExpired) {
		return Ticket{}, err
	}
	return read.ticket(a.room), err
}

// IssuePass returns p signed by golang-jwt with the key that signs at
// p.IssuedAt. A room that is not the authority's and times out of order give
// ErrInvalidClaims.
func (a *Authority) IssuePass(p Pass) (string, error) {
	return a.issue(kindPass, p.Room, p.claims())
}

// AppendPass appends to dst what IssuePass returns. It does not allocate if dst
// has room for MaxLength bytes. On an error it returns dst as it was.
func (a *Authority) AppendPass(dst []byte, p Pass) ([]byte, error) {
	return a.append(dst, kindPass, p.Room, p.claims())
}

// VerifyPass returns the pass that raw is, or one of the errors that
// VerifyTicket gives. The pass is set also with ErrExpired, so that the caller
// can grant a period of grace. It does not allocate and does not keep raw.
func (a *Authority) VerifyPass(raw []byte, now time.Time) (Pass, error) {
	read, err := a.verify(kindPass, raw, now.Unix())
	if err != nil && !errors.Is(err, ErrExpired) {
		return Pass{}, err
	}
	return read.pass(a.room), err
}

// AppendJWKS appends the key set of the ring in force, see Keyring.AppendJWKS.
func (a *Authority) AppendJWKS(dst []byte, now time.Time) []byte {
	return a.source.Ring().AppendJWKS(dst, now)
}

// check reports why claims cannot be issued for room.
func (a *Authority) check(room string, c *claims) error {
	if room != a.room {
		return fmt.Errorf("%w: room %q, must be %q", ErrInvalidClaims, room, a.room)
	}
	return c.check()
}

func (a *Authority) issue(k kind, room string, c claims) (string, error) {
	if err := a.check(room, &c); err != nil {
		return "", fmt.Errorf("issue token: %w", err)
	}
	key := a.source.Ring().signer(c.issuedAt)
	return signJWT(k, key.kid, newWireClaims(k, a.room, &c), key.secret)
}

func (a *Authority) append(dst []byte, k kind, room string, c claims) ([]byte, error) {
	if err := a.check(room, &c); err != nil {
		return dst, fmt.Errorf("issue token: %w", err)
	}
	key := a.source.Ring().signer(c.issuedAt)
	work := key.pool.Get().(*scratch)
	start := len(dst)
	dst = append(dst, key.heads[k]...)
	dst = base64.RawURLEncoding.AppendEncode(dst, appendClaims(work.claims[:0], k, a.room, &c))
	signature := work.sign(dst[start:])
	dst = append(dst, '.')
	dst = append(dst, signature...)
	key.pool.Put(work)
	return dst, nil
}

// verify returns the claims of raw. With ErrExpired they are set, with any other
// error they are not.
func (a *Authority) verify(want kind, raw []byte, now int64) (claims, error) {
	if len(raw) > MaxLength {
		return claims{}, ErrMalformed
	}
	key, rest, err := a.source.Ring().match(want, raw, now)
	if err != nil {
		return claims{}, err
	}
	dot := len(rest) - signatureText - 1
	if dot < 0 || rest[dot] != '.' {
		return claims{}, ErrMalformed
	}
	work := key.pool.Get().(*scratch)
	defer key.pool.Put(work)
	// The encoded signatures are compared: another spelling of the right bytes is
	// not accepted.
	if subtle.ConstantTimeCompare(work.sign(raw[:len(raw)-signatureText-1]), rest[dot+1:]) != 1 {
		return claims{}, ErrBadSignature
	}
	text, ok := decodeBase64(work.claims[:], rest[:dot])
	if !ok {
		return claims{}, ErrMalformed
	}
	room, read, ok := decodeClaims(text, want)
	switch {
	case !ok:
		return claims{}, ErrMalformed
	case string(room) != a.room && isRoom(room):
		return claims{}, ErrWrongRoom
	case string(room) != a.room:
		return claims{}, ErrMalformed
	case now >= read.expiresAt:
		return read, ErrExpired
	case read.issuedAt > now+int64(MaxSkew/time.Second):
		return claims{}, ErrNotYetValid
	}
	return read, nil
}

// Within returns the authority of one purpose in a's room. Its tokens have an audience of their own, so that neither
// accepts the other's, nor does the authority of another purpose. purpose is of A-Z a-z 0-9 . _ - and short enough for the
// name of a room: 63 characters together with the room's.
func (a *Authority) Within(purpose string) (*Authority, error) {
	if purpose == "" {
		return nil, errors.New("token authority: no purpose")
	}
	return NewAuthority(a.source, a.room+"."+purpose)
}
