//go:build long

package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

func TestTwoGatewaysAreReloadedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	before, after, other := harness.NewSite(t), harness.NewSite(t), harness.NewSite(t)
	settings := harness.Settings{Store: redis.URL(), Keys: program.Keys(t), Rooms: []harness.Room{
		{Site: before, Hosts: []string{"termine.example"}, Exclude: []string{"/free"}},
	}}
	gates := []*harness.Gate{harness.NewGate(t, &program, settings), harness.NewGate(t, &program, settings)}
	var waiting []*harness.Browser
	arrive := func(g *harness.Gate) {
		b := harness.NewBrowser(g)
		b.Get(t, "/")
		waiting = append(waiting, b)
	}
	for i, g := range gates {
		arrive(g)
		arrive(gates[1-i])
		g.Edit("rooms:\n", second(other))
		g.Edit("url: http://"+before.Addr, "url: http://"+after.Addr)
		g.Edit("rate: 0\n      max_inside: 0", "rate: 7\n      max_inside: 0")
		wants(t, g.Reload(), "in force", `"rooms_new":["kfz"]`)
		arrive(g)
		arrive(gates[1-i])
		if a := harness.NewBrowser(g).Get(t, "/free"); a.Header.Get("X-Site") != after.Addr {
			t.Errorf("gateway %d: %s from %q", i, a.Status, a.Header.Get("X-Site"))
		}
	}
	for i, b := range waiting {
		if n := b.Token().Number; n != uint64(i+1) {
			t.Errorf("arrival %d has number %d", i+1, n)
		}
	}
	for _, g := range gates {
		until(t, 10*time.Second, "the pace of the file is in force", func(context.Context) bool { return g.Room(t).Rate == 7 })
	}
	// The room of both files has one line.
	a, b := at(gates[0], "kfz.example"), at(gates[1], "kfz.example")
	a.Get(t, "/")
	b.Get(t, "/")
	if a.Token().Number != 1 || b.Token().Number != 2 {
		t.Errorf("the new room gave %+v and %+v", a.Token(), b.Token())
	}
	// Gone at both, it keeps its line in the store.
	for _, g := range gates {
		g.Edit(second(other), "rooms:\n")
		wants(t, g.Reload(), `"rooms_removed":["kfz"]`)
	}
	gates[0].Edit("rooms:\n", second(other))
	wants(t, gates[0].Reload(), `"rooms_new":["kfz"]`)
	c := at(gates[0], "kfz.example")
	c.Get(t, "/")
	if now := c.Token(); now.Number != 3 || now.Epoch != a.Token().Epoch {
		t.Errorf("the room that came back gave %+v behind %+v", now, b.Token())
	}
}
