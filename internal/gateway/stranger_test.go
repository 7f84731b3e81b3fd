package gateway_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// A client that keeps no cookies is let in again and again where there is room. It never comes back with what it was given, so
// it fills no room: somebody who keeps cookies goes straight in.
func TestAClientWithoutCookiesFillsNoRoom(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 30, Burst: 2, MaxInside: 5, Strict: true})
	s.unlimited.Store(true)
	s.pass(5 * time.Second)
	curl := s.forgetful()
	for range 120 {
		curl.load("GET", "/")
		s.pass(5 * time.Second)
	}
	f := s.lines[0].View().Snapshot
	if f.Admitted < 110 || f.Counted > 3000 {
		t.Errorf("%d let in, %d thousandths count as inside", f.Admitted, f.Counted)
	}
	if a := s.browser().load("GET", "/"); a.body != "site GET /" {
		t.Errorf("a citizen waits: %d", a.StatusCode)
	}
}

// crowdOf runs citizens, who poll every two seconds, go in at their turn and are done after a minute, beside ghosts, whose
// pages poll and never go in. It answers how many citizens were let in within so long.
func crowdOf(t *testing.T, citizens, ghosts int, within time.Duration) (entered int) {
	t.Helper()
	s := newFixture(t, queue.Pace{Rate: 30, Burst: 2, MaxInside: 12})
	s.unlimited.Store(true)
	all := make([]*browser, ghosts+citizens)
	for i := range all {
		all[i] = s.browser()
		all[i].load("GET", "/")
	}
	since := map[*browser]time.Duration{}
	for now := time.Duration(0); now < within; now += 2 * time.Second {
		s.pass(2 * time.Second)
		for i, b := range all {
			began, in := since[b]
			switch {
			case in && now-began == time.Minute:
				b.load("POST", "/.einlass/leave?room=termine", ownPage...)
			case in:
			case !strings.Contains(b.poll("room=termine&shown="), `"state":"called"`) || i < ghosts:
			case b.load("GET", "/").StatusCode == 303:
				b.load("GET", "/")
				since[b] = now
			}
		}
	}
	return len(since)
}

func TestCallsThatNobodyClaimsKeepFewOut(t *testing.T) {
	alone, beside := crowdOf(t, 40, 0, 4*time.Minute), crowdOf(t, 40, 18, 4*time.Minute)
	if alone < 30 || beside < alone*2/3 {
		t.Errorf("%d let in beside 18 that never claim, %d without them", beside, alone)
	}
}

// Who parks tickets and never shows them again stands in nobody's way, and has nothing later.
func TestAParkedTicketIsWorthNothing(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 5})
	s.update(func(d *queue.Document) { d.Pace.Mode = queue.ModePause })
	parked := make([]*browser, 30)
	for i := range parked {
		parked[i] = s.browser()
		parked[i].load("GET", "/", from(i%8)...)
	}
	b := s.browser()
	b.load("GET", "/", from(9)...)
	for range 8 {
		s.pass(2 * time.Second)
		b.poll("room=termine&shown=")
	}
	s.update(func(d *queue.Document) { d.Pace.Mode = queue.ModeRun })
	for range 3 {
		s.pass(time.Second)
		b.poll("room=termine&shown=")
	}
	if a := b.load("GET", "/"); a.StatusCode != 303 {
		t.Errorf("behind parked tickets: %d %q", a.StatusCode, a.Header.Get("Einlass-State"))
	}
	ticket := parked[7].cookie("einlass-termine")
	s.pass(6 * time.Minute)
	s.update(func(d *queue.Document) { d.Pace.Mode = queue.ModePause })
	late := s.carrying(ticket)
	if a := late.follow(late.linesUp(late.load("GET", "/"))); !strings.Contains(a.body, `data-number="32"`) {
		t.Errorf("a ticket that was never shown is worth a place after %v:\n%s", timing.Absent, a.body)
	}
}

