package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/test/e2e/harness"
)

func TestAVisitorWithoutScriptWaitsIsCalledAndGoesThrough(t *testing.T) {
	t.Parallel()
	g, site := one(t, harness.Room{Exclude: []string{"/impressum"}})
	b, other := harness.NewBrowser(g), harness.NewBrowser(g)
	if page := other.Get(t, "/"); !page.Waiting() {
		t.Fatalf("%d %s", page.StatusCode, page.Body)
	}
	page := b.Get(t, "/termine?ort=3&tag=montag")
	page.Want(t, 200, "text/html")
	ticket := b.Token()
	if ticket.Number != 2 || other.Token().Number != 1 || !strings.Contains(page.Body, ">2<") {
		t.Errorf("place %+v, page\n%s", ticket, page.Body)
	}
	after, to, err := page.Refresh()
	// Twice within the window of a call, which is short here. The mark says that the page loads itself.
	if err != nil || to != "/.einlass/wait?room=termine&said=2.0.0.paused&to=/termine?ort=3&tag=montag" || after != 8*time.Second {
		t.Fatalf("loads %q again after %v: %v", to, after, err)
	}
	if site.Seen() != 0 {
		t.Fatalf("the site saw %d requests of people who wait", site.Seen())
	}
	g.Set(t, `{"rate": 600, "burst": 10}`)
	ctx := within(t, 90*time.Second)
	for page.Header.Get("Einlass-State") != "called" {
		if after, to, err = page.Refresh(); err != nil || !launch.Rest(ctx, after) {
			t.Fatalf("still waiting: %v", err)
		}
		page = b.Get(t, to)
		if now := b.Token(); now != ticket {
			t.Fatalf("place %+v became %+v", ticket, now)
		}
	}
	// A page that loads itself uses up no call: its reader presses the button.
	page = b.Get(t, page.Button(t))
	if page.StatusCode != 303 || page.Header.Get("Location") != "/termine?ort=3&tag=montag" {
		t.Fatalf("%d to %q", page.StatusCode, page.Header.Get("Location"))
	}
	b.Get(t, page.Header.Get("Location")).WantSite(t, `site GET /termine?ort=3&tag=montag cookies=""`)
	if s := b.Status(t); s.State != "inside" {
		t.Errorf("status of a visitor inside: %+v", s)
	}
	if b.Cookie("einlass-termine.shown") != "" {
		t.Error("a visitor inside still carries what was shown in the line")
	}
}

func TestAVisitorWithScriptPollsAndGoesIn(t *testing.T) {
	t.Parallel()
	g, _ := one(t, harness.Room{})
	c := harness.NewCrowd(t, g)
	all := c.Arrive(12)
	for i, v := range all {
		if s := v.Status(t); s.State != "paused" || s.Number != uint64(i+1) || s.Ahead != int64(i) || !s.Exact || s.Next < 80 || s.Next > 1200 {
			t.Fatalf("status of the visitor at %d: %+v", i, s)
		}
	}
	w := harness.NewWatch(t, g)
	g.Set(t, `{"rate": 300, "burst": 2}`)
	c.Stay(within(t, 30*time.Second), all...)
	c.Wait()
	w.Check(8)
	c.Check(harness.Expect{In: 12, Rate: 300, Burst: 2})
	all[0].Get(t, "/login").WantSite(t, `site GET /login cookies=""`)
	all[0].Get(t, "/termine").WantSite(t, `site GET /termine cookies="session=of-the-site"`)
}

