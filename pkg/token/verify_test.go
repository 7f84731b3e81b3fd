package token_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/token"
)

// The claims of someTicket and somePass as they stand in a token.
const (
	ticketClaims = `{"aud":"termine","sub":"VISITOR","ep":3,"n":48213,"iat":1781438400,"exp":1781442000}`
	passClaims   = `{"aud":"termine","sub":"VISITOR","ep":3,"n":48213,"st":1781438160,"iat":1781438400,"exp":1781439000}`
)

func goodClaims() string {
	return strings.Replace(ticketClaims, "VISITOR", someTicket().Visitor.String(), 1)
}

func TestTheFormOfATokenIsFixed(t *testing.T) {
	authority := authorityOver("k1")
	if raw := must(authority.IssueTicket(someTicket())); raw != forge(header("k1", ticketType), goodClaims(), "k1") {
		t.Errorf("a ticket is %s", raw)
	}
	claims := strings.Replace(passClaims, "VISITOR", somePass().Visitor.String(), 1)
	if raw := must(authority.IssuePass(somePass())); raw != forge(header("k1", passType), claims, "k1") {
		t.Errorf("a pass is %s", raw)
	}
}

func TestTimesDecide(t *testing.T) {
	authority := authorityOver("k1")
	ticket, pass := someTicket(), somePass()
	rawTicket := must(authority.AppendTicket(nil, ticket))
	rawPass := must(authority.AppendPass(nil, pass))
	issued, ticketEnd, passEnd := time.Unix(ticket.IssuedAt, 0), time.Unix(ticket.ExpiresAt, 0), time.Unix(pass.ExpiresAt, 0)

	for name, c := range map[string]struct {
		ticketAt, passAt time.Time
		want             error
	}{
		"in its first second":                 {issued, issued, nil},
		"in its last second":                  {ticketEnd.Add(-1), passEnd.Add(-1), nil},
		"at its expiry":                       {ticketEnd, passEnd, token.ErrExpired},
		"long after its expiry":               {ticketEnd.AddDate(1, 0, 0), passEnd.AddDate(1, 0, 0), token.ErrExpired},
		"on a clock of another time zone":     {issued.Add(-token.MaxSkew), issued.Add(-token.MaxSkew), nil},
		"on a clock more than that behind":    {issued.Add(-token.MaxSkew - 1), issued.Add(-token.MaxSkew - 1), token.ErrNotYetValid},
		"on a clock that has never been set":  {time.Unix(0, 0), time.Unix(0, 0), token.ErrNotYetValid},
		"on a clock before the start of time": {time.Time{}, time.Time{}, token.ErrNotYetValid},
	} {
		t.Run(name, func(t *testing.T) {
			gotTicket, err := authority.VerifyTicket(rawTicket, c.ticketAt)
			checkOutcome(t, gotTicket, ticket, err, c.want)
			gotPass, err := authority.VerifyPass(rawPass, c.passAt)
			checkOutcome(t, gotPass, pass, err, c.want)
		})
	}
}

// checkOutcome knows when claims come with an error: only when they expired.
func checkOutcome[T comparable](t *testing.T, got, issued T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
	var none T
	if want == nil || errors.Is(want, token.ErrExpired) {
		none = issued
	}
	if got != none {
		t.Fatalf("claims are %+v, want %+v", got, none)
	}
}

