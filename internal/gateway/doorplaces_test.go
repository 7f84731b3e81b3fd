package gateway_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

func TestWhoPressesTwiceUsesTheCodeOnce(t *testing.T) {
	s := newFixture(t, closed)
	codes := s.residentsOnly(2)
	code := s.code(codes, 1, 0)
	b := s.atThePage()
	secret := b.cookie("einlass-termine")
	twice := s.carrying(secret)
	var both sync.WaitGroup
	for _, b := range []*browser{b, twice} {
		both.Go(func() { b.present("code", code) })
	}
	both.Wait()
	first, second := s.ticketOf(b), s.ticketOf(twice)
	if first.Visitor != second.Visitor || first.Number != second.Number || s.joined() != 1 {
		t.Errorf("%+v and %+v, %d numbers", first, second, s.joined())
	}
	b.present("code", code).want(t, 303, "") // a reload of the answer
	if again := s.ticketOf(b); again.Number != first.Number || s.joined() != 1 {
		t.Errorf("%+v, %d numbers", again, s.joined())
	}
	s.atThePage().present("code", code).want(t, 303, "")
	s.atThePage().present("code", code).wantDoor(t, "This code has been used already")
}

func TestWhoPressesTwiceInALobbyHasOneNumber(t *testing.T) {
	s := lobbyOf(t, false, 0)
	codes := s.residentsOnly(2)
	code := s.code(codes, 1, 0)
	b := s.atThePage()
	twice := s.carrying(b.cookie("einlass-termine"))
	b.present("code", code).want(t, 303, "")
	s.pass(time.Second)
	twice.present("code", code).want(t, 303, "")
	if first, second := s.ticketOf(b), s.ticketOf(twice); first.Number != second.Number || first.Visitor != second.Visitor {
		t.Errorf("%+v and %+v", first, second)
	}
	if s.joined() != 1 {
		t.Errorf("%d numbers", s.joined())
	}
}

func TestFiveHundredWithOneCodeOfThreeUses(t *testing.T) {
	s := newFixture(t, closed)
	s.unlimited.Store(true)
	codes := s.residentsOnly(3)
	code := s.code(codes, 1, 0)
	var (
		all sync.WaitGroup
		in  atomic.Int64
	)
	for worker := range 10 {
		all.Go(func() {
			for i := range 50 {
				b := s.carrying(fmt.Sprintf("try.%022d", 100*worker+i))
				if a := b.present("code", code); a.StatusCode == 303 {
					in.Add(1)
				}
			}
		})
	}
	all.Wait()
	if in.Load() != 3 || s.joined() != 3 {
		t.Errorf("%d of 500 got in, %d numbers", in.Load(), s.joined())
	}
}

func TestACodeOfAnotherLaneTakesThePlaceOfTheOneInLine(t *testing.T) {
	s := newFixture(t, closed)
	codes := s.guard(plan.Schedule{Groups: groups, Who: []string{"everybody", "residents", "over80"}},
		door.Batch{Group: "residents", Uses: 1, Count: 10}, door.Batch{Group: "over80", Uses: 1, Count: 10})
	b := s.waiting(1)
	a := b.load("GET", doorURL)
	a.wantDoor(t, "Please enter your code")
	if strings.Contains(a.body, `id="stands" hidden`) || strings.Contains(a.body, `id="free" hidden`) {
		t.Errorf("the page does not say that there is a place, or that no code is needed:\n%s", a.body)
	}
	old := s.ticketOf(b)
	b.present("code", "7KQ4").wantDoor(t, "Please check your code")
	if s.ticketOf(b) != old {
		t.Error("a mistyped code costs the place")
	}
	b.present("code", s.code(codes, 1, 0)).want(t, 303, "")
	got := s.ticketOf(b)
	if got.Rank.Lane != 1 || got.Number == old.Number {
		t.Fatalf("%+v", got)
	}
	if f := s.stored(); f.Waiting != 1 || f.Left != 1 {
		t.Errorf("%d wait, %d left", f.Waiting, f.Left)
	}
	b.present("code", s.code(codes, 1, 1)).want(t, 303, "")
	if s.ticketOf(b) != got {
		t.Error("another code of the same group changes the place")
	}
	s.atThePage().present("code", s.code(codes, 1, 1)).want(t, 303, "") // it was not used
	s.closeDoor()
	b.present("code", s.code(codes, 2, 0)).want(t, 303, "")
	if s.ticketOf(b) != got {
		t.Error("a code that brings no number costs the place")
	}
}

func TestAPlaceStaysWhenItsGroupOrItsCodeCountsNoMore(t *testing.T) {
	s := newFixture(t, closed)
	codes := s.residentsOnly(1)
	b := s.atThePage()
	b.present("code", s.code(codes, 1, 0)).want(t, 303, "")
	b.poll("room=termine&shown=")
	s.guard(plan.Schedule{Groups: groups, Who: []string{"over80"}}, door.Batch{Group: "residents", Uses: 1, Count: 1000, Revoked: true})
	s.pass(time.Second)
	if status := b.poll("room=termine&shown="); !strings.Contains(status, `"state":"paused"`) {
		t.Errorf("the place is gone: %s", status)
	}
	b.load("GET", "/").want(t, 200, "text/html")
	s.atThePage().present("code", s.code(codes, 1, 1)).wantDoor(t, "Your code is no longer valid")
}

