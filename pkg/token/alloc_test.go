package token_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

func TestTheHotPathDoesNotAllocate(t *testing.T) {
	authority := authorityOver("k1", "k0")
	ticket, pass := someTicket(), somePass()
	rawTicket := must(authority.AppendTicket(nil, ticket))
	rawPass := must(authority.AppendPass(nil, pass))
	forged := append([]byte(nil), rawTicket...)
	forged[len(forged)-1] ^= 1
	unknown := []byte(must(authorityOver("k9").IssueTicket(ticket)))
	grown := []byte(forge(header("k1", ticketType), withExtra(goodClaims(), `"order":12582960`), "k1"))
	grownTicket := must(authority.VerifyTicket(grown, noon))
	dst := make([]byte, 0, token.MaxLength)

	for name, run := range map[string]func() error{
		"verify a ticket":                  func() error { _, err := authority.VerifyTicket(rawTicket, noon); return err },
		"verify a pass":                    func() error { _, err := authority.VerifyPass(rawPass, noon); return err },
		"issue a ticket":                   func() error { _, err := authority.AppendTicket(dst, ticket); return err },
		"issue a pass":                     func() error { _, err := authority.AppendPass(dst, pass); return err },
		"verify one with an unknown claim": func() error { _, err := authority.VerifyTicket(grown, noon); return err },
		"issue one with an unknown claim":  func() error { _, err := authority.AppendTicket(dst, grownTicket); return err },
		"refuse a forgery":                 refusal(authority, forged, token.ErrBadSignature),
		"refuse a stranger":                refusal(authority, unknown, token.ErrUnknownKey),
		"refuse a pass":                    refusal(authority, rawPass, token.ErrWrongKind),
		"refuse rubbish":                   refusal(authority, rawTicket[5:], token.ErrMalformed),
	} {
		t.Run(name, func(t *testing.T) {
			if err := run(); err != nil {
				t.Fatal(err)
			}
			allocs := testing.AllocsPerRun(1000, func() { _ = run() })
			if allocs > allowedAllocs {
				t.Fatalf("%v allocations, allowed are %d", allocs, allowedAllocs)
			}
		})
	}
}

// refusal turns the expected error into none.
func refusal(authority *token.Authority, raw []byte, want error) func() error {
	return func() error {
		if _, err := authority.VerifyTicket(raw, noon); err != want {
			return err
		}
		return nil
	}
}

func BenchmarkVerifyTicket(b *testing.B) {
	authority := authorityOver("k1", "k0")
	raw := must(authority.AppendTicket(nil, someTicket()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := authority.VerifyTicket(raw, noon); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyPass(b *testing.B) {
	authority := authorityOver("k1", "k0")
	raw := must(authority.AppendPass(nil, somePass()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := authority.VerifyPass(raw, noon); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyTicketInParallel(b *testing.B) {
	authority := authorityOver("k1", "k0")
	raw := must(authority.AppendTicket(nil, someTicket()))
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := authority.VerifyTicket(raw, noon); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkRefuseForgery(b *testing.B) {
	authority := authorityOver("k1", "k0")
	raw := must(authority.AppendTicket(nil, someTicket()))
	raw[len(raw)-1] ^= 1
	b.ReportAllocs()
	for b.Loop() {
		if _, err := authority.VerifyTicket(raw, noon); err == nil {
			b.Fatal("accepted")
		}
	}
}

func BenchmarkRefuseUnknownKey(b *testing.B) {
	authority := authorityOver("k1", "k0")
	raw := must(authorityOver("k9").AppendTicket(nil, someTicket()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := authority.VerifyTicket(raw, noon); err == nil {
			b.Fatal("accepted")
		}
	}
}

func BenchmarkAppendTicket(b *testing.B) {
	authority := authorityOver("k1", "k0")
	ticket := someTicket()
	dst := make([]byte, 0, token.MaxLength)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := authority.AppendTicket(dst, ticket); err != nil {
			b.Fatal(err)
		}
	}
}

// The two below are what the fast way is measured against.

func BenchmarkIssueTicketByGolangJWT(b *testing.B) {
	authority := authorityOver("k1", "k0")
	ticket := someTicket()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := authority.IssueTicket(ticket); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseTicketByGolangJWT(b *testing.B) {
	raw := must(authorityOver("k1").IssueTicket(someTicket()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := oracle(raw, "k1", noon.Add(time.Second)); err != nil {
			b.Fatal(err)
		}
	}
}
