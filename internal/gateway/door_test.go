package gateway_test

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/internal/limit"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
	"github.com/einlass/einlass/pkg/token"
)

// doorGuesses bounds wrong codes by the fixture's clock.
type doorGuesses struct {
	*fixture
	limit *limit.Guesses
}

func (g doorGuesses) Blocked(client netip.Addr, _ time.Time) time.Duration {
	return g.limit.Blocked(client, g.clock())
}
func (g doorGuesses) Wrong(client netip.Addr, _ time.Time) { g.limit.Wrong(client, g.clock()) }

// atDoor is what the rooms of a fixture read codes with.
func (s *fixture) atDoor() gateway.Door {
	s.t.Helper()
	bound, err := limit.NewGuesses(5, 100, time.UnixMilli(epochMs))
	if err != nil {
		s.t.Fatal(err)
	}
	invitations, err := door.NewInvitations(s.ring, "termine", []byte(strings.Repeat("s", door.MinSecret)))
	if err != nil {
		s.t.Fatal(err)
	}
	return gateway.Door{Keys: s.ring, Invitations: invitations, Guesses: doorGuesses{s, bound}}
}

// groups are those of the tests: the first may come, the second may not.
var groups = []plan.Group{
	{Name: "residents", Title: "Einwohner der Stadt", Ask: "06232 14-0", Share: 2}, {Name: "over80", Title: "Über 80 <Jahre>"},
}

// guard puts a schedule in force, in which so many batches of codes open the door.
func (s *fixture) guard(sched plan.Schedule, batches ...door.Batch) *door.Codes {
	s.t.Helper()
	if sched.Zone == "" {
		sched.Zone = "Europe/Berlin"
	}
	if _, problems := plan.Parse(&sched); len(problems) > 0 {
		s.t.Fatal(problems)
	}
	all := door.Batches{}
	var err error
	for i := range batches {
		batches[i].Made = epochMs
		if batches[i].Kid == "" {
			batches[i].Kid = s.ring.Ring().SigningKid(s.clock())
		}
		if all, _, err = all.Add(batches[i]); err != nil {
			s.t.Fatal(err)
		}
	}
	s.update(func(d *queue.Document) { d.SetSchedule(sched.Encode()); d.SetCodes(all.Encode()) })
	codes, err := door.NewCodes(s.ring, "termine", all)
	if err != nil {
		s.t.Fatal(err)
	}
	return codes
}

// residentsOnly lets residents in, with codes that so many may use; the second batch is of the other group.
func (s *fixture) residentsOnly(uses uint8) *door.Codes {
	s.t.Helper()
	return s.guard(plan.Schedule{Groups: groups, Who: []string{"residents"}},
		door.Batch{Group: "residents", Uses: uses, Count: 1000}, door.Batch{Group: "over80", Uses: 1, Count: 10})
}

// code is one of a batch.
func (s *fixture) code(codes *door.Codes, batch uint16, serial uint32) string {
	s.t.Helper()
	p, err := codes.Printer(batch)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(p.Append(nil, serial))
}

const doorURL = "/.einlass/door?room=termine&to=/a?b=1"

// present sends the form at the door, and follows where the answer leads if that is to the door again.
func (b *browser) present(field, value string) answer {
	b.s.t.Helper()
	a := b.send(doorURL, urlencoded, url.Values{field: {value}}.Encode())
	if a.Header.Get("Location") == doorURL {
		return b.load("GET", doorURL)
	}
	return a
}

// comes is a browser that has seen the page at the door.
func (s *fixture) atThePage() *browser {
	s.t.Helper()
	b := s.browser()
	b.load("GET", doorURL).want(s.t, 200, "text/html")
	return b
}

// codes is how many codes were counted, by what became of them.
func (s *fixture) codes() map[string]int {
	s.t.Helper()
	return s.counted.of(s.t, "einlass_door_codes_total", "result")
}

// wantDoor checks that a page is the one at the door, with a heading.
func (a answer) wantDoor(t *testing.T, heading string) {
	t.Helper()
	if a.Header.Get("Einlass-State") != "door" || !strings.Contains(a.body, "<h1>"+heading+"</h1>") {
		t.Errorf("%d %s, want the door with %q:\n%s", a.StatusCode, a.Header.Get("Einlass-State"), heading, a.body)
	}
}

