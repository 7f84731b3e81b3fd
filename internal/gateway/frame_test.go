package gateway_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// framed are the fields by which a browser says that it fills a part of another page.
func framed(dest, site string, more ...string) []string {
	return append([]string{"Sec-Fetch-Dest", dest, "Sec-Fetch-Site", site}, more...)
}

// joined is how many numbers were given.
func (s *fixture) joined() int64 {
	s.pass(0)
	return s.lines[0].View().Snapshot.Joined
}

func TestALoadThatAServiceWorkerPassesOnIsAPageLoad(t *testing.T) {
	worker := []string{"Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", "same-origin"}
	s := newFixture(t, slow)
	b, other := s.browser(), s.browser()
	other.load("GET", "/", worker...).want(t, 200, "text/html")
	page := b.load("GET", "/termine", worker...)
	page.want(t, 200, "text/html")
	if b.cookie("einlass-termine") == "" {
		t.Fatal("no number")
	}
	s.pass(time.Second)
	s.pass(time.Second)
	if in := b.load("GET", "/termine", worker...); in.StatusCode != 303 {
		t.Fatalf("at the turn: %d", in.StatusCode)
	}
	if a := b.load("GET", "/termine", worker...); a.body != "site GET /termine" {
		t.Errorf("inside: %d %q", a.StatusCode, a.body)
	}
	// With nobody in the line it goes straight through, as any page load does.
	s.pass(time.Second)
	if a := s.browser().load("GET", "/", worker...); a.body != "site GET /" {
		t.Errorf("straight: %d %q", a.StatusCode, a.body)
	}
}

func TestAFrameTakesNoNumberBeforeAPress(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1})
	s.pass(time.Second) // a frame does not go straight through either
	for _, dest := range []string{"iframe", "frame", "embed", "object", "fencedframe"} {
		for _, site := range []string{"cross-site", "same-site", "same-origin", "none"} {
			for _, method := range []string{"GET", "POST"} {
				b := s.browser()
				a := b.load(method, "/termine?ort=3&x='", framed(dest, site)...)
				want := 200
				if method == "POST" {
					want = 429 // a form that was not sent
				}
				a.want(t, want, "text/html")
				if c := b.cookie("einlass-termine"); a.Header.Get("X-Site") != "" || c != "" && c != "try" || strings.Contains(a.body, "http-equiv") {
					t.Errorf("%s %s from %s: %v\n%s", method, dest, site, a.Header, a.body)
				}
				own, ancestors := site == "same-origin", a.Header.Get("Content-Security-Policy")
				if presses := strings.Contains(a.body, "<form"); presses != (own && method == "GET") || strings.Contains(ancestors, "frame-ancestors 'self'") != own {
					t.Errorf("%s from %s: a form %v, %s", dest, site, presses, ancestors)
				}
			}
		}
	}
	if n := s.joined(); n != 0 {
		t.Errorf("%d numbers were given", n)
	}
}

var action = regexp.MustCompile(`<form method="post" action="([^"]+)">`)

// press presses the button of a page in a frame.
func (b *browser) press(page answer, headers ...string) answer {
	b.s.t.Helper()
	m := action.FindStringSubmatch(page.body)
	if m == nil {
		b.s.t.Fatalf("no button: %d\n%s", page.StatusCode, page.body)
	}
	return b.load("POST", strings.NewReplacer("&amp;", "&", "&#39;", "'").Replace(m[1]), framed("iframe", "same-origin", headers...)...)
}

// follow loads what an answer leads to.
func (b *browser) follow(a answer, headers ...string) answer {
	b.s.t.Helper()
	if a.StatusCode != http.StatusSeeOther {
		b.s.t.Fatalf("leads nowhere: %d\n%s", a.StatusCode, a.body)
	}
	return b.load("GET", a.Header.Get("Location"), headers...)
}

