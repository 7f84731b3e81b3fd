package gateway_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/pkg/queue"
)

var refresh = regexp.MustCompile(`<meta http-equiv="refresh" content="\d+;url=([^"]+)">`)

// refreshOf is where a page without script goes by itself.
func refreshOf(t testing.TB, a answer) string {
	t.Helper()
	m := refresh.FindStringSubmatch(a.body)
	if m == nil {
		t.Fatalf("the page does not load again: %d\n%s", a.StatusCode, a.body)
	}
	return strings.ReplaceAll(m[1], "&amp;", "&")
}

// forgetful is a browser that keeps no cookies.
func (s *fixture) forgetful() *browser {
	b := s.browser()
	b.client.Jar = nil
	return b
}

// run follows redirects and refreshes as a browser does by itself, and answers the page on which that ends.
func (b *browser) run(a answer, pause time.Duration) answer {
	b.s.t.Helper()
	for range 100 {
		switch {
		case a.StatusCode == http.StatusSeeOther, a.StatusCode == http.StatusFound:
			a = b.load("GET", a.Header.Get("Location"))
		case refresh.MatchString(a.body):
			b.s.pass(pause)
			a = b.load("GET", refreshOf(b.s.t, a))
		default:
			return a
		}
	}
	return a
}

func TestABrowserWithoutCookiesTakesOneNumber(t *testing.T) {
	s := newFixture(t, closed)
	b := s.forgetful()
	end := b.run(b.load("GET", "/termine?ort=3&tag=1"), 5*time.Second)
	if !strings.Contains(end.body, "does not keep cookies") || !strings.Contains(end.body, `href="/termine?ort=3&amp;tag=1"`) {
		t.Errorf("it ends at %s, %d:\n%s", end.Request.URL, end.StatusCode, end.body)
	}
	if n := s.joined(); n != 1 {
		t.Errorf("%d numbers for one navigation", n)
	}
	if status := b.poll("room=termine&shown="); !strings.Contains(status, `"state":"none"`) {
		t.Errorf("a poll is told %s", status)
	}
}

func TestABrowserWithoutCookiesThatSendsAFormTakesNoNumber(t *testing.T) {
	s := newFixture(t, slow)
	s.pass(time.Second) // there is room
	b := s.forgetful()
	end := b.run(b.load("POST", "/buchen", "Referer", "http://"+s.addr+"/formular"), 5*time.Second)
	if end.StatusCode != 429 || !strings.Contains(end.body, "We did not receive your form") || !strings.Contains(end.body, `href="/formular"`) {
		t.Errorf("it ends at %s, %d:\n%s", end.Request.URL, end.StatusCode, end.body)
	}
	if n := s.joined(); n != 0 || s.sites[0].seen.Load() != 0 {
		t.Errorf("%d numbers, the site saw %d requests", n, s.sites[0].seen.Load())
	}
}

