package gateway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// offers reports whether a page has a button that takes a number, and shows it.
func offers(page answer) bool {
	return strings.Contains(page.body, "Join the queue again") && !strings.Contains(page.body, `id="join" data-in="ended" hidden`)
}

// The page of a place that ended with its opening offers a number as soon as there are any, and no sooner.
func TestAPlaceThatEndedOffersAnotherWhenNumbersAreGiven(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	b := s.ended()
	page := b.load("GET", "/")
	if says(t, page, "ended", opensNext); offers(page) {
		t.Errorf("the line is closed, and a number is offered:\n%s", page.body)
	}
	if poll := b.poll("room=termine&shown="); !strings.Contains(poll, `"ended":true,"shut":true`) {
		t.Errorf("the line is closed, and the poll says %s", poll)
	}
	s.pass(30 * time.Minute) // the next lobby opens
	page = b.load("GET", "/")
	if says(t, page, "ended", "It starts at 12:00."); !offers(page) {
		t.Errorf("numbers are given, and none is offered:\n%s", page.body)
	}
	if poll := b.poll("room=termine&shown="); !strings.Contains(poll, `"ended":true`) || strings.Contains(poll, `"shut"`) {
		t.Errorf("numbers are given, and the poll says %s", poll)
	}
}

func shutDoor(d *queue.Document) { d.SetDoor(queue.DoorClosed) }

// Whoever gave the place up, while no numbers are given, reads why there are none and what comes next.
func TestTheEndOfAPlaceSaysWhatComesNextWhileNoNumbersAreGiven(t *testing.T) {
	const left, unknown = "Your number is no longer valid.", "We do not know yet when the queue opens again."
	for name, c := range map[string]struct {
		day    bool
		change func(*queue.Document)
		booked int64
		pass   time.Duration
		want   string // "" where a number is offered
	}{
		"open":             {pass: time.Second},
		"the door is shut": {change: shutDoor, want: "The queue is closed at the moment. " + unknown},
		"in an opening, too": {
			day: true, pass: time.Hour + time.Minute, change: shutDoor, want: "Nobody else can join the queue. " + opensNext,
		},
		"the line is full":  {change: func(d *queue.Document) { d.Door.Limit = 1 }, want: "A lot of people are waiting already."},
		"a longer line may": {change: func(d *queue.Document) { d.Door.Limit = 9 }},
		"in a lobby":        {day: true, pass: 31 * time.Minute},
		"sold out":          {day: true, pass: time.Hour + time.Minute, booked: 2, want: "Everything has been given out. There will be more at 12:00. The queue opens at 11:30."},
		"between openings":  {day: true, pass: 2*time.Hour + time.Minute, want: "The queue is closed at the moment. " + opensNext},
		"after the last":    {day: true, pass: 9 * time.Hour, want: "The queue is closed at the moment. " + unknown},
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
			s.waiting(3)
			b := s.waiting(1)
			if c.day {
				s.day(false)
			}
			s.pass(c.pass)
			if c.change != nil {
				s.update(c.change)
			}
			if c.booked > 0 {
				s.total(c.booked)
			}
			page := b.follow(b.load("POST", "/.einlass/leave?room=termine", "Sec-Fetch-Site", "same-origin"))
			text := tags.ReplaceAllString(page.body, "")
			if !strings.Contains(text, left) || offers(page) != (c.want == "") || !strings.Contains(text, c.want) {
				t.Errorf("want %q:\n%s", c.want, text)
			}
			if c.want != "" && strings.Contains(text, "please join the line again") {
				t.Errorf("there is no number, and the page says to take one:\n%s", text)
			}
		})
	}
}
