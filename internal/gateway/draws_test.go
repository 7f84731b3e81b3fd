package gateway_test

import (
	"net/http"
	"strings"
	"testing"
)

// published are records of two openings, as a room has them.
type published map[string]string

func (p published) All() []byte {
	if len(p) == 0 {
		return nil
	}
	return []byte(`{"room":"termine","records":[]}`)
}

func (p published) Of(opening string) []byte {
	if text, ok := p[opening]; ok {
		return []byte(text)
	}
	return nil
}

func (published) Undrawn() []string { return nil }

func TestRecordsOfDrawsArePublic(t *testing.T) {
	s := &fixture{t: t, library: newLibrary(t), draws: published{"2026-12-01 08:00": "{\"record\":1}\n"}}
	newFixtureLike(s, closed)
	b := s.browser()
	a := b.load("GET", "/.einlass/draw.json")
	a.want(t, 200, "application/json")
	if a.body != `{"room":"termine","records":[]}` {
		t.Errorf("all: %q", a.body)
	}
	if a.Header.Get("Set-Cookie") != "" {
		t.Error("a public answer sets a cookie")
	}
	for _, query := range []string{"opening=2026-12-01%2008:00", "opening=2026-12-01+08%3A00", "room=termine&opening=2026-12-01%2008:00"} {
		a = b.load("GET", "/.einlass/draw.json?"+query)
		a.want(t, 200, "application/json")
		if a.body != "{\"record\":1}\n" {
			t.Errorf("%s: %q", query, a.body)
		}
	}
	if head := b.load("HEAD", "/.einlass/draw.json"); head.StatusCode != http.StatusOK || head.ContentLength != 31 {
		t.Errorf("HEAD: %d, %d bytes", head.StatusCode, head.ContentLength)
	}
	if post := b.load("POST", "/.einlass/draw"); post.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", post.StatusCode)
	}
	for _, query := range []string{"opening=2026-12-02%2008:00", "opening=", "opening=%zz"} {
		noDraw(t, b.load("GET", "/.einlass/draw?"+query, "Accept", "*/*", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"))
	}
}

func noDraw(t *testing.T, a answer) {
	t.Helper()
	a.want(t, 404, "application/problem+json")
	if !strings.Contains(a.body, "problems/no-draw") {
		t.Errorf("%s", a.body)
	}
}

func TestARoomWithoutDrawsSaysSo(t *testing.T) {
	empty := newFixtureLike(&fixture{t: t, library: newLibrary(t), draws: published{}}, closed)
	noDraw(t, empty.browser().load("GET", "/.einlass/draw", "Accept", "*/*", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"))
	noDraw(t, newFixture(t, closed).browser().load("GET", "/.einlass/draw", "Accept", "*/*", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"))
	empty.browser().load("GET", "/.einlass/draw", "Accept", "text/html").want(t, 404, "text/html")
}
