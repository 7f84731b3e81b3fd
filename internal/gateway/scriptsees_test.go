package gateway_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// asScript is what a script or a picture of the site asks for: another tab of the same browser may do that all the time.
var asScript = []string{"Accept", "*/*", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}

// What a script of the site is told changes nothing of what the page of the line is told.
func TestAScriptOfTheSiteChangesNothingOfATurn(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 10, MaxInside: 100})
	b := s.called()
	for _, how := range []struct {
		method  string
		headers []string
	}{
		{"GET", asScript},
		{"HEAD", nil},
		{"POST", asScript},
		{"GET", []string{"Accept", "image/*", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}},
	} {
		if a := b.load(how.method, "/daten", how.headers...); a.StatusCode != 429 {
			t.Errorf("%s: %d, want the answer of somebody in line", how.method, a.StatusCode)
		}
		if state := b.state(); state != "called" {
			t.Errorf("after %s %v the page is told %q, want that it is called", how.method, how.headers, state)
		}
	}
}

// A pass of a stay that is over is worth nothing, whatever a script asks for with the ticket of before.
func TestAScriptWithTheTicketOfBeforeRevivesNoStay(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 10, MaxInside: 100})
	b := s.called()
	before := b.copyOf("einlass-termine") // the ticket
	if a := b.load("GET", "/"); a.StatusCode != 303 {
		t.Fatalf("not let in: %d", a.StatusCode)
	}
	b.load("GET", "/")
	copied := b.copyOf("einlass-termine") // the pass
	s.pass(6 * time.Second)
	s.finishes(b)
	s.pass(0)
	form := func() string { return copied.load("POST", "/buchen", ownPage...).Header.Get("X-Site") }
	if form() != "" {
		t.Fatal("a form of a finished stay reached the site")
	}
	before.load("GET", "/daten", asScript...)
	if form() != "" {
		t.Error("a form of a finished stay reached the site, after a script had asked with the ticket of before")
	}
}
