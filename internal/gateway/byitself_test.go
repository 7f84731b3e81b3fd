package gateway_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// wantState compares the state of a page.
func (a answer) wantState(t testing.TB, state string) {
	t.Helper()
	if got := a.Header.Get("Einlass-State"); a.StatusCode != 200 || got != state {
		t.Fatalf("the answer is %d of the state %q to %q, want %q", a.StatusCode, got, a.Header.Get("Location"), state)
	}
}

var (
	goButton = regexp.MustCompile(`<a class="button" id="go" href="([^"]*)"`)
	lastNote = regexp.MustCompile(`<p id="last"[^>]*?( hidden)?>`)
)

// buttonOf is where the button of a page leads.
func buttonOf(t testing.TB, a answer) string {
	t.Helper()
	m := goButton.FindStringSubmatch(a.body)
	if m == nil {
		t.Fatalf("no button: %d\n%s", a.StatusCode, a.body)
	}
	return strings.ReplaceAll(m[1], "&amp;", "&")
}

// headingOf is what a page says first.
func headingOf(t testing.TB, a answer) string {
	t.Helper()
	m := heading.FindStringSubmatch(a.body)
	if m == nil {
		t.Fatalf("no heading: %d\n%s", a.StatusCode, a.body)
	}
	return tags.ReplaceAllString(m[1], "")
}

// saysLast reports whether a page says that another absence at the turn ends the number.
func saysLast(a answer) bool {
	m := lastNote.FindStringSubmatch(a.body)
	return m != nil && m[1] == ""
}

// absentAtTheTurn is a browser without script that nobody looks at, whose turn comes. It is the page that it shows then.
func (s *fixture) absentAtTheTurn() (*browser, answer) {
	s.t.Helper()
	first, b := s.browser(), s.browser()
	first.load("GET", "/")
	page := b.load("GET", "/termine?ort=3")
	page.wantState(s.t, "waiting")
	for range 6 {
		s.pass(20 * time.Second)
		if page = b.load("GET", refreshOf(s.t, page)); page.Header.Get("Einlass-State") == "called" {
			break
		}
	}
	return b, b.load("GET", refreshOf(s.t, page))
}

// What a page loads by itself shows the turn and does not take it, however often; a press does, and so does a visit of the site.
func TestAPageThatLoadsItselfTakesNoTurn(t *testing.T) {
	for name, goesOn := range map[string]func(*browser, answer) answer{
		"a press": func(b *browser, page answer) answer {
			return b.load("GET", buttonOf(t, page))
		},
		"a visit": func(b *browser, _ answer) answer { return b.load("GET", "/termine?ort=3") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, queue.Pace{Rate: 2, Burst: 1, MaxInside: 100})
			b, page := s.absentAtTheTurn()
			page.wantState(t, "called")
			if live := s.stored().Live; live != 0 || s.sites[0].seen.Load() != 0 {
				t.Fatalf("%d are inside, of whom nobody has asked to go in", live)
			}
			if heading := headingOf(t, page); heading != "It is your turn" {
				t.Errorf("the page says %q", heading)
			}
			in := goesOn(b, page)
			if in.StatusCode != 303 || in.Header.Get("Location") != "/termine?ort=3" || s.stored().Live != 1 {
				t.Errorf("then: %d to %q, %d inside", in.StatusCode, in.Header.Get("Location"), s.stored().Live)
			}
		})
	}
}

// Whoever is absent at a first call finds a page that says so, and loses nothing; at a second one the number ends, as that page says.
func TestOnlyASecondAbsenceAtTheTurnEndsTheNumber(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 10, MaxInside: 100})
	b := s.called()
	page := b.load("GET", "/.einlass/wait?room=termine&said=1.0.0.waiting&to=/")
	page.wantState(t, "called")
	absent := func(d time.Duration) {
		for ; d > 0; d -= 20 * time.Second {
			s.pass(20 * time.Second)
			page = b.load("GET", refreshOf(t, page))
		}
	}
	absent(30 * time.Minute)
	page.wantState(t, "missed")
	if !saysLast(page) {
		t.Error("before the second call the page does not say that it is the last")
	}
	page = b.load("GET", buttonOf(t, page))
	page.wantState(t, "front")
	if !saysLast(page) {
		t.Error("at the front the page does not say that the next call is the last")
	}
	s.pass(time.Second)
	page = b.load("GET", refreshOf(t, page))
	page.wantState(t, "called")
	absent(time.Minute)
	page = b.load("GET", "/.einlass/wait?room=termine&said=1.0.0.called&to=/")
	if got := headingOf(t, page); got != "Your number is no longer valid" {
		t.Errorf("after a second absence the page says %q", got)
	}
	if s.stored().Live != 0 {
		t.Error("somebody is inside")
	}
}

// Without a word of the store, a page that loads itself says what is known.
func TestAPageThatLoadsItselfWithoutAStoreTakesNoTurn(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 10, MaxInside: 100})
	b := s.called()
	s.loseStore()
	page := b.load("GET", "/.einlass/wait?room=termine&said=1.0.0.waiting&to=/")
	if state := page.Header.Get("Einlass-State"); page.StatusCode != 200 || state == "inside" {
		t.Errorf("%d, %q", page.StatusCode, state)
	}
	if len(page.Cookies()) > 1 {
		t.Errorf("cookies %v", page.Cookies())
	}
}

// After a press the page of a full room asks by its reloads, and is let in. Another tab that only loads itself is not.
func TestOnlyThePageAfterAPressAsksAtTheDoor(t *testing.T) {
	s := newFixture(t, slow)
	b := s.called()
	s.fillRoom()
	waits := b.load("GET", "/.einlass/wait?room=termine&said=1.0.0.waiting&to=/")
	waits.wantState(t, "called")
	press := b.load("GET", buttonOf(t, waits))
	press.wantState(t, "full")
	if got := refreshOf(t, press); strings.Contains(got, "said=") {
		t.Errorf("after the press it loads %s", got)
	}
	other := b.load("GET", refreshOf(t, waits))
	other.wantState(t, "full")
	if got := refreshOf(t, other); !strings.Contains(got, "&said=1.0.0.full&") {
		t.Errorf("the other tab loads %s", got)
	}
}
