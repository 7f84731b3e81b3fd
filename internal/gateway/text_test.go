package gateway_test

import (
	"strings"
	"testing"
)

// A page says which text it has, and gets it again only when it is another; a program that names the tag of its last answer is told in
// a status that there is nothing new. Both are polls all the same: their place is kept.
func TestAPollBringsItsTextOnlyWhenItIsNew(t *testing.T) {
	s := newFixture(t, closed)
	s.browser().load("GET", "/")
	b := s.browser()
	b.load("GET", "/")
	b.takeFullTicket()
	const poll = "/.einlass/status?room=termine&shown="
	first := b.load("GET", poll, "Accept", "application/json")
	_, version, _ := strings.Cut(first.body, `"text":"`)
	version, _, found := strings.Cut(version, `"`)
	if !found || !strings.Contains(first.body, `"words":{`) || !strings.Contains(first.body, `"now":`) {
		t.Fatalf("the first answer is %s", first.body)
	}
	again := b.load("GET", poll+"&text="+version)
	again.want(t, 200, "application/json")
	if strings.Contains(again.body, `"words"`) || !strings.Contains(again.body, `"ahead":1`) || len(again.body) > 300 {
		t.Errorf("the same text is answered by %d bytes: %s", len(again.body), again.body)
	}
	if other := b.load("GET", poll+"&lang=de&text="+version); !strings.Contains(other.body, `"heading":"Im Moment`) {
		t.Errorf("in another language: %s", other.body)
	}
	tag := first.Header.Get("ETag")
	for _, named := range []string{tag, `"x", ` + tag} {
		if a := b.load("GET", poll, "If-None-Match", named); a.StatusCode != 304 || a.body != "" || a.Header.Get("ETag") != tag {
			t.Errorf("If-None-Match %s: %d %s", named, a.StatusCode, a.body)
		}
	}
	if a := b.load("GET", poll, "If-None-Match", `W/"0123456789ab"`); a.StatusCode != 200 || a.Header.Get("ETag") != tag {
		t.Errorf("another tag: %d", a.StatusCode)
	}
}
