package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// wantUsage checks what a room says of its last ten minutes: the part of the possible entries, and what cost most of the rest.
func wantUsage(t *testing.T, what string, c *crowd, low, high float64, main queue.Loss) {
	t.Helper()
	u := c.room.View().Usage
	ratio, known := u.Ratio()
	if !known || ratio < low || ratio > high {
		t.Errorf("%s: %.2f of the possible entries were used (known: %v), want %.2f to %.2f: %+v", what, ratio, known, low, high, u)
	}
	if loss, lost := u.Main(); high < 1 && (!lost || loss != main) {
		t.Errorf("%s: most was lost by %v, want %v: %+v", what, loss, main, u)
	}
}

func TestTheRoomSaysWhatShareOfThePossibleEntriesWasUsed(t *testing.T) {
	c := newCrowd(t, 1, 650, delivered(30, 0))
	c.goOn(10 * time.Minute)
	wantUsage(t, "a line that is let in", c, 0.95, 1, queue.LossTurns)
	c.set(func(d *queue.Document) { d.Pace.Mode = queue.ModePause })
	c.goOn(5 * time.Minute)
	wantUsage(t, "a pause of five minutes", c, 0.45, 0.55, queue.LossPaused)
	c.set(func(d *queue.Document) { d.Pace.Mode = queue.ModeRun })
	c.goOn(10 * time.Minute)
	wantUsage(t, "ten minutes later", c, 0.95, 1, queue.LossTurns)
	c.set(func(d *queue.Document) { d.Pace.MaxInside, d.Pace.Strict = 20, true })
	c.goOn(10 * time.Minute)
	wantUsage(t, "a room for 20 in which each stay counts until it runs out", c, 0, 0.5, queue.LossFull)
}

func TestTheTimeWithoutAStoreCountsAsLost(t *testing.T) {
	c := newCrowd(t, 2, 400, delivered(30, 0))
	c.goOn(5 * time.Minute)
	c.store.gone = true
	c.goOn(5 * time.Minute)
	c.store.gone = false
	c.goOn(time.Second)
	wantUsage(t, "five minutes without a store", c, 0.4, 0.6, queue.LossStore)
}

func TestASiteThatHoldsThePaceBackIsSeenInWhatWasUsed(t *testing.T) {
	cfg := delivered(30, 0)
	cfg.Health = &physician{name: "a", factor: 400}
	c := newCrowd(t, 3, 400, cfg)
	c.goOn(12 * time.Minute)
	wantUsage(t, "a factor of 0.4", c, 0.35, 0.5, queue.LossHealth)
}

// A rate that is no bound makes no more entries possible than there are people.
func TestNoMoreEntriesArePossibleThanPeople(t *testing.T) {
	cfg := delivered(30, 0)
	cfg.Document.Pace.Rate, cfg.Document.Pace.Burst = 6_000_000, 1
	c := newCrowd(t, 4, 150, cfg)
	c.goOn(2 * time.Minute)
	if u := c.room.View().Usage; u.Possible > 300 || u.Used < 90 {
		t.Errorf("with 150 people: %+v", u)
	}
}
