package gateway_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/limit"
	"github.com/einlass/einlass/pkg/queue"
)

// lobbyOf is a lobby whose order is drawn or not, where an IPv4 address has so many lots.
func lobbyOf(t *testing.T, draw bool, lots int64) *fixture {
	t.Helper()
	s := newFixture(t, slow)
	s.lots.Limit(limit.LotsOf{IPv4: lots, IPv6: lots})
	s.morning(draw)
	s.pass(time.Minute)
	return s
}

// come is one arrival more from network i, and the state of its page.
func (s *fixture) come(i int) (*browser, answer) {
	s.t.Helper()
	b := s.browser()
	a := b.load("GET", "/", from(i)...)
	a.want(s.t, 200, "text/html")
	return b, a
}

func TestAnArrivalBeyondTheLotsOfItsNetworkWaitsInTheLobbyAndJoinsAfterTheStart(t *testing.T) {
	s := lobbyOf(t, true, 2)
	var drawn []*browser
	for range 2 {
		b, a := s.come(1)
		if a.Header.Get("Einlass-State") != "lots" {
			t.Fatalf("within the lots: %s", a.Header.Get("Einlass-State"))
		}
		drawn = append(drawn, b)
	}
	s.pass(0)
	b, a := s.come(1)
	for _, want := range []string{
		"Many people on your internet connection are already in the draw.", "We turn nobody away.", `<dd id="came">2 people</dd>`,
		`It starts <time datetime="2027-01-15T09:01:00Z">at 9:01</time>.`, `id="number-fact" hidden`,
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %q:\n%s", want, a.body)
		}
	}
	if a.Header.Get("Einlass-State") != "behind" || b.cookie("einlass-termine") != "" || s.joined() != 2 {
		t.Errorf("state %s, cookie %q, %d numbers", a.Header.Get("Einlass-State"), b.cookie("einlass-termine"), s.joined())
	}
	if refreshOf(t, a) != "/" {
		t.Error("without script it does not load again")
	}
	other, a := s.come(2)
	if a.Header.Get("Einlass-State") != "lots" {
		t.Error("another network pays for it")
	}
	drawn = append(drawn, other)
	// A page loads itself again and again, and takes nobody's lot.
	for range 5 {
		b.load("GET", "/", from(1)...).want(t, 200, "text/html")
	}
	if s.joined() != 3 {
		t.Errorf("%d numbers", s.joined())
	}
	s.pass(time.Hour) // the start: the order is being drawn
	a = b.load("GET", "/", from(1)...)
	if !strings.Contains(a.body, `data-ahead="3"`) {
		t.Error("it does not say that the three of the lobby come first")
	}
	if a.Header.Get("Einlass-State") == "behind" || s.joined() != 4 {
		t.Fatalf("after the start: %s, %d numbers", a.Header.Get("Einlass-State"), s.joined())
	}
	s.reveal()
	for _, d := range drawn {
		d.poll("room=termine&shown=")
	}
	s.pass(0)
	if got := b.poll("room=termine&shown="); !strings.Contains(got, `"number":4,`) || !strings.Contains(got, `"ahead":3,`) {
		t.Errorf("not behind the three that were drawn: %s", got)
	}
	if n := s.visits()["behind"]; n != 6 {
		t.Errorf("%d visits of the kind behind, want 6", n)
	}
}

func TestASchoolClassTakesPartInTheDraw(t *testing.T) {
	s := lobbyOf(t, true, 100)
	for i := range 30 {
		if _, a := s.come(1); a.Header.Get("Einlass-State") != "lots" {
			t.Fatalf("pupil %d: %s", i+1, a.Header.Get("Einlass-State"))
		}
	}
}

func TestInTheOrderOfArrivalThereAreNoLots(t *testing.T) {
	s := lobbyOf(t, false, 1)
	for range 5 {
		if _, a := s.come(1); a.Header.Get("Einlass-State") != "lobby" {
			t.Fatalf("state %s", a.Header.Get("Einlass-State"))
		}
	}
}