func TestWhoHasNoCodeReadsWhoMayComeAndCostsNoCallToTheStore(t *testing.T) {
	s := newFixture(t, closed)
	s.residentsOnly(1)
	before := s.stored()
	for _, path := range []string{"/a?b=1", doorURL, doorURL + "&code=x"} {
		a := s.browser().load("GET", path)
		a.wantDoor(t, "Please enter your code")
		for _, want := range []string{"<strong>Einwohner der Stadt</strong>", "tel:06232140", `action="/.einlass/door?room=termine&amp;to=/a?b=1`} {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s: the page lacks %q:\n%s", path, want, a.body)
			}
		}
		if strings.Contains(a.body, "80") {
			t.Errorf("%s: the page names a group that may not come:\n%s", path, a.body)
		}
	}
	s.away.Store(true)
	s.browser().load("GET", "/").wantDoor(t, "Please enter your code")
	s.away.Store(false)
	if after := s.stored(); after.Last != before.Last || s.joined() != 0 {
		t.Errorf("%d numbers", s.joined())
	}
	if a := s.browser().load("POST", "/.einlass/join?room=termine&to=/a?b=1", ownPage...); a.Header.Get("Location") != doorURL {
		t.Errorf("a press on join leads to %q", a.Header.Get("Location"))
	}
}

func TestACodeGivesANumberInTheLaneOfItsGroupHoweverItIsTyped(t *testing.T) {
	s := newFixture(t, closed)
	codes := s.residentsOnly(1)
	for i, typed := range []func(string) string{
		func(c string) string { return c }, strings.ToLower,
		func(c string) string { return "  " + strings.ReplaceAll(c, "-", " ") + " " },
		func(c string) string { return strings.ReplaceAll(c, "-", "") },
	} {
		b := s.atThePage()
		a := b.present("code", typed(s.code(codes, 1, uint32(i))))
		if a.StatusCode != 303 || a.Header.Get("Location") != "/.einlass/wait?room=termine&to=/a?b=1" {
			t.Fatalf("%d: %d %v\n%s", i, a.StatusCode, a.Header, a.body)
		}
		if got := s.ticketOf(b); got.Rank.Lane != 1 || got.Rank.Uses != 1 || got.Rank.Code == (token.ID{}) {
			t.Errorf("%d: %+v", i, got.Rank)
		}
		b.load("GET", a.Header.Get("Location")).want(t, 200, "text/html")
	}
	if s.joined() != 4 {
		t.Errorf("%d numbers", s.joined())
	}
}

func TestThePageAtTheDoorSaysWhatIsWrongWithACode(t *testing.T) {
	s := newFixture(t, closed)
	hour := time.Hour.Milliseconds()
	codes := s.guard(plan.Schedule{Groups: groups, Who: []string{"residents"}},
		door.Batch{Group: "residents", Uses: 1, Count: 10, Singles: []uint32{3}},
		door.Batch{Group: "residents", Uses: 1, Count: 10, From: epochMs + 2*hour},
		door.Batch{Group: "residents", Uses: 1, Count: 10, Until: epochMs - hour},
		door.Batch{Group: "residents", Uses: 1, Count: 10, Revoked: true},
		door.Batch{Group: "over80", Uses: 1, Count: 10},
		door.Batch{Group: "nobody", Uses: 1, Count: 10},
		door.Batch{Group: "residents", Uses: 1, Count: 10, Kid: "gone"},
	)
	good := s.code(codes, 1, 0)
	s.atThePage().present("code", good).want(t, 303, "")
	swapped := []byte(good)
	swapped[0], swapped[1] = swapped[1], swapped[0]
	if swapped[0] == swapped[1] {
		swapped[2] ^= 1
	}
	other, err := door.NewCodes(s.ring, "other", door.Batches{{ID: 1, Kid: s.ring.Ring().SigningKid(s.clock()), Made: epochMs, Group: "residents", Uses: 1, Count: 10}})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ code, heading, says, counted string }{
		{"", "Please check your code", "", "typo"},
		{"7KQ4", "Please check your code", "typing mistake", "typo"},
		{string(swapped), "Please check your code", "", "typo"},
		{good + good + good + good, "Please check your code", "", "typo"},
		{s.code(other, 1, 0), "We do not know this code", "", "wrong"},
		{s.code(codes, 2, 0), "Your code is not valid yet", `Please come again: <time datetime="2027-01-15T11:00:00+01:00">at 11:00</time>`, "early"},
		{s.code(codes, 3, 0), "Your code is no longer valid", "time for this code is over", "expired"},
		{s.code(codes, 4, 0), "Your code is no longer valid", "withdrawn", "revoked"},
		{s.code(codes, 1, 3), "Your code is no longer valid", "withdrawn", "revoked"},
		{s.code(codes, 5, 0), "Your group comes later", "do not know yet when", "group"},
		{s.code(codes, 6, 0), "Your group comes later", "do not know yet when", "group"},
		{good, "This code has been used already", "", "used"},
	} {
		b := s.atThePage()
		before := s.codes()
		a := b.present("code", test.code)
		a.wantDoor(t, test.heading)
		if !strings.Contains(a.body, test.says) {
			t.Errorf("%s: the page lacks %q:\n%s", test.counted, test.says, a.body)
		}
		if len(test.code) < 64 && !strings.Contains(a.body, `value="`+test.code+`"`) {
			t.Errorf("%s: what was typed is lost:\n%s", test.counted, a.body)
		}
		if after := s.codes(); after[test.counted] != before[test.counted]+1 {
			t.Errorf("%s is not counted: %v", test.counted, after)
		}
		if cookie := b.cookie("einlass-termine"); !strings.HasPrefix(cookie, "try.") {
			t.Errorf("%s: the cookie is %q", test.counted, cookie)
		}
	}
	if s.joined() != 1 || s.codes()["ok"] != 1 {
		t.Errorf("%d numbers, counted %v", s.joined(), s.codes())
	}
}

