package gateway_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/pkg/queue"
)

// linking is a room that leads to pages of its own site.
func linking(host string) config.Room {
	return config.Room{ID: strings.TrimSuffix(host, ".test"), Hosts: []string{host}, Links: config.Links{
		Imprint: "/impressum", Privacy: "/index.php?id=7", Accessibility: "/erkl%C3%A4rung/", Barrier: "mailto:a@b.test",
	}}
}

func TestThePagesOfTheFootAreOpenAndNothingElseIs(t *testing.T) {
	s := newFixture(t, closed, linking("a.test"))
	s.pass(time.Second)
	for _, asks := range []struct {
		name, method, target, more string
		open                       bool
	}{
		{name: "the page", method: "GET", target: "/impressum", open: true},
		{name: "its head", method: "HEAD", target: "/impressum", open: true},
		{name: "with its query", method: "GET", target: "/index.php?id=7", open: true},
		{name: "as browsers write it", method: "GET", target: "/erkl%C3%A4rung/", open: true},
		{name: "another query", method: "GET", target: "/impressum?page=termine"},
		{name: "an empty query", method: "GET", target: "/impressum?"},
		{name: "more query", method: "GET", target: "/index.php?id=7&id=8"},
		{name: "less query", method: "GET", target: "/index.php?id="},
		{name: "no query", method: "GET", target: "/index.php"},
		{name: "the query as a part of the path", method: "GET", target: "/index.php%3Fid=7"},
		{name: "a form", method: "POST", target: "/impressum", more: "Content-Length: 0\r\n"},
		{name: "a form with a body", method: "POST", target: "/impressum", more: "Content-Length: 1\r\n"},
		{name: "a page with a body", method: "GET", target: "/impressum", more: "Content-Length: 1\r\n"},
		{name: "another method", method: "OPTIONS", target: "/impressum"},
		{name: "another method in small letters", method: "get", target: "/impressum"},
		{name: "a socket", method: "GET", target: "/impressum", more: "Connection: Upgrade\r\nUpgrade: websocket\r\n"},
		{name: "a way out", method: "GET", target: "/impressum/../termine"},
		{name: "a way out, encoded", method: "GET", target: "/impressum/%2e%2e/termine"},
		{name: "a way out by a parameter", method: "GET", target: "/impressum/..;/termine"},
		{name: "a way out by a backslash", method: "GET", target: "/impressum%5c..%5ctermine"},
		{name: "a way back", method: "GET", target: "/termine/../impressum"},
		{name: "a dot", method: "GET", target: "/./impressum"},
		{name: "an encoded letter", method: "GET", target: "/%69mpressum"},
		{name: "capitals", method: "GET", target: "/Impressum"},
		{name: "capitals of an encoding", method: "GET", target: "/erkl%c3%a4rung/"},
		{name: "a slash at its end", method: "GET", target: "/impressum/"},
		{name: "a slash too few", method: "GET", target: "/erkl%C3%A4rung"},
		{name: "two slashes", method: "GET", target: "//impressum"},
		{name: "a parameter", method: "GET", target: "/impressum;a=b"},
		{name: "what begins like it", method: "GET", target: "/impressum2"},
		{name: "what lies below it", method: "GET", target: "/impressum/termine"},
		{name: "an end that databases drop", method: "GET", target: "/impressum%20"},
		{name: "an end that C drops", method: "GET", target: "/impressum%00"},
		{name: "another host", method: "GET", target: "http://b.test/impressum"},
	} {
		before := s.sites[0].seen.Load()
		a := s.raw(asks.method + " " + asks.target + " HTTP/1.1\r\nHost: a.test\r\nAccept: text/html\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n" +
			"Cookie: session=1\r\nReferer: http://a.test/impressum\r\n" + asks.more + "Connection: close\r\n\r\nx")
		if reached := s.sites[0].seen.Load() == before+1; reached != asks.open || asks.open && (a.StatusCode != 200 || a.Header.Get("Set-Cookie") != "") {
			t.Errorf("%s: reached the site: %v, %d %v", asks.name, reached, a.StatusCode, a.Header)
		}
		if asks.open && !strings.Contains(*s.sites[0].asked.Load(), asks.method+" "+asks.target+"\n") {
			t.Errorf("%s: the site was asked for %s", asks.name, *s.sites[0].asked.Load())
		}
		// What is not open is waited for, as any page of the site.
	}
}

func TestAPageOfTheFootGivesNoNumberAndKeepsTheOneThereIs(t *testing.T) {
	for name, pace := range map[string]queue.Pace{"there is room": {Rate: 60, Burst: 1}, "the line is full": closed} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, pace, linking("a.test"))
			s.pass(time.Second)
			host := []string{"Host", "a.test"}
			a := s.browser().load("GET", "/impressum", host...)
			if a.StatusCode != 200 || len(a.Cookies()) > 0 || s.joined() != 0 {
				t.Errorf("without a place: %d %v, %d numbers", a.StatusCode, a.Header, s.joined())
			}
			if strip := s.sites[0].options.Load().StripCookies; !strip([]byte("session")) || !strip([]byte("a")) {
				t.Error("the site gets and sets cookies")
			}
			b := s.browser()
			b.load("GET", "/", host...)
			if a = b.load("GET", "/impressum", host...); a.StatusCode != 200 || len(a.Cookies()) > 0 || s.joined() != 1 {
				t.Errorf("with a place: %d %v, %d numbers", a.StatusCode, a.Header, s.joined())
			}
		})
	}
}

// Who is inside is known to the site on these pages, too.
func TestWhoIsInsideReadsThePagesOfTheFootAsAnyOther(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1}, linking("a.test"))
	s.pass(time.Second)
	b := s.browser()
	host := []string{"Host", "a.test"}
	b.load("GET", "/", host...)
	if a := b.load("GET", "/impressum", host...); a.StatusCode != 200 || !s.sites[0].options.Load().Inside {
		t.Errorf("%d: as inside: %v", a.StatusCode, s.sites[0].options.Load().Inside)
	}
}

func TestRoomsOfOneHostShareThePagesOfTheFoot(t *testing.T) {
	one, two := linking("a.test"), config.Room{ID: "two", Hosts: []string{"a.test"}}
	one.ID, one.Paths = "one", []string{"/one"}
	three := config.Room{ID: "three", Hosts: []string{"c.test"}}
	s := newFixture(t, closed, one, two, three)
	s.pass(time.Second)
	if a := s.browser().load("GET", "/impressum", "Host", "a.test"); a.StatusCode != 200 || s.sites[1].seen.Load() != 1 {
		t.Errorf("the other room of the host: %d, asked %d", a.StatusCode, s.sites[1].seen.Load())
	}
	if s.browser().load("GET", "/impressum", "Host", "c.test"); s.sites[2].seen.Load() != 0 {
		t.Error("a room of another host is open, too")
	}
}

// A person gets a page, also where there were too many.
func TestTooManyReadersOfThePagesOfTheFootGetAPage(t *testing.T) {
	s := newFixture(t, closed, linking("a.test"))
	for range gateway.AsideBurst {
		s.browser().load("GET", "/impressum", "Host", "a.test")
	}
	a := s.browser().load("GET", "/impressum", "Host", "a.test")
	if a.StatusCode != http.StatusTooManyRequests || !strings.Contains(a.body, "<h1>") || a.Header.Get("Retry-After") == "" || s.joined() != 0 {
		t.Errorf("%d %v %s", a.StatusCode, a.Header, a.body)
	}
}
