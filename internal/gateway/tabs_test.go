package gateway_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

func (b *browser) root() *url.URL { return &url.URL{Scheme: "http", Host: b.s.addr, Path: "/"} }

func TestWhoLeavesInOneTabTakesNoNewNumberInAnother(t *testing.T) {
	s := newFixture(t, closed)
	b := s.browser()
	tab := refreshOf(t, b.load("GET", "/termine?ort=3"))
	left := b.load("POST", "/.einlass/leave?room=termine", "Sec-Fetch-Site", "same-origin", "Referer", "http://"+s.addr+tab)
	if left.StatusCode != 303 {
		t.Fatalf("leaving: %d\n%s", left.StatusCode, left.body)
	}
	shown := b.follow(left)
	says := func(what string, a answer) {
		t.Helper()
		a.want(t, 200, "text/html")
		if !strings.Contains(a.body, "You have left the queue") || !strings.Contains(a.body, `action="/.einlass/join?room=termine&amp;to=/termine?ort=3"`) || refresh.MatchString(a.body) {
			t.Errorf("%s:\n%s", what, a.body)
		}
	}
	says("the answer", shown)
	says("its reload", b.load("GET", left.Header.Get("Location")))
	says("the address of the button", b.run(b.load("GET", "/.einlass/leave?room=termine", "Referer", "http://"+s.addr+tab), 0))
	// The other tab learns that there is no place, and loads the URL that its page knows.
	if status := b.poll("room=termine&shown=1.0"); !strings.Contains(status, `"state":"none"`) {
		t.Errorf("the other tab is told %s", status)
	}
	says("the other tab", b.load("GET", tab))
	if n := s.joined(); n != 1 {
		t.Errorf("%d numbers", n)
	}
	// A person's navigation joins again, and the page of the end makes way for the new place.
	b.load("GET", "/termine?ort=3").want(t, 200, "text/html")
	if a := b.load("GET", tab); a.Header.Get("Einlass-State") != "paused" || s.joined() != 2 {
		t.Errorf("again in line: %q, %d numbers", a.Header.Get("Einlass-State"), s.joined())
	}
}

func TestFourTabsAtOnceShowTheFiguresOfTheirOwnNumber(t *testing.T) {
	s := newFixture(t, closed)
	b := s.browser()
	cookies := s.browser()
	// The tabs are opened before any answer comes: none of their requests has a cookie.
	for range 4 {
		first := s.forgetful()
		a := first.load("GET", "/termine")
		cookies.client.Jar.SetCookies(b.root(), a.Cookies())
	}
	b = cookies
	for i, old := range []string{"0", "1", "2", "3", "1.0", "2.1", "3.2", "4.3", "4.7", "x", "4.", ".0", "4.0.0"} {
		if status := b.poll("room=termine&shown=" + old); !strings.Contains(status, `"number":4,"ahead":3,"exact":true`) {
			t.Errorf("%d: with shown=%s the page of number 4 is told %s", i, old, status)
		}
	}
	// What was shown for this very number still binds.
	if status := b.poll("room=termine&shown=4.2"); !strings.Contains(status, `"number":4,"ahead":2`) {
		t.Errorf("told %s", status)
	}
}

// guesses are the spellings in which browsers say that nobody asked for a page yet.
var guesses = [][2]string{
	{"Sec-Purpose", "prefetch"},
	{"Sec-Purpose", "prefetch;prerender"},
	{"Sec-Purpose", "Prefetch;anonymous-client-ip"},
	{"Sec-Purpose", "prefetch; prerender"},
	{"Purpose", "prefetch"},
	{"Purpose", "Prefetch"},
	{"Purpose", "preview"},
	{"X-Purpose", "preview"},
	{"X-Purpose", "prefetch, preview"},
	{"X-Moz", "prefetch"},
	{"x-moz", "PREFETCH"},
	{"Sec-Purpose", "prerender"},
}

func TestAGuessOfTheBrowserNeitherNumbersNorClaims(t *testing.T) {
	for _, guess := range guesses {
		t.Run(guess[0]+" "+guess[1], func(t *testing.T) {
			s := newFixture(t, slow)
			s.browser().load("GET", "/")
			b := s.browser()
			if a := b.load("GET", "/", guess[:]...); a.StatusCode != 503 || s.joined() != 1 || b.cookie("einlass-termine") != "" {
				t.Fatalf("an arrival: %d, %d numbers", a.StatusCode, s.joined())
			}
			wait := refreshOf(t, b.load("GET", "/"))
			s.pass(time.Second)
			s.pass(time.Second)
			for _, path := range []string{"/", wait} {
				if a := b.load("GET", path, guess[:]...); a.StatusCode != 503 || a.Header.Get("Set-Cookie") != "" {
					t.Errorf("%s claims the call: %d", path, a.StatusCode)
				}
			}
			if in := b.load("GET", "/"); in.StatusCode != 303 {
				t.Fatalf("the person is not let in: %d", in.StatusCode)
			}
			if a := b.load("GET", "/weiter", guess[:]...); a.body != "site GET /weiter" {
				t.Errorf("inside: %d %q", a.StatusCode, a.body)
			}
		})
	}
	s := newFixture(t, closed)
	if a := s.browser().load("GET", "/", "Sec-Purpose", "something-else"); a.StatusCode != 200 {
		t.Errorf("another purpose: %d", a.StatusCode)
	}
}
