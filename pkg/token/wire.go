package token

import (
	"encoding/json"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
)

// wireClaims are the claims as golang-jwt writes them. The order of the fields
// is the order on the wire.
type wireClaims struct {
	// Has the methods that golang-jwt requires of claims. It calls them only to
	// validate; we only sign.
	jwt.RegisteredClaims `json:"-"`

	Audience  string `json:"aud"`
	Subject   string `json:"sub"`
	Epoch     uint64 `json:"ep"`
	Number    uint64 `json:"n"`
	StartedAt *int64 `json:"st,omitempty"`
	IssuedAt  int64  `json:"iat"`
	ExpiresAt int64  `json:"exp"`
	Order     uint64 `json:"order,omitempty"`
	Lane      uint8  `json:"lane,omitempty"`
	Code      string `json:"code,omitempty"`
	Uses      uint8  `json:"uses,omitempty"`

	extra Extra
}

// MarshalJSON writes the claims and, as the last member, the unknown one.
func (w *wireClaims) MarshalJSON() ([]byte, error) {
	type known wireClaims // without this method
	text, err := json.Marshal((*known)(w))
	if err != nil {
		return nil, err
	}
	return append(w.extra.append(text[:len(text)-1]), '}'), nil
}

func newWireClaims(k kind, room string, c *claims) *wireClaims {
	wire := &wireClaims{
		Audience: room, Subject: c.visitor.String(),
		Epoch: c.epoch, Number: c.number, IssuedAt: c.issuedAt, ExpiresAt: c.expiresAt,
		Order: c.rank.Order, Lane: c.rank.Lane, Uses: c.rank.Uses,
		extra: c.extra,
	}
	if c.rank.Code != (ID{}) {
		wire.Code = c.rank.Code.String()
	}
	if k != kindTicket {
		wire.StartedAt = &c.startedAt
	}
	return wire
}

// signJWT has golang-jwt issue a token of kind k.
func signJWT(k kind, kid string, wire *wireClaims, secret []byte) (string, error) {
	unsigned := jwt.NewWithClaims(jwt.SigningMethodHS256, wire)
	unsigned.Header["kid"] = kid
	unsigned.Header["typ"] = k.typ()
	signed, err := unsigned.SignedString(secret)
	if err != nil {
		return "", fmt.Errorf("issue token: %w", err)
	}
	return signed, nil
}
