package gateway_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

var (
	nextOfPage = regexp.MustCompile(`data-next="(\d+)"`)
	nextOfPoll = regexp.MustCompile(`"next":(\d+)`)
	numberOf   = regexp.MustCompile(`data-number="(\d+)"`)
)

// outsider is somebody without a number, whose page asks as its script does. All times are of the fixture's clock, in ms.
type outsider struct {
	b            *browser
	polls        bool  // the page is there, and asks by polls
	due          int64 // when it asks next
	number       int
	got          int64 // when it had its number
	asked, loads int
}

// ask is what the page does when it is due.
func (o *outsider) ask(t *testing.T, now int64) {
	t.Helper()
	next := nextOfPoll
	answer := ""
	if o.polls {
		o.asked++
		answer = o.b.poll("room=termine&lang=en&shown=&as=nostore")
		o.polls = strings.HasPrefix(answer, `{"state":"nostore"`)
	}
	if !o.polls {
		o.loads++
		next, answer, o.polls = nextOfPage, o.b.load("GET", "/").body, true
		if m := numberOf.FindStringSubmatch(answer); m != nil && m[1] != "0" {
			o.number, _ = strconv.Atoi(m[1])
			o.got = now
			return
		}
	}
	m := next.FindStringSubmatch(answer)
	if m == nil {
		t.Fatalf("it does not ask again: %s", answer)
	}
	ms, _ := strconv.ParseInt(m[1], 10, 64)
	o.due = now + ms
}

// The store is away while people come. When it is back all of them have their numbers within five seconds: nobody who comes then, or loads
// the page again by hand, is ahead by more than that of anybody who waited.
func TestWhoReloadsWhenTheStoreIsBackOvertakesNobodyByMoreThanFiveSeconds(t *testing.T) {
	const step, outage, after = 100 * time.Millisecond, 30 * time.Second, 8 * time.Second
	s := newFixture(t, closed)
	s.unlimited.Store(true)
	s.loseStore()
	var waits, reloads []*outsider
	for i := range 60 {
		waits = append(waits, &outsider{b: s.browser(), due: s.now.Load() + int64(i)*500})
	}
	back := s.now.Load() + outage.Milliseconds()
	for i := range 20 {
		reloads = append(reloads, &outsider{b: s.browser(), due: back + int64(i)*250})
	}
	for s.now.Load() < back+after.Milliseconds() {
		s.pass(step)
		now := s.now.Load()
		s.away.Store(now < back)
		for _, all := range [][]*outsider{reloads, waits} {
			for _, o := range all {
				if o.number == 0 && o.due <= now {
					o.ask(t, now)
				}
			}
		}
	}
	asked, loads := 0, 0
	for i, w := range waits {
		asked, loads = asked+w.asked, loads+w.loads
		if w.number == 0 || w.got > back+(5*time.Second+2*step).Milliseconds() {
			t.Errorf("page %d has number %d %d ms after the store was back", i, w.number, w.got-back)
		}
		for _, r := range reloads {
			if ahead := w.got - r.got; r.number > 0 && r.number < w.number && ahead > (5*time.Second+step).Milliseconds() {
				t.Errorf("somebody who came %d ms after the store was back overtook by %d ms", r.got-back, ahead)
			}
		}
	}
	// While it is away most ask by a poll, which costs a fraction of a page.
	if loads-2*len(waits) > asked/3 {
		t.Errorf("%d polls, %d pages", asked, loads)
	}
}

// Only the page that waits for the store is told of it: all others learn that there is no place.
func TestAPollThatDoesNotSayThatItWaitsForTheStoreIsToldNothingOfIt(t *testing.T) {
	s := newFixture(t, closed)
	for range 20 {
		if poll := s.browser().poll("room=termine&shown=&as=nostore"); !strings.HasPrefix(poll, `{"state":"none"`) {
			t.Fatalf("the store answers, and the poll says %s", poll)
		}
	}
	s.loseStore()
	said := 0
	for range 60 {
		if poll := s.browser().poll("room=termine&shown="); !strings.HasPrefix(poll, `{"state":"none"`) {
			t.Fatalf("a page that does not ask for it is told %s", poll)
		}
		if strings.HasPrefix(s.browser().poll("room=termine&shown=&as=nostore"), `{"state":"nostore"`) {
			said++
		}
	}
	if said < 30 || said == 60 {
		t.Errorf("%d of 60 go on waiting, and some must look", said)
	}
}
