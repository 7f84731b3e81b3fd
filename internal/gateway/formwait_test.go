package gateway_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

var estimated = regexp.MustCompile(`id="estimate">([^<]+)<`)

// formTooLate is the page of a form whose sender was inside until so long ago.
func (s *fixture) formTooLate(ago time.Duration) (b *browser, send func() string) {
	s.t.Helper()
	b = s.inside()
	s.update(func(d *queue.Document) { d.Pace.Rate = 1 })
	s.pass(ago)
	s.browser().load("GET", "/", from(8)...) // goes in, and whoever comes then waits
	return b, func() string {
		a := b.load("POST", "/buchen", "Referer", "http://"+s.addr+"/formular", "Accept-Language", "en")
		a.want(s.t, 403, "text/html")
		return tags.ReplaceAllString(a.body, "")
	}
}

// The page of a form that was not sent says how long its sender has to wait: as long as somebody who comes now.
func TestThePageOfAFormSaysTheRangeOfWhoComesNow(t *testing.T) {
	s := newFixture(t, slow)
	_, send := s.formTooLate(45 * time.Minute)
	s.waiting(15)
	s.pass(time.Second)
	newcomer := s.browser().load("GET", "/", from(9)...)
	m := estimated.FindStringSubmatch(newcomer.body)
	if m == nil || !strings.Contains(m[1], "minutes") {
		t.Fatalf("a newcomer reads no range: %q", m)
	}
	if page := send(); !strings.Contains(page, "You have to wait again. It takes "+m[1]+".") {
		t.Errorf("a newcomer reads %q, and the form's page says:\n%s", m[1], page)
	}
	s.update(func(d *queue.Document) { d.Pace.Mode = queue.ModePause })
	if page := send(); !strings.Contains(page, "Nobody is being let in at the moment. How long it takes is not known yet.") {
		t.Errorf("while the room is paused:\n%s", page)
	}
	s.update(func(d *queue.Document) { d.Pace.Mode, d.Door.Closed = queue.ModeRun, true })
	if page := send(); !strings.Contains(page, "The queue is closed at the moment. We do not know yet when the queue opens again.") {
		t.Errorf("while the room is closed:\n%s", page)
	}
}

// Whose stay can be resumed waits behind nobody.
func TestThePageOfAFormOfAStayThatResumesNamesNoWait(t *testing.T) {
	s := newFixture(t, slow)
	_, send := s.formTooLate(20 * time.Minute)
	s.waiting(5)
	page := send()
	if !strings.Contains(page, "You need not join the queue again. The next free place is for you.") || strings.Contains(page, "have to wait") {
		t.Errorf("it says:\n%s", page)
	}
}

// Whoever is in line reads what the waiting page says of the place.
func TestThePageOfAFormOfSomebodyInLineSaysTheRangeOfThePlace(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	b := s.waiting(12)
	s.waiting(9)
	s.pass(time.Second)
	m := estimated.FindStringSubmatch(b.load("GET", "/").body)
	a := b.load("POST", "/buchen", "Accept-Language", "en")
	if page := tags.ReplaceAllString(a.body, ""); m == nil || !strings.Contains(page, "You still have to wait. It takes "+m[1]+".") {
		t.Errorf("the waiting page says %q, and the form's:\n%s", m, page)
	}
}