// The first poll, or the second page, shows that the cookie came back: then the ticket lives for as long as tickets do.
func TestATicketIsConfirmedWhenItComesBack(t *testing.T) {
	for name, comesBack := range map[string]func(*browser) string{
		"poll": func(b *browser) string { return b.poll("room=termine&shown=") },
		"page": func(b *browser) string { return b.load("GET", "/.einlass/wait?room=termine&to=/").body },
	} {
		t.Run(name, func(t *testing.T) {
			s := newFixture(t, closed)
			b := s.browser()
			a := b.load("GET", "/")
			if m := cookieSet(a.Cookies()[0]); m != ":=einlass-ticket+jwt/300s" {
				t.Errorf("the first ticket is %s", m)
			}
			if !strings.Contains(a.body, `content="20;url=`) || !regexp.MustCompile(`data-next="(2[4-9]|3[0-5])\d\d"`).MatchString(a.body) {
				t.Errorf("the page does not come back after some 3 s, or 20 s without script:\n%s", a.body)
			}
			comesBack(b)
			ticket := b.cookie("einlass-termine")
			comesBack(b)
			if b.cookie("einlass-termine") != ticket {
				t.Error("the ticket is issued with each poll")
			}
			s.pass(7 * time.Minute)
			if got := s.carrying(ticket).poll("room=termine&shown="); !strings.Contains(got, `"number":1`) {
				t.Errorf("after seven minutes: %s", got)
			}
		})
	}
}

// Two browsers with one ticket have one stay, and both together as much time as one.
func TestACopiedTicketIsOneStay(t *testing.T) {
	s := newFixture(t, slow)
	b := s.called()
	copied := b.copyOf("einlass-termine")
	b.load("GET", "/").want(t, 303, "")
	began := s.passOf(b).StartedAt
	for range 5 {
		s.pass(9 * time.Minute)
		b.load("GET", "/weiter")
	}
	s.pass(5 * time.Minute)
	copied.load("GET", "/").want(t, 303, "")
	p := s.passOf(copied)
	if p.StartedAt != began || p.ExpiresAt > began+3601 {
		t.Errorf("the copy's stay is from %d to %d, the first began at %d", p.StartedAt, p.ExpiresAt, began)
	}
	if f := s.stored(); f.Live != 1 || f.Admitted != 1 {
		t.Errorf("%d stays, %d admitted", f.Live, f.Admitted)
	}
	copied.load("GET", "/x")
	s.pass(9 * time.Minute)
	copied.load("GET", "/x")
	s.pass(time.Minute + 2*time.Second)
	for _, who := range []*browser{b, copied} {
		if a := who.load("GET", "/.einlass/wait?room=termine&to=/x"); !strings.Contains(a.body, "Your visit is over") {
			t.Errorf("beyond the longest stay: %d %q", a.StatusCode, a.body)
		}
	}
}

// knock asks as the script of a page at the door does.
func (b *browser) knock() string {
	b.s.t.Helper()
	return b.load("POST", "/.einlass/ask?room=termine&lang=en&shown=", script...).body
}

// A turn in a full room is kept as long as the page asks, and goes before every later call.
func TestATurnInAFullRoomIsKeptByAsking(t *testing.T) {
	s := newFixture(t, slow)
	b := s.called()
	s.fillRoom()
	if a := b.load("GET", "/"); !strings.Contains(a.body, `content="10;url=/.einlass/wait`) || a.Header.Get("Einlass-State") != "full" {
		t.Fatalf("%q:\n%s", a.Header.Get("Einlass-State"), a.body)
	}
	for range 10 {
		s.pass(4 * time.Second)
		if got := b.knock(); !strings.Contains(got, `"state":"full"`) {
			t.Fatalf("asking again: %s", got)
		}
	}
	if got := b.poll("room=termine&shown="); !strings.Contains(got, `"state":"full"`) {
		t.Errorf("a poll is told %s", got)
	}
	// Another tab asks too, with the same cookie: it is one turn.
	tab := b.copyOf("einlass-termine")
	tab.knock()
	if f := s.stored(); f.Asking != 1 {
		t.Errorf("%d at the door", f.Asking)
	}
	s.update(func(d *queue.Document) { d.Pace.MaxInside = 2 })
	if got := b.knock(); !strings.Contains(got, `"state":"inside"`) {
		t.Fatalf("there is room, and it is told %s", got)
	}
	if got := tab.knock(); !strings.Contains(got, `"state":"inside"`) {
		t.Errorf("the other tab is told %s", got)
	}
	if a := b.load("GET", "/termine"); a.body != "site GET /termine" {
		t.Errorf("the pass did not come with the answer: %d", a.StatusCode)
	}
}

func TestATurnInAFullRoomIsLostWithoutAsking(t *testing.T) {
	s := newFixture(t, slow)
	b := s.called()
	s.fillRoom()
	b.load("GET", "/")
	s.pass(16 * time.Second)
	s.pass(time.Second)
	b.poll("room=termine&shown=")
	s.pass(0)
	if got := b.poll("room=termine&shown="); !strings.Contains(got, `"state":"called"`) {
		t.Errorf("it is told %s", got)
	}
}

