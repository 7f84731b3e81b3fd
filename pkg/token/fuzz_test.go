package token_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

// FuzzTokenAgainstGolangJWT feeds anything at all. What we accept, golang-jwt
// accepts with the same claims, and it is what we would issue for them.
func FuzzTokenAgainstGolangJWT(f *testing.F) {
	authority := authorityOver("k1")
	raw := must(authority.IssueTicket(someTicket()))
	f.Add([]byte(raw))
	f.Add([]byte(raw[:len(raw)-1]))
	f.Add([]byte(raw + "="))
	f.Add([]byte(must(authority.IssuePass(somePass()))))
	f.Add([]byte(must(authorityOver("k2").IssueTicket(someTicket()))))
	f.Add([]byte("eyJhbGciOiJub25lIn0.e30."))
	f.Add([]byte(forge(header("k1", ticketType), withExtra(goodClaims(), `"order":12582960`), "k1")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if ticket, err := authority.VerifyTicket(raw, noon); err == nil {
			read, err := oracle(string(raw), "k1", noon)
			if err != nil || !read.sameAsTicket(ticket) || must(authority.IssueTicket(ticket)) != string(raw) {
				t.Fatalf("%q: we read %+v, golang-jwt %+v, %v", raw, ticket, read, err)
			}
		}
		if pass, err := authority.VerifyPass(raw, noon); err == nil {
			read, err := oracle(string(raw), "k1", noon)
			if err != nil || !read.sameAsPass(pass) || must(authority.IssuePass(pass)) != string(raw) {
				t.Fatalf("%q: we read %+v, golang-jwt %+v, %v", raw, pass, read, err)
			}
		}
	})
}

// canonicalClaims writes claims as encoding/json does: the reference for what is
// canonical.
type canonicalClaims struct {
	Audience  string        `json:"aud"`
	Subject   canonicalText `json:"sub"`
	Epoch     uint64        `json:"ep"`
	Number    uint64        `json:"n"`
	StartedAt *int64        `json:"st,omitempty"`
	IssuedAt  int64         `json:"iat"`
	ExpiresAt int64         `json:"exp"`
	Order     uint64        `json:"order,omitempty"`
	Lane      uint8         `json:"lane,omitempty"`
	Code      canonicalText `json:"code,omitempty"`
	Uses      uint8         `json:"uses,omitempty"`
}

// canonicalRank tells whether a place can have that order, lane and code.
func (c *canonicalClaims) canonicalRank() bool {
	return c.Order < 1<<53 && c.Lane < 8 && c.Uses <= 16 && (c.Code == "") == (c.Uses == 0) &&
		c.Code != canonicalText(token.ID{}.String())
}

// canonicalText is an id in the one spelling that its bytes have.
type canonicalText string

func (c *canonicalText) UnmarshalText(text []byte) error {
	id, err := base64.RawURLEncoding.DecodeString(string(text))
	if err != nil || len(id) != 16 || base64.RawURLEncoding.EncodeToString(id) != string(text) {
		return errors.New("no visitor id")
	}
	*c = canonicalText(text)
	return nil
}

// canonical tells by encoding/json alone whether text is the one right spelling
// of claims that can be issued at noon, with at most one unknown claim at the
// end.
func canonical(text []byte, pass bool) bool {
	var read canonicalClaims
	if json.Unmarshal(text, &read) != nil {
		return false
	}
	known := must(json.Marshal(read))
	extra, ok := bytes.CutPrefix(text, known[:len(known)-1])
	if !ok || string(extra) != "}" && !canonicalExtra(extra) {
		return false
	}
	if !read.canonicalRank() || pass != (read.StartedAt != nil) {
		return false
	}
	if pass && (*read.StartedAt < 0 || *read.StartedAt > read.IssuedAt) {
		return false
	}
	return read.Audience == room && read.IssuedAt >= 0 && read.IssuedAt <= noon.Add(token.MaxSkew).Unix() &&
		read.ExpiresAt > read.IssuedAt && read.ExpiresAt <= lastSecond
}

// canonicalExtra tells by encoding/json alone whether text is the right spelling
// of one more member and the end of the object.
func canonicalExtra(text []byte) bool {
	var read map[string]any
	decoder := json.NewDecoder(strings.NewReader("{" + strings.TrimPrefix(string(text), ",")))
	decoder.UseNumber()
	if decoder.Decode(&read) != nil || len(read) != 1 || string(text) != ","+string(must(json.Marshal(read)))[1:] {
		return false
	}
	for name, value := range read {
		if !regexp.MustCompile(`^[a-z0-9_]{1,16}$`).MatchString(name) || slices.Contains(knownClaims, name) {
			return false
		}
		switch value := value.(type) {
		case string:
			return regexp.MustCompile(`^[ -~]{0,32}$`).MatchString(value) && !strings.ContainsAny(value, `"\<>&`)
		case json.Number:
			_, signedErr := strconv.ParseInt(value.String(), 10, 64)
			_, unsignedErr := strconv.ParseUint(value.String(), 10, 64)
			return value != "-0" && (signedErr == nil || unsignedErr == nil)
		}
	}
	return false
}

