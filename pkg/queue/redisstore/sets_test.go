package redisstore_test

import (
	"context"
	"fmt"
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

// inspect says which of the rules about sets is broken.
func (s inspected) inspect(ctx context.Context) error {
	members := map[string]map[string]bool{}
	for _, name := range []string{"line", "front", "calls", "missed", "lapsed", "inside", "spent", "ended"} {
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
	in := map[string]string{}
	for _, name := range []string{"line", "front", "calls", "missed", "lapsed", "spent", "ended"} {
		for id := range members[name] {
			if in[id] != "" {
				return fmt.Errorf("visitor %x is in %s and in %s", id, in[id], name)
			}
			in[id] = name
		}
	}
	for name, within := range map[string]string{
		"inside": "spent", "seen": "line", "line": "seen", "back": "front", "front": "back",
	} {
		for id := range members[name] {
			if !members[within][id] {
				return fmt.Errorf("visitor %x is in %s, but not in %s", id, name, within)
			}
		}
	}
	return nil
}

func (s inspected) key(name string) string { return "einlass:{" + s.room + "}:" + name }

func TestAVisitorIsInOneSetAtATimeAndLeavesNothingBehind(t *testing.T) {
	t.Setenv("DIFFERENTIAL_STEPS", "1500")
	server := redistest.Shared(t)
	client := server.Client(t)
	queuetest.Differential(t, queuetest.ModelFactory,
		func(t testing.TB, timing queue.Timing, clock *queuetest.Clock) queuetest.Subject {
			room := server.Room(t)
			store := must(redisstore.New(client, redisstore.Config{Room: room, Timing: timing, Clock: clock.Now}))(t)
			return queuetest.Subject{
				Store: inspected{store, t, client, room},
				Lose: func() {
					if err := redistest.Forget(context.Background(), client, room); err != nil {
						t.Fatal(err)
					}
				},
			}
		})
}

// atClock is a store with a clock of the test and a room that calls nobody yet.
func atClock(t *testing.T, ms int64) (*redisstore.Store, *queuetest.Clock, func(name string) int64) {
	t.Helper()
	server := redistest.Shared(t)
	client, room, clock := server.Client(t), server.Room(t), queuetest.NewClock(ms)
	store := must(redisstore.New(client, redisstore.Config{Room: room, Timing: benchTiming, Clock: clock.Now}))(t)
	if err := store.Restore(t.Context(), queue.Watermark{Control: quick}); err != nil {
		t.Fatal(err)
	}
	return store, clock, func(name string) int64 {
		return must(client.ZCard(t.Context(), "einlass:{"+room+"}:"+name).Result())(t)
	}
}

func TestGatewaysThatAreGoneAreForgotten(t *testing.T) {
	store, clock, size := atClock(t, 1_800_000_000_000)
	for _, name := range []string{"a", "b"} {
		must(store.Advance(t.Context(), queue.Watermark{Gateway: name}))(t)
	}
	clock.Step(queue.GatewayLife.Milliseconds())
	if f := must(store.Advance(t.Context(), queue.Watermark{Gateway: "c"}))(t); f.Gateways != 1 || size("gateways") != 1 {
		t.Fatalf("%d gateways live, %d kept", f.Gateways, size("gateways"))
	}
}

func TestAPlaceThatIsAwayIsAbsentHoweverYoungTheClockIs(t *testing.T) {
	store, clock, _ := atClock(t, 1)
	j := must(store.Join(t.Context(), visitors(1, 1)))(t).Places[0]
	must(store.Keep(t.Context(), []queue.Beat{{Place: j.Place, Away: true}}))(t)
	clock.Step(1000)
	if f := must(store.Advance(t.Context(), queue.Watermark{}))(t); f.Called != 0 || f.Waiting != 0 {
		t.Fatalf("%d called, %d waiting", f.Called, f.Waiting)
	}
}

func TestAPlaceWithTheLastOrderOfAnEarlierEpochHasNoNumberInThisOne(t *testing.T) {
	store, _, _ := atClock(t, 1_800_000_000_000)
	f := must(store.Snapshot(t.Context()))(t)
	p := queue.Place{Visitor: visitor(1), Epoch: f.Epoch - 1, Number: uint64(queue.OrderOf(1, 0))}
	must(store.Keep(t.Context(), []queue.Beat{{Place: p}}))(t)
	if j := must(store.Join(t.Context(), visitors(1, 1)))(t).Places[0]; j.State != queue.StateTaken || j.Place.Number != 0 {
		t.Fatalf("joined %+v", j)
	}
}

func TestWhoComesBackIsCalledInTheOrderOfTheTickets(t *testing.T) {
	keep := func(t *testing.T, store queue.Store, p queue.Place) {
		must(store.Keep(t.Context(), []queue.Beat{{Place: p}}))(t)
	}
	claim := func(t *testing.T, store queue.Store, p queue.Place) {
		must(store.Claim(t.Context(), []queue.Place{p}))(t)
	}
	for name, back := range map[string][2]func(*testing.T, queue.Store, queue.Place){
		"the earlier by a heartbeat": {keep, claim},
		"the earlier by a claim":     {claim, keep},
	} {
		t.Run(name, func(t *testing.T) {
			store, clock, _ := atClock(t, 1_800_000_000_000)
			// The later one would win a tie.
			j := must(store.Join(t.Context(), []queue.VisitorID{{0: 9}, {0: 1}}))(t).Places
			must(store.Keep(t.Context(), []queue.Beat{{Place: j[0].Place, Away: true}, {Place: j[1].Place, Away: true}}))(t)
			clock.Step(1000)
			if f := must(store.Advance(t.Context(), queue.Watermark{}))(t); f.Called != 0 || f.Waiting != 0 {
				t.Fatalf("%d called, %d waiting", f.Called, f.Waiting)
			}
			back[1](t, store, j[1].Place)
			back[0](t, store, j[0].Place)
			control := quick
			control.Pace = queue.Pace{Rate: 1, Burst: 1}
			must(store.Control(t.Context(), control))(t)
			must(store.Advance(t.Context(), queue.Watermark{}))(t)
			beats := []queue.Beat{{Place: j[0].Place}, {Place: j[1].Place}}
			states := must(store.Keep(t.Context(), beats))(t).Standings
			if states[0].State != queue.StateCalled || states[1].State != queue.StateFront {
				t.Fatalf("the earlier is %v, the later %v", states[0].State, states[1].State)
			}
		})
	}
}
