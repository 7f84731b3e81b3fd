//go:build long

package e2e

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

// Redis comes back with what it had saved of the opening before, and gateways know better.
func TestAnOpeningHappensOnceHoweverOftenAnOlderFileOfRedisIsPutBack(t *testing.T) {
	t.Parallel()
	opensOnce(t, soonOr(moments...), func(t *testing.T) ([]*harness.Gate, func(int)) {
		s := harness.NewTrio(t, &program, opening())
		saved := func() []byte {
			s.Redis.Save()
			data, err := os.ReadFile(s.Redis.Saved())
			if err != nil {
				t.Fatal(err)
			}
			return data
		}
		older := saved()
		return s.Gates, func(int) {
			epoch, now := s.Gates[0].Room(t).Epoch, saved()
			s.Redis.Kill()
			if err := os.WriteFile(s.Redis.Saved(), older, 0o600); err != nil {
				t.Fatal(err)
			}
			s.Redis.Restart(redistest.Keep)
			s.Healthy(t, epoch+1)
			older = now
		}
	})
}

// A backup of the lobby is put back after the hour, before anybody was called.
func TestAnOpeningHappensOnceHoweverOftenABackupOfItsLobbyIsPutBack(t *testing.T) {
	t.Parallel()
	g, _ := one(t, opening())
	d := newDay(t, g)
	d.forgets = true
	for range crashes {
		var backup string
		d.opens(moment{wait: func(d *day) {
			let(t, time.Until(d.start.Add(-500*time.Millisecond)))
			backup = copied(t, g.State)
			let(t, time.Until(d.start.Add(500*time.Millisecond)))
		}}, func() {
			g.Kill()
			putBack(t, backup, g.State)
			g.Start()
		})
	}
	d.ends()
}

// One gateway does not reach the store from before the hour until after it. Nobody is let in twice, nor by it alone.
func TestAnOpeningHappensOnceWhileAGatewayIsCutOffOverTheHour(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	cable := harness.NewCable(t, server.Addr())
	room, keys := opening(), program.Keys(t)
	room.Site = harness.NewSite(t)
	var gates []*harness.Gate
	for _, url := range []string{server.URL(), "redis://" + cable.Addr} {
		gates = append(gates, harness.NewGate(t, &program, harness.Settings{Store: url, Keys: keys, Rooms: []harness.Room{room}}))
	}
	d := newDay(t, gates...)
	d.opens(moment{wait: func(d *day) {
		let(t, time.Until(d.start.Add(-time.Second)))
		cable.Cut()
		let(t, time.Until(d.start.Add(-100*time.Millisecond)))
		until(t, 20*time.Second, "the gateway knows that its store is away", func(ctx context.Context) bool {
			info, err := gates[1].Figures(ctx, "termine")
			return err == nil && !info.Store.OK
		})
		let(t, time.Until(d.start.Add(time.Second)))
	}}, cable.Mend)
	d.ends()
}
