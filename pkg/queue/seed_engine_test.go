package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestTwoConfigurationsDoNotTakeTurnsAndLeaveTheOperatorsWordAlone(t *testing.T) {
	with := func(seed string, rate int64) queue.Control {
		return queue.Control{Mode: queue.ModeRun, Pace: queue.Pace{Rate: rate, Burst: 1}, ConfigHash: seed}
	}
	e := newEngine(t, queue.RoomConfig{Gateway: "old", Control: with("old", 60)})
	e.pass(time.Second)
	// A new configuration is rolled out: one gateway has it, the other not yet.
	b, err := queue.NewRoom(e.store, queue.RoomConfig{
		Gateway: "new", Timing: e.store.timing, Visitors: 1024, Control: with("new", 120),
		Clock: func() time.Time { return time.UnixMilli(e.now.Load()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Tick(t.Context())
	if _, err := b.Update(t.Context(), func(c *queue.Control) error {
		c.Mode = queue.ModePause
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		e.pass(250 * time.Millisecond)
		b.Tick(t.Context())
	}
	c := b.View().Snapshot.Control
	if c.Mode != queue.ModePause || c.Pace.Rate != 120 || c.ConfigHash != "new" {
		t.Errorf("the operator's pause has become %+v", c)
	}
	if c.Version > 4 {
		t.Errorf("the controls were changed %d times", c.Version-1)
	}
}
