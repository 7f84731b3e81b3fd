package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

// onStores runs a test with a gateway on the embedded store, and with one on Redis if stores says so.
func onStores(t *testing.T, r harness.Room, test func(t *testing.T, g *harness.Gate)) {
	t.Helper()
	t.Parallel()
	at := map[string]func(t *testing.T) string{
		"embedded": func(*testing.T) string { return "memory" },
		"redis":    func(t *testing.T) string { t.Helper(); return redistest.Start(t).URL() },
	}
	for _, name := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own := r
			own.Site = harness.NewSite(t)
			test(t, harness.NewGate(t, &program, harness.Settings{Store: at[name](t), Keys: program.Keys(t), Rooms: []harness.Room{own}}))
		})
	}
}

// goesIn loads pages until the site answers.
func goesIn(t *testing.T, b *harness.Browser, within time.Duration) {
	t.Helper()
	until(t, within, "somebody is inside", func(ctx context.Context) bool {
		a, err := b.Visit(ctx, "/")
		return err == nil && a.FromSite()
	})
}

// ranOut lets a stay run out in a room with two seats while its visitor is silent, and come back while the room is full and
// somebody waits who came later. within bounds what takes a page or two.
func ranOut(t *testing.T, g *harness.Gate, idle, within time.Duration) {
	t.Helper()
	away, stays, next := harness.NewBrowser(g), harness.NewBrowser(g), harness.NewBrowser(g)
	goesIn(t, away, within)
	goesIn(t, stays, within)
	away.Get(t, "/form").WantSite(t, "site GET /form")
	silent := time.Now()
	seatTaken := false
	for !seatTaken || time.Since(silent) < idle+idle/10 {
		if time.Since(silent) > idle+idle/10+within {
			t.Fatal("nobody took the seat of the stay that ran out")
		}
		stays.Get(t, "/form").WantSite(t, "site GET /form")
		if a, err := next.Visit(t.Context(), "/"); err != nil {
			t.Fatal(err)
		} else if a.FromSite() {
			seatTaken = true
		}
		let(t, min(idle/10, 5*time.Second))
	}
	if a := away.Get(t, "/form"); a.FromSite() || a.Header.Get("Einlass-State") != "resume" {
		t.Fatalf("who was away for too long got %d %q", a.StatusCode, a.Header.Get("Einlass-State"))
	}
	// From now on the page asks at the door. Who comes later is called later.
	late := harness.NewBrowser(g)
	if a := late.Get(t, "/"); !a.Waiting() {
		t.Fatalf("the room is full, and an arrival got %d", a.StatusCode)
	}
	back := func(b *harness.Browser) bool {
		s, err := b.Poll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if s.State != "called" {
			return s.State == "inside"
		}
		a, err := b.Visit(t.Context(), "/")
		if err != nil {
			t.Fatal(err)
		}
		return a.FromSite()
	}
	keeps := func() {
		stays.Get(t, "/form").WantSite(t, "site GET /form")
		if next != nil {
			next.Get(t, "/form").WantSite(t, "site GET /form")
		}
	}
	for range 10 {
		if back(away) || back(late) {
			t.Fatal("the room is full, and somebody was let in")
		}
		keeps()
		let(t, 200*time.Millisecond)
	}
	next.Get(t, "/done")
	next = nil
	until(t, within, "the stay is back", func(context.Context) bool {
		if back(late) {
			t.Fatal("a new call was let in before the stay that came back")
		}
		keeps()
		return back(away)
	})
	away.Get(t, "/form").WantSite(t, "site GET /form")
	stays.Get(t, "/done")
	until(t, within, "the later call is in", func(context.Context) bool {
		away.Get(t, "/form").WantSite(t, "site GET /form")
		return back(late)
	})
	if n := snapshotAfter(t, g, g.Room(t).AsOf.Add(time.Second)).Totals.Admitted; n != 4 {
		t.Errorf("%d were let in, want 4: to come back is no new stay", n)
	}
}

