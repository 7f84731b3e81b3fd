package gateway_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// copyOf is another browser that carries the same cookie.
func (b *browser) copyOf(name string) *browser {
	other := b.s.browser()
	u := &url.URL{Scheme: "http", Host: b.s.addr, Path: "/"}
	other.client.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: b.cookie(name)}})
	return other
}

func TestASpentTicketIsReplacedByAPressOnly(t *testing.T) {
	s := newFixture(t, closed)
	s.waiting(3)
	b := s.browser()
	b.load("GET", "/")
	copied := b.copyOf("einlass-termine")
	b.load("POST", "/.einlass/leave?room=termine", "Sec-Fetch-Site", "same-origin")
	s.pass(time.Second)
	// Whoever comes back reads what has become of the place, as often as the page is loaded, and how long a new one takes.
	var page answer
	for range 3 {
		page = copied.load("GET", "/")
		page.want(t, 200, "text/html")
		if !strings.Contains(page.body, "You have left the queue") || refresh.MatchString(page.body) || page.Header.Get("Set-Cookie") != "" {
			t.Errorf("not the page of the end: %v\n%s", page.Header, page.body)
		}
	}
	if n := s.joined(); n != 4 {
		t.Errorf("%d numbers were taken without a press, want 4", n)
	}
	copied.follow(copied.linesUp(page))
	for range 3 {
		if a := copied.load("GET", "/"); !strings.Contains(a.body, `data-number="5" data-ahead="3"`) {
			t.Errorf("not number 5, behind three:\n%s", a.body)
		}
	}
	if n := s.joined(); n != 5 {
		t.Errorf("%d numbers were taken, want 5", n)
	}
	s.wantVisits("arrival", 5)
	if status := copied.poll("room=termine&shown="); !strings.Contains(status, `"number":5,"ahead":3,`) {
		t.Errorf("the page is told %s", status)
	}
}

// calledWithCopy is a browser behind another one, when it is called, and one with a copy of its ticket.
func (s *fixture) calledWithCopy() (b, copied *browser) {
	s.t.Helper()
	s.browser().load("GET", "/")
	b = s.browser()
	b.load("GET", "/")
	copied = b.copyOf("einlass-termine")
	s.pass(time.Second)
	s.pass(time.Second)
	return b, copied
}

// takeFullTicket polls until the ticket is one of full life.
func (b *browser) takeFullTicket() {
	b.s.t.Helper()
	for range 3 {
		b.poll("room=termine&shown=")
		b.s.pass(0)
	}
	if t := b.s.ticketOf(b); t.ExpiresAt-t.IssuedAt != 86_400 {
		b.s.t.Fatalf("a ticket of %d s", t.ExpiresAt-t.IssuedAt)
	}
}

func TestACopyOfAUsedTicketDoesNotOutliveTheMemoryOfItsUse(t *testing.T) {
	for _, left := range []bool{false, true} {
		s := newFixture(t, slow)
		b, copied := s.calledWithCopy()
		if left {
			b.load("POST", "/.einlass/leave?room=termine", "Sec-Fetch-Site", "same-origin")
		} else if a := b.load("GET", "/"); a.StatusCode != 303 {
			t.Fatalf("not admitted: %d", a.StatusCode)
		}
		// The first stay ends; the copy asks a few times an hour for two days, in pairs: the second of two polls gets
		// what the store answered to the first.
		for range 2 * 24 * 4 {
			s.pass(15 * time.Minute)
			for range 2 {
				status := copied.poll("room=termine&shown=")
				if strings.Contains(status, `"front"`) || strings.Contains(status, `"called"`) {
					t.Fatalf("left %v: a used ticket is told %s", left, status)
				}
				s.pass(time.Second)
			}
		}
	}
}

func TestACopyThatIsKnownToBeUsedIsNotRenewedWhileTheStoreIsAway(t *testing.T) {
	s := newFixture(t, slow)
	b, copied := s.calledWithCopy()
	b.load("POST", "/.einlass/leave?room=termine", "Sec-Fetch-Site", "same-origin")
	s.pass(time.Second)
	ticket := copied.cookie("einlass-termine")
	s.loseStore()
	for range 2 {
		copied.poll("room=termine&shown=")
		s.pass(time.Second)
	}
	if got := copied.cookie("einlass-termine"); got != ticket {
		t.Errorf("a ticket that was given up is renewed: %s", got)
	}
}

// The head has passed a used ticket, and while the store is away nobody can say more of it than that. Its copy must not be
// renewed, or it would outlive the memory of its use and go to the front for a second stay.
func TestACopyOfAUsedTicketIsNotRenewedOnAGuess(t *testing.T) {
	for _, restarted := range []bool{false, true} {
		s := newFixture(t, slow)
		b, copied := s.calledWithCopy()
		copied.takeFullTicket()
		ticket := copied.cookie("einlass-termine")
		if a := b.load("GET", "/"); a.StatusCode != 303 {
			t.Fatalf("not admitted: %d", a.StatusCode)
		}
		s.pass(13 * time.Hour)
		s.loseStore()
		if restarted {
			other := &fixture{t: t, library: s.library, stores: s.stores, ring: s.ring}
			other.now.Store(s.now.Load())
			other.away.Store(true)
			other.open(slow)
			s = other
			copied = s.carrying(ticket)
		}
		for range 4 {
			copied.poll("room=termine&shown=")
			s.pass(15 * time.Second)
		}
		if got := copied.cookie("einlass-termine"); got != ticket {
			t.Errorf("restarted %v: a used ticket is renewed", restarted)
		}
	}
}

// A place that has just been given has a short ticket. Its page keeps it also if the store goes away that moment.
func TestAShortTicketIsReplacedWhileTheStoreIsAway(t *testing.T) {
	s := newFixture(t, slow)
	s.browser().load("GET", "/")
	b := s.browser()
	b.load("GET", "/")
	s.pass(time.Second)
	s.pass(time.Second)
	s.loseStore()
	s.pass(time.Minute)
	b.poll("room=termine&shown=")
	if lives := s.ticketOf(b).ExpiresAt - s.now.Load()/1000; lives != 86_400 {
		t.Errorf("a ticket of %d s", lives)
	}
}
