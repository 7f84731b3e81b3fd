package gateway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// ticketOf reads the ticket in a browser's cookie.
func (s *fixture) ticketOf(b *browser) token.Ticket {
	s.t.Helper()
	ticket, err := s.authority("termine").VerifyTicket([]byte(b.cookie("einlass-termine")), s.clock())
	if err != nil {
		s.t.Fatal(err)
	}
	return ticket
}

// A gateway starts with a clock that is hours ahead, and again with the right one. Whoever came meanwhile has a token of a time
// that is still to come.
func TestTokensOfAClockThatWasAheadAreGoodAndAreReplaced(t *testing.T) {
	for _, by := range []time.Duration{time.Hour, 14 * time.Hour} {
		t.Run(by.String(), func(t *testing.T) {
			wrong := newFixture(t, queue.Pace{Rate: 60, Burst: 1, MaxInside: 1, Strict: true})
			in, line := wrong.inside(), wrong.waiting(2)
			wrong.now.Add(-by.Milliseconds())
			s := wrong.twin(slow)
			s.pass(0)
			now := s.now.Load() / 1000

			b := s.carrying(in.cookie("einlass-termine"))
			if a := b.load("GET", "/formular"); a.body != "site GET /formular" {
				t.Fatalf("inside: %d %q", a.StatusCode, a.Header.Get("Einlass-State"))
			}
			if p := s.passOf(b); p.IssuedAt != now || p.StartedAt > now || p.ExpiresAt > now+601 {
				t.Errorf("at %d the pass begins at %d, is of %d and ends at %d", now, p.StartedAt, p.IssuedAt, p.ExpiresAt)
			}
			replaced := b.cookie("einlass-termine")
			if b.load("GET", "/formular"); b.cookie("einlass-termine") != replaced {
				t.Error("the pass is replaced twice")
			}

			b = s.carrying(line.cookie("einlass-termine"))
			b.poll("room=termine&shown=")
			s.pass(0) // the store is asked about it
			if got := b.poll("room=termine&shown="); !strings.Contains(got, `"number":3`) {
				t.Fatalf("in line: %s", got)
			}
			if p := s.ticketOf(b); p.Number != 3 || p.IssuedAt != now || p.ExpiresAt != now+86_400 {
				t.Errorf("at %d the ticket is number %d, of %d, until %d", now, p.Number, p.IssuedAt, p.ExpiresAt)
			}
			replaced = b.cookie("einlass-termine")
			if b.poll("room=termine&shown="); b.cookie("einlass-termine") != replaced {
				t.Error("the ticket is replaced twice")
			}
		})
	}
}
