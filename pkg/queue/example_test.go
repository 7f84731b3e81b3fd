package queue_test

import (
	"context"
	"fmt"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

// exampleTiming is what the store and all rooms on it agree on.
var exampleTiming = queue.Timing{
	Absent: 10 * time.Minute, ClaimWindow: 3 * time.Minute, Idle: 10 * time.Minute, TicketLife: 24 * time.Hour,
	Hold: 24 * time.Second,
}

// exampleRoom is a room over a store in this process, and a function that lets so much time pass in both.
func exampleRoom(pace queue.Pace) (*queue.Room, func(time.Duration), error) {
	now := time.Date(2026, time.June, 14, 8, 0, 0, 0, time.UTC)
	//nolint:gocritic // a method value would keep the time of now
	clock := func() int64 { return now.UnixMilli() }
	store, err := memstore.New(memstore.Config{Timing: exampleTiming, Clock: clock})
	if err != nil {
		return nil, nil, err
	}
	room, err := queue.NewRoom(store, queue.RoomConfig{
		Gateway: "gateway-1", Timing: exampleTiming, Visitors: 1024, FirstStart: true,
		Control: queue.Control{Mode: queue.ModeRun, Pace: pace},
		Clock:   func() time.Time { return now },
	})
	if err != nil {
		return nil, nil, err
	}
	room.Tick(context.Background())
	return room, func(d time.Duration) {
		now = now.Add(d)
		room.Flush(context.Background())
		room.Tick(context.Background())
	}, nil
}

// A program makes a store and a room over it, and runs the room for as long as it serves.
func ExampleNewRoom() {
	store, err := memstore.New(memstore.Config{Timing: exampleTiming})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	room, err := queue.NewRoom(store, queue.RoomConfig{
		Gateway: "gateway-1", Timing: exampleTiming, FirstStart: true,
		Control: queue.Control{Mode: queue.ModeRun, Pace: queue.Pace{Rate: 60, MaxInside: 100, Burst: 2}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- room.Run(ctx) }()

	j, err := room.Arrive()
	fmt.Println(j.Place.Number, j.State, err)

	stop()
	fmt.Println(<-done)
	// Output:
	// 1 waiting <nil>
	// <nil>
}

// A page that waits polls. The answer comes from the room's snapshot and costs no store call.
func ExampleRoom_Poll() {
	room, pass, err := exampleRoom(queue.Pace{Rate: 60, Burst: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	var last queue.Joined
	for range 4 {
		if last, err = room.Arrive(); err != nil {
			fmt.Println(err)
			return
		}
	}
	shown := int64(-1) // nothing yet
	for range 3 {
		pass(time.Second)
		a := room.Poll(last.Place, shown)
		fmt.Println(a.State, a.Ahead)
		shown = a.Ahead
	}
	// Output:
	// waiting 2
	// waiting 1
	// waiting 0
}

// When it is a place's turn, a claim turns the call into a stay: the visitor gets a pass.
func ExampleRoom_Claim() {
	room, pass, err := exampleRoom(queue.Pace{Rate: 60, Burst: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	j, err := room.Arrive()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(room.Claim(j.Place))
	pass(time.Second)
	s, err := room.Claim(j.Place)
	fmt.Println(s.State, time.UnixMilli(s.Until).UTC().Format("15:04:05"), err)

	// Each request with the pass extends the stay, at most to the given end. It costs no store call.
	fmt.Println(room.Touch(j.Place.Visitor, 0))
	// Output:
	// {waiting 0} <nil>
	// inside 08:10:01 <nil>
	// true
}

// An operator's change states the version that the operator has seen.
func ExampleRoom_Update() {
	room, _, err := exampleRoom(queue.Pace{Rate: 60, Burst: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	seen := int64(1)
	c, err := room.Update(context.Background(), func(c *queue.Control) error {
		if c.ChangedSince(seen, queue.KeyMode) {
			return queue.ErrConflict
		}
		c.Mode = queue.ModePause
		return nil
	})
	fmt.Println(c.Version, c.Mode, err)
	// Output:
	// 2 pause <nil>
}