func TestAStayThatRanOutComesBackBeforeEveryNewCall(t *testing.T) {
	const idle = 12 * time.Second // a pass is extended each five
	onStores(t, harness.Room{Rate: 6000, Burst: 10, MaxInside: 2, Strict: true, Idle: idle}, func(t *testing.T, g *harness.Gate) {
		ranOut(t, g, idle, 15*time.Second)
	})
}

func TestTwoBrowsersWithOneTicketAreOneStay(t *testing.T) {
	onStores(t, harness.Room{MaxInside: 5, Strict: true}, func(t *testing.T, g *harness.Gate) {
		b := harness.NewCrowd(t, g).Arrive(1)[0].Browser
		b.Status(t)
		second := harness.NewBrowser(g)
		second.SetCookie("einlass-termine", b.Ticket())
		g.Set(t, `{"rate": 6000, "burst": 10}`)
		goesIn(t, b, 20*time.Second)
		goesIn(t, second, 20*time.Second)
		for range 5 {
			b.Get(t, "/form").WantSite(t, "site GET /form")
			second.Get(t, "/form").WantSite(t, "site GET /form")
		}
		if info := snapshotAfter(t, g, g.Room(t).AsOf.Add(time.Second)); info.Inside != 1 || info.Totals.Admitted != 1 {
			t.Errorf("%d stays, %d let in; want one", info.Inside, info.Totals.Admitted)
		}
		// What ends it ends it for both.
		g.Set(t, `{"mode": "pause"}`)
		second.Get(t, "/done")
		until(t, 10*time.Second, "the stay is over", func(context.Context) bool { return g.Room(t).Inside == 0 })
		if a := b.Get(t, "/form"); a.FromSite() {
			t.Error("a stay that is over was served")
		}
		// The browser with the last page may look at it for a while, and sends nothing more.
		if a, err := second.Load(t.Context(), "POST", "/form"); err != nil || a.FromSite() {
			t.Errorf("a form of a stay that is over was sent: %v", err)
		}
	})
}

func TestAStayHasItsLongestTimeInAll(t *testing.T) {
	const longest = 6 * time.Second
	r := harness.Room{MaxInside: 5, Strict: true, Idle: 4 * time.Second, Longest: longest}
	onStores(t, r, func(t *testing.T, g *harness.Gate) {
		b := harness.NewCrowd(t, g).Arrive(1)[0].Browser
		b.Status(t)
		ticket := b.Ticket()
		g.Set(t, `{"rate": 6000, "burst": 10}`)
		goesIn(t, b, 20*time.Second)
		entered := time.Now()
		g.Set(t, `{"mode": "pause"}`) // nobody begins a new stay
		second := harness.NewBrowser(g)
		last := entered
		// Neither requests, nor its ticket in another browser, make it longer.
		for all := []*harness.Browser{b, second}; time.Since(entered) < 2*longest; let(t, 250*time.Millisecond) {
			if second.Ticket() == "" && time.Since(entered) > longest/2 {
				second.SetCookie("einlass-termine", ticket)
			}
			for _, b := range all {
				if b.Ticket() == "" {
					continue // it has not come yet
				}
				asked := time.Now()
				a, err := b.Visit(t.Context(), "/form")
				if err != nil {
					t.Fatal(err)
				}
				if a.FromSite() {
					last = asked
				} else if time.Since(entered) < longest-time.Second {
					t.Fatalf("after %v: %d %s", time.Since(entered), a.StatusCode, a.Body)
				}
			}
		}
		// Tokens count in seconds.
		if in := last.Sub(entered); in > longest+time.Second {
			t.Errorf("a stay was served for %v, want %v in all", in, longest)
		}
		// Beyond it both read so, and are where whoever comes for the first time is when they have pressed.
		for _, b := range []*harness.Browser{b, second} {
			if a := b.JoinAgain(t, "/"); !a.Waiting() || b.Token().Number < 2 {
				t.Errorf("beyond it: %d with the place %+v", a.StatusCode, b.Token())
			}
		}
		if info := g.Room(t); info.Totals.Admitted != 1 || info.Inside != 0 {
			t.Errorf("beyond it: %d stays, %d let in", info.Inside, info.Totals.Admitted)
		}
	})
}
