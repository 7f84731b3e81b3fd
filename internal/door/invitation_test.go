package door_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/pkg/token"
)

const shared = "a secret that a site and its gateway share: 0123456789"

func invitationsOf(t testing.TB, source *token.Source, secret string) *door.Invitations {
	t.Helper()
	i, err := door.NewInvitations(source, room, []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// signed is what any JWT library of a site makes.
func signed(t testing.TB, method jwt.SigningMethod, key any, header, claims map[string]any) string {
	t.Helper()
	unsigned := jwt.NewWithClaims(method, jwt.MapClaims(claims))
	for name, value := range header {
		unsigned.Header[name] = value
	}
	text, err := unsigned.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAnInvitationOfAGatewayIsAccepted(t *testing.T) {
	source := sourceOf(t, "k0")
	invitations := invitationsOf(t, source, "")
	made := func(group, person string) door.Entry {
		t.Helper()
		text, err := invitations.Make(door.Invitation{Group: group, Person: person, Until: noon + hour}, noon)
		if err != nil {
			t.Fatal(err)
		}
		e, err := invitations.Check(text, noon)
		if err != nil || e.Group != group || e.Until != noon+hour || e.Batch != 0 {
			t.Errorf("%s, %s: %+v, %v", group, person, e, err)
		}
		if (person != "") != (e.Code != [16]byte{}) || (person != "") != (e.Uses == 1) {
			t.Errorf("%s, %s: uses are counted by %x, %d", group, person, e.Code, e.Uses)
		}
		return e
	}
	made("residents", "")
	alice := made("residents", "case 17")
	if made("residents", "case 17").Code != alice.Code {
		t.Error("two invitations of one person are two for the store")
	}
	if made("residents", "case 18").Code == alice.Code || made("over80", "case 17").Code == alice.Code {
		t.Error("two persons, or two groups, are one for the store")
	}
}

func TestAnInvitationHasItsTime(t *testing.T) {
	invitations := invitationsOf(t, sourceOf(t, "k0"), shared)
	text, err := invitations.Make(door.Invitation{Group: "residents", From: noon + hour, Until: noon + 2*hour}, noon)
	if err != nil {
		t.Fatal(err)
	}
	fast := signed(t, jwt.SigningMethodHS256, []byte(shared), nil, map[string]any{
		"aud": room, "grp": "residents", "iat": noon/1000 + 3600, "exp": noon/1000 + 9000,
	})
	for _, c := range []struct {
		name, text string
		at         int64
		want       error
	}{
		{"before", text, noon, door.ErrNotYet},
		{"before, by more than clocks differ", text, noon + hour - 5*60_000 - 1, door.ErrNotYet},
		{"before, by what clocks may differ", text, noon + hour - 5*60_000, nil},
		{"within", text, noon + hour, nil},
		{"at its end", text, noon + 2*hour, door.ErrExpired},
		{"issued later", fast, noon, door.ErrNotYet},
		{"issued", fast, noon + hour, nil},
	} {
		e, err := invitations.Check(c.text, c.at)
		if !errors.Is(err, c.want) || e.Group != "residents" || e.From > 0 && e.From != noon+hour {
			t.Errorf("%s: %+v, %v, want %v", c.name, e, err, c.want)
		}
	}
}

func TestAnInvitationEndsWithItsKey(t *testing.T) {
	random := rand.NewChaCha8([32]byte{1})
	ring, err := token.NewKeyring(random, at(noon))
	if err != nil {
		t.Fatal(err)
	}
	source, err := token.NewSource(ring)
	if err != nil {
		t.Fatal(err)
	}
	invitations := invitationsOf(t, source, "")
	text, err := invitations.Make(door.Invitation{Group: "residents", Until: noon + 9*hour}, noon)
	if err != nil {
		t.Fatal(err)
	}
	rotated, err := ring.Rotate(random, token.Rotation{Now: at(noon), Overlap: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if err := source.Replace(rotated); err != nil {
		t.Fatal(err)
	}
	if _, err := invitations.Check(text, noon+hour-1); err != nil {
		t.Errorf("while its key verifies: %v", err)
	}
	if _, err := invitations.Check(text, noon+hour); !errors.Is(err, door.ErrWrong) {
		t.Errorf("when its key has ended: %v", err)
	}
}

func TestASiteInvitesByTheSecretItShares(t *testing.T) {
	invitations := invitationsOf(t, sourceOf(t, "k0"), shared)
	claims := map[string]any{"aud": room, "grp": "residents", "sub": "case 17", "exp": noon/1000 + 3600}
	with := func(change func(map[string]any)) map[string]any {
		m := map[string]any{}
		for name, value := range claims {
			m[name] = value
		}
		change(m)
		return m
	}
	hs256 := jwt.SigningMethodHS256
	e, err := invitations.Check(signed(t, hs256, []byte(shared), nil, claims), noon)
	if err != nil || e.Group != "residents" || e.Uses != 1 || e.Code == [16]byte{} {
		t.Errorf("%+v, %v", e, err)
	}
	for name, text := range map[string]string{
		"with a kid of its own":  signed(t, hs256, []byte(shared), map[string]any{"kid": "site-7"}, claims),
		"with our kid":           signed(t, hs256, []byte(shared), map[string]any{"kid": "k0"}, claims),
		"for several":            signed(t, hs256, []byte(shared), nil, with(func(m map[string]any) { m["aud"] = []string{"x", room} })),
		"with claims of its own": signed(t, hs256, []byte(shared), nil, with(func(m map[string]any) { m["iss"] = "https://town.example" })),
	} {
		if got, err := invitations.Check(text, noon); err != nil || got != e {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, text := range map[string]string{
		"another secret":      signed(t, hs256, []byte(shared+"!"), nil, claims),
		"another algorithm":   signed(t, jwt.SigningMethodHS512, []byte(shared), nil, claims),
		"what is not known":   signed(t, hs256, []byte(shared), map[string]any{"crit": []string{"x"}, "x": 1}, claims),
		"no algorithm":        signed(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil, claims),
		"our type, no key":    signed(t, hs256, []byte(shared+"!"), map[string]any{"typ": "einlass-invitation+jwt", "kid": "k9"}, claims),
		"our type, zero key":  signed(t, hs256, make([]byte, 32), map[string]any{"typ": "einlass-invitation+jwt", "kid": "k9"}, claims),
		"our type, our kid":   signed(t, hs256, []byte(shared), map[string]any{"typ": "einlass-invitation+jwt", "kid": "k0"}, claims),
		"another room":        signed(t, hs256, []byte(shared), nil, with(func(m map[string]any) { m["aud"] = "elsewhere" })),
		"no room":             signed(t, hs256, []byte(shared), nil, with(func(m map[string]any) { delete(m, "aud") })),
		"no group":            signed(t, hs256, []byte(shared), nil, with(func(m map[string]any) { delete(m, "grp") })),
		"no end":              signed(t, hs256, []byte(shared), nil, with(func(m map[string]any) { delete(m, "exp") })),
		"an end that is none": signed(t, hs256, []byte(shared), nil, with(func(m map[string]any) { m["exp"] = 1e300 })),
		"a start before time": signed(t, hs256, []byte(shared), nil, with(func(m map[string]any) { m["nbf"] = -1 })),
		"a long person":       signed(t, hs256, []byte(shared), nil, with(func(m map[string]any) { m["sub"] = strings.Repeat("x", 129) })),
		"a person as number":  signed(t, hs256, []byte(shared), nil, with(func(m map[string]any) { m["sub"] = 4711_0815 })),
		"too long":            signed(t, hs256, []byte(shared), nil, with(func(m map[string]any) { m["x"] = strings.Repeat("x", 300) })),
		"nothing":             "",
		"dots":                "..",
	} {
		got, err := invitations.Check(text, noon)
		if !errors.Is(err, door.ErrWrong) || got != (door.Entry{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		} else if strings.Contains(err.Error(), "4711") || strings.Contains(err.Error(), "case 17") {
			t.Errorf("%s: the error tells of the person: %v", name, err)
		}
	}
}

func TestAnInvitationOfAnotherKindOfTokenIsNone(t *testing.T) {
	source := sourceOf(t, "k0")
	authority, err := token.NewAuthority(source, room)
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := authority.IssueTicket(token.Ticket{Room: room, Epoch: 1, Number: 1, IssuedAt: noon / 1000, ExpiresAt: (noon + hour) / 1000})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := invitationsOf(t, source, shared).Check(ticket, noon); !errors.Is(err, door.ErrWrong) {
		t.Errorf("a ticket: %v", err)
	}
	text, err := invitationsOf(t, source, "").Make(door.Invitation{Group: "residents", Until: noon + hour}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := authority.VerifyTicket([]byte(text), at(noon)); err == nil {
		t.Error("an invitation is a ticket")
	}
	if _, err := invitationsOf(t, sourceOf(t, "k1"), "").Check(text, noon); !errors.Is(err, door.ErrWrong) {
		t.Errorf("of a key that is gone: %v", err)
	}
	other, err := door.NewInvitations(source, "elsewhere", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Check(text, noon); !errors.Is(err, door.ErrWrong) {
		t.Errorf("for another room: %v", err)
	}
}

func TestOnlyAnInvitationThatWillBeAcceptedIsMade(t *testing.T) {
	invitations := invitationsOf(t, sourceOf(t, "k0"), "")
	for name, v := range map[string]door.Invitation{
		"no group":      {Until: noon + hour},
		"a long group":  {Group: strings.Repeat("g", 33), Until: noon + hour},
		"a long person": {Group: "g", Person: strings.Repeat("p", 129), Until: noon + hour},
		"over":          {Group: "g", Until: noon},
		"no end":        {Group: "g"},
		"ends first":    {Group: "g", From: noon + 2*hour, Until: noon + hour},
		"begins never":  {Group: "g", From: -1, Until: noon + hour},
	} {
		if text, err := invitations.Make(v, noon); !errors.Is(err, door.ErrInvitation) {
			t.Errorf("%s: %q, %v", name, text, err)
		} else if strings.Contains(err.Error(), "ppp") {
			t.Errorf("%s: the error tells of the person: %v", name, err)
		}
	}
	longest := door.Invitation{Group: strings.Repeat("g", 32), Person: strings.Repeat("p", 128), From: noon + 1000, Until: noon + hour}
	text, err := invitations.Make(longest, noon)
	if err != nil || len(text) > door.MaxInvitation {
		t.Errorf("the longest: %d bytes, %v", len(text), err)
	}
	if e, err := invitations.Check(text, noon+hour/2); err != nil || e.Uses != 1 {
		t.Errorf("the longest: %+v, %v", e, err)
	}
	var header map[string]any
	head, _, _ := strings.Cut(text, ".")
	raw, _ := base64.RawURLEncoding.DecodeString(head)
	if err := json.Unmarshal(raw, &header); err != nil || header["alg"] != "HS256" || header["kid"] != "k0" || header["typ"] != "einlass-invitation+jwt" {
		t.Errorf("its header: %s, %v", raw, err)
	}
}

func TestAShortSecretIsRefused(t *testing.T) {
	if _, err := door.NewInvitations(sourceOf(t, "k0"), room, []byte(shared[:31])); err == nil {
		t.Error("31 bytes")
	}
}

func BenchmarkCheckInvitation(b *testing.B) {
	invitations := invitationsOf(b, sourceOf(b, "k0"), shared)
	text, err := invitations.Make(door.Invitation{Group: "residents", Person: "case 17", Until: noon + hour}, noon)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = invitations.Check(text, noon)
	}
}
