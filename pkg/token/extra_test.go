package token_test

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

// acceptedExtras are unknown claims as a later release may issue them.
var acceptedExtras = []string{
	`"x":12582960`,
	`"x":0`,
	`"x":18446744073709551615`,
	`"x":-1`,
	`"x":-9223372036854775808`,
	`"group":"residents"`,
	`"x":""`,
	`"x":"` + strings.Repeat("x", 32) + `"`,
	`"x":" !#$%'()*+,-./:;=?@[]^{|}~"`,
	`"a_claim_of_16_b0":1`,
}

// refusedExtras are out of bounds, not in the one accepted spelling, or have a
// meaning already.
var refusedExtras = []string{
	``,
	`"x"`,
	`"x":`,
	`"x":1,`,
	`x:1`,
	`"":1`,
	`"X":1`,
	`"x-y":1`,
	`"\u0078":1`,
	`"a_claim_of_17_byt":1`,
	`"x":01`,
	`"x":1.0`,
	`"x":1e3`,
	`"x":-0`,
	`"x":-01`,
	`"x":-`,
	`"x":+1`,
	`"x":18446744073709551616`,
	`"x":-9223372036854775809`,
	`"x":"` + strings.Repeat("x", 33) + `"`,
	`"x":"a\"b"`,
	`"x":"\u0041"`,
	`"x":"<"`,
	`"x":"ä"`,
	"\"x\":\"\n\"",
	`"x":"open`,
	`"x":true`,
	`"x":null`,
	`"x":[1]`,
	`"x":{}`,
	` "x":1`,
	`"x": 1`,
	`"x":1 `,
	`"x":1,"y":2`,
	`"iss":"einlass"`,
	`"sub":"x"`,
	`"aud":"reisepass"`,
	`"exp":253402300799`,
	`"nbf":1`,
	`"iat":1`,
	`"jti":"x"`,
	`"ep":3`,
	`"n":1`,
	`"st":1`,
	`"order":0`,
	`"lane":"residents"`,
	`"code":"x"`,
	`"uses":1`,
}

// withExtra adds a member at the end of a JSON object.
func withExtra(claims, extra string) string {
	return strings.TrimSuffix(claims, "}") + "," + extra + "}"
}

func goodPassClaims() string {
	return strings.Replace(passClaims, "VISITOR", somePass().Visitor.String(), 1)
}

func TestOneUnknownClaimIsAccepted(t *testing.T) {
	authority := authorityOver("k1")
	for _, extra := range acceptedExtras {
		ticket, err := authority.VerifyTicket([]byte(forge(header("k1", ticketType), withExtra(goodClaims(), extra), "k1")), noon)
		if err != nil || ticket.Extra == (token.Extra{}) {
			t.Errorf("a ticket with %s: %+v, %v", extra, ticket, err)
		}
		pass, err := authority.VerifyPass([]byte(forge(header("k1", passType), withExtra(goodPassClaims(), extra), "k1")), noon)
		if err != nil || pass.Extra == (token.Extra{}) {
			t.Errorf("a pass with %s: %+v, %v", extra, pass, err)
		}
		ticket.Extra, pass.Extra = token.Extra{}, token.Extra{}
		if ticket != someTicket() || pass != somePass() {
			t.Errorf("%s changes what is known: %+v, %+v", extra, ticket, pass)
		}
	}
}

func TestAnUnknownClaimOutOfBoundsIsRefused(t *testing.T) {
	authority := authorityOver("k1")
	for _, extra := range refusedExtras {
		_, err := authority.VerifyTicket([]byte(forge(header("k1", ticketType), withExtra(goodClaims(), extra), "k1")), noon)
		if err != token.ErrMalformed {
			t.Errorf("a ticket with %s: %v", extra, err)
		}
		_, err = authority.VerifyPass([]byte(forge(header("k1", passType), withExtra(goodPassClaims(), extra), "k1")), noon)
		if err != token.ErrMalformed {
			t.Errorf("a pass with %s: %v", extra, err)
		}
	}
}

// A gateway that does not know the claim renews the ticket and sells it for a
// pass: both carry the claim on, byte for byte.
func TestAnUnknownClaimSurvivesARenewal(t *testing.T) {
	authority := authorityOver("k1", "k0")
	later := noon.Add(time.Minute)
	for _, extra := range acceptedExtras {
		raw := []byte(forge(header("k0", ticketType), withExtra(goodClaims(), extra), "k0"))
		ticket := must(authority.VerifyTicket(raw, noon))
		ticket.IssuedAt, ticket.ExpiresAt = later.Unix(), later.Add(time.Hour).Unix()
		renewed := strings.NewReplacer("1781438400", "1781438460", "1781442000", "1781442060").Replace(goodClaims())
		want := forge(header("k1", ticketType), withExtra(renewed, extra), "k1")
		if fast, slow := string(must(authority.AppendTicket(nil, ticket))), must(authority.IssueTicket(ticket)); fast != want || slow != want {
			t.Errorf("%s: renewed as\n%s\n%s, want\n%s", extra, fast, slow, want)
		}
		pass := somePass()
		pass.Extra = ticket.Extra
		want = forge(header("k1", passType), withExtra(goodPassClaims(), extra), "k1")
		if fast, slow := string(must(authority.AppendPass(nil, pass))), must(authority.IssuePass(pass)); fast != want || slow != want {
			t.Errorf("%s: pass is\n%s\n%s, want\n%s", extra, fast, slow, want)
		}
	}
}
