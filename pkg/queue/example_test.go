package queue_test

import (
	"context"
	"fmt"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

// exampleRoom is a room over a store in this process, and a function that lets so much time pass in both.
func exampleRoom(pace queue.Pace) (*queue.Room, func(time.Duration), error) {
	now := time.Date(2026, time.June, 14, 8, 0, 0, 0, time.UTC)
	//nolint:gocritic // a method value would keep the time of now
	clock := func() int64 { return now.UnixMilli() }
	store, err := memstore.New(memstore.Config{Clock: clock})
	if err != nil {
		return nil, nil, err
	}
	room, err := queue.NewRoom(store, queue.RoomConfig{
		Gateway: "gateway-1", Visitors: 1024, FirstStart: true,
		Document: queue.Document{Pace: pace},
		Clock:    func() time.Time { return now },
	})
	if err != nil {
		return nil, nil, err
	}
	room.Tick(context.Background())
	now = now.Add(queue.DefaultTiming().Grace) // in which nobody is called, because earlier places may come back
	room.Tick(context.Background())
	return room, func(d time.Duration) {
		now = now.Add(d)
		room.Flush(context.Background())
		room.Tick(context.Background())
	}, nil
}

// A program makes a store and a room over it, and runs the room for as long as it serves.
func ExampleNewRoom() {
	store, err := memstore.New(memstore.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	room, err := queue.NewRoom(store, queue.RoomConfig{
		Gateway: "gateway-1", FirstStart: true,
		Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60, MaxInside: 100, Burst: 2}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	room.Tick(ctx) // before a visitor comes, so that it knows the room
	done := make(chan error)
	go func() { done <- room.Run(ctx) }()

	j, err := room.Arrive(queue.Arrival{})
	fmt.Println(j.Place.Number, j.State, err)

	stop()
	fmt.Println(<-done)
	// Output:
	// 1 waiting <nil>
	// <nil>
}

// A page that waits polls. The answer comes from the room's snapshot and costs no store call.
func ExampleRoom_Poll() {
	room, pass, err := exampleRoom(queue.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	var last queue.Joined
	for range 20 {
		if last, err = room.Arrive(queue.Arrival{}); err != nil {
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
	// waiting 14
	// waiting 11
	// waiting 9
}

// When it is a place's turn, a claim turns the call into a stay: the visitor gets a pass.
func ExampleRoom_Claim() {
	room, pass, err := exampleRoom(queue.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	j, err := room.Arrive(queue.Arrival{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for j.State == queue.StateInside { // the first ones find nobody waiting
		if j, err = room.Arrive(queue.Arrival{}); err != nil {
			fmt.Println(err)
			return
		}
	}
	s, err := room.Claim(j.Place)
	fmt.Println(s.State, err)
	pass(2 * time.Second)
	s, err = room.Claim(j.Place)
	fmt.Println(s.State, time.UnixMilli(s.Until).UTC().Format("15:04:05"), err)

	// Each request with the pass prolongs the stay. It costs no store call.
	fmt.Println(room.Touch(j.Place.Visitor, s.Started))
	// Output:
	// waiting <nil>
	// inside 08:10:04 <nil>
	// true
}

// An operator's change states the version that the operator has seen.
func ExampleRoom_Update() {
	room, _, err := exampleRoom(queue.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	seen := int64(1)
	c, err := room.Update(context.Background(), func(c *queue.Document) error {
		if c.ChangedSince(seen, queue.KeyMode) {
			return queue.ErrConflict
		}
		c.Pace.Mode = queue.ModePause
		return nil
	})
	fmt.Println(c.Version, c.Pace.Mode, err)
	// Output:
	// 2 pause <nil>
}