// knownClaims are those with a meaning, here or in RFC 7519.
var knownClaims = []string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "ep", "n", "st", "order", "lane", "code", "uses"}

// FuzzClaimsAgainstGolangJWT signs any claims with the right key under the right
// header, so that nothing but the decoder stands between them and acceptance. We
// accept exactly what golang-jwt accepts and encoding/json would spell the same.
func FuzzClaimsAgainstGolangJWT(f *testing.F) {
	authority := authorityOver("k1")
	visitor := someTicket().Visitor.String()
	f.Add([]byte(goodClaims()), false)
	f.Add([]byte(`{"aud":"termine","sub":"`+visitor+`","ep":0,"n":18446744073709551615,"iat":0,"exp":253402300799}`), false)
	f.Add([]byte(`{"aud":"termine","sub":"`+visitor+`","ep":3,"n":1,"st":0,"iat":1781438400,"exp":1781442000}`), true)
	f.Add([]byte(`{"aud":["termine"],"sub":"`+visitor+`","ep":3,"n":1.0,"iat":1781438400,"exp":1781442000e0}`), false)
	f.Add([]byte(`{"aud":"termine","sub":"`+visitor+`","ep":3,"n":01,"n":2,"iat":-1,"exp":1781442000} `), false)
	f.Add([]byte(`{"exp":1781442000}`), false)
	for _, extra := range slices.Concat(acceptedExtras, refusedExtras, acceptedRanks, refusedRanks) {
		f.Add([]byte(withExtra(goodClaims(), extra)), false)
	}
	f.Fuzz(func(t *testing.T, claims []byte, pass bool) {
		typ := ticketType
		if pass {
			typ = passType
		}
		raw := forge(header("k1", typ), string(claims), "k1")
		read, oracleErr := oracle(raw, "k1", noon)
		want := oracleErr == nil && canonical(claims, pass)

		var err error
		var same bool
		if pass {
			var got token.Pass
			got, err = authority.VerifyPass([]byte(raw), noon)
			same = err == nil && read.sameAsPass(got)
		} else {
			var got token.Ticket
			got, err = authority.VerifyTicket([]byte(raw), noon)
			same = err == nil && read.sameAsTicket(got)
		}
		if (err == nil) != want || err == nil && !same {
			t.Fatalf("%q: we say %v, golang-jwt says %v and reads %+v", claims, err, oracleErr, read)
		}
	})
}

// FuzzHeaderAgainstGolangJWT signs good claims under any header. We accept one.
func FuzzHeaderAgainstGolangJWT(f *testing.F) {
	authority := authorityOver("k1", "k0")
	f.Add([]byte(header("k1", ticketType)))
	f.Add([]byte(header("k0", ticketType)))
	f.Add([]byte(header("k1", passType)))
	f.Add([]byte(header("k2", ticketType)))
	f.Add([]byte(`{"typ":"einlass-ticket+jwt","kid":"k1","alg":"HS256"}`))
	f.Add([]byte(`{"alg":"none"}`))
	f.Fuzz(func(t *testing.T, head []byte) {
		raw := forge(string(head), goodClaims(), "k1")
		got, err := authority.VerifyTicket([]byte(raw), noon)
		if want := string(head) == header("k1", ticketType); (err == nil) != want {
			t.Fatalf("%q: %v", head, err)
		}
		if err != nil {
			return
		}
		if read, err := oracle(raw, "k1", noon); err != nil || !read.sameAsTicket(got) {
			t.Fatalf("%q: golang-jwt reads %+v, %v", head, read, err)
		}
	})
}

