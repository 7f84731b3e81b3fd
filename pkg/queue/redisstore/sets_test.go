package redisstore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/queuetest"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// inspected is a store whose sets are looked at after every snapshot, which the differential takes after every step.
type inspected struct {
	queue.Store
	t      testing.TB
	client *redis.Client
	room   string
}

func (s inspected) Snapshot(ctx context.Context) (queue.Snapshot, error) {
	if err := s.inspect(ctx); err != nil {
		s.t.Error(err)
	}
	return s.Store.Snapshot(ctx)
}

// lines and stays are the sets of those who wait by lane, and of stays by what was told.
var (
	lines = strings.Fields("line0 line1 line2 line3 line4 line5 line6 line7")
	stays = strings.Fields("fresh inside1 inside2 inside3 inside4 inside5 inside6 inside7 inside8 served")
)

// inspect says which of the rules about sets is broken.
func (s inspected) inspect(ctx context.Context) error {
	members := map[string]map[string]bool{}
	for _, name := range append(append(strings.Fields("front calls asking asked missed lapsed again spent ended orders"), lines...), stays...) {
		members[name] = map[string]bool{}
		for _, id := range s.client.ZRange(ctx, s.key(name), 0, -1).Val() {
			members[name][id] = true
		}
	}
	for _, name := range []string{"seen", "back"} {
		members[name] = map[string]bool{}
		for _, id := range s.client.HKeys(ctx, s.key(name)).Val() {
			members[name][id] = true
		}
	}
	sets := append(append([]string{}, lines...), "front", "calls", "missed", "lapsed", "spent", "ended")
	in, err := once(members, sets)
	if err != nil {
		return err
	}
	inStay, err := once(members, stays)
	if err != nil {
		return err
	}
	for id := range members["asking"] {
		if name := in[id]; name != "" && name != "spent" {
			return fmt.Errorf("visitor %x asks at the door and is in %s", id, name)
		}
		in[id] = "asking"
	}
	waits := map[string]bool{}
	for _, name := range lines {
		for id := range members[name] {
			waits[id] = true
		}
	}
	members["lines"] = waits
	for id := range inStay {
		if !members["spent"][id] {
			return fmt.Errorf("visitor %x has a stay in %s, but is not in spent", id, inStay[id])
		}
	}
	for id := range members["orders"] {
		if in[id] == "" && !members["again"][id] || in[id] == "front" || waits[id] {
			return fmt.Errorf("visitor %x of orders is in %q", id, in[id])
		}
	}
	for _, pair := range [][2]string{
		{"seen", "lines"}, {"lines", "seen"}, {"back", "front"}, {"front", "back"}, {"asking", "asked"}, {"asked", "asking"},
	} {
		for id := range members[pair[0]] {
			if !members[pair[1]][id] {
				return fmt.Errorf("visitor %x is in %s, but not in %s", id, pair[0], pair[1])
			}
		}
	}
	return nil
}

// once is the set that each visitor is in, of sets that exclude each other.
func once(members map[string]map[string]bool, sets []string) (map[string]string, error) {
	in := map[string]string{}
	for _, name := range sets {
		for id := range members[name] {
			if in[id] != "" {
				return nil, fmt.Errorf("visitor %x is in %s and in %s", id, in[id], name)
			}
			in[id] = name
		}
	}
	return in, nil
}

func (s inspected) key(name string) string { return "einlass:{" + s.room + "}:2:" + name }

// inspectedFactory makes stores whose sets are looked at.
func inspectedFactory(outer testing.TB) queuetest.Factory {
	outer.Helper()
	server := redistest.Shared(outer)
	client := server.Client(outer)
	return func(t testing.TB, clock *queuetest.Clock) queuetest.Subject {
		t.Helper()
		room := server.Room(t)
		store := must(redisstore.New(client, redisstore.Config{Room: room, Clock: clock.Now}))(t)
		return queuetest.Subject{
			Store: inspected{store, t, client, room},
			Lose: func() {
				if err := redistest.Forget(context.Background(), client, room); err != nil {
					t.Fatal(err)
				}
			},
			Release: func(format int) queue.Store { return store.Release(format) },
		}
	}
}

func TestAVisitorIsInOneSetAtATimeAndLeavesNothingBehind(t *testing.T) {
	t.Setenv("DIFFERENTIAL_STEPS", inspectedSteps)
	queuetest.Differential(t, queuetest.ModelFactory, inspectedFactory(t))
}
