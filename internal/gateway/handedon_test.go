package gateway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// admitted is how many entries the line has counted.
func (s *fixture) admitted() int64 {
	s.pass(0)
	return s.lines[0].View().Snapshot.Admitted
}

// A copy of a used ticket goes from browser to browser by links, each of which would give it some minutes more: until the store has forgotten
// that it was used, and takes it for the ticket of somebody who was away.
func TestAUsedTicketIsNotHandedOnUntilItsUseIsForgotten(t *testing.T) {
	s := newFixture(t, slow)
	b, copied := s.calledWithCopy()
	copied.takeFullTicket()
	if a := b.load("GET", "/"); a.StatusCode != 303 {
		t.Fatalf("not admitted: %d", a.StatusCode)
	}
	before := s.admitted()
	s.pass(23*time.Hour + 50*time.Minute) // the ticket has some minutes left, and the memory of its use half an hour more
	for range 12 {
		s.pass(4 * time.Minute)
		page := copied.load("POST", "/.einlass/move?room=termine", own...)
		m := linkIn.FindStringSubmatch(page.body)
		if m == nil {
			break
		}
		next := s.browser()
		if a := next.take(strings.ReplaceAll(m[1], "&amp;", "&")); a.StatusCode != 303 {
			break
		}
		copied = next
	}
	s.entries(copied)
	if got := s.admitted(); got != before {
		t.Errorf("%d entries by one ticket more", got-before)
	}
}

// remembered is for how long, in s, a store remembers at least that a ticket was used.
const remembered = int64((24*time.Hour + 30*time.Minute) / time.Second)

// looksAround makes requests of a stay for 35 minutes, and lets it run out.
func (b *browser) looksAround() {
	for range 7 {
		b.s.pass(5 * time.Minute)
		b.load("GET", "/drin")
	}
	b.s.pass(11 * time.Minute)
}

// Whoever takes a stay over that may be resumed gets a ticket that may be used, and is treated as one: a gateway whose store is away does not
// prolong it beyond the memory of its use.
func TestATicketOfAStayThatWasHandedOverDoesNotOutliveTheMemoryOfIt(t *testing.T) {
	s := newFixture(t, slow)
	b, _ := s.calledWithCopy()
	b.load("GET", "/")
	b.load("GET", "/drin")
	began := s.passOf(b).StartedAt
	b.looksAround()
	taker := s.browser()
	taker.takes(b.link())
	s.loseStore()
	for range 4 {
		taker.poll("room=termine&shown=")
		s.pass(15 * time.Second)
	}
	if got := s.ticketOf(taker).ExpiresAt; got > began+remembered {
		t.Errorf("the ticket lives %d s longer than its use is remembered", got-began-remembered)
	}
}

// A stay that ran out is resumed at the door. A copy of its ticket waits there for a seat, and does not get one for longer than its use is
// remembered; it may wait as long as that.
func TestAUsedTicketIsNotRenewedAtTheDoor(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 600, Burst: 1, MaxInside: 1})
	s.browser().load("GET", "/") // takes the seat
	b := s.browser()
	b.load("GET", "/")
	b.takeFullTicket()
	copied := b.copyOf("einlass-termine")
	expires := s.ticketOf(copied).ExpiresAt
	s.pass(13 * time.Hour)
	if n := s.entries(b); n != 1 {
		t.Fatal("not admitted")
	}
	began := s.passOf(b).StartedAt
	b.looksAround()
	other := s.browser()
	other.load("GET", "/")
	other.load("GET", "/drin")
	s.pass(time.Second)
	for range 3 {
		if got := copied.load("GET", "/.einlass/wait?room=termine&to=/").Header.Get("Einlass-State"); got != "full" {
			t.Fatalf("not at the door: %q", got)
		}
		s.pass(time.Second)
		copied.poll("room=termine&shown=")
	}
	if got := s.ticketOf(copied).ExpiresAt; got > began+remembered || got != expires+int64(30*time.Minute/time.Second) {
		t.Errorf("the ticket lives %d s longer than its use is remembered, and %d s longer than at first", got-began-remembered, got-expires)
	}
	before := s.admitted()
	s.pass(time.Unix(began+remembered, 0).Sub(s.clock()) + time.Minute)
	s.entries(copied)
	if got := s.admitted(); got != before {
		t.Errorf("%d entries by one ticket more", got-before)
	}
}
