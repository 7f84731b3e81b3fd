//go:build long

package upgrade

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

func TestALineInRedisIsTakenOverFromTheGatewaysOfBefore(t *testing.T) {
	server, site, keys := redistest.Start(t), harness.NewSite(t), old.Keys(t)
	settings := func() harness.Settings {
		return harness.Settings{Store: server.URL(), Keys: keys, Rooms: []harness.Room{{Site: site}}}
	}
	oldGate := harness.NewGate(t, &old, settings())
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := harness.NewCrowd(t, oldGate)
	line := c.Arrive(40)
	inside, waiting := line[:10], line[10:]
	oldGate.Set(t, `{"rate": 6000, "burst": 100, "max_inside": 10, "message": "`+message+`"}`)
	c.Stay(ctx, inside...)
	c.Wait()
	oldGate.Set(t, `{"mode": "pause"}`)

	newGate := harness.NewGate(t, &today, settings())
	c.Use(newGate)
	everybodyAt(newGate, line)
	keepsPlaces(t, "taken over", waiting, inside)
	if now := newGate.Room(t); now.Inside != 10 || now.Rate != 6000 || now.MaxInside != 10 || now.Message != message || now.Mode != "pause" {
		t.Errorf("the room has %d inside, %d a minute, %d at most, %q, %s", now.Inside, now.Rate, now.MaxInside, now.Message, now.Mode)
	}
	fresh := c.Arrive(5)
	for _, v := range fresh {
		if v.Order() <= line[39].Order() || v.Place.Number <= 40 {
			t.Errorf("a newcomer at %+v is not behind %+v", v.Place, line[39].Place)
		}
	}
	waiting = append(waiting, fresh...)

	// The gateway of before serves as if the store were away, and gives no numbers in a line of its own.
	heldAt(t, oldGate, inside[0], waiting[0])
	everybodyAt(newGate, append(waiting, inside...))
	keepsPlaces(t, "beside the gateway of before", waiting, inside)

	// The upgrade goes on: a new gateway comes in its place.
	if code := oldGate.Stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	oldGate.Use(&today)
	oldGate.Start()
	w := harness.NewWatch(t, oldGate, newGate)
	c.Use(oldGate, newGate)
	newGate.Set(t, `{"rate": 600, "burst": 5, "max_inside": 0, "mode": "run"}`)
	c.Stay(ctx, waiting...)
	c.Wait()
	w.Check(20)
	c.Check(harness.Expect{In: 45, Rate: 6000, Burst: 100})
	for _, v := range c.Everybody() {
		for _, g := range []*harness.Gate{oldGate, newGate} {
			v.Move(g)
			keepsPlaces(t, "at the end", nil, []*harness.Visitor{v})
		}
	}
}

func everybodyAt(g *harness.Gate, all []*harness.Visitor) {
	for _, v := range all {
		v.Move(g)
	}
}

// heldAt asserts what people get at a gateway whose store is away: whoever is inside stays inside, an arrival is asked to come
// again, and whoever waits is answered from the last snapshot.
func heldAt(t *testing.T, g *harness.Gate, inside, waiting *harness.Visitor) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		if info, err := g.Figures(ctx, "termine"); err == nil && !info.Store.OK {
			break
		}
		if ctx.Err() != nil {
			t.Fatal("the gateway of before goes on with the store")
		}
	}
	if a, err := inside.At(g).Load(ctx, "GET", "/form"); err != nil || !a.FromSite() {
		t.Errorf("somebody inside got %+v, %v", a, err)
	}
	if a, err := harness.NewBrowser(g).Load(ctx, "GET", "/"); err != nil || a.StatusCode != 503 || a.Header.Get("Retry-After") == "" {
		t.Errorf("an arrival got %+v, %v", a, err)
	}
	if s, err := waiting.At(g).Poll(ctx); err != nil || !s.Stale || s.Number != waiting.Place.Number {
		t.Errorf("somebody in line is told %+v, %v", s, err)
	}
}

// A gateway of before that is started again on a line of today's, as after a rollback, begins no second line: it says why it
// cannot use the store, and is never ready.
func TestTheGatewayOfBeforeBeginsNoSecondLineInRedis(t *testing.T) {
	server, site, keys := redistest.Start(t), harness.NewSite(t), old.Keys(t)
	settings := func() harness.Settings {
		return harness.Settings{Store: server.URL(), Keys: keys, Rooms: []harness.Room{{Site: site}}}
	}
	newGate := harness.NewGate(t, &today, settings())
	c := harness.NewCrowd(t, newGate)
	waiting := c.Arrive(20)
	code, log := harness.Refused(t, &old, settings())
	if code == -1 || !strings.Contains(log, "the line is held") || !strings.Contains(log, "WRONGTYPE") {
		t.Errorf("the gateway of before does not refuse the line: exit code %d\n%s", code, log)
	}
	keepsPlaces(t, "after the gateway of before", waiting, nil)
	fresh := c.Arrive(1)[0]
	if last := waiting[19].Place; fresh.Place.Epoch != last.Epoch || fresh.Place.Number != last.Number+1 {
		t.Errorf("a newcomer at %+v behind %+v", fresh.Place, last)
	}
}
