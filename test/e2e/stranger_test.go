package e2e

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/test/e2e/harness"
)

// Header fields of clients that are not our page.
var (
	navigates = []string{"Accept", "text/html,*/*;q=0.8", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Sec-Fetch-Site", "none"}
	// java is what java.net.HttpURLConnection sends unless it is told otherwise.
	java = []string{
		"User-Agent", "Java/1.8.0_392", "Accept", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
		"Content-Type", "application/x-www-form-urlencoded",
	}
)

// with is fields with others added or replaced.
func with(fields []string, more ...string) []string { return append(slices.Clone(fields), more...) }

// lastNumber is the highest number that has been given, as the snapshot after everything that was asked until now says.
func lastNumber(t *testing.T, g *harness.Gate) uint64 {
	t.Helper()
	return snapshotAfter(t, g, g.Room(t).AsOf.Add(time.Millisecond)).LastNumber
}

// send is Stranger.Send in the test's goroutine.
func send(t *testing.T, s *harness.Stranger, method, target, body string, fields ...string) *harness.Answer {
	t.Helper()
	a, err := s.Send(t.Context(), method, target, body, fields...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	return a
}

func TestStrangersDelayPeopleAndNeverOvertakeThem(t *testing.T) {
	t.Parallel()
	const people, strangers = 30, 80
	for _, kind := range []struct {
		name string
		// stranger does what such a client does from its arrival until ctx ends.
		stranger func(ctx context.Context, g *harness.Gate)
	}{
		{"page loads without cookies", func(ctx context.Context, g *harness.Gate) {
			_, _ = harness.NewStranger(g).Send(ctx, "GET", "/", "", navigates...)
		}},
		{"called and never claiming", func(ctx context.Context, g *harness.Gate) {
			b := harness.NewBrowser(g)
			_, _ = b.Load(ctx, "GET", "/")
			for launch.Rest(ctx, 500*time.Millisecond) {
				_, _ = b.Poll(ctx)
			}
		}},
		{"parked tickets that come back together", func(ctx context.Context, g *harness.Gate) {
			b := harness.NewBrowser(g)
			_, _ = b.Load(ctx, "GET", "/")
			_ = b.Away(ctx)
			for launch.Rest(ctx, 3*time.Second) {
				_, _ = b.Poll(ctx)
			}
		}},
	} {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			g, _ := one(t, harness.Room{PollMax: 500 * time.Millisecond, Claim: 2 * time.Second})
			ctx := within(t, 2*time.Minute)
			crowd, gone := context.WithCancel(ctx)
			c, s := harness.NewCrowd(t, g), harness.NewCrowd(t, g)
			for i := range people {
				s.Strangers(crowd, strangers*(i+1)/people-strangers*i/people, kind.stranger)
				c.Arrive(1)
			}
			w := harness.NewWatch(t, g)
			g.Set(t, `{"rate": 1200, "burst": 10}`)
			c.Stay(ctx, c.Everybody()...)
			c.Wait()
			w.Check(people / 2)
			c.Check(harness.Expect{In: people, Rate: 1200, Burst: 10})
			if n := lastNumber(t, g); n > people+strangers {
				t.Errorf("%d numbers for %d people and %d strangers with one page load each", n, people, strangers)
			}
			gone()
			s.Wait()
		})
	}
}