func TestAPressInAFrameTakesTheNumber(t *testing.T) {
	s := newFixture(t, slow)
	inFrame := framed("iframe", "same-origin")
	s.browser().load("GET", "/")
	b := s.browser()
	page := b.load("GET", "/termine?ort=3&x='", inFrame...)
	wait := b.follow(b.press(page), inFrame...)
	wait.want(t, 200, "text/html")
	if n := s.joined(); n != 2 || wait.Header.Get("Einlass-State") != "waiting" {
		t.Fatalf("%d numbers, state %q\n%s", n, wait.Header.Get("Einlass-State"), wait.body)
	}
	// A second press, a reload and the page itself find the number.
	b.follow(b.press(page), inFrame...).want(t, 200, "text/html")
	b.load("GET", "/termine?ort=3&x='", inFrame...).want(t, 200, "text/html")
	s.pass(time.Second)
	s.pass(time.Second)
	in := b.follow(b.press(page), inFrame...)
	if in.StatusCode != 303 || in.Header.Get("Location") != "/termine?ort=3&x='" {
		t.Fatalf("%d to %q", in.StatusCode, in.Header.Get("Location"))
	}
	if a := b.follow(in, inFrame...); a.body != "site GET /termine?ort=3&x='" {
		t.Errorf("inside: %d %q", a.StatusCode, a.body)
	}
	if n := s.joined(); n != 2 {
		t.Errorf("%d numbers", n)
	}
}

func TestAPressInAFrameGoesStraightInWhenThereIsRoom(t *testing.T) {
	s := newFixture(t, slow)
	s.pass(time.Second)
	b := s.browser()
	a := b.follow(b.follow(b.press(b.load("GET", "/a", framed("iframe", "same-origin")...))))
	if a.body != "site GET /a" {
		t.Errorf("%d %q", a.StatusCode, a.body)
	}
}

