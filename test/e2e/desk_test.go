package e2e

import (
	"context"
	"html"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/test/e2e/harness"
)

var pressIn = regexp.MustCompile(`<form method="post" action="([^"]+)"`)

// opens opens a link that staff have made, and presses its button.
func opens(t *testing.T, b *harness.Browser, link string) {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	page := b.Get(t, u.RequestURI())
	m := pressIn.FindStringSubmatch(page.Body)
	if m == nil {
		t.Fatalf("%s: no button in:\n%s", page.Status, page.Body)
	}
	a, err := b.Load(t.Context(), "POST", html.UnescapeString(m[1]), "Sec-Fetch-Site", "same-origin")
	if err != nil || a.StatusCode != 303 {
		t.Fatalf("%v, %v", a, err)
	}
}

// What staff have read out to a caller is kept, whenever the gateway is killed: in the list, and in the line.
func TestPlacesOfCallersAreKeptHoweverOftenTheGatewayIsKilled(t *testing.T) {
	t.Parallel()
	g, _ := one(t, harness.Room{Rate: 60, Burst: 1})
	g.Set(t, `{"mode": "pause"}`)
	c := harness.NewCrowd(t, g)
	c.Arrive(1)
	var mu sync.Mutex
	var answered []operator.PlaceInfo
	for range often {
		ctx, stop := context.WithCancel(t.Context())
		var staff sync.WaitGroup
		for range 2 {
			staff.Go(func() {
				for ctx.Err() == nil {
					info, err := g.Operators.TakePlace(ctx, launch.RoomID, operator.NewPlace{})
					if err != nil {
						continue // it was killed
					}
					mu.Lock()
					answered = append(answered, info)
					mu.Unlock()
				}
			})
		}
		count := func() int {
			mu.Lock()
			defer mu.Unlock()
			return len(answered)
		}
		before := count()
		until(t, 20*time.Second, "some places", func(context.Context) bool { return count() > before+2 })
		g.Kill()
		stop()
		staff.Wait()
		g.Start()
	}
	list := func() map[string]operator.PlaceInfo {
		all, err := g.Operators.Places(t.Context(), launch.RoomID)
		if err != nil {
			t.Fatal(err)
		}
		byCode := map[string]operator.PlaceInfo{}
		for _, p := range all.Places {
			byCode[p.Code] = p
		}
		return byCode
	}
	until(t, 30*time.Second, "all places to be in the line", func(context.Context) bool {
		for _, p := range list() {
			if p.State != "waiting" {
				return false
			}
		}
		return true
	})
	kept := list()
	numbers := map[uint64]bool{}
	for _, p := range answered {
		if is, ok := kept[p.Code]; !ok || is.Number != p.Number {
			t.Errorf("place %d was read out and is not kept", p.Number)
		}
		if numbers[p.Number] {
			t.Errorf("number %d was read out twice", p.Number)
		}
		numbers[p.Number] = true
	}
	t.Logf("%d places were read out in %d lives of the gateway, %d are kept", len(answered), often+1, len(kept))

	// The first caller goes in by a link, hours after the turn as well as at once.
	caller := answered[0]
	g.Set(t, `{"mode": "run"}`)
	until(t, 60*time.Second, "the caller's turn", func(context.Context) bool { return list()[caller.Code].Now })
	made, err := g.Operators.ActOnPlace(t.Context(), launch.RoomID, operator.PlaceLink, operator.PlaceAct{Number: caller.Number, Code: strings.ToLower(caller.Code)})
	if err != nil {
		t.Fatal(err)
	}
	b := harness.NewBrowser(g)
	opens(t, b, made.URL)
	until(t, 60*time.Second, "the caller to be inside", func(ctx context.Context) bool {
		a, err := b.Visit(ctx, "/.einlass/wait?room="+launch.RoomID+"&to=/")
		return err == nil && a.FromSite()
	})
	if _, err := g.Operators.ActOnPlace(t.Context(), launch.RoomID, operator.PlaceFind, operator.PlaceAct{Number: caller.Number, Code: "2222-2222"}); err == nil {
		t.Error("a wrong code names a place")
	}
	for _, text := range []string{caller.Code, strings.ToLower(caller.Code), made.URL[strings.Index(made.URL, "&t=")+3:]} {
		if strings.Contains(g.Log(), text) {
			t.Errorf("the log says %s", text)
		}
	}
	if !strings.Contains(g.Log(), "act on a place made") {
		t.Error("the log says nothing of what was done")
	}
}
