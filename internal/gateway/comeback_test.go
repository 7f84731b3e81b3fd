package gateway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// endedYesterday is somebody whose stay ended the day before and whose browser still has its pass.
func (s *fixture) endedYesterday() *browser {
	s.t.Helper()
	b := s.inside()
	s.pass(20 * time.Hour)
	return b
}

func (b *browser) readsThatTheStayIsOver() answer {
	b.s.t.Helper()
	a := b.load("GET", "/a")
	a.want(b.s.t, 200, "text/html")
	if !strings.Contains(a.body, "Your visit is over") || refresh.MatchString(a.body) {
		b.s.t.Errorf("state %q:\n%s", a.Header.Get("Einlass-State"), a.body)
	}
	return a
}

// rush is more people at once than a slow room lets straight in.
func (s *fixture) rush() {
	for range 5 {
		s.browser().load("GET", "/")
	}
}

func TestWhoComesBackAfterAStayGoesStraightInWhereNobodyWaits(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 5})
	b := s.endedYesterday()
	if a := b.load("GET", "/a"); a.body != "site GET /a" {
		t.Errorf("%d\n%s", a.StatusCode, a.body)
	}
}

func TestWhoComesBackAfterAStayTakesANumberByAPressOnly(t *testing.T) {
	for name, crowd := range map[string]func(*fixture){
		"others wait": func(s *fixture) { s.rush(); s.pass(time.Second) },
		"nobody is let in": func(s *fixture) {
			s.update(func(d *queue.Document) { d.Pace.Mode = queue.ModePause })
			s.pass(time.Second)
		},
		"the room is full": func(s *fixture) {
			s.update(func(d *queue.Document) { d.Pace.MaxInside, d.Pace.Strict = 1, true })
			s.browser().load("GET", "/")
			s.pass(time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, slow)
			b := s.endedYesterday()
			crowd(s)
			before := s.joined()
			b.readsThatTheStayIsOver()
			page := b.readsThatTheStayIsOver() // its reload
			if n := s.joined(); n != before {
				t.Fatalf("%d numbers without a press", n-before)
			}
			b.follow(b.linesUp(page))
			if a := b.load("GET", "/a"); strings.Contains(a.body, "Your visit is over") {
				t.Errorf("after the press:\n%s", a.body)
			}
			if n := s.joined(); n != before+1 {
				t.Errorf("%d numbers for a press", n-before)
			}
		})
	}
}

// That nobody waits is known of a moment ago. Who finds others in line all the same reads the page, and holds no place that comes to the turn.
func TestWhoComesBackAmongOthersThatNobodyKnowsOfYetHasNoPlace(t *testing.T) {
	s := newFixture(t, slow)
	b := s.endedYesterday()
	s.pass(time.Minute)
	s.rush()
	before := s.lines[0].View().Snapshot.Waiting
	b.readsThatTheStayIsOver()
	if before != 0 {
		t.Errorf("%d wait, and everybody knows", before)
	}
	s.pass(0)
	if f := s.lines[0].View().Snapshot; f.Left != 1 {
		t.Errorf("%d places were given up, %d wait", f.Left, f.Waiting)
	}
}
