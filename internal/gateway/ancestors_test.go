package gateway_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/pkg/queue"
)

var town = []string{"https://www.stadt.test", "https://*.kreis.test"}

// newFramed is a gateway whose room the town's pages may show in a frame.
func newFramed(t *testing.T, pace queue.Pace) *fixture {
	t.Helper()
	room := config.Room{ID: "termine", Paths: []string{"/"}}
	s := newFixture(t, pace, room)
	s.ancestors = town
	next := s.room("termine", pace)
	next.Line, next.Backend = s.lines[0], s.sites[0]
	s.replace([]config.Room{room}, next)
	return s
}

// inPage are the fields of the first load of a frame in a page.
func inPage(page string) []string { return framed("iframe", "cross-site", "Referer", page) }

func ancestorsOf(a answer) string {
	_, list, _ := strings.Cut(a.Header.Get("Content-Security-Policy"), "frame-ancestors ")
	return list
}

func TestAPageThatTheRoomNamesShowsItsLineInAFrame(t *testing.T) {
	const listed = "'self' https://www.stadt.test https://*.kreis.test"
	s := newFramed(t, slow)
	s.browser().load("GET", "/")
	x := s.traveller()
	const site = "https://termine.test"
	button, _ := x.load("GET", site+"/a?b=1", inPage("https://www.stadt.test/")...)
	press := action.FindStringSubmatch(button.body)
	if press == nil || ancestorsOf(button) != listed {
		t.Fatalf("%d %q\n%s", button.StatusCode, ancestorsOf(button), button.body)
	}
	own := framed("iframe", "same-origin")
	wait, _ := x.load("POST", site+strings.ReplaceAll(press[1], "&amp;", "&"), own...)
	if wait.Header.Get("Einlass-State") != "waiting" || ancestorsOf(wait) != listed {
		t.Fatalf("%d, state %q, %q", wait.StatusCode, wait.Header.Get("Einlass-State"), ancestorsOf(wait))
	}
	if len(x.set) < 3 { // whether it comes back, the ticket, and what was shown
		t.Errorf("set %v", x.set)
	}
	for _, c := range x.set {
		if !strings.HasPrefix(c.Name, "__Host-einlass-termine.framed") || !c.Partitioned || !c.Secure {
			t.Errorf("set %s", c.Raw)
		}
	}
	s.pass(time.Second)
	s.pass(time.Second)
	if poll, _ := x.load("GET", site+"/.einlass/status?room=termine", script...); !strings.Contains(poll.body, `"number":2`) {
		t.Errorf("poll: %s", poll.body)
	}
	// The whole page loads again: its own button goes on, and no call is used up before.
	again, _ := x.load("GET", site+"/a?b=1", inPage("https://www.stadt.test/")...)
	if ancestorsOf(again) != listed || s.stored().Live != 0 {
		t.Errorf("again: %q, %d inside", ancestorsOf(again), s.stored().Live)
	}
	if in, at := x.load("GET", site+"/.einlass/wait?room=termine&to=/a?b=1", own...); in.body != "site GET /a?b=1" {
		t.Errorf("at the turn: %d at %s", in.StatusCode, at)
	}
	if n := s.joined(); n != 2 {
		t.Errorf("%d numbers", n)
	}
}

func TestOnlyPagesThatTheRoomNamesShowItsLine(t *testing.T) {
	s := newFramed(t, closed)
	for page, shows := range map[string]bool{
		"https://www.stadt.test/": true, "https://www.stadt.test/a/b": true, "https://www.stadt.test": true, "https://a.b.kreis.test/": true,
		"http://www.stadt.test/": false, "https://stadt.test/": false, "https://www.stadt.test.evil/": false, "https://kreis.test/": false,
		"https://evil.test/https://www.stadt.test/": false, "https://evil.test/.kreis.test": false, "": false, "www.stadt.test": false,
	} {
		a, _ := s.traveller().load("GET", "https://termine.test/", inPage(page)...)
		window := strings.Contains(a.body, `target="_blank"`)
		if window == shows || window != (ancestorsOf(a) == "*") {
			t.Errorf("%q: a window %v, %q", page, window, ancestorsOf(a))
		}
	}
}

func TestABrowserThatKeepsNoCookieInAFrameGetsAWindowAndNoNumber(t *testing.T) {
	s := newFramed(t, closed)
	x := s.traveller()
	x.refuses = true
	button, _ := x.load("GET", "https://termine.test/a", inPage("https://www.stadt.test/")...)
	press := action.FindStringSubmatch(button.body)
	if press == nil {
		t.Fatalf("no button: %d", button.StatusCode)
	}
	own := framed("iframe", "same-origin")
	for name, asks := range map[string][2]string{
		"a press": {"POST", strings.ReplaceAll(press[1], "&amp;", "&")}, "the waiting page": {"GET", "/.einlass/wait?room=termine&to=/a"},
	} {
		a, _ := x.load(asks[0], "https://termine.test"+asks[1], own...)
		if a.StatusCode != 200 || !strings.Contains(a.body, `href="/a" target="_blank"`) {
			t.Errorf("%s: %d\n%s", name, a.StatusCode, a.body)
		}
	}
	if n := s.joined(); n != 0 {
		t.Errorf("%d numbers", n)
	}
}

func TestAStrangersFrameIsToldWhatBecameOfItsForm(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1})
	s.pass(time.Second)
	b := s.browser()
	b.load("GET", "/")
	s.pass(timing.Idle + 6*time.Minute)
	a := b.load("POST", "/buchen", framed("iframe", "cross-site")...)
	if a.StatusCode != 403 || ancestorsOf(a) != "*" {
		t.Errorf("late: %d %q", a.StatusCode, ancestorsOf(a))
	}
	s.sites[0].fail.Store(proxy.ErrBackendDown)
	a = b.load("GET", "/impressum", framed("iframe", "cross-site")...)
	if a.StatusCode != 502 || ancestorsOf(a) != "*" {
		t.Errorf("the site is down: %d %q", a.StatusCode, ancestorsOf(a))
	}
}

// Who has a place in a window of its own keeps it in a frame: where browsers send both cookies, that of the window counts.
func TestTheCookieOfTheWindowCountsBeforeThatOfTheFrame(t *testing.T) {
	s := newFramed(t, closed)
	x := s.traveller()
	x.load("GET", "https://termine.test/")
	if i := slices.IndexFunc(x.set, func(c *http.Cookie) bool { return c.Name == "__Host-einlass-termine" && !c.Partitioned }); i < 0 {
		t.Fatalf("set %v", x.set)
	}
	a, _ := x.load("GET", "https://termine.test/", inPage("https://www.stadt.test/")...)
	if a.Header.Get("Einlass-State") != "paused" || s.joined() != 1 {
		t.Errorf("state %q, %d numbers", a.Header.Get("Einlass-State"), s.joined())
	}
}
