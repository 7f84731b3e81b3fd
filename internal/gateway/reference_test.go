package gateway_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/proxy"
)

// kindOf is the kind of the fault that an answer's reference leads to in the log. The page must show the same reference.
func (s *fixture) kindOf(a answer) string {
	s.t.Helper()
	ref := a.Header.Get("Einlass-Reference")
	if ref == "" || strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") && !strings.Contains(a.body, ">"+ref+"<") {
		s.t.Errorf("reference %q of the page\n%s", ref, a.body)
		return ""
	}
	for _, line := range s.logs.All() {
		if fields := line.ContextMap(); fields["reference"] == ref {
			return fmt.Sprint(fields["kind"])
		}
	}
	s.t.Errorf("the log does not know the reference %q", ref)
	return ""
}

var reference = regexp.MustCompile(`^[2-9A-HJKMNP-Z]{4}$`)

// A person reads out four signs, and the log says what happened. The page has no word for programs.
func TestThePageOfAFaultHasAReferenceThatTheLogKnows(t *testing.T) {
	s := newFixture(t, slow)
	s.pass(time.Second)
	b := s.inside()
	s.sites[0].fail.Store(struct{ error }{proxy.ErrBackendDown}.error)
	for _, test := range []struct {
		name, kind string
		a          answer
	}{
		{"the site is down", "backend-down", b.load("GET", "/termine")},
		{"a form to a site that is down", "backend-down", b.load("POST", "/termine")},
		{"for a script", "backend-down", b.load("GET", "/api", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty")},
		{"no such page of ours", "not-found", b.load("GET", "/.einlass/nothing?room=termine")},
		{"no such room", "unknown-room", b.load("GET", "/.einlass/status?room=nothing")},
		{"a form of another site", "other-origin", b.load("POST", "/.einlass/leave?room=termine", elsePage...)},
		{"a bad path", "path-encoding", b.load("GET", "/%ff")},
		{"found at the boundary", "url-too-long", b.load("GET", "/?"+strings.Repeat("x", 9<<10))},
	} {
		if got := s.kindOf(test.a); got != test.kind {
			t.Errorf("%s: %q in the log, want %q", test.name, got, test.kind)
		}
		if ref := test.a.Header.Get("Einlass-Reference"); !reference.MatchString(ref) {
			t.Errorf("%s: reference %q", test.name, ref)
		}
		if strings.HasPrefix(test.a.Header.Get("Content-Type"), "text/html") && strings.Contains(test.a.body, test.kind) {
			t.Errorf("%s: the page has the word %q", test.name, test.kind)
		}
	}
}

// Requests cannot fill the log, and no page has a reference that the log does not know.
func TestMoreFaultsThanTheLogTakesHaveNoReference(t *testing.T) {
	s := newFixture(t, slow)
	b := s.browser()
	for second := range 2 {
		with := 0
		for range 60 {
			a := b.load("GET", "/.einlass/nothing?room=termine")
			if a.StatusCode != http.StatusNotFound {
				t.Fatalf("status %d", a.StatusCode)
			}
			if a.Header.Get("Einlass-Reference") != "" {
				with++
			} else if !strings.Contains(a.body, ">Error 404.<") {
				t.Errorf("a page without a reference\n%s", a.body)
			}
		}
		if lines := s.logs.FilterMessage("page of a fault").Len(); with != 20 || lines != 20*(second+1) {
			t.Errorf("second %d: %d references, %d lines in all", second, with, lines)
		}
		s.pass(time.Second)
	}
}
