package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// everybody is a crowd who stay and ask as they are told, until all are in.
func everybody(t *testing.T, seed uint64, n int, cfg queue.RoomConfig, meanwhile func(c *crowd)) *crowd {
	t.Helper()
	c := newCrowd(t, seed, n, cfg)
	if meanwhile != nil {
		meanwhile(c)
	}
	c.goOn(3 * time.Hour)
	if c.passed != n {
		t.Fatalf("the head came by %d of %d", c.passed, n)
	}
	for range 400 { // the last ones hear of their calls
		c.late = 0
		c.step()
	}
	return c
}

func (c *crowd) count(s queue.State) (n int) {
	for _, p := range c.people {
		if p.saw[s] {
			n++
		}
	}
	return n
}

// Who never stopped asking is never told what only those read who were away.
func TestWhoPollsOnTimeNeverReadsThatTheyStandAtTheFront(t *testing.T) {
	for _, rate := range []int64{12, 60, 600} {
		if !everyCase && rate != 60 {
			continue
		}
		c := everybody(t, 21, 300, pace(rate, 0), nil)
		if front, missed := c.count(queue.StateFront), c.count(queue.StateMissed); front > 0 || missed > 0 {
			t.Errorf("at %d a minute %d of 300 who polled on time read that they are at the front, %d that they missed their call",
				rate, front, missed)
		}
	}
}

// However long poll.max is, a page hears of its call while it may be claimed.
func TestNobodyWhoPollsAsToldMissesTheCall(t *testing.T) {
	for name, meanwhile := range map[string]func(c *crowd){
		"as set": nil,
		"after a pause": func(c *crowd) {
			c.set(func(k *queue.Document) { k.Pace.Mode = queue.ModePause })
			c.goOn(2 * time.Minute)
			c.set(func(k *queue.Document) { k.Pace.Mode = queue.ModeRun })
		},
		"at once much faster": func(c *crowd) {
			c.goOn(time.Minute)
			c.set(func(k *queue.Document) { k.Pace.Rate, k.Pace.Burst = 6000, 600 })
		},
		"in a full room": func(c *crowd) {
			c.set(func(k *queue.Document) { k.Pace.MaxInside = 50 })
			c.stay = func() time.Duration { return time.Duration(60+c.random.IntN(60)) * time.Second }
		},
	} {
		for _, window := range []time.Duration{10 * time.Second, 30 * time.Second} {
			cfg := pace(60, 0)
			cfg.PollMax = window
			cfg.Document.Timing = simple()
			cfg.Document.Timing.Window, cfg.Document.Timing.Hold = window, window*6/5
			longest := time.Duration(0)
			c := everybody(t, 22, polite, cfg, func(c *crowd) {
				c.read = func(_ *person, a queue.Answer) { longest = max(longest, a.Next) }
				if meanwhile != nil {
					meanwhile(c)
				}
			})
			if missed := c.count(queue.StateMissed); missed > 0 {
				t.Errorf("%s, claim window and longest poll %v: %d of %d who stayed missed their call; they were told to ask in up to %v",
					name, window, missed, polite, longest)
			}
			if longest > window/2 {
				t.Errorf("%s: a page asks again after %v, the claim window is %v", name, longest, window)
			}
		}
	}
}

// Calls that nobody claims cost neither pace nor seats.
func TestNoShowsCostNoPace(t *testing.T) {
	const minutes = 6
	for name, cfg := range map[string]queue.RoomConfig{"by the rate": delivered(60, 0), "in a full room": delivered(600, 100)} {
		if !everyCase && cfg.Document.Pace.MaxInside > 0 {
			continue
		}
		c := newCrowd(t, 23, 1800, cfg) // more than are called until the end
		for _, p := range c.people {
			p.noShow = c.random.Float64() < 0.4
		}
		c.stay = func() time.Duration { return time.Duration(70+c.random.IntN(20)) * time.Second }
		c.goOn(5 * time.Minute) // in which the room learns it
		before := c.room.View().Snapshot.Admitted
		c.goOn(minutes * time.Minute)
		admitted, want := c.room.View().Snapshot.Admitted-before, int64(minutes*60)
		if cfg.Document.Pace.MaxInside > 0 {
			want = 100 * minutes * 60 / 80 // seats by the length of a stay
		}
		if admitted < want*97/100 {
			t.Errorf("%s: %d let in, the pace allows %d", name, admitted, want)
		}
	}
}
