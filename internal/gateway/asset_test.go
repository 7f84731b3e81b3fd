package gateway_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/config"
)

// assetRoom guards the whole site but for two kinds of files.
var assetRoom = config.Room{ID: "termine", Paths: []string{"/"}, Exclude: []string{"/impressum", "*.css", "*.png"}}

var style = []string{"Accept", "text/css,*/*;q=0.1", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "style", "Sec-Fetch-Site", "same-origin"}

func TestAFileOfAnOpenKindNeedsNoPass(t *testing.T) {
	s := newFixture(t, closed, assetRoom)
	s.sites[0].kind.Store("text/css; charset=utf-8")
	for name, headers := range map[string][]string{
		"a style": style, "a script's request": script, "curl": slices.Concat(noFetch, []string{"Accept", "*/*"}),
		"with a cookie of the site": slices.Concat(style, []string{"Cookie", "session=1"}),
	} {
		a := s.browser().load("GET", "/termine/css/main.css?v=3", headers...)
		if a.StatusCode != 200 || len(a.Cookies()) != 0 || !strings.Contains(a.body, "/termine/css/main.css?v=3") {
			t.Errorf("%s: %d %v %s", name, a.StatusCode, a.Header, a.body)
		}
		if strips := s.sites[0].options.Load().StripCookies; !strips([]byte("session")) {
			t.Errorf("%s: the site gets its cookies", name)
		}
	}
	if n := s.joined(); n != 0 {
		t.Errorf("%d numbers were given", n)
	}
}

func TestWhatTheSiteSaysIsNoSuchFileGoesToNobody(t *testing.T) {
	s := newFixture(t, closed, assetRoom)
	for _, kind := range []string{"text/html; charset=utf-8", "image/png", "application/json", ""} {
		s.sites[0].kind.Store(kind)
		a := s.browser().load("GET", "/termine/buchen/x.css", style...)
		if a.StatusCode != 429 || strings.Contains(a.body, "site GET") || a.Header.Get("X-Site") != "" || a.Header.Get("Einlass-State") != "none" {
			t.Errorf("%q: %d %v %s", kind, a.StatusCode, a.Header, a.body)
		}
	}
	s.sites[0].kind.Store("text/css")
	s.sites[0].redirects.Store("/termine/bestaetigt")
	if a := s.browser().load("GET", "/termine/buchen/x.css", style...); a.StatusCode != 429 || a.Header.Get("Location") != "" {
		t.Errorf("a redirect: %d %v", a.StatusCode, a.Header)
	}
}

func TestNothingElseIsOpenWithAKindOfFiles(t *testing.T) {
	s := newFixture(t, closed, assetRoom)
	s.sites[0].kind.Store("text/css")
	for _, asks := range []struct {
		name, method, path string
		headers            []string
	}{
		{"a form", "POST", "/main.css", style},
		{"another method", "DELETE", "/main.css", style},
		{"a page load", "GET", "/main.css", nil},
		{"a frame", "GET", "/main.css", []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}},
		{"an older browser's page load", "GET", "/main.css", slices.Concat(noFetch, []string{"Accept", "text/html"})},
		{"a socket", "GET", "/main.css", slices.Concat(style, []string{"Connection", "Upgrade", "Upgrade", "websocket"})},
		{"a kind that is not named", "GET", "/main.js", style},
		{"a page below a file", "GET", "/main.css/buchen", style},
		{"a slash behind", "GET", "/termine/x.css/", style},
		{"a parameter", "GET", "/termine/buchen;.css", style},
		{"an encoded slash", "GET", "/termine/buchen%2f.css", style},
		{"a path behind a script", "GET", "/termine/buchen.php/x.css", style},
		{"an end of a string", "GET", "/termine/buchen%00.css", style},
		{"a way up", "GET", "/css/../termine/x.css", style},
	} {
		before := s.sites[0].seen.Load()
		a := s.browser().load(asks.method, asks.path, asks.headers...)
		if s.sites[0].seen.Load() != before || a.Header.Get("X-Site") != "" {
			t.Errorf("%s reached the site: %d", asks.name, a.StatusCode)
		}
	}
}
