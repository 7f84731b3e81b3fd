package gateway_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// The clock of a fixture begins on Friday, 15 January 2027, at 8:00 UTC, which is 9:00 in Berlin.
const berlin = `{"zone":"Europe/Berlin"}`

// day puts a day of two openings into force, two hours apart, in the zone of Berlin. Each has a lobby of half an hour, gives two and ends
// after an hour; floor: the places of the first end with it.
func (s *fixture) day(floor bool) {
	s.t.Helper()
	at := func(minutes int) int64 { return hence(s, time.Duration(minutes)*time.Minute) }
	opening := func(name string, from, quota int, reset bool) []queue.Step {
		return []queue.Step{
			{At: at(from), Opening: name, Rank: 1, Phase: queue.PhaseLobby, SetQuota: true, Quota: int64(quota), Per: 1, Reset: reset},
			{At: at(from + 30), Opening: name, Rank: 2, Phase: queue.PhaseOpen},
			{At: at(from + 90), Opening: name, Rank: 3, Phase: queue.PhaseClosed, Floor: floor},
		}
	}
	s.update(func(d *queue.Document) {
		d.SetSchedule(berlin)
		d.Plan = append([]queue.Step{{At: s.now.Load(), Opening: "before", Rank: 1, Phase: queue.PhaseClosed}}, opening("one", 30, 2, true)...)
		d.Plan = append(d.Plan, opening("two", 150, 2, true)...)
	})
	s.pass(0)
}

// says holds a page to its state and to a sentence.
func says(t *testing.T, a answer, state, sentence string) {
	t.Helper()
	text := tags.ReplaceAllString(a.body, "")
	if got := a.Header.Get("Einlass-State"); a.StatusCode != 200 || got != state || !strings.Contains(text, sentence) {
		t.Errorf("%d, state %q, want %q and %q in:\n%s", a.StatusCode, got, state, sentence, text)
	}
}

func TestWhoComesBeforeTheLobbyReadsWhenTheLineOpens(t *testing.T) {
	s := newFixture(t, slow)
	s.day(false)
	b := s.browser()
	says(t, b.load("GET", "/"), "closed", "The queue opens at 9:30. The first people have their turn at 10:00.")
	s.pass(9 * time.Hour)
	says(t, b.load("GET", "/"), "closed", "We do not know yet when the queue opens again.")
	s.update(func(d *queue.Document) {
		d.Plan = append(d.Plan, queue.Step{At: hence(s, 15*time.Hour), Opening: "three", Rank: 1, Phase: queue.PhaseOpen})
	})
	says(t, b.load("GET", "/"), "closed", "The queue opens on Saturday 16 January at 9:00.")
	s.update(func(d *queue.Document) { d.SetSchedule(`{"zone":"America/New_York"}`) })
	says(t, b.load("GET", "/"), "closed", "The queue opens on Saturday 16 January at 3:00.")
}

// Pages outside come back when numbers are given, and now and then before: operators may open sooner than the plan says.
func TestAPageOutsideComesBackWhenTheLineOpens(t *testing.T) {
	reload := func(a answer) time.Duration {
		_, rest, _ := strings.Cut(a.body, `data-next="`)
		ms, _, _ := strings.Cut(rest, `"`)
		d, err := time.ParseDuration(ms + "ms")
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	s := newFixture(t, slow)
	s.day(false)
	for before, want := range map[time.Duration][2]time.Duration{
		25 * time.Minute: {time.Minute, 90 * time.Second},
		5 * time.Minute:  {24 * time.Second, 36 * time.Second},
		20 * time.Second: {20 * time.Second, 30 * time.Second},
	} {
		s := newFixture(t, slow)
		s.day(false)
		s.pass(30*time.Minute - before)
		if got := reload(s.browser().load("GET", "/")); got < want[0] || got > want[1] {
			t.Errorf("%v before the lobby the page comes back in %v, want %v", before, got, want)
		}
	}
	s.update(func(d *queue.Document) { d.Plan = d.Plan[:1] })
	if got := reload(s.browser().load("GET", "/")); got < 24*time.Second || got > 36*time.Second {
		t.Errorf("without a plan the page comes back in %v", got)
	}
}

func TestWhoIsTooLateForAnOpeningIsToldOfTheNext(t *testing.T) {
	for name, test := range map[string]struct {
		change         func(d *queue.Document)
		state, outside string
	}{
		"the door was closed": {func(d *queue.Document) { d.Door.Closed = true }, "early", "The queue opens at 11:30. The first people have their turn at 12:00."},
		"so many wait":        {func(d *queue.Document) { d.Door.Limit = 1 }, "limit", "The queue opens at 11:30. The first people have their turn at 12:00."},
		"it is booked out":    {nil, "soldout", "There will be more at 12:00. The queue opens at 11:30."},
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, slow)
			s.day(false)
			s.pass(61 * time.Minute)
			for range 4 {
				s.browser().load("GET", "/")
			}
			s.pass(time.Millisecond)
			if test.change != nil {
				s.update(test.change)
			} else {
				s.total(2)
			}
			page := s.browser().load("GET", "/")
			says(t, page, test.state, test.outside)
			if !strings.Contains(page.body, "You can also ask here: <a href=\"tel:") {
				t.Error("no other way is named")
			}
			s.update(func(d *queue.Document) { d.Plan = d.Plan[:4] })
			says(t, s.browser().load("GET", "/"), test.state, "We do not know yet when the queue opens again.")
		})
	}
}

