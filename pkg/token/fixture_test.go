package token_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/einlass/einlass/pkg/token"
)

const (
	room       = "termine"
	ticketType = "einlass-ticket+jwt"
	passType   = "einlass-pass+jwt"
)

// noon is the moment at which the tests take place.
var noon = time.Date(2026, time.June, 14, 12, 0, 0, 0, time.UTC)

// secretOf gives each test key a secret that the test knows as well.
func secretOf(kid string) []byte {
	sum := sha256.Sum256([]byte("secret of " + kid))
	return sum[:]
}

func envEntry(kid string) string {
	return kid + ":" + base64.StdEncoding.EncodeToString(secretOf(kid))
}

// seeded is a random source that gives the same bytes in every run.
func seeded(seed byte) io.Reader {
	return rand.NewChaCha8([32]byte(bytes.Repeat([]byte{seed}, 32)))
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// authorityOver returns the authority of the test's room over a ring of keys
// whose secrets secretOf gives; the first signs.
func authorityOver(kids ...string) *token.Authority {
	value := ""
	for i, kid := range kids {
		if i > 0 {
			value += ","
		}
		value += envEntry(kid)
	}
	return authorityWith(must(token.LoadEnv(value)))
}

func authorityWith(ring *token.Keyring) *token.Authority {
	return must(token.NewAuthority(must(token.NewSource(ring)), room))
}

func someTicket() token.Ticket {
	return token.Ticket{
		Room: room, Visitor: must(token.NewID(seeded(7))), Epoch: 3, Number: 48213,
		IssuedAt: noon.Unix(), ExpiresAt: noon.Add(time.Hour).Unix(),
	}
}

func somePass() token.Pass {
	return token.Pass{
		Room: room, Visitor: must(token.NewID(seeded(8))), Epoch: 3, Number: 48213,
		StartedAt: noon.Add(-4 * time.Minute).Unix(),
		IssuedAt:  noon.Unix(), ExpiresAt: noon.Add(10 * time.Minute).Unix(),
	}
}

func header(kid, typ string) string {
	return fmt.Sprintf(`{"alg":"HS256","kid":%q,"typ":%q}`, kid, typ)
}

// forge signs any header and claims with a key of the tests, as somebody could
// who has the key but not our rules.
func forge(header, claims string, kid string) string {
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." +
		base64.RawURLEncoding.EncodeToString([]byte(claims))
	return text + "." + macOf(text, kid)
}

func macOf(text, kid string) string {
	mac := hmac.New(sha256.New, secretOf(kid))
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// oracleClaims is how somebody else would read our claims with golang-jwt.
type oracleClaims struct {
	jwt.RegisteredClaims
	Epoch     uint64 `json:"ep"`
	Number    uint64 `json:"n"`
	StartedAt *int64 `json:"st"`
	Order     uint64 `json:"order"`
	Lane      uint8  `json:"lane"`
	Code      string `json:"code"`
	Uses      uint8  `json:"uses"`
}

// oracle parses a token with golang-jwt alone.
func oracle(raw string, kid string, now time.Time) (*oracleClaims, error) {
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithStrictDecoding(), jwt.WithAudience(room),
		jwt.WithExpirationRequired(), jwt.WithTimeFunc(func() time.Time { return now }),
	)
	var read oracleClaims
	_, err := parser.ParseWithClaims(raw, &read, func(t *jwt.Token) (any, error) {
		if t.Header["kid"] != kid {
			return nil, errors.New("unknown key")
		}
		return secretOf(kid), nil
	})
	return &read, err
}

// sameAsTicket tells whether golang-jwt read what we read.
func (c *oracleClaims) sameAsTicket(t token.Ticket) bool {
	return len(c.Audience) == 1 && c.Audience[0] == t.Room && c.Subject == t.Visitor.String() &&
		c.Epoch == t.Epoch && c.Number == t.Number && c.sameRank(t.Rank) && c.StartedAt == nil &&
		c.IssuedAt.Unix() == t.IssuedAt && c.ExpiresAt.Unix() == t.ExpiresAt
}

func (c *oracleClaims) sameRank(r token.Rank) bool {
	code := ""
	if r.Uses > 0 {
		code = r.Code.String()
	}
	return c.Order == r.Order && c.Lane == r.Lane && c.Code == code && c.Uses == r.Uses
}

func (c *oracleClaims) sameAsPass(p token.Pass) bool {
	return len(c.Audience) == 1 && c.Audience[0] == p.Room && c.Subject == p.Visitor.String() &&
		c.Epoch == p.Epoch && c.Number == p.Number && c.sameRank(p.Rank) && c.StartedAt != nil && *c.StartedAt == p.StartedAt &&
		c.IssuedAt.Unix() == p.IssuedAt && c.ExpiresAt.Unix() == p.ExpiresAt
}

// wantError fails the test unless err is want, told apart from all others.
func wantError(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}
