package redisstore_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
	"github.com/einlass/einlass/pkg/queue/queuetest"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// A Redis that forgets everything in the lobby skips a thousand numbers each time. Both gateways say how many have come, and so does a third
// that has seen none of it; the door closes for all of them with the last place.
func TestGatewaysSayTheSameOfALobbyWhoseNumbersWereLost(t *testing.T) {
	client := redistest.Start(t).Client(t)
	clock := queuetest.NewClock(time.Date(2026, 12, 1, 7, 0, 0, 0, time.UTC).UnixMilli())
	s := plan.Schedule{Zone: "UTC", Openings: []plan.Opening{{Dates: []string{"2026-12-01"}, Lobby: "07:00", Start: "08:00", End: "09:00", CloseAt: 8}}}
	d := queue.Document{Pace: queue.Pace{Mode: queue.ModePause, Rate: 60, Burst: 1}, Timing: queue.DefaultTiming()}
	d.SetSchedule(s.Encode())
	var rooms []*queue.Room
	tick := func() {
		for range 3 {
			clock.Step(500)
			for _, r := range rooms {
				r.Tick(t.Context())
			}
		}
	}
	begin := func(name string) {
		store := must(redisstore.New(client, redisstore.Config{Room: "termine", Clock: clock.Now}))(t)
		rooms = append(rooms, must(queue.NewRoom(store, queue.RoomConfig{
			Gateway: name, Document: d, Visitors: 64, Planner: plan.Planner{}, Clock: func() time.Time { return time.UnixMilli(clock.Now()) },
		}))(t))
		tick()
	}
	came := func(want int64) {
		t.Helper()
		tick()
		for i, r := range rooms {
			if n := r.View().Came(); n != want {
				t.Errorf("gateway %d says that %d have come, want %d", i, n, want)
			}
		}
	}
	begin("a")
	begin("b")
	clock.Step(time.Minute.Milliseconds()) // the hold of a room that has just been made
	tick()
	for i := range 7 {
		if j := must(rooms[i%2].Arrive(queue.Arrival{}))(t); j.State != queue.StateLobby {
			t.Fatalf("arrival %d: %+v", i, j)
		}
		if i == 2 || i == 4 {
			tick()
			if err := client.FlushAll(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
			tick()
		}
	}
	came(7)
	if f := rooms[0].View().Snapshot; len(f.Opening.Segments) != 3 || f.Last < 2000 {
		t.Fatalf("nothing was lost: %+v", f.Opening.Segments)
	}
	begin("c")
	came(7)
	if j := must(rooms[2].Arrive(queue.Arrival{}))(t); j.State != queue.StateLobby {
		t.Errorf("the eighth: %+v", j)
	}
	came(8)
	for i, r := range rooms {
		if j := must(r.Arrive(queue.Arrival{}))(t); j.State != queue.StateRefused {
			t.Errorf("the ninth, at gateway %d: %+v", i, j)
		}
	}
}
