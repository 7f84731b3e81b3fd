package gateway_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// scriptFrom is what a script of a page of the site sends.
func (s *fixture) scriptFrom(page string) []string {
	return append([]string{"Referer", "http://" + s.addr + page}, script...)
}

// A script gets no page, and can bring its person to the line and back to the page that it belongs to.
func TestAScriptIsToldWhereItsPersonGoesOn(t *testing.T) {
	for name, test := range map[string]struct {
		set        func(s *fixture) *browser
		method     string
		status     int
		state, url string
	}{
		"without a place": {func(s *fixture) *browser { return s.browser() }, "GET", 429, "none", "/termine?x=1"},
		"in line":         {func(s *fixture) *browser { return s.waiting(2) }, "GET", 429, "waiting", "/.einlass/wait?room=termine&to=/termine?x=1"},
		"ended":           {func(s *fixture) *browser { b := s.inside(); s.fill(11 * time.Minute); return b }, "GET", 429, "resume", "/termine?x=1"},
		"a late form":     {func(s *fixture) *browser { b := s.inside(); s.fill(20 * time.Minute); return b }, "POST", 403, "resume", "/termine?x=1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, slow)
			a := test.set(s).load(test.method, "/api", s.scriptFrom("/termine?x=1")...)
			a.want(t, test.status, "application/problem+json")
			var body struct{ Type, URL string }
			if err := json.Unmarshal([]byte(a.body), &body); err != nil {
				t.Fatal(err)
			}
			if state := a.Header.Get("Einlass-State"); state != test.state || body.URL != test.url {
				t.Errorf("%s, on at %q; want %s, %q", state, body.URL, test.state, test.url)
			}
			if link := a.Header.Get("Link"); link != "<"+test.url+`>; rel="alternate"; type="text/html"` {
				t.Errorf("Link: %s", link)
			}
			kind := s.browser().load("GET", body.Type)
			kind.want(t, 200, "text/plain")
			if kind.Header.Get("Set-Cookie") != "" || len(kind.body) < 80 {
				t.Errorf("%s answers %q", body.Type, kind.body)
			}
		})
	}
}

// The page that a script belongs to may lie elsewhere: a load of it would give no place in this room.
func TestAScriptIsNotSentToAPageThatGivesNoPlace(t *testing.T) {
	s := newFixture(t, slow)
	a := s.browser().load("GET", "/api", s.scriptFrom("/impressum")...)
	if !strings.Contains(a.body, `"url":"/.einlass/wait?room=termine\u0026to=/impressum"`) && !strings.Contains(a.body, `"url":"/.einlass/wait?room=termine&to=/impressum"`) {
		t.Error(a.body)
	}
}

func TestAnOwnAddressThatLeadsNowhereIsAPageForPeople(t *testing.T) {
	s := newFixture(t, slow)
	for _, test := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/.einlass/nothing?room=termine", 404},
		{"GET", "/.einlass/status?room=other", 404},
		{"GET", "/.einlass/assets/none.js", 404},
		{"GET", "/.einlass/problems/none", 404},
		{"GET", "/.einlass/ask?room=termine", 405},
		{"GET", "/.einlass/away?room=termine", 405},
	} {
		a := s.browser().load(test.method, test.path)
		a.want(t, test.status, "text/html")
		if heading.FindString(a.body) == "" || !strings.Contains(a.body, "<style>") {
			t.Errorf("%s: %s", test.path, a.body)
		}
		s.browser().load(test.method, test.path, script...).want(t, test.status, "application/problem+json")
	}
}
