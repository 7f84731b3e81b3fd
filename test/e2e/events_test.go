package e2e

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/test/e2e/harness"
)

// told is one event of a gateway.
type told struct {
	gate int
	room operator.RoomInfo
}

// Events are there once a second, so of those that follow a change at most one can be older than the change: who looks at any gateway sees it
// within a second.
func TestAChangeIsSeenAtThreeGatewaysWithinASecond(t *testing.T) {
	t.Parallel()
	s := harness.NewTrio(t, &program, harness.Room{Rate: 60})
	s.Healthy(t, 1)
	ctx := within(t, 60*time.Second)
	events, ended := make(chan told), make(chan error)
	for i, g := range s.Gates {
		go func() {
			ended <- g.Operators.Follow(ctx, "termine", func(rooms []operator.RoomInfo) error {
				select {
				case events <- told{i, rooms[0]}:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})
		}()
	}
	next := func(want func(told) bool) {
		t.Helper()
		for seen := map[int]bool{}; len(seen) < len(s.Gates); {
			select {
			case e := <-events:
				if want(e) {
					seen[e.gate] = true
				}
			case err := <-ended:
				t.Fatal(err)
			}
		}
	}
	next(func(e told) bool { return e.room.Rate == 60 && e.room.Store.OK })
	for i, g := range s.Gates {
		rate := int64(100 + i)
		changed := make(chan error, 1)
		go func() {
			_, err := g.Operators.Update(ctx, "termine", operator.Change{Rate: &rate})
			changed <- err
		}()
		done, older := false, map[int]int{}
		next(func(e told) bool {
			select {
			case err := <-changed:
				if done = true; err != nil {
					t.Error(err)
				}
			default:
			}
			if e.room.Rate != rate && done {
				older[e.gate]++
			}
			return e.room.Rate == rate
		})
		for gate, n := range older {
			if n > 1 {
				t.Errorf("gateway %d told %d times what was before a change at gateway %d", gate, n, i)
			}
		}
		if !done {
			if err := <-changed; err != nil {
				t.Error(err)
			}
		}
	}
	if info := s.Gates[2].Room(t); info.Gateways != 3 || info.Why.Asked != 102 {
		t.Errorf("%d gateways, asked for %v", info.Gateways, info.Why.Asked)
	}
	// A gateway that stops ends its streams in order, and does not wait for them.
	if code := s.Gates[0].Stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	for {
		select {
		case <-events:
			continue
		case err := <-ended:
			if !errors.Is(err, adminclient.ErrUnreachable) {
				t.Error(fmt.Errorf("the stream of a gateway that stops: %w", err))
			}
		}
		break
	}
}
