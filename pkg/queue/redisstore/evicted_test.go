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

// everywhere is a room that has a visitor in nearly each of its sets, and the place of one in line.
func everywhere(t *testing.T, client redis.UniversalClient, room string) (*redisstore.Store, queue.Place) {
	t.Helper()
	clock := queuetest.NewClock(1_800_000_000_000)
	store := must(redisstore.New(client, redisstore.Config{Room: room, Clock: clock.Now}))(t)
	d := quick
	d.Timing.Hold = queue.DefaultTiming().Hold
	d.Pace.Mode = queue.ModePause
	if err := store.Restore(t.Context(), queue.Watermark{Document: d}); err != nil {
		t.Fatal(err)
	}
	pace := func(p queue.Pace) {
		d := must(store.Snapshot(t.Context()))(t).Document
		d.Pace = p
		must(store.Settle(t.Context(), d))(t)
	}
	pause := queue.Pace{Mode: queue.ModePause, Rate: 240, Burst: 4}
	call := func(n int64) {
		pace(queue.Pace{Mode: queue.ModeRun, Rate: 60 * n, Burst: n})
		clock.Step(1000)
		must(tick(t.Context(), store))(t)
		pace(pause)
	}
	all := arrivals(1, 60)
	all[59].Code, all[59].Uses = queue.Code{1}, 1
	var p []queue.Place
	for _, j := range must(store.Join(t.Context(), all))(t).Places {
		p = append(p, j.Place)
	}
	must(store.Keep(t.Context(), 0, []queue.Beat{{Place: p[0], Away: true}, {Place: p[1], Away: true}}))(t)
	call(4)                                        // 2 to 7, or some of them; 0 and 1 are missed
	must(store.Claim(t.Context(), 0, p[2:4]))(t)   // 2 is told of later
	clock.Step(d.Timing.Window.Milliseconds() + 1) // the others lapse
	must(tick(t.Context(), store))(t)
	back := []queue.Beat{{Place: p[0]}}
	for _, place := range p[20:] {
		back = append(back, queue.Beat{Place: place})
	}
	must(store.Keep(t.Context(), 0, back))(t)
	call(1) // 0, which is in front
	must(store.Claim(t.Context(), 0, p[1:2]))(t)
	now := clock.Now()
	must(store.Renew(t.Context(), []queue.Stay{{Visitor: p[2].Visitor, Started: now, At: now}}))(t)
	if _, err := store.Report(t.Context(), queue.Tally{}, []queue.Outcome{{Kind: queue.Booked, Visitor: p[3].Visitor, Count: 1, Ref: queue.Code{2}}}); err != nil {
		t.Fatal(err)
	}
	if err := store.Leave(t.Context(), visitors(100, 1)); err != nil {
		t.Fatal(err)
	}
	must(store.Advance(t.Context(), queue.Watermark{Gateway: "g"}, queue.Sample{Tick: 1}, queue.Verdict{}))(t)
	return store, p[58]
}

