package gateway_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Whoever is inside when operators end all stays is refused without a store, and a form is answered as what was not sent.
func TestWhenAllStaysEndNoPassReachesTheSite(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1})
	s.pass(time.Second)
	b := s.browser()
	if a := b.load("GET", "/termine"); a.body != "site GET /termine" {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	s.pass(2 * time.Second)
	if n, err := s.lines[0].EndStays(t.Context()); err != nil || n != 1 {
		t.Fatalf("%d, %v", n, err)
	}
	s.pass(time.Second)
	s.away.Store(true)
	s.pass(time.Second)
	b.load("POST", "/termine").want(t, 403, "text/html")
	if a := b.load("GET", "/termine"); a.Header.Get("X-Site") != "" {
		t.Errorf("the pass is taken: %d %s", a.StatusCode, a.body)
	}
}
