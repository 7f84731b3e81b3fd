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
