//go:build long

package upgrade

import (
	"context"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

func TestOldAndNewGatewaysServeOneLineInRedis(t *testing.T) {
	server, site, keys := redistest.Start(t), harness.NewSite(t), old.Keys(t)
	settings := func() harness.Settings {
		return harness.Settings{Store: server.URL(), Keys: keys, Rooms: []harness.Room{{Site: site}}}
	}
	oldGate, newGate := harness.NewGate(t, &old, settings()), harness.NewGate(t, &today, settings())
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()

	c := harness.NewCrowd(t, oldGate, newGate)
	line := c.Arrive(60) // at each in turn
	for i, v := range line {
		if v.Place.Number != uint64(i+1) {
			t.Fatalf("arrival %d has %+v", i, v.Place)
		}
	}
	w := harness.NewWatch(t, oldGate, newGate)
	newGate.Set(t, `{"message": "Bitte Ausweis bereithalten"}`)
	oldGate.Set(t, `{"rate": 600, "burst": 5}`)
	c.Stay(ctx, line[:40]...)
	c.Wait()
	everyPassHolds(t, line[:40], oldGate, newGate)

	// The upgrade goes on: the old one stops, and a new one comes in its place.
	if code := oldGate.Stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	oldGate.Use(&today)
	oldGate.Start()
	if m := oldGate.Room(t).Message; m != "Bitte Ausweis bereithalten" {
		t.Errorf("the message is %q", m)
	}
	everyPassHolds(t, line[:40], oldGate, newGate)
	fresh := c.Arrive(10)
	for i, v := range fresh {
		if v.Place.Number != uint64(61+i) {
			t.Errorf("newcomer %d has %+v", i, v.Place)
		}
	}
	c.Stay(ctx, append(line[40:], fresh...)...)
	c.Wait()
	w.Check(70)
	c.Check(harness.Expect{In: 70, Rate: 600, Burst: 5})
	everyPassHolds(t, c.Everybody(), oldGate, newGate)
}

// everyPassHolds asks for a page of the site at each gateway in turn, so that each reads what the other has issued.
func everyPassHolds(t *testing.T, inside []*harness.Visitor, gates ...*harness.Gate) {
	t.Helper()
	for _, v := range inside {
		for _, g := range gates {
			v.Move(g)
			v.Get(t, "/form").WantSite(t, "site GET /form")
			if v.Token() != v.Place {
				t.Fatalf("the stay of number %d is now %+v", v.Place.Number, v.Token())
			}
		}
	}
}