func TestGuessesAreBoundedPerNetwork(t *testing.T) {
	s := newFixture(t, closed)
	codes := s.residentsOnly(1)
	other, err := door.NewCodes(s.ring, "other", door.Batches{{ID: 1, Kid: s.ring.Ring().SigningKid(s.clock()), Made: epochMs, Group: "residents", Uses: 1, Count: 100}})
	if err != nil {
		t.Fatal(err)
	}
	b := s.atThePage()
	for i := range 5 {
		b.present("code", "7KQ4").wantDoor(t, "Please check your code") // a typo is no guess
		b.present("code", s.code(other, 1, uint32(i))).wantDoor(t, "We do not know this code")
	}
	a := b.present("code", s.code(codes, 1, 0))
	a.wantDoor(t, "Please wait for one minute")
	if a.StatusCode != 429 || a.Header.Get("Retry-After") != "12" || s.codes()["limited"] != 1 {
		t.Errorf("%d %q, counted %v", a.StatusCode, a.Header.Get("Retry-After"), s.codes())
	}
	// A press that a cookie remembers is no way around it.
	forged := s.carrying("press." + strings.Repeat("A", 22) + "." + strings.ReplaceAll(s.code(other, 1, 7), "-", ""))
	forged.load("GET", "/.einlass/wait?room=termine&to=/").wantDoor(t, "Please wait for one minute")
	s.pass(12 * time.Second)
	b.present("code", s.code(codes, 1, 0)).want(t, 303, "")
}

func TestWhatLoadsALinkTakesNothing(t *testing.T) {
	s := newFixture(t, slow)
	codes := s.residentsOnly(1)
	code := s.code(codes, 1, 0)
	link := "/.einlass/door?code=" + code
	for _, headers := range [][]string{
		nil, noFetch, {"Sec-Purpose", "prefetch;prerender"}, script, framed("iframe", "cross-site"), {"User-Agent", "scanner", "Sec-Fetch-Mode", ""},
	} {
		for range 3 {
			s.browser().load("GET", link, headers...)
			s.browser().load("HEAD", link, headers...)
		}
	}
	if s.joined() != 0 {
		t.Fatalf("%d numbers", s.joined())
	}
	b := s.browser()
	a := b.load("GET", link)
	a.wantDoor(t, "Please enter your code")
	if !strings.Contains(a.body, `value="`+code+`"`) || a.Header.Get("Referrer-Policy") != "strict-origin" {
		t.Errorf("%v\n%s", a.Header, a.body)
	}
	b.load("POST", link, elsePage...).want(t, 403, "text/html")
	if s.joined() != 0 {
		t.Fatal("a form of another site takes a number")
	}
	b.present("code", code).want(t, 303, "")
}

