package gateway_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestAFormAfterTheLongestStayDoesNotProlongIt(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1, MaxInside: 1})
	s.pass(time.Second)
	b := s.browser()
	b.load("GET", "/")
	for range 9 {
		s.pass(6 * time.Minute)
		b.load("GET", "/weiter")
	}
	s.pass(6*time.Minute + time.Second)
	if a := b.load("POST", "/buchen"); a.body != "site POST /buchen" {
		t.Fatalf("within the grace: %d %q", a.StatusCode, a.body)
	}
	s.pass(time.Second)
	if f := s.lines[0].View().Snapshot; f.Live != 0 {
		t.Error("the stay goes on in the store beyond the longest stay")
	}
}

func TestAStayIsNotOverInTheStoreWhileItsPassIsValid(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1, MaxInside: 1})
	s.pass(time.Second)
	b, next := s.browser(), s.browser()
	b.load("GET", "/")
	next.load("GET", "/")
	// The request at 4:50 renews the stay in the store, the one at 5:02 extends the pass.
	s.pass(4*time.Minute + 50*time.Second)
	b.load("GET", "/weiter")
	s.pass(0)
	s.pass(12 * time.Second)
	b.load("GET", "/weiter")
	s.pass(0)
	for range 59 {
		s.pass(10 * time.Second)
		next.poll("room=termine&shown=")
	}
	s.pass(8 * time.Second)
	if a := b.load("GET", "/weiter"); a.body != "site GET /weiter" {
		t.Fatalf("the pass does not hold: %d", a.StatusCode)
	}
	if f := s.lines[0].View().Snapshot; f.Calls != 0 || f.Live != 1 {
		t.Errorf("%d inside and %d called where one may be", f.Live, f.Calls)
	}
}
