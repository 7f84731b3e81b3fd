package gateway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/pkg/queue"
)

// fast lets every arrival in.
var fast = queue.Pace{Rate: 6000, Burst: 100}

// The page for a short interruption loads again every few seconds, by itself.
func TestThePageForAnInterruptionTakesNoSecondNumber(t *testing.T) {
	s := newFixture(t, slow)
	s.pass(time.Minute)
	s.sites[0].fail.Store(proxy.ErrBackendDown)
	b := s.forgetful()
	end := b.run(b.load("GET", "/termine?ort=3"), 5*time.Second)
	if n := s.joined(); n != 1 || !strings.Contains(end.body, "does not keep cookies") {
		t.Errorf("%d numbers for one navigation, it ends with %d at %s", n, end.StatusCode, end.Request.URL)
	}
}

func TestThePageForAnInterruptionLeadsBackWhoIsInside(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	s.sites[0].fail.Store(proxy.ErrBackendDown)
	again := refreshOf(t, b.load("GET", "/termine?ort=3"))
	if to := followed(t, b, again); to != "/termine?ort=3" {
		t.Errorf("%s leads to %s", again, to)
	}
}

// A page that takes too long to be let in, and a stay that ends meanwhile in another tab: its refresh is nobody's wish
// for a new number.
func TestThePageForAnInterruptionOfAStayThatEndedTakesNoNumber(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	s.sites[0].fail.Store(proxy.ErrBackendDown)
	again := refreshOf(t, b.load("GET", "/termine"))
	b.load("POST", "/.einlass/leave?room=termine", "Sec-Fetch-Site", "same-origin")
	followed(t, b, again)
	if n := s.joined(); n != 1 {
		t.Errorf("%d numbers, want that of the stay alone", n)
	}
}

// followed loads a URL of a page's own refresh, and what it redirects to as long as that is one of ours. It is where
// it leads in the end.
func followed(t *testing.T, b *browser, to string) string {
	t.Helper()
	for range 5 {
		a := b.load("GET", to)
		if a.StatusCode != 303 {
			return to
		}
		if to = a.Header.Get("Location"); len(to) < 10 || to[:10] != "/.einlass/" {
			return to
		}
	}
	t.Fatal("it goes on and on")
	return ""
}

// A site that misses its own cookie redirects again and again.
func TestTheSitesRedirectsTakeNoSecondNumber(t *testing.T) {
	for name, location := range map[string]string{
		"path": "/start?a=b", "absolute": "http://HOST/start?a=b", "relative": "start?a=b", "scheme": "//HOST/start?a=b",
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, fast)
			s.pass(time.Minute)
			s.sites[0].redirects.Store(strings.Replace(location, "HOST", s.addr, 1))
			away := s.forgetful()
			end := away.run(away.load("GET", "/termine"), time.Second)
			if n := s.joined(); n != 1 || !strings.Contains(end.body, "does not keep cookies") {
				t.Errorf("%d numbers for one navigation, it ends with %d at %s", n, end.StatusCode, end.Request.URL)
			}
			// A browser that keeps cookies comes to where the site leads.
			b := s.browser()
			a := b.load("GET", "/termine")
			if to := followed(t, b, a.Header.Get("Location")); to != "/start?a=b" {
				t.Errorf("it leads to %q", to)
			}
		})
	}
}

func TestTheSitesRedirectsElsewhereStay(t *testing.T) {
	s := newFixture(t, fast)
	b := s.inside()
	for _, location := range []string{
		"https://bank.example/pay?x", "//bank.example/", "/impressum", "/.einlass/leave", "https://u@HOST/x", "mailto:a@b",
		"/" + strings.Repeat("a", 9000),
	} {
		location = strings.Replace(location, "HOST", s.addr, 1)
		s.sites[0].redirects.Store(location)
		if a := s.browser().load("GET", "/termine"); a.StatusCode != 302 || a.Header.Get("Location") != location {
			t.Errorf("%d, %q has become %q", a.StatusCode, location, a.Header.Get("Location"))
		}
	}
	// Redirects for a visitor inside are not changed either.
	s.sites[0].redirects.Store("/start")
	if a := b.load("GET", "/termine"); a.Header.Get("Location") != "/start" {
		t.Errorf("inside, it leads to %q", a.Header.Get("Location"))
	}
}

// A press on a page that has a number takes no second one, and leads to what the number is lost by.
func TestAPressOnAPageWithANumberTakesNoSecondOne(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	s.browser().load("GET", "/")
	b := s.forgetful()
	page := b.load("GET", "/termine?ort=3")
	if page.wantState(t, "waiting"); !strings.Contains(page.body, `<input type="hidden" name="held"></form>`) {
		t.Errorf("the choice of language does not say that the page has a number:\n%s", page.body)
	}
	given := s.joined()
	for name, led := range map[string]answer{
		"reloads off": b.load("POST", switchOf(t, page), ownPage...),
		"language": b.load("GET", "/.einlass/language?room=termine&lang=de&to=%2Ftermine%3Fort%3D3&held=",
			"Referer", "http://"+s.addr+"/termine?ort=3", "Sec-Fetch-Site", "same-origin"),
	} {
		if end := b.run(led, 5*time.Second); s.joined() != given || !strings.Contains(end.body, `data-page="cookies"`) {
			t.Errorf("%s: %d numbers, it ends with %d at %s", name, s.joined()-given, end.StatusCode, end.Request.URL)
		}
	}
}
