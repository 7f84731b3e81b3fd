package gateway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// idle sets how long a stay lives without a request.
func (s *fixture) idle(d time.Duration) {
	s.t.Helper()
	s.update(func(doc *queue.Document) { doc.Timing.Idle, doc.Timing.Page = d, d })
}

// A form is sent twelve seconds after the last page. The site leads it to the page that says what was booked.
func TestAFormWithinTheGraceIsFollowedByWhatTheSiteAnswers(t *testing.T) {
	s := newFixture(t, slow)
	s.idle(8 * time.Second)
	b := s.inside()
	s.fill(12 * time.Second) // whoever comes now has to wait
	if a := b.load("POST", "/buchen"); a.body != "site POST /buchen" {
		t.Fatalf("the form: %d %q", a.StatusCode, a.Header.Get("Einlass-State"))
	}
	for range 4 {
		if a := b.load("GET", "/done"); a.body != "site GET /done" {
			t.Fatalf("what was booked: %d %q\n%s", a.StatusCode, a.Header.Get("Einlass-State"), a.body)
		}
		s.pass(6 * time.Second)
	}
	if n := s.joined(); n != 1 {
		t.Errorf("%d numbers", n)
	}
}

// A second tab finds that the stay is over, and a press there takes a number; the form in the first one is still being filled in.
func TestAFormFromAnotherTabOfSomebodyInLineIsAnsweredAsNotSent(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	for range 9 {
		s.pass(6 * time.Minute)
		b.load("GET", "/formular")
	}
	s.fill(6*time.Minute + time.Second)
	if tab := b.follow(b.linesUp(b.load("GET", "/formular"))); tab.Header.Get("Einlass-State") != "paused" {
		t.Fatalf("the second tab: %d %q", tab.StatusCode, tab.Header.Get("Einlass-State"))
	}
	seen := s.sites[0].seen.Load()
	a := b.load("POST", "/buchen", "Referer", "http://"+s.addr+"/formular?x=1", "Accept-Language", "en")
	a.want(t, 429, "text/html")
	for _, part := range []string{"You are still in the queue", "We did not pass your form on", `href="/formular?x=1"`, "Back button"} {
		if !strings.Contains(a.body, part) {
			t.Errorf("it does not say %q:\n%s", part, a.body)
		}
	}
	if strings.Contains(a.body, "http-equiv") || a.Header.Get("Set-Cookie") != "" || s.sites[0].seen.Load() != seen {
		t.Errorf("more than an answer: %v\n%s", a.Header, a.body)
	}
	if n := s.joined(); n != 2 {
		t.Errorf("%d numbers", n)
	}
}

// A form of a ticket that is worth nothing is not told of a place in line.
func TestAFormWithAUsedTicketIsNotToldOfAPlace(t *testing.T) {
	s := newFixture(t, slow)
	b, copied := s.calledWithCopy()
	b.load("POST", "/.einlass/leave?room=termine", "Sec-Fetch-Site", "same-origin")
	s.pass(time.Second)
	a := copied.load("POST", "/buchen", "Accept-Language", "en")
	a.want(t, 429, "text/html")
	if !strings.Contains(a.body, "You need a number first") {
		t.Errorf("told:\n%s", a.body)
	}
}

// Methods are case-sensitive, and the grace is for what a page sends.
func TestTheGraceIsForFormsAlone(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	pass := b.cookie("einlass-termine")
	s.fill(11 * time.Minute)
	for _, method := range []string{"get", "GET", "HEAD", "QUERY", "PROPFIND", "post", "OPTIONS", "REPORT"} {
		a := s.carrying(pass).load(method, "/liste", script...)
		if a.StatusCode != 429 || a.Header.Get("X-Site") != "" || a.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s in the grace: %d %v", method, a.StatusCode, a.Header)
		}
	}
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		if a := s.carrying(pass).load(method, "/liste", script...); a.Header.Get("X-Site") == "" {
			t.Errorf("%s in the grace: %d", method, a.StatusCode)
		}
	}
}

// The ended stay stays in the cookie while its visitor stands at the door, so the form in the first tab is still taken.
func TestASecondTabAtTheDoorLeavesTheFormOfTheFirst(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	pass := b.cookie("einlass-termine")
	s.fill(11 * time.Minute)
	s.fillRoom()
	for range 3 {
		tab := b.load("GET", "/formular")
		if tab.Header.Get("Einlass-State") != "resume" || b.cookie("einlass-termine") != pass {
			t.Fatalf("the second tab: %d %q", tab.StatusCode, tab.Header.Get("Einlass-State"))
		}
		s.pass(time.Second)
	}
	if a := b.load("POST", "/buchen"); a.body != "site POST /buchen" {
		t.Errorf("the form: %d %q", a.StatusCode, a.body)
	}
	if a := b.load("GET", "/done"); a.body != "site GET /done" {
		t.Errorf("what was booked: %d %q", a.StatusCode, a.Header.Get("Einlass-State"))
	}
	if n := s.joined(); n != 1 {
		t.Errorf("%d numbers", n)
	}
}

