//go:build long

package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

// Two gateways on Redis, which is emptied in the lobby and while it is drawn. Those who are not called in the first opening are called
// before those of the second.
func TestLobbiesOfTwoOpeningsAreDrawnOnRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	room, d, chain := drawnRoom("drand"), &drawn{t: t, journal: t.TempDir()}, harness.NewDrand(t)
	room.Site = harness.NewSite(t)
	keys := program.Keys(t)
	for _, beacon := range []string{"drand", "none"} { // who commits first decides
		room.Beacon = beacon
		d.gates = append(d.gates, harness.NewGate(t, &program, harness.Settings{
			Store: server.URL(), Keys: keys, Rooms: []harness.Room{room}, Journal: d.journal, Draws: chain,
		}))
	}
	flush := func() {
		if err := server.Client(t).FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
	}
	d.begins("eight", 6)
	flush()
	lost := time.Now()
	for _, g := range d.gates { // until then one that has not heard of the new epoch does not know its tickets
		until(t, 20*time.Second, "the lobby is back", func(ctx context.Context) bool {
			info, err := g.Figures(ctx, "termine")
			return err == nil && info.Store.OK && info.Opening.Phase == "lobby" && info.AsOf.After(lost)
		})
	}
	d.come(4)
	until(t, 20*time.Second, "the freeze", func(ctx context.Context) bool {
		_, v := d.gates[0].Record(ctx, "eight")
		return v != nil && v.Freeze != nil
	})
	flush()
	d.gates[1].Kill()
	d.gates[1].Start()
	first, v := d.result()
	if len(v.Freeze.Segments) != 2 || v.Result.Fallback != "" {
		t.Errorf("%+v, %+v", v.Freeze, v.Result)
	}
	d.gates[0].Set(t, `{"mode": "pause"}`)
	d.seated(v)
	carried := d.lobby

	d.begins("nine", 6)
	second, v := d.result()
	if len(v.Freeze.Segments) != 1 || v.Freeze.N != 6 {
		t.Errorf("%+v", v.Freeze)
	}
	d.seated(v)
	d.gates[0].Set(t, `{"mode": "run"}`)
	d.goIn(append(carried, d.lobby...)...)
	d.verified(first)
	d.verified(second)
}
