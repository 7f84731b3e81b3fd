package gateway_test

import (
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/pkg/queue"
)

var preflight = []string{
	"Accept", "*/*", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", "cross-site",
	"Origin", "http://elsewhere.test", "Access-Control-Request-Method", "PUT",
}

func TestWhatComesWithoutCookiesByDesignReachesTheSiteAndTakesNoNumber(t *testing.T) {
	for name, pace := range map[string]queue.Pace{"there is room": {Rate: 60, Burst: 1}, "the line is full": closed} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, pace)
			s.pass(time.Second)
			for _, asks := range []struct {
				name, method, path string
				headers            []string
			}{
				{"a preflight", "OPTIONS", "/api", preflight},
				{"a preflight of an older browser", "OPTIONS", "/api", slices.Concat(preflight[8:], noFetch)},
				{"the rules for robots", "GET", "/robots.txt", nil},
				{"the rules, asked for by a robot", "GET", "/robots.txt", slices.Concat(noFetch, []string{"Accept", "text/plain,text/html,*/*"})},
				{"where to change a password", "GET", "/.well-known/change-password", nil},
				{"a challenge", "GET", "/.well-known/acme-challenge/Ab_-9", slices.Concat(noFetch, []string{"Accept", "*/*"})},
				{"whom to tell", "HEAD", "/.well-known/security.txt", nil},
			} {
				before := s.sites[0].seen.Load()
				a := s.browser().load(asks.method, asks.path, asks.headers...)
				if a.StatusCode != 200 || s.sites[0].seen.Load() != before+1 || len(a.Cookies()) > 0 {
					t.Errorf("%s: %d %v", asks.name, a.StatusCode, a.Header)
				}
			}
			for _, asks := range []struct {
				name, method, path string
				headers            []string
			}{
				{"OPTIONS alone", "OPTIONS", "/api", script},
				{"no method is asked for", "OPTIONS", "/api", preflight[:10]},
				{"no origin asks", "OPTIONS", "/api", slices.Concat(preflight[:8], preflight[10:])},
				{"a query", "GET", "/.well-known/x?page=termine", nil},
				{"an empty query", "GET", "/robots.txt?", nil},
				{"a form", "POST", "/.well-known/x", nil},
				{"a way out", "GET", "/.well-known/../termine", nil},
				{"a way out, encoded", "GET", "/.well-known/%2e%2e/termine", nil},
				{"a way out by a parameter", "GET", "/.well-known/..;/termine", nil},
				{"an empty segment", "GET", "/.well-known//termine", nil},
				{"a backslash", "GET", "/.well-known/a%5c..%5ctermine", nil},
				{"a socket", "GET", "/.well-known/x", []string{"Connection", "Upgrade", "Upgrade", "websocket"}},
			} {
				before := s.sites[0].seen.Load()
				a := s.browser().load(asks.method, asks.path, asks.headers...)
				if a.StatusCode != 429 && a.StatusCode != 400 || s.sites[0].seen.Load() != before || len(a.Cookies()) > 0 {
					t.Errorf("%s: %d %v", asks.name, a.StatusCode, a.Header)
				}
			}
			if n := s.joined(); n != 0 {
				t.Errorf("%d numbers were given", n)
			}
		})
	}
}

func TestWhoIsInsideUsesNoneOfTheLimit(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1})
	s.pass(time.Second)
	b := s.browser()
	b.load("GET", "/")
	for range gateway.AsideBurst + 1 {
		if a := b.load("OPTIONS", "/api", preflight...); a.StatusCode != 200 {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
	}
}

func TestANetworkSendsOnlySoMuchWithoutAPass(t *testing.T) {
	s := newFixture(t, closed)
	from := func(address string) answer {
		return s.browser().load("OPTIONS", "/api", append([]string{"X-Forwarded-For", address}, preflight...)...)
	}
	for range gateway.AsideBurst {
		if a := from("192.0.2.7"); a.StatusCode != 200 {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
	}
	refused := from("192.0.2.7")
	if after, err := strconv.Atoi(refused.Header.Get("Retry-After")); refused.StatusCode != 429 || err != nil || after < 1 {
		t.Errorf("one too many: %d %v", refused.StatusCode, refused.Header)
	}
	if a := from("192.0.2.8"); a.StatusCode != 200 {
		t.Errorf("another network: %d", a.StatusCode)
	}
	s.pass(time.Minute / gateway.AsideRate)
	if a := from("192.0.2.7"); a.StatusCode != 200 {
		t.Errorf("later: %d", a.StatusCode)
	}
}

func TestASiteWorksOnOnlySoManyAtOnceWithoutAPass(t *testing.T) {
	const most = 16
	s := newFixture(t, closed)
	came, goOn, done := make(chan struct{}), make(chan struct{}), make(chan int)
	var working atomic.Int64
	s.sites[0].slow.Store(func() {
		if working.Add(1) > most {
			return // one too many: its answer says so
		}
		came <- struct{}{}
		<-goOn
	})
	for range most {
		b := s.browser()
		go func() { done <- b.load("OPTIONS", "/api", preflight...).StatusCode }()
		<-came
	}
	if a := s.browser().load("GET", "/robots.txt"); a.StatusCode != 429 || a.Header.Get("Retry-After") == "" {
		t.Errorf("one too many: %d %v", a.StatusCode, a.Header)
	}
	close(goOn)
	for range most {
		if status := <-done; status != 200 {
			t.Errorf("status %d", status)
		}
	}
	s.sites[0].slow.Store(func() {})
	if a := s.browser().load("GET", "/robots.txt"); a.StatusCode != 200 {
		t.Errorf("afterwards: %d", a.StatusCode)
	}
}