func TestAKeyThatNoScriptHasRemovedIsALoss(t *testing.T) {
	client := redistest.Start(t).Client(t)
	for i, name := range []string{
		"room", "line0", "seen", "front", "back", "calls", "lapsed", "again", "spent", "inside2", "served", "ended", "orders", "refs", "codes",
		"curves", "samples", "gateways",
	} {
		t.Run(name, func(t *testing.T) {
			room := "r" + string(rune('a'+i))
			store, waiting := everywhere(t, client, room)
			before := must(store.Snapshot(t.Context()))(t)
			if n := must(client.Unlink(t.Context(), "einlass:{"+room+"}:2:"+name).Result())(t); n != 1 {
				t.Fatalf("the room has no key %s: %v", name, client.Keys(t.Context(), "einlass:{"+room+"}:*").Val())
			}
			if name == "line0" || name == "front" {
				_, err := store.Join(t.Context(), arrivals(200, 1))
				wants(t, err, queue.ErrLost)
			}
			m := queue.Watermark{
				Gateway: "g", Epoch: before.Epoch, Last: before.Last, Heads: before.Heads, HeadNumbers: before.HeadNumbers,
				Ceiling: before.Last + 1000, Document: before.Document, Opening: before.Opening, Curves: before.Curves,
			}
			_, err := store.Advance(t.Context(), m, queue.Sample{}, queue.Verdict{})
			wants(t, err, queue.ErrLost)
			if err := store.Restore(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			after := must(tick(t.Context(), store))(t)
			if after.Epoch <= before.Epoch || after.Hold != after.Now+quickHold {
				t.Errorf("epoch %d after %d, held until %d at %d", after.Epoch, before.Epoch, after.Hold, after.Now)
			}
			if after.Curves != before.Curves {
				t.Errorf("curves %v, were %v", after.Curves, before.Curves)
			}
			if name == "spent" && (before.Live == 0 || after.Live != 0) {
				t.Errorf("%d stays live, %d before, want none until their passes bring them back", after.Live, before.Live)
			}
			s := must(store.Keep(t.Context(), 0, []queue.Beat{{Place: waiting}}))(t).Standings[0]
			if s.State != queue.StateWaiting {
				t.Errorf("the place that waited is %v", s.State)
			}
			must(store.Join(t.Context(), arrivals(300, 1)))(t)
			must(tick(t.Context(), store))(t)
		})
	}
}

const quickHold = 36_000

// Nobody would ever lose the turn at a door of which it is not known who asked last.
func TestADoorThatIsTornIsEmptied(t *testing.T) {
	client := redistest.Start(t).Client(t)
	for _, name := range []string{"asking", "asked"} {
		clock := queuetest.NewClock(1_800_000_000_000)
		store := must(redisstore.New(client, redisstore.Config{Room: name, Clock: clock.Now}))(t)
		d := quick
		d.Pace.MaxInside = 1
		if err := store.Restore(t.Context(), queue.Watermark{Document: d}); err != nil {
			t.Fatal(err)
		}
		clock.Step(quickHold)
		joined := must(store.Join(t.Context(), arrivals(1, 2)))(t).Places
		must(tick(t.Context(), store))(t)
		if s := must(store.Claim(t.Context(), 0, []queue.Place{joined[1].Place}))(t).Standings[0]; s.State != queue.StateFull {
			t.Fatalf("the second visitor is %v, want at the door", s.State)
		}
		must(tick(t.Context(), store))(t)
		client.Unlink(t.Context(), "einlass:{"+name+"}:2:"+name)
		_, err := tick(t.Context(), store)
		wants(t, err, queue.ErrLost)
		if err := store.Restore(t.Context(), queue.Watermark{Document: d}); err != nil {
			t.Fatal(err)
		}
		must(tick(t.Context(), store))(t)
		left := must(client.Exists(t.Context(), "einlass:{"+name+"}:2:asking", "einlass:{"+name+"}:2:asked").Result())(t)
		if s := must(store.Claim(t.Context(), 0, []queue.Place{joined[1].Place}))(t).Standings[0]; left != 0 || s.State != queue.StateFront {
			t.Errorf("without %s: %d keys of the door are left, and the visitor is %v, want none and in front", name, left, s.State)
		}
	}
}

func TestAServerThatEvictsALineLetsNobodyInFirst(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	store, _ := filled(t, client, "a", 500)
	before := len(must(client.Keys(t.Context(), "einlass:*").Result())(t))
	for _, setting := range [][2]string{{"maxmemory-policy", "allkeys-random"}, {"maxmemory", "1"}} {
		if err := client.ConfigSet(t.Context(), setting[0], setting[1]).Err(); err != nil {
			t.Fatal(err)
		}
	}
	// A write that does not fit makes the server evict until nothing is left of the room, or something of it is.
	_, _ = store.Join(t.Context(), arrivals(1000, 1))
	if err := client.ConfigSet(t.Context(), "maxmemory", "0").Err(); err != nil {
		t.Fatal(err)
	}
	left := must(client.Keys(t.Context(), "einlass:*").Result())(t)
	if len(left) == before {
		t.Fatalf("nothing was evicted: %s", strings.Join(left, " "))
	}
	_, err := store.Join(t.Context(), arrivals(2000, 1))
	wants(t, err, queue.ErrLost)
}

// What can be made again from the others is made again.
func TestALostSketchIsNoLossOfTheRoom(t *testing.T) {
	client := redistest.Start(t).Client(t)
	store, _ := everywhere(t, client, "a")
	want := must(tick(t.Context(), store))(t).Sketches
	if n := must(client.Unlink(t.Context(), "einlass:{a}:2:sketch").Result())(t); n != 1 {
		t.Fatal("the room has no sketch")
	}
	if got := must(tick(t.Context(), store))(t).Sketches; got[0].Waiting != want[0].Waiting || got[0].Waiting == 0 {
		t.Errorf("%d places after, %d before", got[0].Waiting, want[0].Waiting)
	}
}

// Without the right to ask whether keys are there nothing is concluded.
func TestAUserThatMayNotAskForKeysGoesOn(t *testing.T) {
	client := redistest.Start(t).Client(t)
	store, _ := everywhere(t, client, "a")
	for _, right := range []string{"-exists", "-info"} {
		if err := client.Do(t.Context(), "ACL", "SETUSER", "default", right).Err(); err != nil {
			t.Fatal(err)
		}
	}
	client.Unlink(t.Context(), "einlass:{a}:2:lapsed")
	must(tick(t.Context(), store))(t)
	must(store.Join(t.Context(), arrivals(500, 1)))(t)
}