func TestABadTokenIsRefusedForItsReason(t *testing.T) {
	authority := authorityOver("k1", "k0")
	raw := string(must(authority.AppendTicket(nil, someTicket())))
	parts := strings.Split(raw, ".")
	otherRoom := must(token.NewAuthority(must(token.NewSource(must(token.LoadEnv(envEntry("k1"))))), "reisepass"))
	foreign := someTicket()
	foreign.Room = "reisepass"
	late := foreign
	late.IssuedAt, late.ExpiresAt = 1, 2
	strange := authorityOver("k9")

	for name, c := range map[string]struct {
		raw  string
		want error
	}{
		"nothing":                       {"", token.ErrMalformed},
		"one part":                      {"x", token.ErrMalformed},
		"dots":                          {"..", token.ErrMalformed},
		"only the header":               {parts[0], token.ErrMalformed},
		"header and dot":                {parts[0] + ".", token.ErrMalformed},
		"no claims":                     {parts[0] + ".." + macOf(parts[0]+".", "k1"), token.ErrMalformed},
		"no signature":                  {parts[0] + "." + parts[1], token.ErrMalformed},
		"an empty signature":            {parts[0] + "." + parts[1] + ".", token.ErrMalformed},
		"half a signature":              {raw[:len(raw)-20], token.ErrMalformed},
		"a padded signature":            {raw + "=", token.ErrMalformed},
		"a fourth part":                 {raw + ".x", token.ErrMalformed},
		"a dot in the claims":           {forgeText(parts[0] + "." + parts[1][:8] + "." + parts[1][8:]), token.ErrMalformed},
		"a space before":                {" " + raw, token.ErrMalformed},
		"a line break after":            {raw + "\n", token.ErrMalformed},
		"too long":                      {raw + strings.Repeat("A", token.MaxLength), token.ErrMalformed},
		"too long and not signed":       {parts[0] + "." + strings.Repeat("A", token.MaxLength) + "." + parts[2], token.ErrMalformed},
		"too long but signed":           {forge(header("k1", ticketType), goodClaims()+strings.Repeat(" ", 400), "k1"), token.ErrMalformed},
		"a line break in the claims":    {forgeText(parts[0] + "." + parts[1][:8] + "\n" + parts[1][8:]), token.ErrMalformed},
		"padded claims":                 {forgeText(parts[0] + "." + parts[1] + "="), token.ErrMalformed},
		"claims in standard base64":     {forgeText(parts[0] + "." + parts[1][:8] + "+/" + parts[1][10:]), token.ErrMalformed},
		"a pass":                        {must(authority.IssuePass(somePass())), token.ErrWrongKind},
		"a pass under a foreign key":    {must(strange.IssuePass(somePass())), token.ErrWrongKind},
		"a foreign key":                 {must(strange.IssueTicket(someTicket())), token.ErrUnknownKey},
		"another key's signature":       {forge(header("k1", ticketType), goodClaims(), "k0"), token.ErrBadSignature},
		"a zero signature":              {parts[0] + "." + parts[1] + "." + strings.Repeat("A", 43), token.ErrBadSignature},
		"a second spelling of the same": {raw[:len(raw)-1] + nextInAlphabet(raw[len(raw)-1]), token.ErrBadSignature},
		"claims of another ticket":      {otherClaims(raw), token.ErrBadSignature},
		"another room":                  {must(otherRoom.IssueTicket(foreign)), token.ErrWrongRoom},
		"another room and expired":      {must(otherRoom.IssueTicket(late)), token.ErrWrongRoom},
	} {
		t.Run(name, func(t *testing.T) {
			read, err := authority.VerifyTicket([]byte(c.raw), noon)
			checkOutcome(t, read, someTicket(), err, c.want)
		})
	}
	t.Run("a ticket in place of a pass", func(t *testing.T) {
		read, err := authority.VerifyPass([]byte(raw), noon)
		checkOutcome(t, read, somePass(), err, token.ErrWrongKind)
	})
}

// forgeText signs encoded text as it is.
func forgeText(text string) string {
	return text + "." + macOf(text, "k1")
}

// otherClaims puts the claims of another place under the signature of raw.
func otherClaims(raw string) string {
	claims := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(goodClaims(), "48213", "00001", 1)))
	parts := strings.Split(raw, ".")
	return parts[0] + "." + claims + "." + parts[2]
}

// nextInAlphabet changes a last character in the bits that carry nothing: a lax
// decoder gives the same bytes.
func nextInAlphabet(last byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, last)+1])
}