// A ticket of the lobby is a lot: however its bearer comes back, in another tab, by a reload or with a copy of the cookie, it is the
// same one, and it does not need another.
func TestATicketOfTheLobbyIsNeverLostToTheLots(t *testing.T) {
	s := lobbyOf(t, true, 1)
	b, _ := s.come(1)
	s.come(1)
	copied := s.carrying(b.cookie("einlass-termine"))
	for name, who := range map[string]*browser{"the ticket": b, "its copy": copied} {
		for range 3 {
			if a := who.load("GET", "/", from(1)...); a.Header.Get("Einlass-State") != "lots" {
				t.Errorf("%s: %s", name, a.Header.Get("Einlass-State"))
			}
			if got := who.poll("room=termine&shown="); !strings.Contains(got, `"state":"lots"`) {
				t.Errorf("%s: %s", name, got)
			}
		}
	}
	if s.joined() != 1 {
		t.Errorf("%d numbers", s.joined())
	}
}

// A client that keeps no cookies takes a number with each navigation: as many as its network has lots, and no more.
func TestAClientWithoutCookiesHasNoMoreThanTheLots(t *testing.T) {
	s := lobbyOf(t, true, 3)
	b := s.forgetful()
	for range 10 {
		b.load("GET", "/", from(1)...)
	}
	if s.joined() != 3 {
		t.Errorf("%d numbers", s.joined())
	}
}

func TestAPressBeyondTheLotsIsRememberedUntilTheStart(t *testing.T) {
	s := lobbyOf(t, true, 1)
	s.come(1)
	b := s.browser()
	press := append([]string{}, ownPage...)
	a := b.load("POST", "/.einlass/join?room=termine", append(press, from(1)...)...)
	if a.Header.Get("Einlass-State") != "behind" || b.cookie("einlass-termine") != "press" {
		t.Fatalf("%d %s, cookie %q", a.StatusCode, a.Header.Get("Einlass-State"), b.cookie("einlass-termine"))
	}
	s.pass(time.Hour)
	b.load("GET", refreshOf(t, a), from(1)...)
	if s.joined() != 2 {
		t.Errorf("%d numbers", s.joined())
	}
}

func TestAnIPv6HouseholdHasTwiceTheLotsOfALink(t *testing.T) {
	s := lobbyOf(t, true, 2)
	for i := range 256 {
		s.browser().load("GET", "/", "X-Forwarded-For", fmt.Sprintf("2001:db8:7:%x::1", i)).want(t, http.StatusOK, "text/html")
	}
	if s.joined() != 4 {
		t.Errorf("%d numbers, want 4", s.joined())
	}
}

// A lot is a number that was given: who gets none, whatever the reason, has used none up.
func TestALotIsGivenBackWhereThereWasNoNumber(t *testing.T) {
	s := lobbyOf(t, true, 1)
	s.crowd()
	s.browser().load("GET", "/", from(1)...).want(t, 429, "text/html")
	s.crowded.Store(false)
	s.away.Store(true)
	s.browser().load("GET", "/", from(1)...).want(t, 503, "text/html")
	s.away.Store(false)
	s.closeDoor()
	s.browser().load("GET", "/", from(1)...).want(t, 200, "text/html")
	s.update(func(d *queue.Document) { d.Door.Closed = false })
	if _, a := s.come(1); a.Header.Get("Einlass-State") != "lots" || s.joined() != 1 {
		t.Errorf("%s, %d numbers", a.Header.Get("Einlass-State"), s.joined())
	}
}

// The store opens the lobby a moment before the gateway's next snapshot says so. What comes in between counts.
func TestLotsAreCountedFromTheFirstNumberOn(t *testing.T) {
	s := newFixture(t, slow)
	s.lots.Limit(limit.LotsOf{IPv4: 2})
	s.morning(true)
	s.pass(time.Minute - time.Second)
	s.now.Add(time.Second.Milliseconds())
	if _, err := s.stores["termine"].Advance(t.Context(), queue.Watermark{Gateway: "other"}, queue.Sample{}, queue.Verdict{}); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		s.come(1)
	}
	if s.joined() != 2 {
		t.Errorf("%d numbers, want 2", s.joined())
	}
}

// Twenty networks that have all their lots are one line of the log, and it names none of them.
func TestLotsThatAreGivenAreLoggedOnceALobby(t *testing.T) {
	s := lobbyOf(t, true, 1)
	for i := range 20 {
		s.come(i)
		s.come(i)
	}
	lines := s.logs.FilterMessageSnippet("all its lots").All()
	if len(lines) != 1 {
		t.Fatalf("%d lines", len(lines))
	}
	if m := lines[0].ContextMap(); m["room"] != "termine" || m["opening"] != "morgen" || len(m) != 2 {
		t.Errorf("%v", m)
	}
}
