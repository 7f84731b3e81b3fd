package token_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/token"
)

func TestANewKeyringSignsAtOnce(t *testing.T) {
	ring := must(token.NewKeyring(seeded(1), noon))
	keys := ring.Keys(noon)
	if len(keys) != 2 || keys[0].Alg != "HS256" || keys[1].Alg != "EdDSA" || keys[0].Kid == keys[1].Kid {
		t.Fatalf("keys are %+v", keys)
	}
	for _, key := range keys {
		if !key.Created.Equal(noon) || !key.ActivatesAt.Equal(noon) || !key.NotAfter.IsZero() {
			t.Errorf("times are %+v", key)
		}
	}
	authority := authorityWith(ring)
	if _, err := authority.VerifyTicket(must(authority.AppendTicket(nil, someTicket())), noon); err != nil {
		t.Fatal(err)
	}
}

func TestEveryKeyringHasItsOwnSecrets(t *testing.T) {
	one := authorityWith(must(token.NewKeyring(seeded(1), noon)))
	other := authorityWith(must(token.NewKeyring(seeded(2), noon)))
	_, err := other.VerifyTicket(must(one.AppendTicket(nil, someTicket())), noon)
	wantError(t, err, token.ErrUnknownKey)
}

// A morning with a rotation: the file reaches the gateways at different times.
func TestARotationCostsNobodyAPlace(t *testing.T) {
	const lead, overlap = 5 * time.Minute, 2 * time.Hour
	before := must(token.NewKeyring(seeded(1), noon.AddDate(0, -1, 0)))
	after := must(before.Rotate(seeded(2), token.Rotation{Now: noon, ActivatesAt: noon.Add(lead), Overlap: overlap}))
	early, late := authorityWith(after), authorityWith(before)
	oldKey := before.Keys(noon)[0].Kid

	verify := func(by *token.Authority, raw []byte, at time.Time) error {
		_, err := by.VerifyTicket(raw, at)
		return err
	}
	issue := func(by *token.Authority, at time.Time) []byte {
		ticket := someTicket()
		ticket.IssuedAt, ticket.ExpiresAt = at.Unix(), at.Add(overlap).Unix()
		return must(by.AppendTicket(nil, ticket))
	}

	beforeSwitch := noon.Add(lead - time.Second)
	atOnce := issue(early, beforeSwitch)
	if !bytes.Contains(must(base64.RawURLEncoding.DecodeString(string(bytes.Split(atOnce, []byte("."))[0]))), []byte(oldKey)) {
		t.Error("the new key signs before its time")
	}
	if err := verify(late, atOnce, beforeSwitch); err != nil {
		t.Errorf("the gateway that has not read the file refuses a ticket of the one that has: %v", err)
	}
	fresh := issue(early, noon.Add(lead))
	wantError(t, verify(late, fresh, noon.Add(lead)), token.ErrUnknownKey)
	late = authorityWith(after)
	for name, at := range map[string]time.Time{
		"before it signs": noon, "when it signs": noon.Add(lead), "later": noon.Add(lead + overlap - time.Second),
	} {
		if err := verify(late, fresh, at); err != nil {
			t.Errorf("a ticket of the new key, %s: %v", name, err)
		}
	}
	old := issue(authorityWith(before), beforeSwitch)
	if err := verify(late, old, beforeSwitch.Add(overlap-time.Second)); err != nil {
		t.Errorf("an old ticket in its last second: %v", err)
	}
	wantError(t, verify(late, old, noon.Add(lead+overlap)), token.ErrUnknownKey)
}

