package redisstore_test

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/queuetest"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// everywhere is a room that has a visitor in each of its sets, so that none of its keys is missing, and the place of one
// in line.
func everywhere(t *testing.T, client redis.UniversalClient, room string) (*redisstore.Store, queue.Place) {
	t.Helper()
	clock := queuetest.NewClock(1_800_000_000_000)
	store := must(redisstore.New(client, redisstore.Config{Room: room, Timing: benchTiming, Clock: clock.Now}))(t)
	if err := store.Restore(t.Context(), queue.Watermark{Control: quick}); err != nil {
		t.Fatal(err)
	}
	pace := func(p queue.Pace) {
		c := must(store.Snapshot(t.Context()))(t).Control
		c.Pace = p
		must(store.Control(t.Context(), c))(t)
	}
	tick := func() { must(store.Advance(t.Context(), queue.Watermark{Gateway: "g"}))(t) }
	call := func(n int64) {
		pace(queue.Pace{Rate: queue.MaxRate, Burst: n})
		clock.Step(benchTiming.Grace.Milliseconds() + 1000)
		tick()
		pace(queue.Pace{Burst: 1})
	}
	pace(queue.Pace{Burst: 1})
	var p []queue.Place
	for _, j := range must(store.Join(t.Context(), visitors(1, 9)))(t).Places {
		p = append(p, j.Place)
	}
	must(store.Keep(t.Context(), []queue.Beat{{Place: p[0], Away: true}, {Place: p[1], Away: true}}))(t)
	call(3) // 2, 3 and 4; 0 and 1 are missed
	must(store.Claim(t.Context(), p[2:3]))(t)
	clock.Step(benchTiming.ClaimWindow.Milliseconds())
	tick() // 3 and 4 lapse
	must(store.Keep(t.Context(), []queue.Beat{{Place: p[0]}}))(t)
	must(store.Claim(t.Context(), p[3:4]))(t)
	call(1) // 0, who is in front before 3
	if err := store.Leave(t.Context(), visitors(100, 1)); err != nil {
		t.Fatal(err)
	}
	tick()
	return store, p[8]
}