func TestAHeaderThatIsNotOursIsRefusedThoughSigned(t *testing.T) {
	authority := authorityOver("k1")
	for name, c := range map[string]struct {
		header string
		want   error
	}{
		"alg none":               {`{"alg":"none","kid":"k1","typ":"einlass-ticket+jwt"}`, token.ErrMalformed},
		"alg in small letters":   {`{"alg":"hs256","kid":"k1","typ":"einlass-ticket+jwt"}`, token.ErrMalformed},
		"alg HS512":              {`{"alg":"HS512","kid":"k1","typ":"einlass-ticket+jwt"}`, token.ErrMalformed},
		"alg EdDSA":              {`{"alg":"EdDSA","kid":"k1","typ":"einlass-ticket+jwt"}`, token.ErrMalformed},
		"alg EdDSA of a pair":    {`{"alg":"EdDSA","kid":"x1","typ":"einlass-pass+jwt"}`, token.ErrMalformed},
		"typ JWT":                {`{"alg":"HS256","kid":"k1","typ":"JWT"}`, token.ErrMalformed},
		"typ in capitals":        {`{"alg":"HS256","kid":"k1","typ":"EINLASS-TICKET+JWT"}`, token.ErrMalformed},
		"typ with application":   {`{"alg":"HS256","kid":"k1","typ":"application/einlass-ticket+jwt"}`, token.ErrMalformed},
		"no typ":                 {`{"alg":"HS256","kid":"k1"}`, token.ErrMalformed},
		"no kid":                 {`{"alg":"HS256","typ":"einlass-ticket+jwt"}`, token.ErrMalformed},
		"an empty kid":           {header("", ticketType), token.ErrMalformed},
		"a kid that is a path":   {header("../../dev/null", ticketType), token.ErrMalformed},
		"a kid that is too long": {header(strings.Repeat("k", 33), ticketType), token.ErrMalformed},
		"another order":          {`{"typ":"einlass-ticket+jwt","alg":"HS256","kid":"k1"}`, token.ErrMalformed},
		"a space":                {`{"alg": "HS256","kid":"k1","typ":"einlass-ticket+jwt"}`, token.ErrMalformed},
		"a space at the end":     {header("k1", ticketType) + " ", token.ErrMalformed},
		"an escape":              {`{"alg":"HS256","kid":"\u006b1","typ":"einlass-ticket+jwt"}`, token.ErrMalformed},
		"a second alg":           {`{"alg":"HS256","alg":"HS256","kid":"k1","typ":"einlass-ticket+jwt"}`, token.ErrMalformed},
		"crit":                   {`{"alg":"HS256","crit":["b64"],"kid":"k1","typ":"einlass-ticket+jwt"}`, token.ErrMalformed},
		"a key set address":      {`{"alg":"HS256","jku":"https://example.org","kid":"k1","typ":"einlass-ticket+jwt"}`, token.ErrMalformed},
		"an unknown kid":         {header("k2", ticketType), token.ErrUnknownKey},
		"a prefix of a kid":      {header("k", ticketType), token.ErrUnknownKey},
		"a kid in capitals":      {header("K1", ticketType), token.ErrUnknownKey},
		"another kind":           {header("k2", passType), token.ErrWrongKind},
		"a kind of nobody's":     {`{"alg":"HS256","kid":"k1","typ":"einlass-invitation+jwt"}`, token.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			read, err := authority.VerifyTicket([]byte(forge(c.header, goodClaims(), "k1")), noon)
			checkOutcome(t, read, someTicket(), err, c.want)
		})
	}
}

