//go:build long

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/test/e2e/harness"
)

// lotsMove makes the arrivals that have no lot of a draw.
func lotsMove(t *testing.T, w *metricsWatch) {
	g := harness.NewGate(t, &program, harness.Settings{Rooms: []harness.Room{{Site: &oddSite(t).Site, Rate: 60, Burst: 1}}})
	w.look(g)
	now := time.Now()
	lobby, open := journal.Phase(queue.PhaseLobby), journal.Phase(queue.PhaseOpen)
	act := &operator.DebugPlan{Steps: []operator.Step{
		{At: now, Opening: "draw", Rank: 1, Phase: &lobby}, {At: now.Add(time.Hour), Opening: "draw", Rank: 2, Phase: &open, Draw: true},
	}}
	if _, err := g.Operators.Debug(t.Context(), launch.RoomID, act); err != nil {
		t.Fatal(err)
	}
	behind := `einlass_visits_total{kind="behind",room="termine"}`
	until(t, 30*time.Second, "somebody is beyond the lots of the network", func(context.Context) bool {
		harness.NewBrowser(g).Get(t, "/")
		return w.has(g, behind)
	})
	w.until(g, 5*time.Second, behind)
}

// visitsMove makes each kind of visit and each outcome of a request to the site.
func visitsMove(t *testing.T, w *metricsWatch) {
	site := oddSite(t)
	g := harness.NewGate(t, &program, harness.Settings{
		Trusted: []string{"127.0.0.1"},
		Limits:  launch.Limits{ArrivalsPerPrefix: launch.Arrivals{Rate: 1, Burst: 2}, Stay: launch.Stay{InFlight: 1, Networks: 4}},
		Rooms:   []harness.Room{{Site: &site.Site, Exclude: []string{"/status", "/ws", "/gone", "/garbage", "/hang"}, Rate: 6000, Burst: 100, Idle: 2 * time.Second}},
	})
	g.Stop()
	url := "url: http://" + site.Addr + "\n"
	g.Edit(url, url+"      timeouts: {first_byte: 2s}\n      max_in_flight: 2\n      queue: {length: 0}\n      health: {failures: 1}\n")
	g.Start()
	w.look(g)
	stranger, network := harness.NewStranger(g), 0
	// somebody is a visitor from a network of its own, so that the limit of arrivals is not in the way.
	from := func() []string {
		network++
		return byProxy(fmt.Sprintf("10.%d.%d.1", network/250, network%250))
	}
	send := func(method, target, body string) *harness.Answer {
		t.Helper()
		a, err := stranger.Send(t.Context(), method, target, body, from()...)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	outcome := func(name string) string {
		return `einlass_backend_requests_total{address="*",outcome="` + name + `",room="termine"}`
	}
	visit := func(kind string) string { return `einlass_visits_total{kind="` + kind + `",room="termine"}` }

	for _, code := range []int{200, 304, 404, 503, 799} {
		send("GET", "/status/"+strconv.Itoa(code), "")
	}
	c, _, err := websocket.Dial(t.Context(), "ws://"+g.Addr+"/ws", &websocket.DialOptions{HTTPHeader: http.Header{}})
	if err != nil {
		t.Fatal(err)
	}
	_ = c.CloseNow()
	send("GET", "/status/200", "a body without a meaning")
	send("GET", "/gone", "")
	send("GET", "/garbage", "")
	send("GET", "/hang", "") // until the timeout
	w.look(g)

	// Two requests fill the site, a third is one too many, and one of the two is given up by its client.
	ctx, giveUp := context.WithCancel(t.Context())
	for range 2 {
		go func() {
			for ctx.Err() == nil {
				_, _ = stranger.Send(ctx, "GET", "/hang", "")
			}
		}()
	}
	until(t, 5*time.Second, "the site is full", func(context.Context) bool {
		a := send("GET", "/status/200", "")
		return a.StatusCode == 503
	})
	giveUp()
	w.until(g, 10*time.Second, outcome("client_gone"))

	in := func(fields ...string) *harness.Browser {
		b := harness.NewBrowser(g)
		until(t, 10*time.Second, "somebody inside", func(context.Context) bool {
			return b.Get(t, "/", fields...).StatusCode == 200 && b.Cookie("einlass-termine") != ""
		})
		return b
	}
	home := from()
	b := in(home...)
	b.Get(t, "/", home...)
	w.until(g, 5*time.Second, visit("straight"))
	w.until(g, 5*time.Second, visit("forward"))
	for range 5 {
		b.Get(t, "/", from()...)
	}
	w.until(g, 5*time.Second, visit("shared"))
	// One request of a stay goes on, three wait, and a fifth is one too many.
	home = from()
	b = in(home...)
	busy, end := context.WithCancel(t.Context())
	defer end()
	for range 5 {
		copied := harness.NewBrowser(g)
		copied.SetCookie("einlass-termine", b.Cookie("einlass-termine"))
		go func() { _, _ = copied.Fetch(busy, "GET", "/inside/hang", home...) }()
	}
	w.until(g, 10*time.Second, visit("busy"))
	end()

	// A form that comes a moment after the end of a stay is let through.
	home = from()
	b = in(home...)
	until(t, 30*time.Second, "a form with a pass that has ended", func(ctx context.Context) bool {
		if !launch.Rest(ctx, 3500*time.Millisecond) {
			return false
		}
		_, _ = b.Load(ctx, "POST", "/", home...)
		return w.has(g, visit("late"))
	})
	// A place that staff take, and that goes on in a browser.
	caller, err := g.Operators.TakePlace(t.Context(), launch.RoomID, operator.NewPlace{})
	if err != nil {
		t.Fatal(err)
	}
	made, err := g.Operators.ActOnPlace(t.Context(), launch.RoomID, operator.PlaceLink, operator.PlaceAct{Number: caller.Number, Code: caller.Code})
	if err != nil {
		t.Fatal(err)
	}
	opens(t, harness.NewBrowser(g), made.URL)
	w.until(g, 5*time.Second, visit("desk"))
	w.until(g, 5*time.Second, visit("moved"))
	// Arrivals from one network beyond its limit.
	home = from()
	for range 4 {
		harness.NewBrowser(g).Get(t, "/", home...)
	}
	send("GET", "/inside", "") // a program
	home = from()
	in(home...).Get(t, "/inside/surplus", home...)
	w.until(g, 5*time.Second, visit("limited"))
	until(t, 10*time.Second, "the address is no longer trusted to say how long its answers are", func(context.Context) bool {
		return !w.has(g, `einlass_backend_reused{address="*",room="termine"}`)
	})
	w.look(g)
	site.Close()
	until(t, 10*time.Second, "the address is down", func(context.Context) bool {
		send("GET", "/status/200", "")
		return !w.has(g, `einlass_backend_up{address="*",room="termine"}`)
	})
	w.look(g)
}