// total says that so many are booked.
func (s *fixture) total(n int64) {
	s.t.Helper()
	if err := s.lines[0].Report(s.t.Context(), queue.Outcome{Kind: queue.Total, Count: n}); err != nil {
		s.t.Fatal(err)
	}
	s.pass(0)
}

// Where everything is booked for now and more comes later, that is not the end: the page names the hour.
func TestThePlaceInLineKnowsWhatComesNext(t *testing.T) {
	for _, floor := range []bool{false, true} {
		s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
		s.day(floor)
		s.pass(31 * time.Minute)
		b := s.waiting(4)
		says(t, b.load("GET", "/"), "lobby", "It starts at 10:00.")
		s.pass(29*time.Minute + time.Second)
		s.total(2)
		b.poll("room=termine&shown=")
		s.pass(0)
		if floor {
			says(t, b.load("GET", "/"), "booked", "The next time, the queue opens at 12:00. You will need a new number then.")
		} else {
			says(t, b.load("GET", "/"), "refill", "It goes on at 12:00.")
		}
		s.pass(time.Hour)
		s.away.Store(true) // a poll costs no call to it
		poll := b.poll("room=termine&shown=")
		s.away.Store(false)
		if floor {
			if !strings.HasPrefix(poll, `{"state":"none"`) || !strings.Contains(poll, `"ended":true`) || !strings.Contains(poll, `"next":["The queue opens ","2027-01-15T11:30:00+01:00","at 11:30",". The first`) {
				t.Errorf("after the end the poll says %s", poll)
			}
			continue
		}
		if !strings.HasPrefix(poll, `{"state":"between"`) || !strings.Contains(poll, `"next":["It goes on ","2027-01-15T12:00:00+01:00","at 12:00","."]`) {
			t.Errorf("between openings the poll says %s", poll)
		}
		says(t, b.load("GET", "/"), "between", "It goes on at 12:00.")
	}
}

// After the last opening a place that was kept comes to nothing by itself, and a room that is paused goes on by itself no sooner than
// its plan does. Both are said.
func TestThePlaceInLineKnowsThatNothingComesNext(t *testing.T) {
	for name, change := range map[string]func(*queue.Document){
		"run":   func(*queue.Document) {},
		"pause": func(d *queue.Document) { d.Pace.Mode = queue.ModePause },
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
			s.day(false)
			s.pass(31 * time.Minute)
			b := s.waiting(4)
			s.pass(30 * time.Minute)
			b.poll("room=termine&shown=")
			s.pass(0)
			s.total(2)
			s.update(change)
			s.pass(time.Hour)
			b.poll("room=termine&shown=")
			s.pass(0)
			says(t, b.load("GET", "/"), "between", "It goes on at 12:00.")
			s.update(func(d *queue.Document) { d.Plan = d.Plan[:4] })
			over := b.load("GET", "/")
			says(t, over, "over", "Nobody else will have their turn. Nothing further is planned yet.")
			if !strings.Contains(over.body, `You can also ask here: <a href="tel:`) || strings.Contains(over.body, `id="coming">`) {
				t.Errorf("no other way is named, or one that does not come:\n%s", over.body)
			}
			if poll := b.poll("room=termine&shown="); !strings.HasPrefix(poll, `{"state":"over"`) || strings.Contains(poll, `"next":[`) {
				t.Errorf("the poll says %s", poll)
			}
		})
	}
}

