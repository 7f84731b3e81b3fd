package gateway_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

var switchForm = regexp.MustCompile(`<form method="post" action="(/\.einlass/still[^"]*)"( hidden)?>`)

// switchOf is where the button leads that a page without script shows for its reloads.
func switchOf(t testing.TB, a answer) string {
	t.Helper()
	for _, m := range switchForm.FindAllStringSubmatch(a.body, -1) {
		if m[2] == "" {
			return strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	t.Fatalf("no button for reloads: %d\n%s", a.StatusCode, a.body)
	return ""
}

// turn sends a form of ours without script and follows where it leads.
func (b *browser) turn(url string) answer {
	b.s.t.Helper()
	return b.follow(b.load("POST", url, ownPage...))
}

// Without script a page says how often it loads itself, and a button turns that off until another turns it on again: on the page of a place
// as well as for a visit of the site's own URL. Neither press claims a turn.
func TestReloadsWithoutScriptCanBeTurnedOff(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	s.browser().load("GET", "/")
	b := s.browser()
	page := b.load("GET", "/termine?ort=3")
	if !strings.Contains(page.body, "seconds.</p>") || refreshOf(t, page) == "" {
		t.Errorf("the page does not say how often it loads itself:\n%s", page.body)
	}
	page = b.turn(switchOf(t, page))
	for _, again := range []answer{page, b.load("GET", "/termine?ort=3")} {
		again.wantState(t, "waiting")
		if strings.Contains(again.body, "http-equiv") {
			t.Error("the page still loads itself")
		}
		if !strings.Contains(again.body, "every 5 minutes") || !strings.Contains(again.body, `&amp;to=/termine?ort=3">Reload now</a>`) {
			t.Errorf("the page does not say how long somebody is not absent:\n%s", again.body)
		}
	}
	for range 3 {
		s.pass(30 * time.Second)
		b.poll("room=termine&shown=")
	}
	page = b.turn(switchOf(t, page))
	page.wantState(t, "called")
	if got := refreshOf(t, page); !strings.Contains(got, "said=") {
		t.Errorf("it is on again and loads %s", got)
	}
	if a := b.load("POST", switchOf(t, page), elsePage...); a.StatusCode != 403 {
		t.Errorf("a page elsewhere turned it off: %d", a.StatusCode)
	}
}

// Whoever has left the line and presses the button on a page that is still open stays out of it: no number is taken.
func TestReloadsAreTurnedOffWithoutANewNumberForWhoHasLeft(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	s.browser().load("GET", "/")
	b := s.browser()
	page := b.load("GET", "/termine?ort=3")
	page.wantState(t, "waiting")
	given := s.stored().Last
	b.load("POST", "/.einlass/leave?room=termine", ownPage...)
	if got := headingOf(t, b.turn(switchOf(t, page))); got != "You have left the queue" {
		t.Errorf("after the press the page says %q", got)
	}
	if got := s.stored().Last; got != given {
		t.Errorf("a number was taken: %d, and %d before", got, given)
	}
}

// No page without script loads itself within 20 seconds, however near the turn is, but at the door.
func TestPagesWithoutScriptLoadThemselvesCalmly(t *testing.T) {
	seconds := regexp.MustCompile(`http-equiv="refresh" content="(\d+);`)
	for _, scene := range scenes {
		if strings.Contains(scene.name, "lobby") || strings.Contains(scene.name, "drawn") {
			continue // the pages of a lobby ask at its start
		}
		t.Run(scene.name, func(t *testing.T) {
			s := newFixture(t, scene.pace)
			s.update(func(d *queue.Document) { d.Timing.Window = 3 * time.Minute })
			b := scene.set(s)
			for _, path := range []string{"/.einlass/wait?room=termine&said=1.0.0.waiting&to=/", "/a"} {
				a := b.load("GET", path)
				m, state := seconds.FindStringSubmatch(a.body), a.Header.Get("Einlass-State")
				if m == nil {
					continue
				}
				atDoor := state == "full" || state == "resume"
				after, err := strconv.Atoi(m[1])
				if err != nil || after < 20 && !atDoor || atDoor && after != 10 {
					t.Errorf("%s loads itself after %s s in the state %q", path, m[1], state)
				}
			}
		})
	}
}

// After a reload in which the state has changed, title and heading begin with that.
func TestNewsComeFirstWithoutScript(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	s.browser().load("GET", "/")
	b := s.browser()
	page := b.load("GET", "/")
	same := b.load("GET", refreshOf(t, page))
	if headingOf(t, same) != "You are in the queue" || !strings.Contains(same.body, "<title>1 ahead") {
		t.Errorf("nothing has changed: %q\n%.300s", headingOf(t, same), same.body)
	}
	s.update(func(d *queue.Document) { d.Pace.Mode = queue.ModePause })
	paused := b.load("GET", refreshOf(t, same))
	if got := headingOf(t, paused); !strings.HasPrefix(got, "New: ") || !strings.Contains(paused.body, "<title>"+got+" · Termine</title>") {
		t.Errorf("a pause: %q\n%.400s", got, paused.body)
	}
	if got := headingOf(t, b.load("GET", refreshOf(t, paused))); strings.HasPrefix(got, "New: ") {
		t.Errorf("still %q", got)
	}
	s.update(func(d *queue.Document) { d.Pace.Mode = queue.ModeRun })
	if got := b.load("GET", refreshOf(t, paused)); !strings.Contains(got.body, "<title>New: You are in the queue · Termine</title>") {
		t.Errorf("after the pause:\n%.400s", got.body)
	}
}

// Before somebody goes in, the page says how much time there is, as it is in force at that moment.
func TestThePageOfTheTurnSaysHowLongAStayIs(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 10, MaxInside: 100})
	b := s.called()
	says := func(want string) {
		t.Helper()
		page := b.load("GET", "/.einlass/wait?room=termine&said=1.0.0.called&to=/")
		page.wantState(t, "called")
		if !strings.Contains(page.body, ">"+want+"</p>") || !strings.Contains(b.poll("room=termine&shown="), `"stay":"`+want+`"`) {
			t.Errorf("page or poll does not say %q:\n%s\n%s", want, page.body, b.poll("room=termine&shown="))
		}
	}
	says("There you have 10 minutes for each step, 1 hour at most in all.")
	s.update(func(d *queue.Document) {
		d.Timing.Idle, d.Timing.Page, d.Timing.Max = 5*time.Minute, 5*time.Minute, 5*time.Minute
	})
	says("There you have 5 minutes for each step.")
}
