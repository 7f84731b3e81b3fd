package gateway_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// Each opening has a door of its own, from the moment at which it begins, however old the last snapshot is.
func TestTheDoorOfAnOpeningStandsFromItsFirstMoment(t *testing.T) {
	s := newFixture(t, closed)
	sched := plan.Schedule{
		Zone: "Europe/Berlin", Groups: groups,
		Openings: []plan.Opening{ // it is 9:00
			{Dates: []string{"2027-01-15"}, Lobby: "09:30", Start: "10:00", End: "11:00", Who: []string{"residents"}, CarryOver: true},
			{Dates: []string{"2027-01-15"}, Start: "11:00", End: "12:00", Who: []string{"over80"}, CarryOver: true},
			{Dates: []string{"2027-01-16"}, Start: "10:00", End: "12:00"},
		},
	}
	codes := s.guard(sched, door.Batch{Group: "residents", Uses: 1, Count: 10}, door.Batch{Group: "over80", Uses: 1, Count: 10})
	s.update(func(d *queue.Document) {
		opening := queue.NewOpening()
		d.Plan = plan.Planner{}.Plan(d.Schedule(), nil, &opening, s.now.Load())
	})
	if a := s.browser().load("GET", "/"); a.Header.Get("Einlass-State") != "closed" {
		t.Fatalf("before the lobby: %s", a.Header.Get("Einlass-State"))
	}
	early := s.atThePage()
	a := early.present("code", s.code(codes, 2, 0))
	a.wantDoor(t, "Your group comes later")
	if !strings.Contains(a.body, `The queue opens for your group <time datetime="2027-01-15T11:00:00+01:00">at 11:00</time>.`) {
		t.Errorf("the page does not say when:\n%s", a.body)
	}
	if entry := s.browser().entry(a); !strings.Contains(entry.body, "DTSTART:20270115T100000Z") {
		t.Errorf("the entry for a calendar is\n%s", entry.body)
	}
	remembered := s.atThePage()
	if a := remembered.present("code", s.code(codes, 1, 0)); a.Header.Get("Einlass-State") != "closed" {
		t.Fatalf("before the lobby, with a code: %s", a.Header.Get("Einlass-State"))
	}
	s.pass(30*time.Minute - time.Second)
	s.now.Add(time.Second.Milliseconds()) // the lobby begins; no gateway has said so to the store
	if a := s.browser().load("GET", "/"); a.Header.Get("Einlass-State") != "closed" {
		t.Errorf("at the first moment: %s", a.Header.Get("Einlass-State"))
	}
	s.pass(time.Second)
	a = s.browser().load("GET", "/")
	a.wantDoor(t, "Please enter your code")
	if !strings.Contains(a.body, `for everybody else <time datetime="2027-01-16T10:00:00+01:00">on Saturday 16 January at 10:00</time>`) {
		t.Errorf("the page does not say when everybody may come:\n%s", a.body)
	}
	if entry := s.browser().entry(a); !strings.Contains(entry.body, "DTSTART:20270116T090000Z") {
		t.Errorf("the entry for a calendar is\n%s", entry.body)
	}
	remembered.load("GET", "/.einlass/wait?room=termine&to=/").want(t, 303, "")
	place := s.ticketOf(remembered)
	if place.Rank.Lane != 1 || s.joined() != 1 {
		t.Fatalf("%+v, %d numbers", place, s.joined())
	}
	remembered.poll("room=termine&shown=")
	s.pass(30 * time.Minute)
	s.pass(time.Hour - 2*time.Second)
	s.now.Add(time.Second.Milliseconds()) // the second opening begins
	s.atThePage().present("code", s.code(codes, 1, 1)).wantDoor(t, "Your group comes later")
	s.pass(time.Second)
	early.present("code", s.code(codes, 2, 0)).want(t, 303, "")
	if got := s.ticketOf(early); got.Rank.Lane != 2 {
		t.Errorf("%+v", got)
	}
	// The places of a group stay when it may not come any more.
	if status := remembered.poll("room=termine&shown="); !strings.Contains(status, `"state":"paused"`) {
		t.Errorf("the place of the first opening: %s", status)
	}
}

