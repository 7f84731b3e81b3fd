package door

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/einlass/einlass/pkg/token"
)

// Bounds of invitations, in bytes.
const (
	MaxInvitation = 512
	// MaxPerson bounds the key of a person.
	MaxPerson = 128
	// MinSecret is the least of a site's shared secret (RFC 7518 §3.2).
	MinSecret = sha256.Size
)

const (
	// invitationPurpose and personPurpose are what the secrets are for; the room follows.
	invitationPurpose = "door invitations/v1\n"
	personPurpose     = "door persons/v1\n"
	// invitationType is the typ of those of a gateway (RFC 8725 §3.11). A site's may have any: its secret signs nothing else of ours.
	invitationType = "einlass-invitation+jwt"
	// maxSkew is how far the clock of a site may be ahead.
	maxSkew = 5 * time.Minute
)

// ErrInvitation means that an invitation cannot be made as it was asked for.
var ErrInvitation = errors.New("invitation")

// Invitation is what one is made of.
type Invitation struct {
	Group string
	// Person tells the persons of a site apart, so that each gets one place, however many invitations; empty: whoever has the link.
	Person      string
	From, Until int64 // ms; From 0: at once
}

// Invitations reads the invitations of a room, and makes those of a gateway. Make one with NewInvitations.
type Invitations struct {
	source *token.Source
	room   string
	shared []byte
}

// NewInvitations reads invitations that a key of the ring has signed, and those of a site that has the shared secret; empty: there is none.
func NewInvitations(source *token.Source, room string, shared []byte) (*Invitations, error) {
	if source == nil || room == "" {
		return nil, errors.New("invitations: source and room are required")
	}
	if len(shared) != 0 && len(shared) < MinSecret {
		return nil, fmt.Errorf("invitations: the shared secret has %d bytes: want at least %d", len(shared), MinSecret)
	}
	return &Invitations{source: source, room: room, shared: slices.Clone(shared)}, nil
}

// invited are the claims of an invitation.
type invited struct {
	jwt.RegisteredClaims

	Group string `json:"grp"`
}

// Make makes an invitation by the key that signs at now. ErrInvitation: it would not be accepted.
func (i *Invitations) Make(v Invitation, now int64) (string, error) {
	switch {
	case v.Group == "" || len(v.Group) > maxGroup:
		return "", fmt.Errorf("%w: group %q: want 1 to %d bytes", ErrInvitation, v.Group, maxGroup)
	case len(v.Person) > MaxPerson:
		return "", fmt.Errorf("%w: a person key of %d bytes: want at most %d", ErrInvitation, len(v.Person), MaxPerson)
	case v.Until <= now || v.Until <= v.From || v.From < 0:
		return "", fmt.Errorf("%w: it ends before it begins, or before now", ErrInvitation)
	}
	ring := i.source.Ring()
	kid := ring.SigningKid(time.UnixMilli(now))
	secret, _ := ring.DeriveBy(kid, invitationPurpose+i.room) // the ring has just named it
	claims := invited{Group: v.Group}
	claims.Audience, claims.Subject = jwt.ClaimStrings{i.room}, v.Person
	claims.IssuedAt, claims.ExpiresAt = date(now), date(v.Until)
	if v.From != 0 {
		claims.NotBefore = date(v.From)
	}
	unsigned := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	unsigned.Header["kid"], unsigned.Header["typ"] = kid, invitationType
	text, err := unsigned.SignedString(secret[:])
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrInvitation, err)
	}
	if len(text) > MaxInvitation {
		return "", fmt.Errorf("%w: it has %d bytes: want at most %d; use a shorter person key", ErrInvitation, len(text), MaxInvitation)
	}
	return text, nil
}

func date(ms int64) *jwt.NumericDate { return jwt.NewNumericDate(time.UnixMilli(ms)) }

