package token_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/token"
)

const lastSecond = 253402300799 // 9999-12-31T23:59:59Z

func drawTicket(t *rapid.T) token.Ticket {
	issued := rapid.Int64Range(0, lastSecond-1).Draw(t, "iat")
	return token.Ticket{
		Room: room, Visitor: drawID(t),
		Epoch: rapid.Uint64().Draw(t, "epoch"), Number: rapid.Uint64().Draw(t, "number"),
		Rank:     drawRank(t),
		IssuedAt: issued, ExpiresAt: rapid.Int64Range(issued+1, lastSecond).Draw(t, "exp"),
	}
}

func drawPass(t *rapid.T) token.Pass {
	ticket := drawTicket(t)
	return token.Pass{
		Room: room, Visitor: ticket.Visitor, Epoch: ticket.Epoch, Number: ticket.Number, Rank: ticket.Rank,
		StartedAt: rapid.Int64Range(0, ticket.IssuedAt).Draw(t, "st"),
		IssuedAt:  ticket.IssuedAt, ExpiresAt: ticket.ExpiresAt,
	}
}

func TestATicketIsReadAsItWasIssued(t *testing.T) {
	authority := authorityOver("k1")
	rapid.Check(t, func(t *rapid.T) {
		ticket := drawTicket(t)
		raw := must(authority.AppendTicket(nil, ticket))
		if len(raw) > token.MaxLength {
			t.Fatalf("%d bytes", len(raw))
		}
		now := rapid.Int64Range(ticket.IssuedAt, ticket.ExpiresAt-1).Draw(t, "now")
		read, err := authority.VerifyTicket(raw, time.Unix(now, 0))
		if err != nil || read != ticket {
			t.Fatalf("%+v is read as %+v, %v", ticket, read, err)
		}
	})
}

func TestAPassIsReadAsItWasIssued(t *testing.T) {
	authority := authorityOver("k1")
	rapid.Check(t, func(t *rapid.T) {
		pass := drawPass(t)
		raw := must(authority.AppendPass(nil, pass))
		if len(raw) > token.MaxLength {
			t.Fatalf("%d bytes", len(raw))
		}
		now := rapid.Int64Range(pass.IssuedAt, pass.ExpiresAt-1).Draw(t, "now")
		read, err := authority.VerifyPass(raw, time.Unix(now, 0))
		if err != nil || read != pass {
			t.Fatalf("%+v is read as %+v, %v", pass, read, err)
		}
	})
}

func TestTheFastWayIssuesTheBytesOfGolangJWT(t *testing.T) {
	authority := authorityOver("k1")
	t.Run("for tickets", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			ticket := drawTicket(t)
			slow := must(authority.IssueTicket(ticket))
			fast := must(authority.AppendTicket([]byte("before "), ticket))
			if string(fast) != "before "+slow {
				t.Fatalf("fast %q\nslow %q", fast, slow)
			}
		})
	})
	t.Run("for passes", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			pass := drawPass(t)
			slow := must(authority.IssuePass(pass))
			fast := must(authority.AppendPass([]byte("before "), pass))
			if string(fast) != "before "+slow {
				t.Fatalf("fast %q\nslow %q", fast, slow)
			}
		})
	})
}

func TestTheLongestTokensFit(t *testing.T) {
	longRoom := strings.Repeat("r", 64)
	ring := must(token.LoadEnv(strings.Repeat("k", 32) + ":" + strings.Repeat("A", 43)))
	authority := must(token.NewAuthority(must(token.NewSource(ring)), longRoom))
	pass := token.Pass{
		Room: longRoom, Visitor: token.ID{0: 255}, Epoch: math.MaxUint64, Number: math.MaxUint64,
		StartedAt: lastSecond - 1, IssuedAt: lastSecond - 1, ExpiresAt: lastSecond,
		Rank: token.Rank{Order: 1<<53 - 1, Lane: 7, Code: token.ID{0: 255}, Uses: 16},
	}
	raw := must(authority.AppendPass(nil, pass))
	read, err := authority.VerifyPass(raw, time.Unix(lastSecond-1, 0))
	if err != nil || read != pass {
		t.Fatalf("read as %+v, %v", read, err)
	}

	// The longest unknown claim is that of a later release: forged here.
	parts := strings.Split(string(raw), ".")
	claims := must(base64.RawURLEncoding.DecodeString(parts[1]))
	longest := withExtra(string(claims), `"`+strings.Repeat("z", 16)+`":"`+strings.Repeat("z", 32)+`"`)
	text := parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(longest))
	mac := hmac.New(sha256.New, make([]byte, 32))
	mac.Write([]byte(text))
	text += "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	if len(text) > token.MaxLength {
		t.Fatalf("%d bytes", len(text))
	}
	read, err = authority.VerifyPass([]byte(text), time.Unix(lastSecond-1, 0))
	if err != nil || read.Extra == (token.Extra{}) {
		t.Fatalf("read as %+v, %v", read, err)
	}
}

func TestClaimsThatNobodyWouldAcceptAreNotIssued(t *testing.T) {
	authority := authorityOver("k1")
	for name, spoil := range map[string]func(*token.Pass){
		"another room":               func(p *token.Pass) { p.Room = "pass" },
		"no room":                    func(p *token.Pass) { p.Room = "" },
		"an expiry at the issue":     func(p *token.Pass) { p.ExpiresAt = p.IssuedAt },
		"an expiry before the issue": func(p *token.Pass) { p.ExpiresAt = p.IssuedAt - 1 },
		"an expiry after year 9999":  func(p *token.Pass) { p.ExpiresAt = lastSecond + 1 },
		"times before 1970":          func(p *token.Pass) { p.StartedAt, p.IssuedAt = -2, -1 },
		"a start after the issue":    func(p *token.Pass) { p.StartedAt = p.IssuedAt + 1 },
	} {
		t.Run(name, func(t *testing.T) {
			pass := somePass()
			spoil(&pass)
			_, err := authority.IssuePass(pass)
			wantError(t, err, token.ErrInvalidClaims)
			got, err := authority.AppendPass([]byte("before"), pass)
			wantError(t, err, token.ErrInvalidClaims)
			if string(got) != "before" {
				t.Fatalf("dst is %q", got)
			}
		})
	}
	t.Run("a ticket that expires at its issue", func(t *testing.T) {
		ticket := someTicket()
		ticket.ExpiresAt = ticket.IssuedAt
		_, err := authority.IssueTicket(ticket)
		wantError(t, err, token.ErrInvalidClaims)
		_, err = authority.AppendTicket(nil, ticket)
		wantError(t, err, token.ErrInvalidClaims)
	})
}

func TestARoomWhoseNameNeedsEscapingHasNoAuthority(t *testing.T) {
	source := must(token.NewSource(must(token.LoadEnv(envEntry("k1")))))
	for _, name := range []string{"", strings.Repeat("r", 65), `a"b`, `a\b`, "a b", "ä", "a;b", "a<b", "a\x00"} {
		if _, err := token.NewAuthority(source, name); err == nil {
			t.Errorf("room %q has an authority", name)
		}
	}
	for _, name := range []string{"a", "Termine_2.b-c", strings.Repeat("r", 64)} {
		if _, err := token.NewAuthority(source, name); err != nil {
			t.Errorf("room %q: %v", name, err)
		}
	}
	if _, err := token.NewAuthority(nil, "a"); err == nil {
		t.Error("an authority without a source")
	}
}
