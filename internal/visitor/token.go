package visitor

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// Token is what a room's cookie says of a place. A browser does not look into it; load tests and tests do, to see what became
// of a place. The zero value is no place.
type Token struct {
	Visitor string // its random id, as in the token
	Epoch   uint64
	Number  uint64
}

// Known reports whether there is a place at all.
func (t Token) Known() bool { return t.Number != 0 }

// Credential is a token with what decides how long it is good for.
type Credential struct {
	Token
	// Pass: it lets its bearer through to the site.
	Pass bool
	// Until is when it runs out, in seconds of Unix time.
	Until int64
	// Key names the key that signed it.
	Key string
}

// ReadCredential reads a cookie's value without verifying it; the zero value if it is no token.
func ReadCredential(raw string) Credential {
	head, rest, ok := strings.Cut(raw, ".")
	payload, _, whole := strings.Cut(rest, ".")
	if !ok || !whole {
		return Credential{}
	}
	var h struct {
		Key string `json:"kid"`
	}
	var t struct {
		Visitor string `json:"sub"`
		Epoch   uint64 `json:"ep"`
		Number  uint64 `json:"n"`
		Started *int64 `json:"st"`
		Expires int64  `json:"exp"`
	}
	if !decode(payload, &t) {
		return Credential{}
	}
	decode(head, &h) // a head that cannot be read names no key
	return Credential{Token{t.Visitor, t.Epoch, t.Number}, t.Started != nil, t.Expires, h.Key}
}

func decode(part string, into any) bool {
	data, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(data, into) == nil
}
