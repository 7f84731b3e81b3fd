package gateway_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

var eventLink = regexp.MustCompile(`<p id="calendar"><a href="([^"]+)"`)

// entry is the file that the link of a page leads to.
func (b *browser) entry(page answer) answer {
	b.s.t.Helper()
	m := eventLink.FindStringSubmatch(page.body)
	if m == nil {
		b.s.t.Fatalf("no link:\n%s", page.body)
	}
	return b.load("GET", strings.ReplaceAll(m[1], "&amp;", "&"))
}

// The file is the same for everybody. It takes no number, and gives and changes no cookie.
func TestTheEntryForACalendarIsNobodys(t *testing.T) {
	s := newFixture(t, slow)
	s.day(false)
	page := s.browser().load("GET", "/")
	before := s.joined()
	stranger := s.browser()
	got := stranger.entry(page)
	got.want(t, 200, "text/calendar")
	for _, line := range []string{"DTSTART:20270115T083000Z", "DTEND:20270115T090000Z", "SUMMARY:Queue: Termine", "URL:http://" + s.addr + "/"} {
		if !strings.Contains(got.body, line+"\r\n") {
			t.Errorf("%q is not in\n%s", line, got.body)
		}
	}
	if got.Header.Get("Set-Cookie") != "" || s.joined() != before || !strings.Contains(got.Header.Get("Cache-Control"), "no-store") {
		t.Errorf("%d numbers were given: %v", s.joined()-before, got.Header)
	}
	s.pass(31 * time.Minute)
	waits := s.waiting(2)
	ticket := waits.cookie("einlass-termine")
	own := waits.entry(waits.load("GET", "/"))
	if own.Header.Get("Set-Cookie") != "" || waits.cookie("einlass-termine") != ticket || strings.Contains(own.body, ticket) {
		t.Errorf("it knows who asks: %v\n%s", own.Header, own.body)
	}
	uid := regexp.MustCompile(`UID:\S+`)
	if had, has := uid.FindString(got.body), uid.FindString(own.body); had != has || had == "" {
		t.Errorf("the entry of one opening is named %q and %q", had, has)
	}
	if head := stranger.load("HEAD", "/.einlass/next.ics?room=termine"); head.StatusCode != 200 || head.body != "" {
		t.Errorf("HEAD: %d %q", head.StatusCode, head.body)
	}
	stranger.load("POST", "/.einlass/next.ics?room=termine").want(t, 405, "text/html")
}

// Each page's link is that of the hour which the page names.
func TestTheEntryIsOfTheHourThatThePageNames(t *testing.T) {
	const second = "DTSTART:20270115T103000Z" // its lobby
	for name, change := range map[string]func(s *fixture){
		"early":   func(s *fixture) { s.closeDoor() },
		"limit":   func(s *fixture) { s.update(func(d *queue.Document) { d.Door.Limit = 1 }) },
		"soldout": func(s *fixture) { s.total(2) },
	} {
		s := newFixture(t, slow)
		s.day(false)
		s.pass(61 * time.Minute)
		for range 4 {
			s.browser().load("GET", "/")
		}
		s.pass(time.Millisecond)
		change(s)
		page := s.browser().load("GET", "/")
		says(t, page, name, "11:30")
		if got := s.browser().entry(page); !strings.Contains(got.body, second) {
			t.Errorf("%s: the entry is\n%s", name, got.body)
		}
	}
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	ended := s.ended().load("GET", "/")
	says(t, ended, "ended", "11:30")
	if got := s.browser().entry(ended); !strings.Contains(got.body, second) {
		t.Errorf("ended: the entry is\n%s", got.body)
	}
}

// Where nothing comes, or something else than the page named, there is a page that says so.
func TestThereIsNoEntryOfWhatDoesNotCome(t *testing.T) {
	s := newFixture(t, slow)
	b := s.browser()
	const url = "/.einlass/next.ics?room=termine"
	b.load("GET", url).want(t, 404, "text/html")
	s.day(false)
	b.load("GET", url).want(t, 200, "text/calendar")
	for _, at := range []string{"1", "x", "-5", "99999999999999999999"} {
		b.load("GET", url+"&at="+at).want(t, 404, "text/html")
	}
	s.pass(9 * time.Hour)
	b.load("GET", url).want(t, 404, "text/html")
}
