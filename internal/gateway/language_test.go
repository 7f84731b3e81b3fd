package gateway_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// speaks presses a language at the foot of a page that was loaded from path.
func (b *browser) speaks(lang, path string) answer {
	b.s.t.Helper()
	referer := "http://" + b.s.addr + path
	return b.load("GET", "/.einlass/language?room=termine&lang="+lang+"&to=%2Fx", "Referer", referer, "Sec-Fetch-Site", "same-origin")
}

// spoken is the language of a page.
func spoken(a answer) string {
	_, after, _ := strings.Cut(a.body, `<html lang="`)
	lang, _, _ := strings.Cut(after, `"`)
	return lang
}

func number(a answer) string {
	_, after, _ := strings.Cut(a.body, ` data-number="`)
	n, _, _ := strings.Cut(after, `"`)
	return n
}

func TestAChosenLanguageKeepsThePlaceAndLastsForADay(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	s.browser().load("GET", "/")
	b := s.browser()
	first := b.load("GET", "/termine?a=1&b=2", "Accept-Language", "en")
	if spoken(first) != "en" || number(first) != "2" {
		t.Fatalf("%s, number %s", spoken(first), number(first))
	}
	led := b.speaks("de", "/termine?a=1&b=2")
	if to := led.Header.Get("Location"); led.StatusCode != 303 || !strings.HasPrefix(to, "/.einlass/wait?") || !strings.HasSuffix(to, "&to=/termine?a=1&b=2") {
		t.Fatalf("%d, leads to %s", led.StatusCode, to)
	}
	cookie, err := http.ParseSetCookie(led.Header.Get("Set-Cookie"))
	if err != nil || cookie.Name != "einlass-termine.lang" || cookie.Value != "de" || cookie.MaxAge != 86400 || !cookie.HttpOnly {
		t.Errorf("cookie %v, %v", cookie, err)
	}
	if page := b.follow(led, "Accept-Language", "en"); spoken(page) != "de" || number(page) != "2" {
		t.Errorf("%s, number %s", spoken(page), number(page))
	}
	if page := b.load("GET", "/termine", "Accept-Language", "en"); spoken(page) != "de" || number(page) != "2" {
		t.Errorf("reloaded: %s, number %s", spoken(page), number(page))
	}
	if other := s.browser().load("GET", "/", "Accept-Language", "en"); number(other) != "3" {
		t.Errorf("the next number is %s", number(other))
	}
}

func TestWhereAChosenLanguageLeads(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	s.browser().load("GET", "/")
	waits := s.browser()
	waits.load("GET", "/")
	for _, c := range []struct {
		who      *browser
		from, to string // the page, and the parameter; from is a whole URL unless it is a path
		want     string
	}{
		{s.browser(), "/termine?a=b", "/x", "/termine?a=b"},
		{s.browser(), "/.einlass/draw?room=termine&lang=en", "/x", "/.einlass/draw?room=termine&lang=de"},
		{s.browser(), "/.einlass/draw", "/x", "/.einlass/draw?lang=de"},
		{s.browser(), "/.einlass/door?room=termine&to=/a?lang=fr&b", "/x", "/.einlass/door?room=termine&lang=de&to=/a?lang=fr&b"},
		{s.browser(), "/.einlass/wait?room=termine&said=2.1.1&to=/a", "/x", "/.einlass/wait?room=termine&lang=de&said=0&to=/a"},
		{s.browser(), "/.einlass/language?room=termine&to=/a", "/x", "/.einlass/wait?room=termine&lang=de&said=0&to=/a"},
		{waits, "/a", "/x", "/.einlass/wait?room=termine&lang=de&said=0&to=/a"},
		{waits, "", "/x?y=z&a", "/.einlass/wait?room=termine&lang=de&said=0&to=/x?y=z&a"},
		{s.browser(), "", "/x?y=z&a", "/x?y=z&a"},
		{s.browser(), "https://elsewhere.example/", "/x", "/x"},
		// Nobody is led to another host, or to an own URL.
		{s.browser(), "", "//elsewhere.example/", "/.//elsewhere.example/"},
		{s.browser(), "", `/\elsewhere.example/`, "/%5Celsewhere.example/"},
		{s.browser(), "", "https://elsewhere.example/", "/"},
		{s.browser(), "", "javascript:alert(1)", "/"},
		{s.browser(), "", "/a\r\nSet-Cookie: a=b", "/"},
		{s.browser(), "", "/.einlass/leave", "/"},
		{s.browser(), "", "", "/"},
		{s.browser(), "//elsewhere.example/", "/x", "/.//elsewhere.example/"},
	} {
		referer := c.from
		if strings.HasPrefix(referer, "/") {
			referer = "http://" + s.addr + referer
		}
		a := c.who.load("GET", "/.einlass/language?room=termine&lang=de&to="+url.QueryEscape(c.to), "Referer", referer)
		if got := a.Header.Get("Location"); a.StatusCode != 303 || got != c.want {
			t.Errorf("from %q to %q: %d %q, want %q", c.from, c.to, a.StatusCode, got, c.want)
		}
	}
}