func TestThoseWhoComeBackToTheFrontAreCounted(t *testing.T) {
	t.Parallel()
	const parked = 30
	g, _ := one(t, harness.Room{})
	c := harness.NewCrowd(t, g)
	back := c.Arrive(parked)
	for _, v := range back {
		if err := v.Away(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	behind := c.Arrive(1)
	snapshotAfter(t, g, time.Now().Add(time.Second)) // by then the store knows who is away, and calls none of them
	g.Set(t, `{"rate": 6000, "burst": 50}`)
	c.Stay(within(t, 20*time.Second), behind...)
	c.Wait()
	g.Set(t, `{"mode": "pause"}`)
	for _, v := range back {
		v.Status(t)
	}
	until(t, 10*time.Second, "everybody at the front", func(context.Context) bool { return g.Room(t).Front == parked })
	snapshotAfter(t, g, g.Room(t).AsOf.Add(time.Millisecond))
	newcomer := c.Arrive(1)[0]
	if s := newcomer.Status(t); s.Ahead < parked {
		t.Errorf("%d came back to the front, and a newcomer is told %+v", parked, s)
	}
}

func TestAPageLoadOfAServiceWorkerIsAPageLoad(t *testing.T) {
	t.Parallel()
	worker := with(navigates, "Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", "same-origin")
	g, _ := one(t, harness.Room{})
	b := harness.NewBrowser(g)
	a := b.Get(t, "/termine", worker...)
	if !a.Waiting() || b.Token().Number != 1 {
		t.Errorf("with a line: %d %s, place %+v", a.StatusCode, a.Body, b.Token())
	}
	again := b.Get(t, "/termine", worker...)
	if !again.Waiting() {
		t.Errorf("loaded again: %d %s", again.StatusCode, again.Body)
	}
	g.Set(t, `{"rate": 6000, "burst": 100}`)
	until(t, 10*time.Second, "the call", func(context.Context) bool { s := b.Status(t); return !s.InLine() })
	if in := b.Get(t, "/termine", worker...); in.StatusCode != http.StatusSeeOther {
		t.Errorf("called: %d %s", in.StatusCode, in.Body)
	}
	snapshotAfter(t, g, g.Room(t).AsOf.Add(time.Second))
	if in, err := harness.NewStranger(g).Send(t.Context(), "GET", "/", "", worker...); err != nil || !in.FromSite() {
		t.Errorf("with nobody waiting: %v %d %s", err, in.StatusCode, in.Body)
	}
}

func TestWhatIsNoBrowserGetsNoNumberAndNoPageForAForm(t *testing.T) {
	t.Parallel()
	g, site := one(t, harness.Room{})
	s := harness.NewStranger(g)
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "QUERY"} {
		a := send(t, s, method, "/buchen", harness.Form, java...)
		if a.Given("termine").Number != 0 || a.StatusCode < 400 {
			t.Errorf("%s of a program: %d, number %d", method, a.StatusCode, a.Given("termine").Number)
		}
	}
	if n := lastNumber(t, g); n != 0 || site.Seen() != 0 {
		t.Errorf("%d numbers were given to a program, the site saw %d requests", n, site.Seen())
	}
	// A page load of a browser that sends no Sec-Fetch fields, as over plain http, is one.
	if a := send(t, s, "GET", "/", "", "Accept", "text/html,*/*;q=0.8"); a.Given("termine").Number != 1 {
		t.Errorf("a page load without Sec-Fetch fields: %d %s", a.StatusCode, a.Body)
	}
	if a := send(t, s, "GET", "/", "", "Accept", "*/*"); a.Given("termine").Number != 0 || a.StatusCode == 200 {
		t.Errorf("no page load: %d %s", a.StatusCode, a.Body)
	}
}

// guesses are how browsers and what stands before them say that nobody has asked for a page yet.
var guesses = [][]string{
	{"Sec-Purpose", "prefetch"},
	{"Sec-Purpose", "prefetch;prerender"},
	{"Sec-Purpose", "prefetch;anonymous-client-ip"},
	{"Sec-Purpose", "Prefetch"},
	{"Sec-Purpose", "prerender"},
	{"Purpose", "prefetch"},
	{"Purpose", "Prefetch"},
	{"Purpose", "preview"},
	{"X-Purpose", "preview"},
	{"X-Purpose", "prefetch"},
	{"X-Moz", "prefetch"},
	{"X-moz", "Prefetch"},
}

func TestWhatABrowserGuessesTakesNoNumberAndClaimsNoCall(t *testing.T) {
	t.Parallel()
	g, site := one(t, harness.Room{Claim: time.Minute})
	called := harness.NewBrowser(g)
	called.Get(t, "/termine")
	for _, guess := range guesses {
		if a := send(t, harness.NewStranger(g), "GET", "/termine", "", with(navigates, guess...)...); a.Given("termine").Number != 0 {
			t.Errorf("%q took number %d", guess, a.Given("termine").Number)
		}
	}
	g.Set(t, `{"rate": 6000, "burst": 100}`)
	until(t, 10*time.Second, "the call", func(context.Context) bool { return called.Status(t).State == "called" })
	for _, guess := range guesses {
		a := called.Get(t, "/termine", guess...)
		if s := called.Status(t); s.State != "called" {
			t.Errorf("%q got %d and made of a call: %+v", guess, a.StatusCode, s)
		}
		if a := send(t, harness.NewStranger(g), "GET", "/termine", "", with(navigates, guess...)...); a.FromSite() {
			t.Errorf("%q took a stay with nobody waiting", guess)
		}
	}
	info := snapshotAfter(t, g, g.Room(t).AsOf.Add(time.Millisecond))
	if info.LastNumber != 1 || info.Totals.Admitted != 0 || site.Seen() != 0 {
		t.Errorf("after guesses alone: number %d, %d let in, %d requests at the site", info.LastNumber, info.Totals.Admitted, site.Seen())
	}
	if a := called.Get(t, "/termine"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the person's own page load: %d %s", a.StatusCode, a.Body)
	}
}

// pressed is what goes with a press on a page's own button, in a frame.
var pressed = []string{"Accept", "text/html", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "same-origin", "Sec-Fetch-User", "?1"}

func TestAFrameTakesAPlaceByAPressOnly(t *testing.T) {
	t.Parallel()
	for _, room := range []struct {
		name string
		room harness.Room
	}{{"with a line", harness.Room{}}, {"with nobody waiting", harness.Room{Rate: 6000, Burst: 1000}}} {
		t.Run(room.name, func(t *testing.T) {
			t.Parallel()
			g, site := one(t, room.room)
			snapshotAfter(t, g, g.Room(t).AsOf.Add(time.Second)) // the bucket is full
			s := harness.NewStranger(g)
			var page *harness.Answer
			for _, dest := range []string{"iframe", "frame", "embed", "object", "fencedframe"} {
				for _, from := range []string{"cross-site", "same-site", "same-origin"} {
					for _, method := range []string{"GET", "POST"} {
						body := ""
						if method == "POST" {
							body = harness.Form // a hidden form that another page sends into a frame
						}
						a := send(t, s, method, "/termine", body, with(navigates, "Sec-Fetch-Dest", dest, "Sec-Fetch-Site", from)...)
						if a.FromSite() || a.Given("termine").Number != 0 {
							t.Errorf("%s %s of a page that is %s: number %d, from the site: %v", method, dest, from, a.Given("termine").Number, a.FromSite())
						}
						if dest == "iframe" && method == "GET" {
							page = a
						}
					}
				}
			}
			info := snapshotAfter(t, g, g.Room(t).AsOf.Add(time.Millisecond))
			if info.LastNumber != 0 || info.Inside != 0 || site.Seen() != 0 {
				t.Fatalf("frames alone: %d numbers, %d inside, %d requests at the site", info.LastNumber, info.Inside, site.Seen())
			}
			forms := page.Forms()
			if page.StatusCode >= 500 || len(forms) == 0 || !strings.Contains(page.Body, "<button") {
				t.Fatalf("a frame must show a button: %d %s", page.StatusCode, page.Body)
			}
			form := forms[0]
			target, body, fields := form.Action, "", with(pressed, "Referer", "http://termine.example/termine", "Origin", "http://termine.example")
			if form.Method == "POST" {
				body = form.Fields.Encode() + "&"
				fields = append(fields, "Content-Type", "application/x-www-form-urlencoded")
			} else if len(form.Fields) > 0 {
				target += "?" + form.Fields.Encode()
			}
			// The page shows whether a cookie comes back.
			for _, c := range page.Cookies() {
				fields = append(fields, "Cookie", c.Name+"="+c.Value)
			}
			// The press is no other page's to make.
			foreign := send(t, s, form.Method, target, body, with(fields, "Sec-Fetch-Site", "cross-site", "Origin", "http://evil.example", "Referer", "http://evil.example/")...)
			if foreign.Given("termine").Number != 0 {
				t.Errorf("another page pressed the button: number %d", foreign.Given("termine").Number)
			}
			a := send(t, s, form.Method, target, body, fields...)
			if a.Given("termine").Number == 0 && !a.FromSite() {
				t.Errorf("the press got %d %v %s", a.StatusCode, a.Header, a.Body)
			}
			if n := lastNumber(t, g); n != 1 {
				t.Errorf("%d numbers after one press", n)
			}
		})
	}
}
