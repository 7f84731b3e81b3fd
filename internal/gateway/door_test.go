package gateway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
	"github.com/einlass/einlass/pkg/token"
)

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
		if strings.Contains(a.body, "ber 80") || strings.Contains(a.body, "over80") {
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
		{"7KQ4", "Please check your code", "wrong or missing", "typo"},
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
	a := b.present("code", s.code(other, 1, 6))
	a.wantDoor(t, "Please wait for one minute")
	if a.StatusCode != 429 || a.Header.Get("Retry-After") != "12" || s.codes()["limited"] != 1 {
		t.Errorf("%d %q, counted %v", a.StatusCode, a.Header.Get("Retry-After"), s.codes())
	}
	// A press that a cookie remembers is no way around it.
	forged := s.carrying("press." + strings.Repeat("A", 22) + "." + strings.ReplaceAll(s.code(other, 1, 7), "-", ""))
	forged.load("GET", "/.einlass/wait?room=termine&to=/").wantDoor(t, "Please wait for one minute")
	b.present("code", "7KQ4").wantDoor(t, "Please check your code") // the check sign is no secret
	// Whoever shares the network has done nothing.
	s.atThePage().present("code", s.code(codes, 1, 0)).want(t, 303, "")
	s.pass(12 * time.Second)
	b.present("code", s.code(other, 1, 8)).wantDoor(t, "We do not know this code")
}

func TestACrowdOfGuessesShutsNobodyOut(t *testing.T) {
	s := newFixture(t, closed)
	codes := s.residentsOnly(1)
	other, err := door.NewCodes(s.ring, "other", door.Batches{{ID: 1, Kid: s.ring.Ring().SigningKid(s.clock()), Made: epochMs, Group: "residents", Uses: 1, Count: 200}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 120 { // 100 are read in all
		guess := s.carrying("press." + strings.Repeat("A", 22) + "." + strings.ReplaceAll(s.code(other, 1, uint32(i)), "-", ""))
		guess.load("GET", "/.einlass/wait?room=termine&to=/", from(1+i/5)...)
	}
	if counted := s.codes(); counted["wrong"] != 100 || counted["limited"] != 20 {
		t.Errorf("counted %v", counted)
	}
	s.atThePage().present("code", s.code(codes, 1, 0)).want(t, 303, "")
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
	a.wantDoor(t, "Your code is in the field already")
	if !strings.Contains(a.body, `value="`+code+`"`) || a.Header.Get("Referrer-Policy") != "strict-origin" ||
		!strings.Contains(a.Header.Get("Content-Security-Policy"), "form-action *;") {
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
	b.load("GET", "/.einlass/door?code="+s.code(codes, 2, 0)).wantDoor(t, "Your code is in the field already")
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
