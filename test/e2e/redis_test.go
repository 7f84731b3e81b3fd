package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/test/e2e/harness"
)

// hold is how long nobody is called after a loss: 1.2 times the longest poll interval.
const hold = 1200 * time.Millisecond

// pace of the lines on Redis.
const (
	redisPace  = `{"rate": 1200, "burst": 20, "mode": "run"}`
	redisRate  = 1200
	redisBurst = 20
	// slowPace leaves somebody in a line of a hundred whom nobody has called, however long the machine takes for a few steps.
	slowPace  = `{"rate": 300, "burst": 10, "mode": "run"}`
	slowRate  = 300
	slowBurst = 10
)

func TestVisitorsAtThreeGatewaysOfWhichOneIsKilled(t *testing.T) {
	t.Parallel()
	s := harness.NewTrio(t, &program, harness.Room{PollMin: 500 * time.Millisecond})
	c := harness.NewCrowd(t, s.Gates...)
	all := c.Arrive(atThree)
	for i, v := range all {
		if v.Place.Number != uint64(i+1) || v.Place.Epoch != all[0].Place.Epoch {
			t.Fatalf("arrival %d at gateway %d got %+v", i+1, i%3, v.Place)
		}
	}
	w := harness.NewWatch(t, s.Gates...)
	s.Gates[0].Set(t, redisPace)
	c.Stay(within(t, 70*time.Second), all...)
	let(t, atThree*10*time.Millisecond) // a fifth of the line's time at this pace
	s.Gates[2].Kill()
	c.Use(s.Gates[:2]...)
	calm := time.Now()
	let(t, atThree*10*time.Millisecond)
	s.Gates[2].Start()
	c.Use(s.Gates...)
	c.Wait()
	w.Check(atThree - 20)
	c.Check(harness.Expect{In: atThree, Rate: redisRate, Burst: redisBurst, Calm: calm})
	if epoch := s.Gates[2].Room(t).Epoch; epoch != all[0].Place.Epoch {
		t.Errorf("a gateway that was killed began epoch %d, the line is in %d", epoch, all[0].Place.Epoch)
	}
}

// lossInMidLine lets something happen to Redis while a line moves, after which the line must have begun anew in the old
// order.
func lossInMidLine(t *testing.T, lose func(*harness.Trio)) {
	t.Helper()
	s := harness.NewTrio(t, &program, harness.Room{})
	c := harness.NewCrowd(t, s.Gates...)
	old := c.Arrive(100)
	w := harness.NewWatch(t, s.Gates...)
	s.Gates[1].Set(t, redisPace)
	ctx := within(t, 60*time.Second)
	c.Stay(ctx, old...)
	let(t, 1500*time.Millisecond)
	before := s.Gates[0].Room(t)
	lose(s)
	s.Healthy(t, old[0].Place.Epoch+1)
	calm := time.Now().Add(hold)
	fresh := c.Follow(9)
	for _, v := range fresh {
		if last := old[len(old)-1]; v.Order() <= last.Order() || v.Place.Number <= last.Place.Number {
			t.Errorf("newcomer %+v after %+v", v.Place, last.Place)
		}
	}
	c.Stay(ctx, fresh...)
	c.Wait()
	w.Check(60)
	c.Check(harness.Expect{In: 109, Rate: redisRate, Burst: redisBurst, Calm: calm})
	after := s.Gates[2].Room(t)
	if after.Rate != before.Rate || after.Burst != before.Burst || after.Mode != before.Mode || after.Version < before.Version {
		t.Errorf("the controls were %+v and are %+v", before, after)
	}
}

func TestRedisIsFlushedInMidLine(t *testing.T) {
	t.Parallel()
	lossInMidLine(t, func(s *harness.Trio) { s.Flush(t) })
}

func TestRedisDoesNotAnswerForSixSeconds(t *testing.T) { redisAway(t, 6*time.Second) }

// redisAway lets Redis answer nobody for a while in mid-line.
func redisAway(t *testing.T, gone time.Duration) {
	t.Helper()
	t.Parallel()
	s := harness.NewTrio(t, &program, harness.Room{})
	inside := harness.OneInside(t, s.Gates[0])
	c := harness.NewCrowd(t, s.Gates...)
	all := c.Arrive(100)
	w := harness.NewWatch(t, s.Gates...)
	s.Gates[0].Set(t, slowPace)
	c.Stay(within(t, gone+54*time.Second), all...)
	let(t, 1500*time.Millisecond)
	told := map[*harness.Gate]int{} // a gateway may have been slow to find Redis at its start
	for _, g := range s.Gates {
		told[g] = outages(g)
	}
	s.Redis.Pause()
	paused := time.Now()
	t.Logf("noticed after %v", s.Stale(t))
	s.Held(t, inside, all[99].Browser)
	if !launch.Rest(t.Context(), time.Until(paused.Add(gone))) {
		t.Fatal("the test is over")
	}
	s.Redis.Resume()
	if epoch := s.Healthy(t, 0); epoch != all[0].Place.Epoch {
		t.Errorf("epoch %d after a pause, the line is in %d", epoch, all[0].Place.Epoch)
	}
	calm := time.Now()
	c.Wait()
	w.Check(60)
	c.Check(harness.Expect{In: 100, Rate: slowRate, Burst: slowBurst, Calm: calm})
	for _, g := range s.Gates {
		if n := outages(g) - told[g]; n != 1 {
			t.Errorf("the log of %s tells %d times of one outage:\n%s", g.Addr, n, g.Log())
		}
	}
}

// outages is how often a gateway's log tells of one.
func outages(g *harness.Gate) int {
	return strings.Count(g.Log(), "store does not answer, the line is held")
}
