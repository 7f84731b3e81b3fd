package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// closing is a lobby of a room whose door closes at 8 places, and in which 5 have a number.
func closing(t *testing.T) (*engine, *queue.Room) {
	t.Helper()
	o := today(5, 10, 20)
	o.CloseAt, o.Quota = 8, 0
	cfg := scheduled(o)
	cfg.Document.Pace = pauses().Pace
	e := newEngine(t, cfg)
	b, err := queue.NewRoom(e.store, queue.RoomConfig{
		Gateway: "b", Visitors: 4096, Planner: plan.Planner{}, Document: e.document(), Clock: func() time.Time { return time.UnixMilli(e.now.Load()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	e.phases(9)
	b.Tick(t.Context())
	if states, _ := come(t, e.room, 5); given(states) != 5 {
		t.Fatal(states)
	}
	e.pass(250 * time.Millisecond)
	b.Tick(t.Context())
	return e, b
}

func TestNumbersThatALossLeavesOutOfALobbyDoNotCloseTheDoor(t *testing.T) {
	for name, refused := range map[string]int{"nobody comes at once": 0, "two come before the loss is allowed for": 2} {
		t.Run(name, func(t *testing.T) {
			e, b := closing(t)
			for range 3 { // the numbers of each loss count on
				e.store.lose(t)
				if refused == 0 {
					e.pass(250 * time.Millisecond)
				} else {
					b.Tick(t.Context())
				}
				if states, _ := come(t, b, refused); given(states) != 0 {
					t.Fatalf("%v: nothing was tested", states)
				}
				for range 3 {
					e.pass(250 * time.Millisecond)
					b.Tick(t.Context())
				}
			}
			me := e.arrive(1)[0]
			e.pass(250 * time.Millisecond)
			if a := e.room.Poll(me, -1); a.State != queue.StateLobby || a.Came != 6 {
				t.Errorf("%v, %d have come, want 6", a.State, a.Came)
			}
			if states, why := come(t, b, 5); given(states) != 2 || why != queue.ReasonLimit {
				t.Errorf("%d of 5 got a number, the last was refused by %v; 6 of 8 were taken", given(states), why)
			}
			e.phases(1) // the lobby is over; what it left out does not keep the door open
			e.pass(500 * time.Millisecond)
			if d := e.document(); d.DoorState() != queue.DoorClosed {
				t.Errorf("the door is %+v", d.Door)
			}
		})
	}
}

func TestWhoComesToTheStartDoesNotSeeNumbersThatALossLeftOut(t *testing.T) {
	e, b := closing(t)
	e.store.lose(t)
	e.pass(time.Second)
	e.phases(1)
	e.pass(500 * time.Millisecond)
	b.Tick(t.Context())
	v := e.room.View()
	if d := e.document(); !v.Starting || d.DoorState() != queue.DoorOpen || d.Door.Limit != 8 {
		t.Fatalf("starting %v, the door is %+v", v.Starting, d.Door)
	}
	if states, _ := come(t, e.room, 3); given(states) != 3 {
		t.Errorf("%v, 5 of 8 places are taken", states)
	}
	e.pass(500 * time.Millisecond)
	if states, why := come(t, e.room, 1); given(states) != 0 || why != queue.ReasonClosed {
		t.Errorf("the ninth: %v, %v", states, why)
	}
}

// opens lets a lobby of five places open whose door closes at eight.
func opens(t *testing.T) (*engine, *queue.Room) {
	t.Helper()
	e, b := closing(t)
	e.phases(1)
	e.pass(500 * time.Millisecond)
	b.Tick(t.Context())
	if !e.room.View().Starting {
		t.Fatal("the places of the lobby have come already")
	}
	return e, b
}

// both lets the gateways look at the line.
func both(t *testing.T, e *engine, b *queue.Room) {
	t.Helper()
	for range 3 {
		e.pass(250 * time.Millisecond)
		b.Tick(t.Context())
	}
}

func TestNumbersThatALossLeavesOutAfterTheStartDoNotCloseTheDoor(t *testing.T) {
	e, b := opens(t)
	comes := func(n, want int, why queue.Reason) {
		t.Helper()
		states, last := come(t, b, n)
		if got := given(states); got != want || want < n && last != why {
			t.Errorf("%d of %d got a number, want %d; the last was refused by %v", got, n, want, last)
		}
		both(t, e, b)
	}
	for range 2 {
		e.store.lose(t)
		both(t, e, b)
		comes(1, 1, 0)
	}
	if d := e.document(); d.DoorState() != queue.DoorOpen {
		t.Fatalf("with 7 of 8 places the door is %+v", d.Door)
	}
	comes(1, 1, 0)
	comes(1, 0, queue.ReasonClosed)
}

func TestPlacesThatComeBackAfterALossHaveNotLeftTheDoor(t *testing.T) {
	cfg := paused(8)
	e := newEngine(t, cfg)
	e.pass(250 * time.Millisecond)
	if states, _ := come(t, e.room, 7); given(states) != 7 {
		t.Fatal(states)
	}
	e.pass(250 * time.Millisecond)
	e.store.lose(t)
	e.pass(500 * time.Millisecond)
	if n := e.room.View().Snapshot.Waiting; n != 0 {
		t.Fatalf("%d have come back already", n)
	}
	for i, want := range []int{1, 0} {
		if states, _ := come(t, e.room, 1); given(states) != want {
			t.Errorf("newcomer %d: %v, 7 of 8 places are taken by people who come back", i+1, states)
		}
		e.pass(500 * time.Millisecond)
	}
}

// Gateway and store end together: what the store writes down for the next is a reserve, and only the tickets say how much of it was given.
func TestAGatewayThatRemembersNothingLearnsFromTicketsWhatALossLeftOut(t *testing.T) {
	e, _ := closing(t)
	f := e.room.View().Snapshot
	e.store.lose(t)
	if err := e.store.Restore(t.Context(), queue.Watermark{
		Gateway: "gone", Epoch: f.Epoch, Last: f.Last + 1000, Ceiling: f.Last + 1000, Document: f.Document, Opening: f.Opening,
	}); err != nil {
		t.Fatal(err)
	}
	cfg := queue.RoomConfig{Gateway: "c", Visitors: 4096, Planner: plan.Planner{}, Document: f.Document, Clock: func() time.Time { return time.UnixMilli(e.now.Load()) }}
	c, err := queue.NewRoom(e.store, cfg)
	if err != nil {
		t.Fatal(err)
	}
	pass := func() {
		for range 2 {
			e.now.Add(250)
			c.Tick(t.Context())
		}
	}
	pass()
	come(t, c, 1) // it is refused: as far as anybody knows the reserve was given
	for number := uint64(1); number <= 5; number++ {
		a := c.Poll(queue.Place{Visitor: queue.VisitorID{byte(number)}, Epoch: f.Epoch, Number: number, Order: queue.OrderOf(f.Epoch, number)}, -1)
		if a.State != queue.StateLobby {
			t.Fatalf("number %d: %v", number, a.State)
		}
	}
	pass()
	if n := c.View().Came(); n != 5 {
		t.Errorf("%d have come, want the 5 that were seen", n)
	}
	if states, why := come(t, c, 5); given(states) != 3 || why != queue.ReasonLimit {
		t.Errorf("%d of 5 got a number, the last was refused by %v; 5 of 8 were taken", given(states), why)
	}
}

func TestTheDrawnCountForTheDoorWhileTheyComeIntoTheLine(t *testing.T) {
	cfg := paused(8)
	e := early(t, time.Minute, true, cfg)
	e.comeEarly(5)
	e.until(time.Minute + time.Second)
	if states, _ := come(t, e.room, 1); given(states) != 1 { // while it is drawn
		t.Fatal(states)
	}
	e.pass(time.Second)
	if _, err := e.room.Reveal(t.Context(), "morning", seed32); err != nil {
		t.Fatal(err)
	}
	e.pass(500 * time.Millisecond)
	if v := e.room.View(); v.Snapshot.Opening.Phase != queue.PhaseOpen || v.Places() != 6 {
		t.Fatalf("%v, %d places", v.Snapshot.Opening.Phase, v.Places())
	}
	if states, _ := come(t, e.room, 2); given(states) != 2 {
		t.Errorf("%v, 6 of 8 places are taken", states)
	}
	e.pass(500 * time.Millisecond)
	if states, why := come(t, e.room, 1); given(states) != 0 || why != queue.ReasonClosed {
		t.Errorf("the ninth: %v, %v", states, why)
	}
}