func TestNoRotationLosesATicketThatLives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		second := func(name string, from, to int64) time.Duration {
			return time.Duration(rapid.Int64Range(from, to).Draw(t, name)) * time.Second
		}
		life := second("life", 1, 7200)
		skew := second("skew", 0, 300)
		lead := 2*skew + second("lead", 1, 600)

		now := noon
		rings := []*token.Keyring{must(token.NewKeyring(seeded(0), now))}
		switches := []time.Time{now}
		for i := range rapid.IntRange(1, 4).Draw(t, "rotations") {
			now = switches[len(switches)-1].Add(second("pause", 0, 10000))
			rotation := token.Rotation{Now: now, ActivatesAt: now.Add(lead), Overlap: life + 2*skew}
			rings = append(rings, must(rings[i].Rotate(seeded(byte(i+1)), rotation)))
			switches = append(switches, rotation.ActivatesAt)
		}

		// The true time, two gateways that are up to skew off, and for each any
		// ring that it may hold: the newest whose switch has come, or a later one
		// that has been written.
		issued := noon.Add(second("issued", 0, 60000))
		used := issued.Add(second("age", 0, int64(life/time.Second)))
		clock := func(name string, at time.Time) time.Time {
			return at.Add(second(name, -int64(skew/time.Second), int64(skew/time.Second)))
		}
		holds := func(name string, at time.Time) *token.Keyring {
			oldest, newest := 0, 0
			for i, activates := range switches {
				if !activates.Add(-skew).After(at) {
					oldest = i
				}
				if i == 0 || !activates.Add(-lead).After(at) {
					newest = i
				}
			}
			return rings[rapid.IntRange(oldest, max(oldest, newest)).Draw(t, name)]
		}
		ticket := someTicket()
		ticket.IssuedAt = clock("issuer", issued).Unix()
		ticket.ExpiresAt = ticket.IssuedAt + int64(life/time.Second)
		raw := must(authorityWith(holds("issuer's ring", issued)).AppendTicket(nil, ticket))
		_, err := authorityWith(holds("verifier's ring", used)).VerifyTicket(raw, clock("verifier", used))
		if err != nil && !errors.Is(err, token.ErrExpired) {
			t.Fatalf("issued %v, used %v: %v", issued, used, err)
		}
	})
}

func TestARotationWithoutOverlapEndsTheOldKeys(t *testing.T) {
	ring := must(token.NewKeyring(seeded(1), noon.AddDate(0, -1, 0)))
	stolen := must(authorityWith(ring).AppendTicket(nil, someTicket()))
	rotated := authorityWith(must(ring.Rotate(seeded(2), token.Rotation{Now: noon})))
	_, err := rotated.VerifyTicket(stolen, noon)
	wantError(t, err, token.ErrUnknownKey)
	if _, err := rotated.VerifyTicket(must(rotated.AppendTicket(nil, someTicket())), noon); err != nil {
		t.Fatal(err)
	}
}

func TestAnEndMayComeEarlierButNotLater(t *testing.T) {
	first := must(token.NewKeyring(seeded(1), noon))
	second := must(first.Rotate(seeded(2), token.Rotation{Now: noon, Overlap: time.Hour}))
	firstEnd := func(overlap time.Duration) time.Time {
		keys := must(second.Rotate(seeded(3), token.Rotation{Now: noon.Add(time.Minute), Overlap: overlap})).Keys(noon)
		return keys[len(keys)-1].NotAfter
	}
	for overlap, want := range map[time.Duration]time.Time{
		24 * time.Hour:          noon.Add(time.Hour),
		0:                       noon.Add(time.Minute),
		1500 * time.Millisecond: noon.Add(time.Minute + 2*time.Second),
	} {
		if end := firstEnd(overlap); !end.Equal(want) {
			t.Errorf("with an overlap of %v the first key ends at %v, want %v", overlap, end, want)
		}
	}
}

func TestARotationLeavesOutWhatHasEnded(t *testing.T) {
	first := must(token.NewKeyring(seeded(1), noon))
	second := must(first.Rotate(seeded(2), token.Rotation{Now: noon, Overlap: time.Hour}))
	third := must(second.Rotate(seeded(3), token.Rotation{Now: noon.Add(time.Hour), Overlap: time.Hour}))
	if count := len(second.Keys(noon)); count != 4 {
		t.Errorf("%d keys after one rotation", count)
	}
	if count := len(third.Keys(noon)); count != 4 {
		t.Errorf("%d keys after two", count)
	}
	if end := third.Keys(noon)[2].NotAfter; !end.Equal(noon.Add(2 * time.Hour)) {
		t.Errorf("the second key ends at %v", end)
	}
	if len(first.Keys(noon)) != 2 || !first.Keys(noon)[0].NotAfter.IsZero() {
		t.Error("the rotation has changed the ring that it began with")
	}
}