func TestAnArrivalGoesStraightThroughInOneRoundTrip(t *testing.T) {
	t.Parallel()
	g, site := one(t, harness.Room{Rate: 6000, Burst: 100})
	// The bucket begins empty, so the first arrivals may have to wait; the site sees none of them.
	var b *harness.Browser
	var got *harness.Answer
	full := until(t, 10*time.Second, "an arrival that goes straight through", func(context.Context) bool {
		b = harness.NewBrowser(g)
		got = b.Get(t, "/a//b/%2e?x=%20&x=1")
		return got.FromSite()
	})
	t.Logf("the bucket had filled after %v", full)
	got.WantSite(t, `site GET /a//b/%2e?x=%20&x=1 cookies="" body=""`)
	if b.Token().Number == 0 || site.Seen() != 1 {
		t.Errorf("place %+v, %d requests", b.Token(), site.Seen())
	}
	b.Get(t, "/next").WantSite(t, `site GET /next`)
}

func TestWhatIsNoPageLoadGetsASmallProblemAndNeverAPage(t *testing.T) {
	t.Parallel()
	g, site := one(t, harness.Room{})
	waiting := harness.NewBrowser(g)
	waiting.Get(t, "/")
	fetches := [][]string{
		nil,
		{"Accept", "application/json"},
		{"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image", "Accept", "image/avif,*/*"},
		{"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "script"},
		{"Sec-Fetch-Mode", "", "Sec-Fetch-Dest", "", "Accept", "application/json"},
		{"Sec-Fetch-Mode", "", "Sec-Fetch-Dest", "", "Accept", "text/html", "X-Requested-With", "XMLHttpRequest"},
	}
	for _, headers := range fetches {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
			a, err := harness.NewBrowser(g).Fetch(t.Context(), method, "/api/slots", headers...)
			if err != nil {
				t.Fatalf("%s with %q: %v", method, headers, err)
			}
			a.WantProblem(t, 429, "no-pass")
		}
		a, err := waiting.Fetch(t.Context(), http.MethodGet, "/api/slots", headers...)
		if err != nil {
			t.Fatalf("with a ticket and %q: %v", headers, err)
		}
		a.WantProblem(t, 429, "in-line")
	}
	after := harness.NewBrowser(g)
	if after.Get(t, "/"); after.Token().Number != 2 || site.Seen() != 0 {
		t.Errorf("number %d after one page load, the site saw %d requests", after.Token().Number, site.Seen())
	}
}

func TestNeitherHeadNorAFormTakesANumber(t *testing.T) {
	t.Parallel()
	g, site := one(t, harness.Room{})
	head, err := harness.NewBrowser(g).Load(t.Context(), http.MethodHead, "/")
	if err != nil {
		t.Fatal(err)
	}
	if head.StatusCode != 429 || head.Body != "" || head.Header.Get("Retry-After") == "" {
		t.Errorf("HEAD got %d %q %v", head.StatusCode, head.Body, head.Header)
	}
	b := harness.NewBrowser(g)
	send := func(want string) {
		t.Helper()
		form, err := b.Load(t.Context(), http.MethodPost, "/buchen", "Referer", "http://termine.example/termine?ort=3")
		if err != nil {
			t.Fatal(err)
		}
		// The way on opens the page that the form came from, in a new tab: what was entered stays in this one.
		if form.StatusCode != 429 || !strings.Contains(form.Body, want) || !strings.Contains(form.Body, `href="/termine?ort=3"`) {
			t.Errorf("a form that is not sent got %d:\n%s", form.StatusCode, form.Body)
		}
	}
	send("You need a number first")
	if n := b.Token().Number; n != 0 {
		t.Errorf("the form took number %d", n)
	}
	if b.Get(t, "/termine"); b.Token().Number != 1 {
		t.Fatalf("number %d: something took one before", b.Token().Number)
	}
	send("still in the queue")
	g.Set(t, `{"rate": 6000, "burst": 100}`)
	until(t, 10*time.Second, "the call", func(context.Context) bool { return b.Status(t).State == "called" })
	until(t, 10*time.Second, "the entry", func(context.Context) bool { return b.Get(t, "/termine").FromSite() })
	if n := site.Seen("POST /buchen"); n != 0 {
		t.Errorf("the site saw %d forms of somebody who was not inside", n)
	}
	sent, err := b.Load(t.Context(), http.MethodPost, "/buchen")
	if err != nil {
		t.Fatal(err)
	}
	sent.WantSite(t, `site POST /buchen cookies="" body="`+harness.Form+`"`)
	if head, err = b.Load(t.Context(), http.MethodHead, "/termine"); err != nil || !head.FromSite() || head.Body != "" {
		t.Errorf("HEAD with a pass: %v %+v", err, head)
	}
}