// Who has a pass never waits: not in a full room, not while others stand at its door, not without a store.
func TestAFormOfALivePassIsAlwaysForwarded(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	s.fillRoom()
	for range 3 {
		waits := s.browser()
		waits.load("GET", "/", from(9)...)
		s.pass(time.Second)
		if a := waits.load("GET", "/", from(9)...); a.Header.Get("X-Site") != "" {
			t.Fatal("the room is not full")
		}
	}
	book := func(when string) {
		t.Helper()
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
			for _, headers := range [][]string{ownPage, script, framed("iframe", "cross-site"), noFetch} {
				if a := b.load(method, "/buchen", headers...); a.body != "site "+method+" /buchen" {
					t.Errorf("%s, %s: %d %q", when, method, a.StatusCode, a.body)
				}
			}
		}
	}
	book("a full room")
	s.update(func(d *queue.Document) { d.Pace.Mode = queue.ModePause })
	book("a room that is paused")
	s.closeDoor()
	book("a closed door")
	s.loseStore()
	book("no store")
	s.pass(9 * time.Minute)
	book("no store for nine minutes")
}

// A second tab and the form of the first, in either order.
func TestAFormAndASecondTabOfAnEndedStay(t *testing.T) {
	const beyond = 20 * time.Minute // the pass ended ten minutes ago, the grace is five
	for _, test := range []struct {
		name         string
		gone         time.Duration
		full, away   bool
		resume       time.Duration
		tab          string // the state that the second tab is told before the form; "": of the site by a redirect
		sent, sent1  bool   // the form after the tab, and before it
		numbers      int64
		says, status string
	}{
		{"within the grace", 11 * time.Minute, false, false, 0, "", true, true, 1, "", ""},
		{"within the grace, full", 11 * time.Minute, true, false, 0, "resume", true, true, 1, "", ""},
		{"within the grace, no store", 11 * time.Minute, false, true, 0, "resume", true, true, 1, "", ""},
		{"after the grace", beyond, false, false, 0, "", true, false, 1, "", ""},
		{"after the grace, full", beyond, true, false, 0, "resume", false, false, 1, "We did not pass your form on", ""},
		{"after the grace, no store", beyond, false, true, 0, "resume", false, false, 1, "We did not pass your form on", ""},
		{"not to be resumed", 11 * time.Minute, true, false, time.Second, "waiting", false, true, 2, "We did not pass your form on", ""},
		{"not to be resumed, no store", 11 * time.Minute, false, true, time.Second, "over", true, true, 1, "", ""},
	} {
		for _, first := range []string{"tab", "form"} {
			t.Run(test.name+", first the "+first, func(t *testing.T) {
				s := newFixture(t, slow)
				if test.resume > 0 {
					s.update(func(d *queue.Document) { d.Timing.Resume = test.resume })
				}
				b := s.inside()
				pass := b.cookie("einlass-termine")
				s.pass(test.gone)
				if test.full {
					s.fillRoom()
				}
				if test.away {
					s.loseStore()
				}
				form := func(sent bool) {
					t.Helper()
					a := b.load("POST", "/buchen", "Accept-Language", "en", "Sec-Fetch-Site", "same-origin", "Referer", "http://"+s.addr+"/formular")
					switch {
					case sent && a.body != "site POST /buchen":
						t.Errorf("the form: %d %q", a.StatusCode, a.Header.Get("Einlass-State"))
					case !sent && (a.StatusCode != 403 && a.StatusCode != 429 || !strings.Contains(a.body, "did not receive your form") && !strings.Contains(a.body, "did not pass your form on") || !strings.Contains(a.body, `href="/formular"`)):
						t.Errorf("the form that is not sent: %d\n%s", a.StatusCode, a.body)
					}
				}
				if first == "form" {
					form(test.sent1)
					if test.sent1 {
						if a := b.load("GET", "/done"); a.body != "site GET /done" {
							t.Errorf("what was booked: %d %q", a.StatusCode, a.Header.Get("Einlass-State"))
						}
					}
					return
				}
				tab := b.load("GET", "/formular")
				state := tab.Header.Get("Einlass-State")
				if strings.Contains(tab.body, `data-page="over"`) {
					if state = "over"; !test.away {
						tab = b.follow(b.linesUp(tab))
						state = tab.Header.Get("Einlass-State")
					}
				}
				if test.tab == "" && tab.StatusCode != 303 || test.tab != "" && state != test.tab {
					t.Fatalf("the second tab: %d %q", tab.StatusCode, state)
				}
				if test.tab == "resume" && b.cookie("einlass-termine") != pass {
					t.Error("the second tab replaces the ended pass")
				}
				form(test.sent)
				s.away.Store(false)
				if n := s.joined(); n != test.numbers {
					t.Errorf("%d numbers", n)
				}
			})
		}
	}
}