func TestAnImpossibleRotationIsRefused(t *testing.T) {
	ring := must(token.NewKeyring(seeded(1), noon))
	pending := must(ring.Rotate(seeded(2), token.Rotation{Now: noon, ActivatesAt: noon.Add(time.Hour)}))
	for name, c := range map[string]struct {
		ring     *token.Keyring
		rotation token.Rotation
		reason   string
	}{
		"to the past":               {ring, token.Rotation{Now: noon, ActivatesAt: noon.Add(-time.Second)}, "in the past"},
		"with a negative overlap":   {ring, token.Rotation{Now: noon, Overlap: -1}, "negative"},
		"past a key not yet signed": {pending, token.Rotation{Now: noon, ActivatesAt: noon.Add(time.Minute)}, "begins to sign only at 2026-06-14T13:00:00Z"},
		"at no time":                {ring, token.Rotation{}, "begins to sign only at"},
		"after the year 9999":       {ring, token.Rotation{Now: noon, ActivatesAt: noon.AddDate(8000, 0, 0)}, "9999"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.ring.Rotate(seeded(3), c.rotation)
			wantError(t, err, token.ErrInvalidKeyring)
			if !strings.Contains(err.Error(), c.reason) {
				t.Fatalf("error is %q, must name %q", err, c.reason)
			}
		})
	}
	t.Run("but a key that has signed nothing can be dropped", func(t *testing.T) {
		now := must(pending.Rotate(seeded(3), token.Rotation{Now: noon, DropPending: true}))
		if keys := now.Keys(noon); len(keys) != 4 || !keys[0].ActivatesAt.Equal(noon) || !keys[2].NotAfter.Equal(noon) {
			t.Errorf("the keys are %+v", keys)
		}
	})
	t.Run("but the longest overlap is possible", func(t *testing.T) {
		if _, err := ring.Rotate(seeded(3), token.Rotation{Now: noon, Overlap: math.MaxInt64}); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("without randomness", func(t *testing.T) {
		_, err := ring.Rotate(strings.NewReader("dry"), token.Rotation{Now: noon})
		wantError(t, err, io.ErrUnexpectedEOF)
		_, err = token.NewKeyring(strings.NewReader("dry"), noon)
		wantError(t, err, io.ErrUnexpectedEOF)
	})
}

func TestAClockBehindTheFirstKeySignsAnyway(t *testing.T) {
	ring := must(token.NewKeyring(seeded(1), noon.Add(5*time.Minute)))
	authority := authorityWith(ring)
	if _, err := authority.VerifyTicket(must(authority.AppendTicket(nil, someTicket())), noon); err != nil {
		t.Fatal(err)
	}
}

func TestAKeyringNeverPrintsASecret(t *testing.T) {
	ring := must(token.LoadEnv(envEntry("k1")))
	source := must(token.NewSource(ring))
	authority := must(token.NewAuthority(source, room))
	raw := secretOf("k1")
	for _, value := range []any{ring, source, authority, []*token.Keyring{ring}, struct{ Ring *token.Keyring }{ring}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
			text := fmt.Sprintf(verb, value)
			for _, secret := range []string{
				string(raw), fmt.Sprintf("%x", raw), strings.Trim(fmt.Sprint(raw), "[]"),
				base64.StdEncoding.EncodeToString(raw), strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", raw), "[]byte{"), "}"),
			} {
				if strings.Contains(text, secret) {
					t.Errorf("%s of a %T shows the secret: %s", verb, value, text)
				}
			}
		}
	}
}
