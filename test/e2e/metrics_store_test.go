//go:build long

package e2e

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

// storeMoves makes what happens to a line in a store that is shared.
func storeMoves(t *testing.T, w *metricsWatch) {
	// Long enough that a page on a busy machine hears of its call, and short enough to miss one.
	const claim = 3 * time.Second
	redis := redistest.Start(t)
	client, keys := redis.Client(t), program.Keys(t)
	settings := harness.Settings{Store: redis.URL(), Keys: keys, Rooms: []harness.Room{{Site: harness.NewSite(t), Claim: claim}}}
	g := harness.NewGate(t, &program, settings)
	line := func(name string) string { return "einlass_" + name + `{room="termine"}` }
	visit := func(kind string) string { return `einlass_visits_total{kind="` + kind + `",room="termine"}` }
	until(t, 10*time.Second, "the line is known", func(context.Context) bool { return w.has(g, line("line_epoch")) })
	w.look(g)
	harness.NewGate(t, &program, settings)
	until(t, 10*time.Second, "two gateways share the line", func(context.Context) bool {
		return w.scrape(g)[line("line_gateways")] == "2"
	})
	w.look(g)

	press := func(b *harness.Browser, what string) {
		t.Helper()
		a, err := b.Load(t.Context(), "POST", "/.einlass/"+what+"?room=termine", "Origin", "http://"+b.Host())
		if err != nil || a.StatusCode != 303 {
			t.Fatalf("%s: %v, %v", what, a, err)
		}
	}
	// One misses the call and comes to the front, one is let in, one gives the place up, two wait.
	var waiting []*harness.Browser
	for range 5 {
		b := harness.NewBrowser(g)
		b.Get(t, "/")
		b.Get(t, "/")
		b.Status(t)
		waiting = append(waiting, b)
	}
	w.until(g, 10*time.Second, line("line_waiting"))
	press(waiting[4], "leave")
	g.Set(t, `{"rate": 6000, "burst": 1, "max_inside": 1}`)
	w.until(g, 10*time.Second, line("line_calls"))
	g.Set(t, `{"mode": "pause"}`)
	w.until(g, 10*time.Second, line("pace_paused"))
	var late *harness.Browser
	until(t, 20*time.Second, "one has missed the call", func(context.Context) bool {
		i := slices.IndexFunc(waiting[:4], func(b *harness.Browser) bool { return b.Status(t).State == "missed" })
		if i >= 0 {
			late = waiting[i]
		}
		return i >= 0
	})
	late.Get(t, "/") // comes back
	w.until(g, 10*time.Second, line("line_front"))
	g.Set(t, `{"mode": "run"}`)
	until(t, 20*time.Second, "one is let in", func(context.Context) bool {
		for _, b := range waiting[:4] {
			if s := b.Status(t); !s.Turn() {
				continue
			}
			if a := b.Get(t, "/"); !a.Waiting() { // whoever has missed a call comes back
				late = b
			}
		}
		return w.has(g, visit("claim"))
	})
	w.until(g, 10*time.Second, line("line_inside"))
	for range 3 {
		late.Get(t, "/")
	}
	late.Get(t, "/done")
	w.until(g, 10*time.Second, line("line_finished_total"))
	w.until(g, 10*time.Second, line("line_left_total"))

	// The store is away for a moment, and after that it is empty.
	if err := client.Do(t.Context(), "CLIENT", "PAUSE", "5000", "ALL").Err(); err != nil {
		t.Fatal(err)
	}
	until(t, 15*time.Second, "heartbeats that the store has missed", func(ctx context.Context) bool {
		for _, b := range waiting {
			_ = b.Away(ctx)
		}
		return w.has(g, "einlass_heartbeats_dropped_total")
	})
	until(t, 15*time.Second, "the store counts as away", func(context.Context) bool {
		w.look(g) // it may be back by the next
		return w.seen[line("store_up")]
	})
	w.until(g, 15*time.Second, `einlass_store_calls_total{outcome="unavailable",verb="advance"}`)
	w.look(g)
	w.until(g, 30*time.Second, line("store_up"))
	epoch := w.scrape(g)[line("line_epoch")]
	if err := client.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	until(t, 30*time.Second, "a new epoch", func(context.Context) bool { return w.scrape(g)[line("line_epoch")] != epoch })
	for name, value := range map[string]string{"maxmemory": "100mb", "maxmemory-policy": "allkeys-lru"} {
		if err := client.ConfigSet(t.Context(), name, value).Err(); err != nil {
			t.Fatal(err)
		}
	}
	w.until(g, 45*time.Second, "einlass_store_evicts")
}