func TestALanguageWithoutCookiesIsOfThePageThatFollows(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	b := s.browser()
	led := b.speaks("de", "/.einlass/place?room=termine")
	if page := s.browser().follow(led, "Accept-Language", "en"); spoken(page) != "de" {
		t.Errorf("the page is in %s", spoken(page))
	}
	if page := s.browser().load("GET", "/?lang=de", "Accept-Language", "en"); spoken(page) != "en" {
		t.Errorf("a parameter of the site chose %s", spoken(page))
	}
}

func TestALanguageThatTheRoomDoesNotHaveChangesNothing(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	b := s.browser()
	b.load("GET", "/")
	for _, tag := range []string{"fr", "", "de\r\n", strings.Repeat("x", 900)} {
		a := b.load("GET", "/.einlass/language?room=termine&lang="+url.QueryEscape(tag), "Referer", "http://"+s.addr+"/")
		if a.StatusCode != 303 || a.Header.Get("Set-Cookie") != "" {
			t.Errorf("%q: %d, cookie %q", tag, a.StatusCode, a.Header.Get("Set-Cookie"))
		}
	}
	if a := b.load("POST", "/.einlass/language?room=termine&lang=de"); a.StatusCode != 405 {
		t.Errorf("POST: %d", a.StatusCode)
	}
}

func TestALanguageThatWasChosenAtItsTurnClaimsNothing(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1})
	s.browser().load("GET", "/")
	b := s.browser()
	b.load("GET", "/")
	s.pass(2 * time.Second)
	if page := b.follow(b.speaks("de", "/")); spoken(page) != "de" || !strings.Contains(page.body, `data-state="called"`) {
		t.Errorf("%d, %s: %.300s", page.StatusCode, spoken(page), page.body)
	}
	if page := b.load("GET", "/"); page.Header.Get("Einlass-State") != "inside" {
		t.Errorf("the place is lost: %d", page.StatusCode)
	}
}

// Whoever keeps no cookies reads why in the language that was chosen, however often.
func TestThePageOfNoCookiesSpeaksTheChosenLanguage(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	b := s.browser()
	b.client.Jar = nil
	page := b.follow(b.load("GET", "/.einlass/wait?room=termine&to=/x"), "Accept-Language", "en")
	if spoken(page) != "en" {
		t.Fatalf("%d, in %q", page.StatusCode, spoken(page))
	}
	for range 2 {
		led := b.speaks("de", "/.einlass/wait?room=termine&kept=1&to=/x")
		for led.StatusCode == 303 {
			led = b.load("GET", led.Header.Get("Location"), "Accept-Language", "en")
		}
		if page = led; spoken(page) != "de" || !strings.Contains(page.body, `data-page="cookies"`) {
			t.Errorf("%d, in %q:\n%s", page.StatusCode, spoken(page), page.body)
		}
	}
}

// A page that came without TLS may have been written by somebody on the way, and another scheme's is no page of this host.
func TestALanguageLeadsBackToAPageOfThisOriginOnly(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	for _, c := range []struct{ proto, referer, want string }{
		{"https", "https://{host}/a", "/a"},
		{"https", "http://{host}/a", "/x"},
		{"http", "http://{host}/a", "/a"},
		{"http", "https://{host}/a", "/a"}, // behind a proxy that does not say that it speaks TLS
		{"http", "android-app://{host}/a", "/x"},
		{"http", "http://elsewhere.test/a", "/x"},
		{"http", "http://{host}@elsewhere.test/a", "/x"},
	} {
		referer := strings.ReplaceAll(c.referer, "{host}", s.addr)
		a := s.browser().load("GET", "/.einlass/language?room=termine&lang=de&to=%2Fx", "Referer", referer, "X-Forwarded-Proto", c.proto)
		if got := a.Header.Get("Location"); a.StatusCode != 303 || got != c.want {
			t.Errorf("by %s from %s: %d %q, want %q", c.proto, c.referer, a.StatusCode, got, c.want)
		}
	}
}
