package e2e

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

// A page takes one number, and a form none: it was not sent, and its sender is told how to.
func TestABrowserWithCookiesOffTakesOneNumberAtMostAndIsToldWhy(t *testing.T) {
	t.Parallel()
	for _, way := range []struct {
		name   string
		method string
		room   harness.Room
		takes  uint64
		told   string
	}{
		{"a page", "GET", harness.Room{}, 1, "cookies"},
		{"a form", "POST", harness.Room{}, 0, "did not receive your form"},
		{"a page, and nobody waits", "GET", harness.Room{Rate: 6000, Burst: 100, MaxInside: 1}, 1, "cookies"},
		{"a form, and nobody waits", "POST", harness.Room{Rate: 6000, Burst: 100}, 0, "did not receive your form"},
	} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			g, _ := one(t, way.room)
			s := harness.NewStranger(g)
			snapshotAfter(t, g, g.Room(t).AsOf.Add(time.Second)) // the bucket is full
			if way.room.MaxInside > 0 {
				harness.NewBrowser(g).Get(t, "/") // somebody is inside, so that the next waits
			}
			before := lastNumber(t, g)
			method, to, from := way.method, "/termine?ort=3", "none"
			var body string
			var told *harness.Answer
			for hop := range 8 {
				fields := with(navigates, "Sec-Fetch-Site", from, "Accept-Language", "en")
				if hop > 0 {
					fields = with(fields, "Referer", "http://"+s.Host+"/termine?ort=3")
				}
				if body = ""; method == "POST" {
					body = harness.Form
					fields = with(fields, "Content-Type", "application/x-www-form-urlencoded", "Referer", "http://"+s.Host+"/termine?ort=3")
				}
				a := send(t, s, method, to, body, fields...)
				told, method, from = a, "GET", "same-origin"
				if location := a.Header.Get("Location"); location != "" {
					to = location // a redirect keeps what the navigation began with
					continue
				}
				// The page's own reload; one that has none is reloaded by nothing but a person.
				_, target, err := a.Refresh()
				if err != nil {
					break
				}
				to = target
			}
			if n := lastNumber(t, g) - before; n != way.takes {
				t.Errorf("%d numbers for one navigation and the page's own reloads and redirects", n)
			}
			if !strings.Contains(strings.ToLower(told.Body), way.told) {
				t.Errorf("it is not told %q: %d %.300s", way.told, told.StatusCode, told.Body)
			}
		})
	}
}

func TestLeavingInOneTabTakesNoNumberInTheOther(t *testing.T) {
	t.Parallel()
	g, _ := one(t, harness.Room{})
	tabs := harness.NewBrowser(g) // two tabs share the cookies
	page := tabs.Get(t, "/termine")
	_, again, err := page.Refresh()
	if err != nil {
		t.Fatal(err)
	}
	tabs.Status(t)
	a, err := tabs.Load(t.Context(), "POST", "/.einlass/leave?room=termine")
	if err != nil || a.StatusCode >= 400 {
		t.Fatalf("leave: %v %d", err, a.StatusCode)
	}
	// The other tab's page asks, and loads itself again.
	if s := tabs.Status(t); s.InLine() || s.Number != 0 {
		t.Errorf("the other tab is told %+v", s)
	}
	for range 3 {
		tabs.Get(t, again, "Referer", "http://termine.example/termine")
	}
	if n := lastNumber(t, g); n != 1 {
		t.Errorf("number %d was given after the place was left in another tab", n)
	}
}

func TestTabsWithTheSameCookieShareOneCall(t *testing.T) {
	t.Parallel()
	g, _ := one(t, harness.Room{})
	first := harness.NewBrowser(g)
	first.Get(t, "/termine")
	tabs := make([]*harness.Browser, 8)
	for i := range tabs {
		tabs[i] = harness.NewBrowser(g)
		tabs[i].SetCookie("einlass-termine", first.Cookie("einlass-termine"))
	}
	g.Set(t, `{"rate": 6000, "burst": 100}`)
	until(t, 10*time.Second, "the call", func(context.Context) bool { return first.Status(t).State == "called" })
	var wg sync.WaitGroup
	for _, tab := range tabs {
		wg.Go(func() {
			if a, err := tab.Load(t.Context(), "GET", "/termine"); err != nil || a.StatusCode != http.StatusSeeOther && !a.FromSite() {
				t.Errorf("a tab got %+v, %v", a, err)
			}
		})
	}
	wg.Wait()
	info := snapshotAfter(t, g, g.Room(t).AsOf.Add(time.Millisecond))
	if info.Inside != 1 || info.Totals.Admitted != 1 || info.LastNumber != 1 {
		t.Errorf("%d inside, %d let in, number %d for one ticket in many tabs", info.Inside, info.Totals.Admitted, info.LastNumber)
	}
}
