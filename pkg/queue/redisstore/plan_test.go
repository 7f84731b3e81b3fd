package redisstore_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
	"github.com/einlass/einlass/pkg/queue/queuetest"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// Two gateways tick at the same moments over one Redis, one of them starts again in the middle, and an operator moves the start a second
// before the hour at the other one: each step is applied once, and both show the same.
func TestTwoGatewaysApplyAPlanOnce(t *testing.T) {
	client := redistest.Start(t).Client(t)
	clock := queuetest.NewClock(time.Date(2026, 12, 1, 6, 59, 0, 0, time.UTC).UnixMilli())
	s := plan.Schedule{Zone: "UTC", Openings: []plan.Opening{{
		Dates: []string{"2026-12-01"}, Lobby: "07:00", Start: "08:00", End: "09:00", Quota: 9, More: []plan.Release{{At: "08:30", Quota: 5}}, CarryOver: true,
	}}}
	gateway := func(name string) *queue.Room {
		store := must(redisstore.New(client, redisstore.Config{Room: "termine", Clock: clock.Now}))(t)
		d := queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 1}, Timing: queue.DefaultTiming()}
		d.SetSchedule(s.Encode())
		room := must(queue.NewRoom(store, queue.RoomConfig{
			Gateway: name, Document: d, Visitors: 64, Planner: plan.Planner{}, Clock: func() time.Time { return time.UnixMilli(clock.Now()) },
		}))(t)
		room.Tick(t.Context())
		return room
	}
	rooms := []*queue.Room{gateway("a"), gateway("b")}
	var log []string
	last, cursor := "", uint64(0)
	until := func(hour, minute, second int) {
		t.Helper()
		for end := time.Date(2026, 12, 1, hour, minute, second, 0, time.UTC).UnixMilli(); clock.Now() < end; {
			clock.Step(min(end-clock.Now(), 15_000))
			var group sync.WaitGroup
			for _, r := range rooms {
				group.Go(func() { r.Tick(t.Context()) })
			}
			group.Wait()
			rooms[0].Tick(t.Context())
			o := rooms[0].View().Snapshot.Opening
			if o.Cursor < cursor {
				t.Fatalf("the cursor fell from %d to %d", cursor, o.Cursor)
			}
			cursor = o.Cursor
			if now := fmt.Sprintf("%v %d", o.Phase, o.Quota); now != last {
				last = now
				log = append(log, time.UnixMilli(clock.Now()).UTC().Format("15:04 ")+now)
			}
		}
	}
	until(7, 59, 59)
	_, err := rooms[1].Update(t.Context(), func(d *queue.Document) error {
		moved := s.With(plan.Change{Opening: "2026-12-01 08:00", Start: "08:15"}, time.UnixMilli(clock.Now()))
		d.SetSchedule(moved.Encode())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	until(8, 10, 0)
	rooms[1] = gateway("b") // its file says what it said, so the operator's change stays
	until(9, 5, 0)
	want := []string{"07:00 closed -1", "07:00 lobby 9", "08:15 open 9", "08:30 open 14", "09:00 closed 14"}
	if log = slices.DeleteFunc(log, func(s string) bool { return s == "06:59 closed -1" }); !slices.Equal(log, want) && !slices.Equal(log, want[1:]) {
		t.Errorf("got %q, want %q", log, want)
	}
	rooms[1].Tick(t.Context())
	a, b := rooms[0].View().Snapshot.Opening, rooms[1].View().Snapshot.Opening
	if a.Cursor != b.Cursor || a.Cursor != 5 {
		t.Errorf("%d and %d steps were applied, want 5: between, lobby, start, release, end", a.Cursor, b.Cursor)
	}
}
