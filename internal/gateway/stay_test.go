package gateway_test

import (
	"strings"
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
	s.fill(time.Second)
	if f := s.lines[0].View().Snapshot; f.Live != 0 {
		t.Error("the stay goes on in the store beyond the longest stay")
	}
	// What was booked is still told, until the grace ends.
	for range 4 {
		if a := b.load("GET", "/done"); a.body != "site GET /done" {
			t.Fatalf("what was booked: %d %q", a.StatusCode, a.Header.Get("Einlass-State"))
		}
		s.pass(time.Minute)
	}
	b.load("POST", "/buchen").want(t, 403, "text/html")
	if f := s.lines[0].View().Snapshot; f.Live != 0 {
		t.Error("who reads what was booked counts as inside")
	}
	s.pass(time.Minute)
	if a := b.load("POST", "/buchen"); a.StatusCode != 403 {
		t.Errorf("a form after the grace: %d", a.StatusCode)
	}
	if a := b.load("GET", "/done"); a.Header.Get("X-Site") != "" {
		t.Error("the grace has no end")
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

// Idle means idle since the last request, however soon that came after the one before.
func TestAStayRunsOutIdleAfterItsLastRequest(t *testing.T) {
	for name, test := range map[string]struct {
		idle, early time.Duration
		at          []time.Duration // requests since the stay began
		last        time.Duration   // the next one, which is in time
	}{
		"one in the middle": {40 * time.Second, 0, []time.Duration{19 * time.Second}, 42 * time.Second},
		"a burst":           {40 * time.Second, 2 * time.Second, []time.Duration{4 * time.Second, 8 * time.Second, 12 * time.Second}, 52 * time.Second},
		"a short stay":      {8 * time.Second, time.Second, []time.Duration{5 * time.Second, 9 * time.Second}, 17 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, queue.Pace{Rate: 60, Burst: 1, MaxInside: 1, Strict: true})
			s.idle(test.idle)
			b := s.inside()
			now := time.Duration(0)
			until := func(at time.Duration) {
				for ; now < at; now += time.Second {
					s.pass(time.Second)
				}
			}
			for _, at := range test.at {
				until(at)
				b.load("GET", "/weiter", script...)
			}
			until(test.last - test.early - time.Second)
			if f := s.lines[0].View().Snapshot; f.Live != 1 {
				t.Errorf("before the end: %d inside", f.Live)
			}
			if a := b.load("GET", "/weiter", script...); a.body != "site GET /weiter" {
				t.Errorf("in time, not forwarded: %d", a.StatusCode)
			}
			pass := b.cookie("einlass-termine")
			now = 0
			until(test.idle + time.Second)
			// Pass and stay end together.
			if f := s.lines[0].View().Snapshot; f.Live != 0 {
				t.Errorf("after the end: %d inside", f.Live)
			}
			if a := s.carrying(pass).load("GET", "/weiter", script...); a.StatusCode != 429 {
				t.Errorf("after the end, forwarded: %d", a.StatusCode)
			}
		})
	}
}

func TestAKeptCopyOfTheTicketDoesNotBeginTheLongestStayAnew(t *testing.T) {
	s := newFixture(t, slow)
	b, copied := s.calledWithCopy()
	copied.takeFullTicket()
	if a := b.load("GET", "/"); a.StatusCode != 303 {
		t.Fatalf("not admitted: %d", a.StatusCode)
	}
	began := s.passOf(b).StartedAt
	for range 9 {
		s.pass(6 * time.Minute)
		b.load("GET", "/weiter")
	}
	again := s.carrying(copied.cookie("einlass-termine"))
	if a := again.load("GET", "/"); a.StatusCode != 303 || s.passOf(again).StartedAt != began || s.passOf(again).ExpiresAt > began+3600 {
		t.Errorf("%d, began %d, now %+v", a.StatusCode, began, s.passOf(again))
	}
	s.fill(6*time.Minute + time.Second)
	if a := again.load("GET", "/weiter"); a.Header.Get("X-Site") != "" {
		t.Error("inside for longer than the longest stay")
	}
	again = s.carrying(copied.cookie("einlass-termine"))
	if a := again.load("GET", "/.einlass/wait?room=termine&to=/"); a.StatusCode != 200 || !strings.Contains(a.body, "Your visit is over") {
		t.Errorf("after it: %d %q\n%s", a.StatusCode, a.Header.Get("Einlass-State"), a.body)
	}
}