// Somebody who looked something up for eleven minutes goes in again before every new call.
func TestAStayThatRanOutIsResumedBeforeEveryNewCall(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1, MaxInside: 1, Strict: true})
	b := s.inside()
	began := s.passOf(b).StartedAt
	b.load("GET", "/weiter")
	s.update(func(d *queue.Document) { d.Timing.Lead = 0 }) // nobody is called before there is a seat
	waiting := make([]*browser, 3)
	for i := range waiting {
		waiting[i] = s.browser()
		waiting[i].load("GET", "/", from(1)...)
	}
	var entered []int
	step := func() {
		s.pass(2 * time.Second)
		for i, w := range waiting {
			called := strings.Contains(w.poll("room=termine&shown="), `"state":"called"`)
			if called && w.load("GET", "/").StatusCode == 303 {
				w.load("GET", "/")
				entered = append(entered, i)
			}
		}
	}
	for range 11 * 30 {
		step()
	}
	if !slices.Equal(entered, []int{0}) {
		t.Fatalf("numbers %v came in when the stay was over", entered)
	}
	back := b.load("GET", "/formular")
	if back.Header.Get("Einlass-State") != "resume" || !strings.Contains(back.body, `data-next="`) || !strings.Contains(back.body, `content="10;url=`) {
		t.Fatalf("after eleven minutes: %d %q", back.StatusCode, back.Header.Get("Einlass-State"))
	}
	for range 5 {
		step()
		if got := b.knock(); !strings.Contains(got, `"state":"resume"`) {
			t.Fatalf("at the door: %s", got)
		}
	}
	waiting[0].load("POST", "/.einlass/leave?room=termine", ownPage...)
	step()
	step()
	if !slices.Equal(entered, []int{0}) {
		t.Errorf("new calls came in before: %v", entered)
	}
	if got := b.knock(); !strings.Contains(got, `"state":"inside"`) {
		t.Fatalf("there is room, and it is told %s", got)
	}
	if p := s.passOf(b); p.StartedAt != began {
		t.Errorf("the stay began at %d, and now at %d", began, p.StartedAt)
	}
	if a := b.load("GET", "/formular"); a.body != "site GET /formular" {
		t.Errorf("back inside: %d", a.StatusCode)
	}
	if f := s.stored(); f.Admitted != 2 {
		t.Errorf("%d admitted, want 2: a resume is no new stay", f.Admitted)
	}
}

// After a loss the store does not know the stay that runs out. Its pass tells it.
func TestAStayIsResumedAfterTheStoreWasLost(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	s.fill(11 * time.Minute)
	s.stores["termine"].lose(s)
	s.pass(time.Second)
	s.pass(11 * time.Second)
	if a := b.load("GET", "/weiter"); a.StatusCode != 303 {
		t.Fatalf("%d %q", a.StatusCode, a.Header.Get("Einlass-State"))
	}
	if a := b.load("GET", "/weiter"); a.body != "site GET /weiter" {
		t.Errorf("%d", a.StatusCode)
	}
}

// A pass is extended with each request that is a little later than the one before, to ten minutes after it.
func TestAPassRunsFromTheLastRequest(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	first := b.cookie("einlass-termine")
	s.pass(4 * time.Second)
	b.load("GET", "/weiter")
	if b.cookie("einlass-termine") != first {
		t.Error("extended after four seconds")
	}
	s.pass(2 * time.Second)
	b.load("GET", "/weiter")
	now := s.now.Load() / 1000
	if p := s.passOf(b); p.ExpiresAt-now != 600 {
		t.Errorf("after a request the pass lasts %d s", p.ExpiresAt-now)
	}
}

// The first request with a new pass says that the cookie was kept: it is told at once, not only after some seconds.
func TestTheFirstRequestWithAPassConfirmsTheStay(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 600, Burst: 10, Strict: true})
	s.pass(time.Second)
	kept, forgot := s.browser(), s.forgetful()
	kept.load("GET", "/")
	forgot.load("GET", "/")
	s.pass(time.Second)
	kept.load("GET", "/weiter")
	s.pass(timing.Confirm)
	if f := s.lines[0].View().Snapshot; f.Admitted != 2 || f.Counted != 1000 {
		t.Errorf("%d admitted, %d thousandths inside", f.Admitted, f.Counted)
	}
}
