package demo

import (
	"testing"
	"time"
)

func TestOnlyAPageThatTellsOfABookingIsABooking(t *testing.T) {
	cfg := quick()
	clock := &testClock{now: noon}
	cfg.Clock = clock
	_, server := open(t, cfg)
	owner, late, slow := newBrowser(t, server), newBrowser(t, server), newBrowser(t, server)
	held := slow.choose(eight)
	clock.advance(11 * time.Minute)
	pages := []struct {
		what string
		page answer
		want bool
	}{
		{"the calendar", owner.get("/termine"), false},
		{"a booking", owner.book(eight, "Erika Muster"), true},
		{"the same form again, under another session", newBrowser(t, server).book(eightforty, "Erika Muster"), true},
		{"the last place", newBrowser(t, server).book(eight, "Zweite Person"), true},
		{"a calendar in place of a taken appointment", late.choose(eight), false},
		{"a form whose appointment was taken meanwhile", slow.submit(held, eight, "Dritte Person"), false},
		{"a form with an error", owner.submit(owner.choose(eightforty), eightforty, ""), false},
	}
	for _, p := range pages {
		if got := Booked(p.page.status, []byte(p.page.body)); got != p.want {
			t.Errorf("%s, %d: booked %v", p.what, p.page.status, got)
		}
	}
}
