package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// The store is away from all gateways when the hold of a start ends. Those of the lobby who asked meanwhile were not heard, and are not
// passed over by the first tick that reaches the store again.
func TestAnOutageOverTheEndOfAStartsHoldPassesNobodyOver(t *testing.T) {
	const start, hold = 10 * time.Second, 1800 * time.Millisecond
	for name, c := range map[string]struct {
		away, ticking bool // the store was away from one gateway; another one reached it all the time
		held          bool
	}{
		"away from all":      {away: true, held: true},
		"away from one only": {away: true, ticking: true},
		"not away":           {},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := queue.RoomConfig{Document: runs(600, 10), Gateway: "a"}
			cfg.Document.Timing = simple()
			cfg.Document.Timing.Hold = hold
			e := early(t, start, false, cfg)
			lobby := e.comeEarly(2)
			e.until(start)
			e.pass(250 * time.Millisecond)
			e.poll(lobby[1], -1)
			e.pass(250 * time.Millisecond)
			e.store.gone = c.away
			for range 16 {
				e.poll(lobby[0], -1)
				e.poll(lobby[1], -1)
				if c.ticking {
					if _, err := e.store.Store.Advance(t.Context(), queue.Watermark{}, queue.Sample{}, queue.Verdict{}); err != nil {
						t.Fatal(err)
					}
				}
				e.pass(250 * time.Millisecond)
			}
			e.store.gone = false
			back := e.now.Load()
			e.pass(250 * time.Millisecond)
			if f := e.room.View().Snapshot; f.Now < f.Hold != c.held || c.held && f.Hold < back+hold.Milliseconds() {
				t.Errorf("the line is held for %d ms after the store is back", f.Hold-f.Now)
			}
			passed := false
			for range 16 {
				passed = passed || e.poll(lobby[0], -1).State == queue.StateFront
				e.poll(lobby[1], -1)
				e.pass(250 * time.Millisecond)
			}
			if first, second := e.poll(lobby[0], -1).State, e.poll(lobby[1], -1).State; passed != c.ticking || !passed && first != queue.StateCalled || second != queue.StateCalled {
				t.Errorf("the first of the line is %v, the second %v; passed over: %v", first, second, passed)
			}
		})
	}
}