func TestTheSiteEndsAStayAndTheNextInLineIsCalled(t *testing.T) {
	t.Parallel()
	g, _ := one(t, harness.Room{Rate: 6000, Burst: 100, MaxInside: 1})
	first := harness.NewBrowser(g)
	until(t, 10*time.Second, "the first visitor inside", func(ctx context.Context) bool {
		return first.Get(t, "/").FromSite()
	})
	next := harness.NewBrowser(g)
	if page := next.Get(t, "/"); !page.Waiting() {
		t.Fatalf("two inside where one may be: %d", page.StatusCode)
	}
	let(t, time.Second) // four ticks: the bound is what holds the second back, not the pace
	if page := next.Get(t, "/"); !page.Waiting() {
		t.Fatalf("two inside where one may be: %d", page.StatusCode)
	}
	first.Get(t, "/done").WantSite(t, "site GET /done")
	took := until(t, 10*time.Second, "the turn of the second", func(context.Context) bool {
		next.Status(t)
		return !next.Get(t, "/").Waiting()
	})
	t.Logf("let in %v after the site said so", took)
	// The first has had the one stay of that ticket: the last page goes on to be read, and nothing more is sent.
	first.Get(t, "/done").WantSite(t, "site GET /done")
	if form, err := first.Load(t.Context(), http.MethodPost, "/buchen"); err != nil || form.StatusCode != 403 {
		t.Errorf("a form after the end: %v, %+v", err, form)
	}
}

func TestWhoLeavesGivesThePlaceUpAndWhoIsAwayKeepsIt(t *testing.T) {
	t.Parallel()
	g, _ := one(t, harness.Room{})
	c := harness.NewCrowd(t, g)
	all := c.Arrive(3)
	left, err := all[0].Load(t.Context(), http.MethodPost, "/.einlass/leave?room=termine")
	if err != nil {
		t.Fatal(err)
	}
	if left.StatusCode != 303 || all[0].Token().Number != 0 {
		t.Errorf("%d, and who left carries %+v", left.StatusCode, all[0].Token())
	}
	for range 2 { // the answer and its reload
		if page := all[0].Get(t, left.Header.Get("Location")); page.StatusCode != 200 || page.Waiting() || !strings.Contains(page.Body, "You have left the queue") {
			t.Errorf("the answer leads to %d\n%s", page.StatusCode, page.Body)
		}
	}
	foreign, err := all[1].Load(t.Context(), http.MethodPost, "/.einlass/leave?room=termine", "Sec-Fetch-Site", "cross-site")
	if err != nil || foreign.StatusCode != 403 {
		t.Errorf("another site gave a place up: %v %d", err, foreign.StatusCode)
	}
	if err := all[1].Away(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, 10*time.Second, "one ahead of the third", func(context.Context) bool { return all[2].Status(t).Ahead == 1 })
	g.Set(t, `{"rate": 600, "burst": 10}`)
	c.Stay(within(t, 20*time.Second), all[2])
	c.Wait()
	// The tab that was closed is opened again, with the old number.
	c.Stay(within(t, 20*time.Second), all[1])
	c.Wait()
	c.Check(harness.Expect{In: 2, Rate: 600, Burst: 10})
	again := harness.NewBrowser(g)
	again.Get(t, "/")
	if n := again.Token().Number; n != 4 {
		t.Errorf("number %d after 3 were given", n)
	}
}