func TestAPressIsOnlyWhatOurOwnPageSends(t *testing.T) {
	s := newFixture(t, closed)
	const join = "/.einlass/join?room=termine&to=/"
	for _, site := range []string{"cross-site", "same-site", "none"} {
		for _, dest := range []string{"iframe", "document"} {
			s.browser().load("POST", join, framed(dest, site, "Sec-Fetch-User", "?1")...).want(t, 403, "text/html")
		}
	}
	for name, headers := range map[string][]string{
		"an older browser's page elsewhere": {"Sec-Fetch-Mode", "", "Sec-Fetch-Dest", "", "Origin", "http://elsewhere.test"},
		"a program":                         {"Sec-Fetch-Mode", "", "Sec-Fetch-Dest", ""},
	} {
		if a := s.browser().load("POST", join, headers...); a.StatusCode != 403 {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
	}
	// A reload of what a press led to, or its address typed in, is no press.
	if a := s.browser().load("GET", join, "Sec-Fetch-Site", "same-origin"); a.StatusCode != 303 || !strings.HasPrefix(a.Header.Get("Location"), "/.einlass/wait?") {
		t.Errorf("GET: %d %q", a.StatusCode, a.Header.Get("Location"))
	}
	if n := s.joined(); n != 0 {
		t.Errorf("%d numbers were given", n)
	}
}

func TestAnotherSitesFrameClaimsNoCall(t *testing.T) {
	s := newFixture(t, slow)
	s.browser().load("GET", "/")
	b := s.browser()
	b.load("GET", "/")
	s.pass(time.Second)
	s.pass(time.Second)
	b.poll("room=termine")
	s.pass(0)
	for _, path := range []string{"/", "/.einlass/wait?room=termine&to=/"} {
		a := b.load("GET", path, framed("iframe", "cross-site")...)
		a.want(t, 200, "text/html")
		if !strings.Contains(a.body, `target="_blank"`) || strings.Contains(a.body, "<form") || !strings.Contains(a.Header.Get("Content-Security-Policy"), "frame-ancestors *") {
			t.Errorf("%s: %v\n%s", path, a.Header, a.body)
		}
	}
	if f := s.lines[0].View().Snapshot; f.Live != 0 {
		t.Errorf("%d inside", f.Live)
	}
	if a := b.load("GET", "/", framed("iframe", "same-origin")...); a.StatusCode != 303 {
		t.Errorf("the site's own frame: %d", a.StatusCode)
	}
}

func TestAPressThatFindsNoRoomForANumberIsNotForgotten(t *testing.T) {
	s := newFixture(t, closed)
	inFrame := framed("iframe", "same-origin", "X-Forwarded-For", "192.0.2.7")
	for range 100 {
		s.browser().load("GET", "/", "X-Forwarded-For", "192.0.2.7")
	}
	b := s.browser()
	page := b.load("GET", "/a", inFrame...)
	full := b.press(page, "X-Forwarded-For", "192.0.2.7")
	full.want(t, 429, "text/html")
	again := refreshOf(t, full)
	b.load("GET", again, inFrame...).want(t, 429, "text/html")
	s.pass(time.Minute)
	wait := b.follow(b.load("GET", again, inFrame...), inFrame...)
	wait.want(t, 200, "text/html")
	if n := s.joined(); n != 101 || wait.Header.Get("Einlass-State") != "paused" {
		t.Errorf("%d numbers, state %q", n, wait.Header.Get("Einlass-State"))
	}
}

func TestAProgramThatPostsGetsNoNumberAndAPersonAWayOn(t *testing.T) {
	s := newFixture(t, closed)
	b := s.browser()
	plain := []string{"Sec-Fetch-Mode", "", "Sec-Fetch-Dest", "", "Referer", "http://" + s.addr + "/formular?x=1"}
	a := b.load("POST", "/buchen", plain...)
	a.want(t, 429, "text/html")
	if n := s.joined(); n != 0 || a.Header.Get("Set-Cookie") != "" {
		t.Errorf("%d numbers, %v", n, a.Header)
	}
	if !strings.Contains(a.body, `href="/formular?x=1"`) || strings.Contains(a.body, "http-equiv") {
		t.Errorf("the page leads nowhere:\n%s", a.body)
	}
	// The way on takes the number, and then the form is told that its sender is in line.
	b.load("GET", "/formular?x=1", plain[:4]...).want(t, 200, "text/html")
	b.load("POST", "/buchen", plain...).want(t, 429, "text/html")
	for _, method := range []string{"HEAD", "PUT", "DELETE"} {
		if a := s.browser().load(method, "/", plain...); a.StatusCode != 429 || a.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %v", method, a.StatusCode, a.Header)
		}
	}
	if n := s.joined(); n != 1 {
		t.Errorf("%d numbers", n)
	}
}

// Another site's page may send a form of a visitor in line into its own frame. The answer is seen there.
func TestAFormOfSomebodyInLineInAStrangersFrameIsAnsweredAsNotSent(t *testing.T) {
	s := newFixture(t, closed)
	b := s.waiting(2)
	ticket := b.cookie("einlass-termine")
	for _, dest := range []string{"iframe", "embed", "object"} {
		a := b.load("POST", "/buchen", framed(dest, "cross-site", "Accept-Language", "en")...)
		a.want(t, 429, "text/html")
		if !strings.Contains(a.body, "We did not pass your form on") || !strings.Contains(a.body, "You are still in the queue") {
			t.Errorf("%s: it does not say so:\n%s", dest, a.body)
		}
		if ancestors := a.Header.Get("Content-Security-Policy"); !strings.Contains(ancestors, "frame-ancestors *") || a.Header.Get("X-Frame-Options") != "" {
			t.Errorf("%s: not seen in the frame: %v", dest, a.Header)
		}
		if strings.Contains(a.body, "<form") || a.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: more than an answer: %v\n%s", dest, a.Header, a.body)
		}
	}
	if b.cookie("einlass-termine") != ticket || s.joined() != 2 || s.sites[0].seen.Load() != 0 {
		t.Error("something has changed")
	}
}