func TestAKeyThatNoScriptHasRemovedIsALoss(t *testing.T) {
	client := redistest.Start(t).Client(t)
	for i, name := range []string{
		"room", "line", "seen", "front", "back", "calls", "missed", "lapsed", "inside", "spent", "ended", "gateways",
	} {
		t.Run(name, func(t *testing.T) {
			room := "r" + string(rune('a'+i))
			store, waiting := everywhere(t, client, room)
			before := must(store.Snapshot(t.Context()))(t)
			if n := must(client.Unlink(t.Context(), "einlass:{"+room+"}:"+name).Result())(t); n != 1 {
				t.Fatalf("the room has no key %s", name)
			}
			if name == "line" || name == "front" {
				_, err := store.Join(t.Context(), visitors(200, 1))
				wants(t, err, queue.ErrLost)
			}
			m := queue.Watermark{
				Gateway: "g", Epoch: before.Epoch, Last: before.Last, Head: before.Head, HeadNumber: before.HeadNum,
				Ceiling: before.Last + 1000, Control: before.Control,
			}
			_, err := store.Advance(t.Context(), m)
			wants(t, err, queue.ErrLost)
			if err := store.Restore(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			after := must(store.Advance(t.Context(), queue.Watermark{Gateway: "g"}))(t)
			if after.Epoch <= before.Epoch || after.Hold != after.Now+benchTiming.Hold.Milliseconds() {
				t.Errorf("epoch %d after %d, held until %d at %d", after.Epoch, before.Epoch, after.Hold, after.Now)
			}
			s := must(store.Keep(t.Context(), []queue.Beat{{Place: waiting}}))(t).Standings[0]
			if s.State != queue.StateWaiting {
				t.Errorf("who waited is %v", s.State)
			}
			must(store.Join(t.Context(), visitors(300, 1)))(t)
			must(store.Advance(t.Context(), queue.Watermark{Gateway: "g"}))(t)
		})
	}
}

// A gateway of an earlier version does not write down how many keys there are when it makes or removes one.
func TestBesideAGatewayThatDoesNotCountKeysNothingIsConcluded(t *testing.T) {
	client := redistest.Start(t).Client(t)
	store, _ := everywhere(t, client, "a")
	now := must(store.Snapshot(t.Context()))(t).Now
	err := client.ZAdd(t.Context(), "einlass:{a}:gateways", redis.Z{Score: float64(now), Member: "old"}).Err()
	if err != nil {
		t.Fatal(err)
	}
	client.Unlink(t.Context(), "einlass:{a}:missed")
	if f := must(store.Advance(t.Context(), queue.Watermark{Gateway: "g"}))(t); f.Gateways != 2 {
		t.Errorf("%d gateways", f.Gateways)
	}
	client.Unlink(t.Context(), "einlass:{a}:line")
	_, err = store.Advance(t.Context(), queue.Watermark{Gateway: "g"})
	wants(t, err, queue.ErrLost) // every version keeps these two alike
}

func TestAServerThatEvictsALineLetsNobodyInFirst(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	store, _ := filled(t, client, "a", 500)
	for _, setting := range [][2]string{{"maxmemory-policy", "allkeys-random"}, {"maxmemory", "1"}} {
		if err := client.ConfigSet(t.Context(), setting[0], setting[1]).Err(); err != nil {
			t.Fatal(err)
		}
	}
	// A write that does not fit makes the server evict until nothing is left of the room, or something of it is.
	_, _ = store.Join(t.Context(), visitors(1000, 1))
	if err := client.ConfigSet(t.Context(), "maxmemory", "0").Err(); err != nil {
		t.Fatal(err)
	}
	left := must(client.Keys(t.Context(), "einlass:*").Result())(t)
	if len(left) == 4 {
		t.Fatalf("nothing was evicted: %s", strings.Join(left, " "))
	}
	_, err := store.Join(t.Context(), visitors(2000, 1))
	wants(t, err, queue.ErrLost)
}

// What a gateway of an earlier version left is not known to have been removed by nobody, however long nobody ran since.
func TestAPauseAfterAGatewayThatDoesNotCountKeysIsNoLoss(t *testing.T) {
	client := redistest.Start(t).Client(t)
	store, _ := everywhere(t, client, "a")
	f := must(store.Snapshot(t.Context()))(t)
	for _, err := range []error{
		client.Del(t.Context(), "einlass:{a}:gateways").Err(),
		client.ZAdd(t.Context(), "einlass:{a}:gateways", redis.Z{Score: float64(f.Now - 60_000), Member: "old"}).Err(),
		client.Unlink(t.Context(), "einlass:{a}:missed").Err(), // its last one came back
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(store.Advance(t.Context(), queue.Watermark{Gateway: "g"}))(t)
	client.Unlink(t.Context(), "einlass:{a}:lapsed")
	_, err := store.Advance(t.Context(), queue.Watermark{Gateway: "g"})
	wants(t, err, queue.ErrLost) // now all count
}

// A gateway whose user may not count does not leave behind a count that others take for true.
func TestWhoMayNotCountKeysLeavesNoCount(t *testing.T) {
	client := redistest.Start(t).Client(t)
	store, _ := everywhere(t, client, "a")
	deny := func(rule string) {
		t.Helper()
		if err := client.Do(t.Context(), "ACL", "SETUSER", "default", rule).Err(); err != nil {
			t.Fatal(err)
		}
	}
	deny("-exists")
	must(store.Advance(t.Context(), queue.Watermark{Gateway: "g"}))(t)
	client.Unlink(t.Context(), "einlass:{a}:missed") // as a script that moves the last one does
	must(store.Advance(t.Context(), queue.Watermark{Gateway: "g"}))(t)
	deny("+exists")
	must(store.Advance(t.Context(), queue.Watermark{Gateway: "g"}))(t)
	client.Unlink(t.Context(), "einlass:{a}:lapsed")
	_, err := store.Advance(t.Context(), queue.Watermark{Gateway: "g"})
	wants(t, err, queue.ErrLost)
}
