package gateway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// setMode is what operators do: it takes effect here with the next snapshot.
func (s *fixture) setMode(m queue.Mode) {
	s.t.Helper()
	s.update(func(d *queue.Document) { d.Pace.Mode = m })
}

func (s *fixture) openToAll() { s.setMode(queue.ModeOpen) }

// Whatever the plan says, nobody waits while the room is open to all, and nobody is given a place or a pass.
func TestWhileARoomIsOpenToAllNobodyWaits(t *testing.T) {
	for name, prepare := range map[string]func(*fixture){
		"open":         func(*fixture) {},
		"closed":       func(s *fixture) { s.morning(false) },
		"in the lobby": func(s *fixture) { s.morning(true); s.pass(time.Minute) },
		"booked out": func(s *fixture) {
			s.plan(queue.Step{Phase: queue.PhaseOpen, SetQuota: true, Per: 1})
		},
		"the door is closed": func(s *fixture) { s.closeDoor() },
		"its store is away":  func(s *fixture) { s.openToAll(); s.away.Store(true); s.pass(time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, closed)
			prepare(s)
			if !s.away.Load() {
				s.openToAll()
			}
			b := s.browser()
			if a := b.load("GET", "/termine"); a.body != "site GET /termine" || b.cookie("__Host-einlass-termine") != "" {
				t.Errorf("%d %s, cookie %q", a.StatusCode, a.body, b.cookie("__Host-einlass-termine"))
			}
			if a := b.load("POST", "/termine"); a.body != "site POST /termine" {
				t.Errorf("a form: %d %s", a.StatusCode, a.body)
			}
			if given := s.lines[0].View().Snapshot.Given; given != 0 {
				t.Errorf("%d numbers were given", given)
			}
		})
	}
}

// The page of somebody who waits leads in with its next poll, and what they have in the line stays theirs.
func TestWhoWaitsGoesInWhileARoomIsOpenToAllAndKeepsTheirPlace(t *testing.T) {
	s := newFixture(t, slow)
	first, second := s.waiting(1), s.waiting(1)
	ticket := second.cookie("__Host-einlass-termine")
	s.openToAll()
	if got := second.poll("room=termine&shown=1"); !strings.Contains(got, `"state":"inside"`) {
		t.Errorf("the poll says %s", got)
	}
	if a := second.load("GET", "/.einlass/wait?room=termine&to=/termine"); a.StatusCode != 303 || a.Header.Get("Location") != "/termine" {
		t.Errorf("the waiting page: %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	if a := second.load("GET", "/termine"); a.body != "site GET /termine" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if second.cookie("__Host-einlass-termine") != ticket {
		t.Error("the ticket was replaced")
	}
	newcomer := s.browser()
	newcomer.load("GET", "/termine")

	s.setMode(queue.ModeRun)
	if got := second.poll("room=termine&shown=1"); !strings.Contains(got, `"state":"waiting"`) || !strings.Contains(got, `"number":2,`) {
		t.Errorf("who waited has another place: %s", got)
	}
	if got := first.poll("room=termine&shown=0"); !strings.Contains(got, `"number":1,`) {
		t.Errorf("the first has another place: %s", got)
	}
	a := newcomer.load("GET", "/termine")
	if a.Header.Get("Einlass-State") != "waiting" {
		t.Errorf("who came meanwhile: %d, state %q", a.StatusCode, a.Header.Get("Einlass-State"))
	}
	if got := newcomer.poll("room=termine&shown="); !strings.Contains(got, `"number":3,`) {
		t.Errorf("who came meanwhile stands elsewhere than behind the line: %s", got)
	}
}

// A form that comes after the end of it is answered as what was not sent: its sender may go back to it.
func TestAFormThatComesWhenARoomIsOpenToAllNoMoreIsAnsweredAsNotSent(t *testing.T) {
	s := newFixture(t, slow)
	s.openToAll()
	b := s.browser()
	b.load("GET", "/termine")
	s.setMode(queue.ModeRun)
	a := b.load("POST", "/termine")
	if a.StatusCode != 429 || !strings.Contains(a.body, "did not receive your form") {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
}

// Who is inside has a stay that goes on as before, and is told of to the store.
func TestStaysGoOnWhileARoomIsOpenToAll(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1})
	s.pass(time.Second)
	b := s.browser()
	if a := b.load("GET", "/termine"); a.body != "site GET /termine" {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	s.openToAll()
	for range 12 { // beyond Idle
		s.pass(time.Minute)
		if a := b.load("GET", "/termine"); a.body != "site GET /termine" {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
	}
	s.setMode(queue.ModePause)
	if a := b.load("GET", "/termine"); a.body != "site GET /termine" {
		t.Errorf("after that: %d %s", a.StatusCode, a.body)
	}
	if live := s.lines[0].View().Snapshot.Live; live != 1 {
		t.Errorf("%d stays live", live)
	}
}