// Pages say times by this clock: that of a device would contradict the hour that they name.
func TestPagesAndPollsSayTheServersClock(t *testing.T) {
	s := newFixture(t, slow)
	b := s.waiting(2)
	now := strconv.FormatInt(s.now.Load(), 10)
	page, poll := b.load("GET", "/").body, b.poll("room=termine&shown=")
	if !strings.Contains(page, ` data-now="`+now+`" data-poll=`) || !strings.Contains(poll, `,"now":`+now+`,"message":`) {
		t.Errorf("without a schedule the zone is the visitor's:\n%s\n%s", poll, page)
	}
	s.update(func(d *queue.Document) { d.SetSchedule(berlin) })
	s.pass(0)
	now = strconv.FormatInt(s.now.Load(), 10)
	page, poll = b.load("GET", "/").body, b.poll("room=termine&shown=")
	if !strings.Contains(page, ` data-now="`+now+`" data-zone="60"`) || !strings.Contains(poll, `,"now":`+now+`,"zone":60,"message":`) {
		t.Errorf("with a schedule the zone is the room's:\n%s\n%s", poll, page)
	}
}

// A program that has no place, or one that waits for the hour, comes back when the plan has something for it.
func TestProgramsComeBackWhenThePlanSaysSo(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	s.day(true)
	retries := func(b *browser, state string, least, most time.Duration) {
		t.Helper()
		a := b.load("GET", "/api", "Accept", "application/json", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty")
		seconds, err := strconv.Atoi(a.Header.Get("Retry-After"))
		got := time.Duration(seconds) * time.Second
		if err != nil || a.Header.Get("Einlass-State") != state || got < least || got > most {
			t.Errorf("%d, state %q, again in %q, want %q and %v to %v", a.StatusCode, a.Header.Get("Einlass-State"), a.Header.Get("Retry-After"), state, least, most)
		}
	}
	const spread = 10 * time.Second
	anybody := s.browser()
	retries(anybody, "none", 30*time.Minute, 30*time.Minute+spread)
	s.pass(29*time.Minute + 58*time.Second)
	retries(anybody, "none", spread, 2*time.Second+spread)
	s.pass(10 * time.Second)
	retries(anybody, "none", spread, spread) // numbers are given
	s.pass(50 * time.Second)
	b := s.waiting(4)
	s.pass(2 * time.Minute)
	retries(b, "lobby", 27*time.Minute, 27*time.Minute+2*time.Second+spread)
	s.pass(28 * time.Minute)
	b.poll("room=termine&shown=")
	s.total(2)
	retries(b, "booked", 24*time.Second, 2*time.Minute+24*time.Second)
	retries(anybody, "none", time.Hour, time.Hour) // the next lobby is further away
	s.update(func(d *queue.Document) { d.Door.Closed = true })
	s.pass(time.Hour)
	b.poll("room=termine&shown=")
	s.pass(0)
	retries(b, "ended", 29*time.Minute, 30*time.Minute+spread)
	s.update(func(d *queue.Document) { d.Plan = d.Plan[:4] })
	retries(b, "ended", spread, spread) // nobody knows when
}

var join = regexp.MustCompile(`<form method="post" action="([^"]*/join\?[^"]*)"`)

// linesUp presses the button of a page whose place has ended.
func (b *browser) linesUp(page answer) answer {
	b.s.t.Helper()
	m := join.FindStringSubmatch(page.body)
	if m == nil {
		b.s.t.Fatalf("no button: %d\n%s", page.StatusCode, page.body)
	}
	return b.load("POST", strings.ReplaceAll(m[1], "&amp;", "&"), ownPage...)
}

// A place that has ended is never replaced silently: whoever comes back, in whatever way, reads so, and only a press takes a number.
func TestAPlaceThatEndedWithItsOpeningIsReplacedByAPressOnly(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	b := s.ended()
	copied := s.carrying(b.cookie("einlass-termine"))
	before := s.joined()
	const next = opensNext
	says(t, b.load("GET", "/"), "ended", next)
	says(t, b.load("GET", "/.einlass/wait?room=termine&to=/"), "ended", next)
	says(t, copied.load("GET", "/buchen"), "ended", next)
	says(t, b.load("GET", "/", framed("iframe", "same-origin")...), "ended", next)
	page := b.load("GET", "/")
	closed := b.linesUp(page)
	says(t, closed, "closed", next)
	if n := s.joined(); n != before {
		t.Fatalf("%d numbers were given while none are", n-before)
	}
	// The press is remembered, and numbers are given again.
	s.pass(40 * time.Minute)
	says(t, b.follow(b.load("GET", "/.einlass/wait?room=termine&to=/")), "lobby", "It starts at 12:00.")
	says(t, copied.load("GET", "/"), "ended", "no longer valid")
	if n := s.joined(); n != before+1 {
		t.Errorf("%d numbers were given, one was asked for", n-before)
	}
	again := copied.follow(copied.linesUp(copied.load("GET", "/")))
	says(t, again, "lobby", "It starts at 12:00.")
}