// Check reads an invitation: ErrWrong, ErrNotYet or ErrExpired. Only HS256 is read, whatever the header says (RFC 8725 §3.1), and an invitation
// without an end is none.
func (i *Invitations) Check(raw string, now int64) (Entry, error) {
	if len(raw) > MaxInvitation {
		return Entry{}, fmt.Errorf("%w: an invitation of %d bytes", ErrWrong, len(raw))
	}
	var claims invited
	var secret []byte
	parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithoutClaimsValidation())
	_, err := parser.ParseWithClaims(raw, &claims, func(t *jwt.Token) (any, error) {
		var err error
		secret, err = i.secret(t.Header, now)
		return secret, err
	})
	switch {
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return Entry{}, fmt.Errorf("%w: an invitation that was signed with another key, or not by HS256", ErrWrong)
	case errors.Is(err, jwt.ErrTokenUnverifiable):
		return Entry{}, fmt.Errorf("%w: an invitation by a key that there is not", ErrWrong)
	case err != nil:
		// What the library says may quote a claim, and so the key of a person.
		return Entry{}, fmt.Errorf("%w: no invitation", ErrWrong)
	case !slices.Contains(claims.Audience, i.room):
		return Entry{}, fmt.Errorf("%w: an invitation for another room", ErrWrong)
	case claims.Group == "" || len(claims.Group) > maxGroup || len(claims.Subject) > MaxPerson:
		return Entry{}, fmt.Errorf("%w: an invitation without a group, or with a person key that is too long", ErrWrong)
	}
	return i.entry(&claims, secret, now)
}

// secret is what a header names: a key of the ring that verifies at now, or else what the site shares.
func (i *Invitations) secret(header map[string]any, now int64) ([]byte, error) {
	if header["crit"] != nil {
		return nil, errors.New("it asks for what is not understood here") // RFC 7515 §4.1.11
	}
	ring := i.source.Ring()
	if kid, _ := header["kid"].(string); header["typ"] == invitationType && slices.Contains(ring.Kids(time.UnixMilli(now)), kid) {
		secret, _ := ring.DeriveBy(kid, invitationPurpose+i.room) // the ring has just named it
		return secret[:], nil
	}
	if len(i.shared) == 0 {
		return nil, errors.New("no key for it")
	}
	return i.shared, nil
}

// entry is what claims that are signed say at a time.
func (i *Invitations) entry(claims *invited, secret []byte, now int64) (Entry, error) {
	until, ok := millis(claims.ExpiresAt)
	if !ok || until == 0 {
		return Entry{}, fmt.Errorf("%w: an invitation without exp", ErrWrong)
	}
	from, ok := millis(claims.NotBefore)
	issued, fine := millis(claims.IssuedAt)
	if !ok || !fine {
		return Entry{}, fmt.Errorf("%w: nbf or iat is no time", ErrWrong)
	}
	e := Entry{Group: claims.Group, From: from, Until: until}
	if claims.Subject != "" {
		e.Code, e.Uses = person(secret, i.room, claims.Group, claims.Subject), 1
	}
	switch skew := maxSkew.Milliseconds(); {
	case now >= until:
		return e, ErrExpired
	case now < from-skew, now < issued-skew:
		e.From = max(from, issued)
		return e, ErrNotYet
	}
	return e, nil
}

// millis is a time of a claim, 0 if it is not there. false: it lies before 1970 or beyond the year 9999.
func millis(d *jwt.NumericDate) (ms int64, ok bool) {
	if d == nil {
		return 0, true
	}
	const end = 253402300800 // 10000-01-01
	at := d.Unix()
	return d.UnixMilli(), at > 0 && at < end
}

// person is what the store counts the places of a person by. It depends on the secret of the invitation, so nobody else can find out whether a
// person has a place.
func person(secret []byte, room, group, key string) [16]byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(personPurpose))
	var length [4]byte
	for _, part := range [...]string{room, group, key} {
		binary.BigEndian.PutUint32(length[:], uint32(min(len(part), math.MaxUint32)))
		mac.Write(length[:])
		mac.Write([]byte(part))
	}
	return [16]byte(mac.Sum(nil))
}
