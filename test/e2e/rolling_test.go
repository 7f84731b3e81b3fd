package e2e

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

// Gateways on one Redis are upgraded one after the other: each is stopped, serves on for its drain, ends, and starts again. Behind a front
// that goes on to the next gateway where a connection is refused, nobody sees any of it.
func TestThreeGatewaysAreReplacedInTurnUnderACrowd(t *testing.T) {
	t.Parallel()
	s := harness.NewTrioWith(t, &program, redistest.Start(t), harness.Settings{Drain: 500 * time.Millisecond, Rooms: []harness.Room{{}}})
	f := harness.NewFront(t, s.Gates...)
	c := harness.NewCrowd(t, f.Gate)
	all := c.Arrive(atThree)
	w := harness.NewWatch(t, s.Gates...)
	s.Gates[0].Set(t, slowPace)
	ctx := within(t, 4*time.Minute)
	c.Stay(ctx, all...)
	came := len(all)
	for range rounds {
		for _, g := range s.Gates {
			code := make(chan int, 1)
			go func() { code <- g.Stop() }()
			fresh := c.Follow(5) // while it drains and ends
			c.Stay(ctx, fresh...)
			if got := <-code; got != 0 {
				t.Errorf("the gateway ends with code %d", got)
			}
			late := c.Follow(5) // while it is away
			c.Stay(ctx, late...)
			g.Start()
			came += len(fresh) + len(late)
		}
	}
	s.Gates[0].Set(t, redisPace)
	c.Wait()
	f.Check()
	w.Check(int64(came) - 20)
	c.Check(harness.Expect{In: came, Rate: redisRate, Burst: redisBurst})
	if epoch := s.Gates[2].Room(t).Epoch; epoch != all[0].Place.Epoch {
		t.Errorf("the line is in epoch %d, it was in %d", epoch, all[0].Place.Epoch)
	}
}