func TestTheWaitingPageLeadsThroughItsOwnURL(t *testing.T) {
	s := newFixture(t, slow)
	s.browser().load("GET", "/")
	b := s.browser()
	again := refreshOf(t, b.load("GET", "/termine?ort=3&x=%20&to=/y"))
	if !said.MatchString(again) || said.ReplaceAllString(again, "") != "/.einlass/wait?room=termine&to=/termine?ort=3&x=%20&to=/y" {
		t.Fatalf("it loads %q again", again)
	}
	wait := b.load("GET", again)
	wait.want(t, 200, "text/html")
	if then := refreshOf(t, wait); said.ReplaceAllString(then, "") != said.ReplaceAllString(again, "") {
		t.Errorf("then it loads %q again", then)
	}
	s.pass(time.Second)
	s.pass(time.Second)
	b.load("GET", again).want(t, 200, "text/html") // nobody has asked to go in
	again = said.ReplaceAllString(again, "")
	in := b.load("GET", again)
	if in.StatusCode != 303 || in.Header.Get("Location") != "/termine?ort=3&x=%20&to=/y" {
		t.Fatalf("at the turn: %d to %q", in.StatusCode, in.Header.Get("Location"))
	}
	if again := b.load("GET", again); again.StatusCode != 303 || again.Header.Get("Location") != "/termine?ort=3&x=%20&to=/y" {
		t.Errorf("inside: %d to %q", again.StatusCode, again.Header.Get("Location"))
	}
	if a := b.follow(in); a.body != "site GET /termine?ort=3&x=%20&to=/y" {
		t.Errorf("got %q", a.body)
	}
	for _, headers := range [][]string{{"Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, {"Sec-Fetch-Mode", "", "Sec-Fetch-Dest", "", "Accept", "*/*"}} {
		s.browser().load("GET", again, headers...).want(t, 429, "application/problem+json")
	}
	if a := b.load("POST", again); a.StatusCode != 405 {
		t.Errorf("POST: %d", a.StatusCode)
	}
}

func TestTheWaitingPagesOwnURLLeadsNowhereElse(t *testing.T) {
	s := newFixture(t, slow)
	s.pass(time.Second)
	b := s.browser()
	b.load("GET", "/")
	for to, want := range map[string]string{
		"//elsewhere.test/x": "/.//elsewhere.test/x", `/\elsewhere.test`: `/./\elsewhere.test`, "http://elsewhere.test/": "/",
		"elsewhere.test": "/", "": "/", "/%2f/elsewhere.test": "/%2f/elsewhere.test", "javascript:alert(1)": "/",
		"/.einlass/wait?room=termine&to=/": "/", "/.einlass/leave": "/", "/a?b=1&c=2": "/a?b=1&c=2",
	} {
		a := s.raw("GET /.einlass/wait?room=termine&to=" + to + " HTTP/1.1\r\nHost: " + s.addr +
			"\r\nSec-Fetch-Mode: navigate\r\nCookie: einlass-termine=" + b.cookie("einlass-termine") + "\r\nConnection: close\r\n\r\n")
		if a.StatusCode != 303 || a.Header.Get("Location") != want {
			t.Errorf("%q leads %d to %q, want %q", to, a.StatusCode, a.Header.Get("Location"), want)
		}
	}
	if a := b.load("GET", "/.einlass/wait?room=termine"); a.StatusCode != 303 || a.Header.Get("Location") != "/" {
		t.Errorf("without to: %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
}

func TestATargetThatIsTooLongForAnOwnURLLosesItsQuery(t *testing.T) {
	s := newFixture(t, closed)
	long := "/termine?" + strings.Repeat("x", 8<<10-len("/termine?"))
	if again := refreshOf(t, s.browser().load("GET", long)); again != "/.einlass/wait?room=termine&to=/termine" {
		t.Errorf("it loads %.80q again", again)
	}
	again := refreshOf(t, s.browser().load("GET", "/"+long[len("/termine?"):]+"1234567"))
	if again != "/.einlass/wait?room=termine&to=/" {
		t.Errorf("it loads %.80q again", again)
	}
	fits := long[:8<<10-len("/.einlass/wait?room=termine&to=")]
	b := s.browser()
	again = refreshOf(t, b.load("GET", fits))
	if !strings.HasSuffix(again, fits) {
		t.Fatalf("it loads %.80q again", again)
	}
	// Of an address as long as this one browsers send the origin alone as Referer (W3C Referrer Policy §8.3).
	b.load("GET", again, "Referer", "http://"+s.addr+"/").want(t, 200, "text/html")
}

func TestWhoCarriesNoPlaceIsToldWhyAndTakesNoNumber(t *testing.T) {
	const wait = "/.einlass/wait?room=termine&to=/a"
	s := newFixture(t, slow)
	told := func(b *browser, want string) {
		t.Helper()
		before, wantsJoin := s.joined(), !strings.Contains(want, "cookies")
		end := b.run(b.load("GET", wait), time.Second)
		end.want(t, 200, "text/html")
		if !strings.Contains(end.body, want) || wantsJoin && !strings.Contains(end.body, `action="/.einlass/join?room=termine&amp;to=/a"`) {
			t.Errorf("want %q:\n%s", want, end.body)
		}
		if n := s.joined(); n != before {
			t.Errorf("%d numbers more", n-before)
		}
	}
	told(s.browser(), "You do not have a number")
	told(s.forgetful(), "does not keep cookies")
	broken := s.browser()
	broken.client.Jar.SetCookies(broken.root(), []*http.Cookie{{Name: "einlass-termine", Value: "broken"}})
	told(broken, "You do not have a number")

	s.pass(time.Second)
	b := s.browser()
	b.load("GET", "/") // goes straight in
	finished := b.copyOf("einlass-termine")
	s.sites[0].finish.Store(true)
	b.load("GET", "/fertig")
	s.sites[0].finish.Store(false)
	told(finished, "Your visit is over")

	s.browser().load("GET", "/")
	w := s.browser()
	w.load("GET", "/a")
	used := w.copyOf("einlass-termine")
	s.pass(time.Second)
	s.pass(time.Second)
	w.load("GET", wait)
	s.sites[0].finish.Store(true)
	w.load("GET", "/fertig")
	s.sites[0].finish.Store(false)
	s.pass(time.Second)
	told(used, "Your visit is over")
	// The press on the button is a person's.
	before := s.joined()
	used.linesUp(used.load("GET", "/a"))
	if n := s.joined(); n != before+1 {
		t.Errorf("the press gave %d numbers", n-before)
	}

	s.pass(time.Second)
	lapsed := s.browser()
	lapsed.load("GET", "/")
	s.pass(time.Hour)
	told(lapsed, "Your visit is over")
}

// Whoever may join again reads beforehand how long it takes, as a newcomer reads it afterwards.
func TestThePageOfAPlaceThatEndedSaysHowLongANewOneTakes(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	s.waiting(12)
	s.pass(time.Second)
	b := s.browser()
	end := b.run(b.load("GET", "/.einlass/wait?room=termine&to=/a", from(8)...), 0)
	newcomer := estimated.FindStringSubmatch(s.browser().load("GET", "/", from(9)...).body)
	if newcomer == nil || !strings.Contains(newcomer[1], "minutes") {
		t.Fatalf("a newcomer reads no range: %q", newcomer)
	}
	if !strings.Contains(end.body, "<p>It takes "+newcomer[1]+".</p>") {
		t.Errorf("a newcomer reads %q, and before:\n%s", newcomer[1], end.body)
	}
	s.update(func(d *queue.Document) { d.Pace.Mode = queue.ModePause })
	if end = b.load("GET", "/.einlass/wait?room=termine&to=/a"); !strings.Contains(end.body, "<p hidden></p>") {
		t.Errorf("in a pause:\n%s", end.body)
	}
}

func TestPagesOfOldReleasesStillWork(t *testing.T) {
	s := newFixture(t, slow)
	s.browser().load("GET", "/")
	b := s.browser()
	b.load("GET", "/termine")
	// They refresh the URL first asked for, poll without a number, and load that URL at their turn.
	b.load("GET", "/termine").want(t, 200, "text/html")
	if status := b.poll("room=termine&shown=1"); !strings.Contains(status, `"number":2,"ahead":1,"exact":true`) {
		t.Errorf("status is %s", status)
	}
	s.pass(time.Second)
	s.pass(time.Second)
	if in := b.load("GET", "/termine"); in.StatusCode != 303 || in.Header.Get("Location") != "/termine" {
		t.Errorf("%d to %q", in.StatusCode, in.Header.Get("Location"))
	}
	if n := s.joined(); n != 2 {
		t.Errorf("%d numbers", n)
	}
}

func TestOwnURLsNameTheirRoom(t *testing.T) {
	s := newFixture(t, closed, config.Room{ID: "a", Paths: []string{"/a"}}, config.Room{ID: "b", Paths: []string{"/b"}})
	b := s.browser()
	again := refreshOf(t, b.load("GET", "/b/x"))
	if again != "/.einlass/wait?room=b&said=1.0.0.paused&to=/b/x" {
		t.Errorf("it loads %q again", again)
	}
	if a := b.load("GET", again); a.Header.Get("Einlass-State") != "paused" {
		t.Errorf("there: %d %q", a.StatusCode, a.Header.Get("Einlass-State"))
	}
}