// FuzzEncodingAgainstGolangJWT signs encoded text as it is: the claims' base64
// is the fuzzer's.
func FuzzEncodingAgainstGolangJWT(f *testing.F) {
	authority := authorityOver("k1")
	encoded := base64.RawURLEncoding.EncodeToString([]byte(goodClaims()))
	f.Add([]byte(encoded))
	f.Add([]byte(encoded + "="))
	f.Add([]byte(encoded[:10] + "\n" + encoded[10:]))
	f.Fuzz(func(t *testing.T, middle []byte) {
		raw := forgeText(base64.RawURLEncoding.EncodeToString([]byte(header("k1", ticketType))) + "." + string(middle))
		got, err := authority.VerifyTicket([]byte(raw), noon)
		if err != nil {
			return
		}
		read, err := oracle(raw, "k1", noon)
		if err != nil || !read.sameAsTicket(got) || must(authority.IssueTicket(got)) != raw {
			t.Fatalf("%q: we read %+v, golang-jwt %+v, %v", middle, got, read, err)
		}
	})
}

// FuzzIssueAgainstGolangJWT issues any claims in both ways at any time. Both
// give the same bytes or both refuse, and golang-jwt agrees about the expiry.
func FuzzIssueAgainstGolangJWT(f *testing.F) {
	authority := authorityOver("k1")
	f.Add([]byte("0123456789abcdef"), uint64(1), uint64(2), uint64(0), byte(0), byte(0), int64(3), int64(4), int64(5), int64(4))
	f.Add([]byte("0123456789abcdef"), uint64(0), uint64(0), uint64(9), byte(7), byte(16), int64(0), int64(0), int64(1), int64(1))
	f.Fuzz(func(t *testing.T, id []byte, epoch, number, order uint64, lane, uses byte, started, issued, expires, now int64) {
		pass := token.Pass{
			Room: room, Epoch: epoch, Number: number, StartedAt: started, IssuedAt: issued, ExpiresAt: expires,
			Rank: token.Rank{Order: order, Lane: lane, Uses: uses},
		}
		copy(pass.Visitor[:], id)
		if uses != 0 {
			copy(pass.Rank.Code[:], id)
		}
		slow, slowErr := authority.IssuePass(pass)
		fast, fastErr := authority.AppendPass(nil, pass)
		if slow != string(fast) || (slowErr == nil) != (fastErr == nil) {
			t.Fatalf("fast %q, %v, slow %q, %v", fast, fastErr, slow, slowErr)
		}
		if slowErr != nil {
			return
		}
		now = min(max(now, issued-int64(token.MaxSkew/time.Second)), lastSecond)
		got, err := authority.VerifyPass(fast, time.Unix(now, 0))
		read, oracleErr := oracle(slow, "k1", time.Unix(now, 0))
		if got != pass || !read.sameAsPass(pass) {
			t.Fatalf("%+v is read as %+v, by golang-jwt as %+v", pass, got, read)
		}
		if err != nil && !errors.Is(err, token.ErrExpired) || (err == nil) != (oracleErr == nil) {
			t.Fatalf("at %d we say %v, golang-jwt %v", now, err, oracleErr)
		}
	})
}

// FuzzKeyringFile reads any file. What is read is written so that it is read
// again, and it can sign.
func FuzzKeyringFile(f *testing.F) {
	f.Add([]byte(goodFile))
	f.Add(must(must(token.NewKeyring(seeded(1), noon)).Encode()))
	f.Add([]byte(`{"version":1,"keys":[{}]}`))
	f.Add([]byte(withUnknownKey))
	f.Fuzz(func(t *testing.T, text []byte) {
		ring, err := token.DecodeKeyring(text)
		if err != nil {
			wantError(t, err, token.ErrInvalidKeyring)
			return
		}
		if again := must(token.DecodeKeyring(must(ring.Encode()))); !again.Equal(ring) {
			t.Fatalf("%q is written as another ring", text)
		}
		authority := authorityWith(ring)
		if _, err := authority.VerifyTicket(must(authority.AppendTicket(nil, someTicket())), noon); err != nil {
			t.Fatalf("%q signs and does not verify: %v", text, err)
		}
	})
}

// FuzzEnvKeyring reads any environment value.
func FuzzEnvKeyring(f *testing.F) {
	f.Add(envEntry("k1") + "," + envEntry("k0"))
	f.Add(envEntry("k1") + ",x1:EdDSA:nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
	f.Add(":,:")
	f.Fuzz(func(t *testing.T, value string) {
		ring, err := token.LoadEnv(value)
		if err != nil {
			wantError(t, err, token.ErrInvalidKeyring)
			return
		}
		if again := must(token.DecodeKeyring(must(ring.Encode()))); !again.Equal(ring) {
			t.Fatalf("%q is written as another ring", value)
		}
		authority := authorityWith(ring)
		if _, err := authority.VerifyTicket(must(authority.AppendTicket(nil, someTicket())), noon); err != nil {
			t.Fatalf("%q signs and does not verify: %v", value, err)
		}
	})
}
