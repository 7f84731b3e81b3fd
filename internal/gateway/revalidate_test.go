package gateway_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestPagesBehindALineAreStoredForRevalidationOnly(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1})
	s.pass(time.Second)
	b := s.browser()
	for name, asks := range map[string]struct {
		path string
		want bool
	}{"straight in": {"/termine", true}, "inside": {"/termine?ort=3", true}, "no pass is needed": {"/impressum", false}} {
		b.load("GET", asks.path)
		if got := s.sites[0].options.Load().Revalidate; got != asks.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// A page that is stored while nobody waits may be asked for again when people do.
func TestPagesAreStoredForRevalidationOnlyAlsoWhileThereIsNoWaitingRoom(t *testing.T) {
	s := newFixture(t, closed)
	s.plan(queue.Step{Phase: queue.PhaseThrough})
	if a := s.browser().load("GET", "/termine"); a.body != "site GET /termine" {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	if !s.sites[0].options.Load().Revalidate {
		t.Error("the page may be shown again without a request")
	}
}

func TestNoCookieAndNoBodyGoesBesideTheLine(t *testing.T) {
	s := newFixture(t, closed)
	b := s.browser()
	for name, asks := range map[string]struct {
		method, path string
		headers      []string
		headOnly     bool
	}{"a preflight": {"OPTIONS", "/api", preflight, true}, "a file": {"GET", "/robots.txt", nil, false}} {
		b.load(asks.method, asks.path, asks.headers...)
		o := s.sites[0].options.Load()
		if o.HeadOnly != asks.headOnly || o.Inside || !o.StripCookies([]byte("PHPSESSID")) {
			t.Errorf("%s: %+v", name, o)
		}
	}
}