func TestClaimsThatAreNotOursAreRefusedThoughSigned(t *testing.T) {
	authority := authorityOver("k1")
	visitor := someTicket().Visitor.String()
	if _, err := authority.VerifyTicket([]byte(forge(header("k1", ticketType), goodClaims(), "k1")), noon); err != nil {
		t.Fatalf("the claims that the cases spoil: %v", err)
	}
	for name, c := range map[string]struct{ old, spoilt string }{
		"a claim twice":           {`"n":48213`, `"n":48213,"n":1`},
		"an unknown claim inside": {`"iat"`, `"x":1,"iat"`},
		"two unknown claims":      {`}`, `,"x":1,"y":1}`},
		"an issuer":               {`{`, `{"iss":"einlass",`},
		"a start in a ticket":     {`,"iat"`, `,"st":1,"iat"`},
		"no epoch":                {`"ep":3,`, ``},
		"no audience":             {`"aud":"termine",`, ``},
		"an empty audience":       {`termine`, ``},
		"audiences in an array":   {`"termine"`, `["termine"]`},
		"another order":           {`"ep":3,"n":48213`, `"n":48213,"ep":3`},
		"another case":            {`"ep"`, `"EP"`},
		"an escaped name":         {`"ep"`, `"\u0065p"`},
		"an escaped value":        {`termine`, `termin\u0065`},
		"a fraction":              {`48213`, `48213.0`},
		"an exponent":             {`48213`, `48213e0`},
		"a minus":                 {`48213`, `-48213`},
		"a minus before zero":     {`"ep":3`, `"ep":-0`},
		"a plus":                  {`48213`, `+48213`},
		"a leading zero":          {`48213`, `048213`},
		"two zeros":               {`"ep":3`, `"ep":00`},
		"hexadecimal":             {`48213`, `0xbc55`},
		"a number in quotes":      {`48213`, `"48213"`},
		"no number":               {`48213`, ``},
		"null":                    {`48213`, `null`},
		"2^64":                    {`48213`, `18446744073709551616`},
		"2^64 times ten":          {`48213`, `184467440737095516150`},
		"an expiry after 9999":    {`1781442000`, `253402300800`},
		"an expiry of 2^64":       {`1781442000`, `18446744073709551616`},
		"an expiry at the issue":  {`1781442000`, `1781438400`},
		"a space after a colon":   {`:3`, `: 3`},
		"a space before the end":  {`}`, ` }`},
		"a space at the start":    {`{`, ` {`},
		"a line break at the end": {`}`, "}\n"},
		"a second object":         {`}`, `}{}`},
		"no end":                  {`}`, ``},
		"a comma too many":        {`}`, `,}`},
		"a byte order mark":       {`{`, "\ufeff{"},
		"a short id":              {visitor, visitor[:21]},
		"a long id":               {visitor, visitor + "A"},
		"a padded id":             {visitor, visitor + "=="},
		"a second spelling of id": {visitor, visitor[:21] + nextInAlphabet(visitor[21])},
		"a line break in the id":  {visitor, visitor[:21] + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			claims := strings.Replace(goodClaims(), c.old, c.spoilt, 1)
			if claims == goodClaims() {
				t.Fatal("the case spoils nothing")
			}
			read, err := authority.VerifyTicket([]byte(forge(header("k1", ticketType), claims, "k1")), noon)
			want := token.ErrMalformed
			checkOutcome(t, read, someTicket(), err, want)
		})
	}
	t.Run("a start after the issue in a pass", func(t *testing.T) {
		claims := strings.Replace(strings.Replace(passClaims, "VISITOR", visitor, 1), "1781438160", "1781438401", 1)
		read, err := authority.VerifyPass([]byte(forge(header("k1", passType), claims, "k1")), noon)
		checkOutcome(t, read, somePass(), err, token.ErrMalformed)
	})
	t.Run("a pass without a start", func(t *testing.T) {
		read, err := authority.VerifyPass([]byte(forge(header("k1", passType), goodClaims(), "k1")), noon)
		checkOutcome(t, read, somePass(), err, token.ErrMalformed)
	})
}

func TestAnyChangedByteIsRefused(t *testing.T) {
	authority := authorityOver("k1", "k0")
	rapid.Check(t, func(t *rapid.T) {
		ticket := drawTicket(t)
		raw := must(authority.AppendTicket(nil, ticket))
		for i := range raw {
			mask := rapid.ByteRange(1, 255).Draw(t, "mask")
			raw[i] ^= mask
			if read, err := authority.VerifyTicket(raw, time.Unix(ticket.IssuedAt, 0)); err == nil || read != (token.Ticket{}) {
				t.Fatalf("byte %d changed by %08b: read as %+v, %v", i, mask, read, err)
			}
			raw[i] ^= mask
		}
	})
}

func TestAnyPieceOfATokenIsRefused(t *testing.T) {
	authority := authorityOver("k1")
	raw := must(authority.AppendPass(nil, somePass()))
	for from := range raw {
		for to := from; to <= len(raw); to++ {
			if to-from == len(raw) {
				continue
			}
			if _, err := authority.VerifyPass(raw[from:to], noon); err == nil {
				t.Fatalf("bytes %d to %d are accepted", from, to)
			}
		}
	}
}

func TestTheTokensOfAPurposeAreGoodForItAlone(t *testing.T) {
	authority := authorityOver("k1")
	one, other := must(authority.Within("to.a")), must(authority.Within("to.b"))
	pass := somePass()
	at := time.Unix(pass.IssuedAt, 0)
	plain := must(authority.AppendPass(nil, pass))
	pass.Room = one.Room()
	raw := must(one.AppendPass(nil, pass))
	if got, err := one.VerifyPass(raw, at); err != nil || got != pass {
		t.Errorf("its own: %+v, %v", got, err)
	}
	for name, test := range map[string]struct {
		by  *token.Authority
		raw []byte
	}{"as the room's": {authority, raw}, "for another purpose": {other, raw}, "the room's": {one, plain}} {
		if _, err := test.by.VerifyPass(test.raw, at); !errors.Is(err, token.ErrWrongRoom) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, purpose := range []string{"", "a/b", strings.Repeat("a", 64-len(room))} {
		if _, err := authority.Within(purpose); err == nil {
			t.Errorf("%q is taken", purpose)
		}
	}
}