func TestAnInvitationTakesOnePress(t *testing.T) {
	s := newFixture(t, closed)
	s.residentsOnly(1)
	make := func(group, person string, until time.Duration) string {
		t.Helper()
		inv, err := door.NewInvitations(s.ring, "termine", nil)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := inv.Make(door.Invitation{Group: group, Person: person, Until: s.now.Load() + until.Milliseconds()}, s.now.Load())
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	personal, anybody := make("residents", "anna", time.Hour), make("residents", "", time.Hour)
	link := func(raw string) string {
		return "/.einlass/door?room=termine&invitation=" + url.QueryEscape(raw) + "&to=/a?b=1"
	}
	b := s.browser()
	a := b.load("GET", link(personal))
	a.wantDoor(t, "You are invited")
	if strings.Contains(a.body, `id="code"`) || !strings.Contains(a.body, `value="`+personal+`"`) || s.joined() != 0 {
		t.Errorf("%d numbers\n%s", s.joined(), a.body)
	}
	b.present("invitation", personal).want(t, 303, "")
	if got := s.ticketOf(b); got.Rank.Lane != 1 || got.Rank.Uses != 1 {
		t.Errorf("%+v", got)
	}
	s.atThePage().present("invitation", personal).wantDoor(t, "This invitation has been used already")
	for range 3 {
		b := s.atThePage()
		b.present("invitation", anybody).want(t, 303, "")
		if got := s.ticketOf(b); got.Rank.Lane != 1 || got.Rank.Uses != 0 {
			t.Errorf("%+v", got)
		}
	}
	for _, test := range []struct{ raw, heading string }{
		{personal[:len(personal)-4] + "AAAA", "We do not know this invitation"},
		{make("over80", "", time.Hour), "Your group comes later"},
		{make("teachers", "", time.Hour), "We do not know this invitation"},
		{make("residents", "", time.Second), "Your invitation is no longer valid"},
	} {
		if strings.Contains(test.heading, "no longer") {
			s.pass(2 * time.Second)
		}
		s.browser().load("GET", link(test.raw)).wantDoor(t, test.heading)
		s.atThePage().present("invitation", test.raw).wantDoor(t, test.heading)
	}
	if s.joined() != 4 {
		t.Errorf("%d numbers", s.joined())
	}
}

func TestALettersLinkLeadsHomeWithItsCode(t *testing.T) {
	s := newNames(t, closed, home, names)
	codes := s.residentsOnly(1)
	code := s.code(codes, 1, 0)
	for _, from := range []string{"http://termine.test", "https://stadt.termine.example", "http://www.termine.test", "https://www.termine.test"} {
		x := s.traveller()
		a, at := x.load("GET", from+"/.einlass/door?code="+code)
		a.wantDoor(t, "Your code is in the field already")
		if at != "https://www.termine.test/.einlass/door?code="+code || !strings.Contains(a.body, `value="`+code+`"`) {
			t.Errorf("%s leads by %q to %s", from, x.way, at)
		}
		for _, head := range x.heads[:len(x.heads)-1] {
			if head.Header.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%s: a step tells of the code: %v", from, head.Header)
			}
		}
	}
	if s.joined() != 0 {
		t.Errorf("%d numbers", s.joined())
	}
}

func TestInAFrameTheDoorIsShownWhereOtherPagesOfTheLineAre(t *testing.T) {
	s := newFixture(t, closed)
	codes := s.residentsOnly(1)
	own := s.browser()
	own.load("GET", "/", framed("iframe", "same-origin")...).want(t, 200, "text/html")
	a := own.load("POST", "/.einlass/join?room=termine&to=/a?b=1", framed("iframe", "same-origin")...)
	if a.Header.Get("Location") != doorURL {
		t.Fatalf("the press leads to %q", a.Header.Get("Location"))
	}
	own.load("GET", doorURL, framed("iframe", "same-origin")...).wantDoor(t, "Please enter your code")
	if a := s.browser().load("GET", doorURL, framed("iframe", "cross-site")...); a.Header.Get("Einlass-State") == "door" || strings.Contains(a.body, "<form") {
		t.Errorf("another host's frame: %s\n%s", a.Header.Get("Einlass-State"), a.body)
	}
	own.present("code", s.code(codes, 1, 0)).want(t, 303, "")
}

func TestWhereEverybodyMayComeNobodyIsAsked(t *testing.T) {
	s := newFixture(t, closed)
	if a := s.browser().load("GET", doorURL); a.Header.Get("Location") != "/a?b=1" {
		t.Errorf("a door that never asks leads to %q", a.Header.Get("Location"))
	}
	if a := s.atTheOpenDoor(); a.Header.Get("Einlass-State") != "door" || strings.Contains(a.body, `id="free" hidden`) {
		t.Errorf("%s\n%s", a.Header.Get("Einlass-State"), a.body)
	}
	if a := s.browser().load("GET", "/"); a.Header.Get("Einlass-State") != "paused" {
		t.Errorf("who has no code: %s", a.Header.Get("Einlass-State"))
	}
}

// atTheOpenDoor is the page at a door that lets everybody in.
func (s *fixture) atTheOpenDoor() answer {
	s.t.Helper()
	s.guard(plan.Schedule{Groups: groups})
	return s.browser().load("GET", doorURL)
}

// What cannot be read lets nobody in that it did not let in before.
func TestSettingsThatCannotBeReadOpenNoDoor(t *testing.T) {
	s := newFixture(t, closed)
	codes := s.residentsOnly(1)
	s.browser().load("GET", "/").wantDoor(t, "Please enter your code")
	s.update(func(d *queue.Document) { d.SetSchedule(`{"zone":7}`); d.SetCodes(`{"x":1}`) })
	s.browser().load("GET", "/").wantDoor(t, "Please enter your code")
	s.atThePage().present("code", s.code(codes, 1, 0)).wantDoor(t, "We do not know this code")
}