func TestABrowserWithoutCookiesUsesNoCode(t *testing.T) {
	s := newFixture(t, closed)
	codes := s.residentsOnly(1)
	code := s.code(codes, 1, 0)
	b := s.browser()
	a := b.present("code", code) // as if the page's cookie had not been kept
	if a.StatusCode != 200 || !strings.Contains(a.body, "Your browser does not keep cookies") || s.joined() != 0 {
		t.Fatalf("%d, %d numbers\n%s", a.StatusCode, s.joined(), a.body)
	}
	if !strings.Contains(a.body, "/.einlass/door?room=termine&amp;code="+code+"&amp;to=/a?b=1") {
		t.Errorf("the code has to be typed again:\n%s", a.body)
	}
	b.present("code", code).want(t, 303, "") // it keeps them now
}

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

func TestWhereThereAreNoNumbersNobodyIsAskedForACode(t *testing.T) {
	for state, shut := range map[string]func(s *fixture){
		"closed":  func(s *fixture) { s.closeDoor() },
		"soldout": func(s *fixture) { s.plan(queue.Step{Phase: queue.PhaseOpen, SetQuota: true, Per: 1}) },
		"limit": func(s *fixture) {
			s.waiting(2)
			s.update(func(d *queue.Document) { d.Door.Limit = 2 })
		},
	} {
		t.Run(state, func(t *testing.T) {
			s := newFixture(t, closed)
			shut(s)
			codes := s.residentsOnly(1)
			before := s.stored()
			a := s.browser().load("GET", "/")
			if got := a.Header.Get("Einlass-State"); got != state || a.StatusCode != 200 {
				t.Errorf("%d %s", a.StatusCode, got)
			}
			// Who comes with a code reads the same, and the code is not used.
			b := s.atThePage()
			a = b.present("code", s.code(codes, 1, 0))
			if got := a.Header.Get("Einlass-State"); got != state {
				t.Errorf("with a code: %d %s", a.StatusCode, got)
			}
			if after := s.stored(); after.Joined != before.Joined {
				t.Errorf("%d numbers", after.Joined-before.Joined)
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

func TestWhatWasWrongIsSaidByAPageThatCanBeLoadedAgain(t *testing.T) {
	s := newFixture(t, closed)
	codes := s.guard(plan.Schedule{Groups: groups, Who: []string{"residents"}},
		door.Batch{Group: "residents", Uses: 1, Count: 10, From: epochMs + 2*time.Hour.Milliseconds()}, door.Batch{Group: "residents", Uses: 1, Count: 10})
	b := s.atThePage()
	code := s.code(codes, 1, 0)
	b.send(doorURL, urlencoded, "code="+code).want(t, 303, "")
	for range 2 {
		a := b.load("GET", doorURL)
		a.wantDoor(t, "Your code is not valid yet")
		if !strings.Contains(a.body, "at 11:00") || !strings.Contains(a.body, `value="`+code+`"`) {
			t.Errorf("%s", a.body)
		}
	}
	// A link with another code says nothing of the one before.
	b.load("GET", "/.einlass/door?code="+s.code(codes, 2, 0)).wantDoor(t, "Please enter your code")
	b.present("code", s.code(codes, 2, 0)).want(t, 303, "")
	if s.ticketOf(b).Rank.Lane != 1 {
		t.Error("no number")
	}
	for _, note := range []string{"x", "1.2", "99.0.A", "-1.0.A", "1.99999999999999999999.A", "1.0." + strings.Repeat("A", 1000), `1.0."><script>`} {
		a := s.carrying("try."+strings.Repeat("A", 22)+"."+note).load("GET", doorURL)
		if a.StatusCode != 200 || strings.Contains(a.body, "<script>") {
			t.Errorf("%q: %d\n%s", note, a.StatusCode, a.body)
		}
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
			b.load("GET", "/a?b=1").wantDoor(t, "Please enter your code")
			b.present("code", "7KQ4").wantDoor(t, "Please check your code")
			b.present("code", s.code(codes, 1, 0)).want(t, 303, "")
			if got := s.ticketOf(b); got.Rank.Lane != 1 {
				t.Errorf("%+v", got)
			}
		})
	}
}
