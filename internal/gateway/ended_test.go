package gateway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

const opensNext = "The queue opens at 11:30. The first people have their turn at 12:00."

// ended is somebody whose place ended with the first opening of a day, half an hour before the line opens again.
func (s *fixture) ended() *browser {
	s.t.Helper()
	s.day(true)
	s.pass(31 * time.Minute)
	b := s.waiting(4)
	s.pass(31 * time.Minute)
	b.poll("room=termine&shown=")
	s.pass(time.Hour)
	return b
}

// Tabs of one browser have one place: a press in one of them is the press of all.
func TestASecondTabWhosePlaceEndedTakesNoSecondNumber(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	b := s.ended()
	first, second := b.load("GET", "/a"), b.load("GET", "/b")
	says(t, first, "ended", opensNext)
	says(t, second, "ended", opensNext)
	s.pass(30 * time.Minute)
	before := s.joined()
	says(t, b.follow(b.linesUp(first)), "lobby", "It starts at 12:00.")
	if poll := b.poll("room=termine&shown="); !strings.HasPrefix(poll, `{"state":"lobby"`) {
		t.Errorf("the other tab is told %s", poll)
	}
	says(t, b.follow(b.linesUp(second)), "lobby", "It starts at 12:00.")
	says(t, b.load("GET", "/b"), "lobby", "It starts at 12:00.")
	if n := s.joined(); n != before+1 {
		t.Errorf("%d numbers were given to two tabs", n-before)
	}
}

// A browser that has lost its cookies is told so, however it goes on, and goes round in no circle.
func TestWhoKeepsNoCookiesAfterTheEndTakesNoNumberByItself(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	page := s.ended().load("GET", "/")
	b := s.forgetful()
	before := s.joined()
	if poll := b.poll("room=termine&shown="); !strings.HasPrefix(poll, `{"state":"none"`) {
		t.Errorf("its page is told %s", poll)
	}
	says(t, b.linesUp(page), "closed", opensNext)
	says(t, b.load("GET", "/"), "closed", opensNext)
	if n := s.joined(); n != before {
		t.Fatalf("%d numbers were given while none are", n-before)
	}
	s.pass(30 * time.Minute)
	end := b.run(b.linesUp(page), time.Second)
	end.want(t, 200, "text/html")
	if !strings.Contains(end.body, "Your browser does not keep cookies") || refresh.MatchString(end.body) {
		t.Errorf("a press without cookies leads to\n%s", end.body)
	}
	if n := s.joined(); n > before+1 {
		t.Errorf("%d numbers were given for one press", n-before)
	}
}

// Who was not heard of for an hour, telephone in the pocket, reads the same as everybody else. That the place was passed over only
// the store knows, so a page learns it with its second poll, and never reads that it is the turn.
func TestAParkedVisitorReadsThatThePlaceEnded(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	s.day(true)
	s.pass(31 * time.Minute)
	s.waiting(3)
	b, early := s.browser(), s.browser() // the one was in line, the other in the lobby only
	for _, b := range []*browser{b, early} {
		b.load("GET", "/")
		b.takeFullTicket()
	}
	s.pass(29*time.Minute + time.Second)
	b.poll("room=termine&shown=")
	gone := s.browser() // closed before its page could ask once: what it was given is worth nothing soon
	gone.load("GET", "/")
	s.pass(time.Hour)
	before := s.joined()
	for _, b := range []*browser{b, early} {
		if poll := b.poll("room=termine&shown="); !strings.Contains(poll, `"turn":false`) || !strings.Contains(poll, `"checking":true`) {
			t.Errorf("first its page is told %s", poll)
		}
		s.pass(0)
		if poll := b.poll("room=termine&shown="); !strings.HasPrefix(poll, `{"state":"none"`) || !strings.Contains(poll, `"ended":true`) {
			t.Errorf("its page is told %s", poll)
		}
		says(t, b.load("GET", "/.einlass/wait?room=termine&to=/"), "ended", opensNext)
		says(t, b.load("GET", "/"), "ended", opensNext)
	}
	unknown := gone.load("GET", "/")
	says(t, unknown, "none", opensNext)
	says(t, unknown, "none", "You do not have a number")
	if n := s.joined(); n != before {
		t.Errorf("%d numbers were given without a press", n-before)
	}
}

// A copied cookie is worth what its place is worth: over the end nothing, whoever of the two was let in.
func TestACopiedCookieIsWorthNothingAfterTheEnd(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 5})
	s.day(true)
	s.pass(31 * time.Minute)
	b := s.waiting(2)
	copied, idle := b.copyOf("einlass-termine"), b.copyOf("einlass-termine")
	s.pass(29*time.Minute + time.Second)
	for range 40 {
		b.poll("room=termine&shown=")
		s.pass(time.Second)
	}
	if a := b.load("GET", "/"); a.StatusCode != 303 || a.Header.Get("Einlass-State") != "inside" {
		t.Fatalf("not let in: %d %s", a.StatusCode, tags.ReplaceAllString(a.body, ""))
	}
	copied.load("GET", "/")
	s.pass(time.Hour)
	before := s.joined()
	for _, c := range []*browser{copied, idle} {
		says(t, c.load("GET", "/"), "none", opensNext)
		says(t, c.load("GET", "/.einlass/wait?room=termine&to=/"), "none", "Your visit is over")
		if poll := c.poll("room=termine&shown="); !strings.HasPrefix(poll, `{"state":"none"`) {
			t.Errorf("its page is told %s", poll)
		}
	}
	if n := s.joined(); n != before {
		t.Errorf("%d numbers were given to copies", n-before)
	}
}