func TestWhoHasACodeIsLetInAtOnceWhereThereIsRoom(t *testing.T) {
	s := newFixture(t, slow)
	codes := s.residentsOnly(1)
	s.pass(time.Second)
	b := s.atThePage()
	a := b.present("code", s.code(codes, 1, 0))
	if a.StatusCode != 303 || a.Header.Get("Einlass-State") != "inside" {
		t.Fatalf("%d %v", a.StatusCode, a.Header)
	}
	pass, err := s.authority("termine").VerifyPass([]byte(b.cookie("einlass-termine")), s.clock())
	if err != nil || pass.Rank.Lane != 1 || pass.Rank.Uses != 1 {
		t.Errorf("%+v, %v", pass, err)
	}
	if a := b.load("GET", "/a?b=1"); !strings.HasPrefix(a.body, "site GET") {
		t.Error("the pass does not open the site")
	}
	if a := b.load("GET", doorURL); a.Header.Get("Location") != "/a?b=1" {
		t.Errorf("the door leads somebody inside to %q", a.Header.Get("Location"))
	}
	b.present("code", s.code(codes, 1, 1)).want(t, 303, "")
	if s.joined() != 1 {
		t.Error("somebody inside used another code")
	}
}

func TestAPressWithACodeIsRememberedUntilThereAreNumbers(t *testing.T) {
	for name, stop := range map[string]struct{ shut, open func(s *fixture) }{
		"the store is away": {func(s *fixture) { s.loseStore() }, func(s *fixture) { s.away.Store(false); s.pass(time.Second) }},
		"the door is closed": {func(s *fixture) { s.closeDoor() }, func(s *fixture) {
			s.update(func(d *queue.Document) { d.Door.Closed = false })
		}},
		"too many come": {func(s *fixture) { s.crowd() }, func(s *fixture) { s.crowded.Store(false) }},
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, closed)
			codes := s.residentsOnly(1)
			code := s.code(codes, 1, 0)
			b := s.atThePage()
			stop.shut(s)
			a := b.present("code", strings.ToLower(code))
			if a.StatusCode == 303 || s.joined() != 0 {
				t.Fatalf("%d, %d numbers", a.StatusCode, s.joined())
			}
			if got := b.cookie("einlass-termine"); !strings.HasPrefix(got, "press.") || !strings.HasSuffix(got, "."+strings.ReplaceAll(code, "-", "")) {
				t.Errorf("the cookie is %q", got)
			}
			next := refreshOf(t, a)
			stop.open(s)
			b.load("GET", next).want(t, 303, "")
			if got := s.ticketOf(b); got.Rank.Lane != 1 || s.joined() != 1 {
				t.Errorf("%+v, %d numbers", got, s.joined())
			}
		})
	}
}

func TestInADrawsLobbyACodeTakesOneOfTheLotsOfItsNetwork(t *testing.T) {
	s := lobbyOf(t, true, 1)
	codes := s.residentsOnly(1)
	s.atThePage().present("code", s.code(codes, 1, 0)).want(t, 303, "")
	b := s.atThePage()
	a := b.present("code", s.code(codes, 1, 1))
	if a.Header.Get("Einlass-State") != "behind" || s.joined() != 1 {
		t.Fatalf("%s, %d numbers", a.Header.Get("Einlass-State"), s.joined())
	}
	s.pass(time.Hour)
	s.pass(time.Second)
	b.load("GET", "/.einlass/wait?room=termine&to=/a?b=1").want(t, 303, "")
	if got := s.ticketOf(b); got.Rank.Lane != 1 {
		t.Errorf("%+v", got)
	}
}

func TestACodeIsKnownAgainAfterALossOfTheStore(t *testing.T) {
	s := newFixture(t, closed)
	codes := s.residentsOnly(1)
	var all []*browser
	for i := range uint32(4) {
		b := s.atThePage()
		b.present("code", s.code(codes, 1, i)).want(t, 303, "")
		b.poll("room=termine&shown=")
		all = append(all, b)
	}
	s.pass(time.Second)
	s.stores["termine"].lose(s)
	s.pass(time.Second)
	for _, b := range all[:2] {
		b.poll("room=termine&shown=")
	}
	all[2].load("GET", "/a?b=1").want(t, 200, "text/html")
	s.pass(time.Second)
	again := 0
	for i := range uint32(4) {
		if s.atThePage().present("code", s.code(codes, 1, i)).StatusCode == 303 {
			again++
		}
	}
	if again != 1 {
		t.Errorf("%d of 4 codes can be used again; the ticket of one did not come back", again)
	}
}

// Whoever had a place that is over is as one who never had one, and needs a code that is not used.
func TestAPlaceThatIsOverDoesNotKeepItsBearerFromTheDoor(t *testing.T) {
	for name, over := range map[string]func(s *fixture) *browser{
		"a ticket that was used": func(s *fixture) *browser {
			b := s.called()
			s.carrying(b.cookie("einlass-termine")).load("GET", "/").want(s.t, 303, "")
			s.pass(2 * time.Hour)
			return b
		},
		"a pass that has ended": func(s *fixture) *browser { b := s.inside(); s.pass(2 * time.Hour); return b },
		"the word left": func(s *fixture) *browser {
			b := s.waiting(1)
			b.load("POST", "/.einlass/leave?room=termine", ownPage...).want(s.t, 303, "")
			return b
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, slow)
			b := over(s)
			s.update(func(d *queue.Document) { d.Pace.Mode = queue.ModePause })
			codes := s.residentsOnly(1)
			page := b.load("GET", "/a?b=1")
			if strings.Contains(page.body, `data-page="over"`) {
				page = b.follow(b.linesUp(page))
			}
			page.wantDoor(t, "Please enter your code")
			b.present("code", "7KQ4").wantDoor(t, "Please check your code")
			b.present("code", s.code(codes, 1, 0)).want(t, 303, "")
			if got := s.ticketOf(b); got.Rank.Lane != 1 {
				t.Errorf("%+v", got)
			}
		})
	}
}
