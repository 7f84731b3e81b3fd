package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// come is what so many arrivals one after the other are answered.
func come(t *testing.T, room *queue.Room, n int) (states []queue.State, last queue.Reason) {
	t.Helper()
	for range n {
		j, err := room.Arrive(queue.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		states, last = append(states, j.State), j.Reason
	}
	return states, last
}

// given is how many of them got a number.
func given(states []queue.State) (n int) {
	for _, s := range states {
		if s != queue.StateRefused {
			n++
		}
	}
	return n
}

func paused(closeAt int64) queue.RoomConfig {
	cfg := queue.RoomConfig{Document: pauses()}
	cfg.Document.SetCloseAt(closeAt)
	return cfg
}

func TestTheDoorClosesAtSoManyPlacesAndStaysClosedUntilItIsOpened(t *testing.T) {
	e := newEngine(t, paused(5))
	e.pass(250 * time.Millisecond)
	states, why := come(t, e.room, 9)
	if n := given(states); n != 5 || why != queue.ReasonLimit {
		t.Errorf("%d of 9 got a number, the last was refused by %v; want 5, by the limit", n, why)
	}
	e.pass(500 * time.Millisecond)
	e.set(func(d *queue.Document) { d.Pace = runs(600, 5).Pace })
	e.pass(2 * time.Minute) // all are called, and nobody waits
	if d := e.document(); d.DoorState() != queue.DoorClosed || e.room.View().Snapshot.Waiting != 0 {
		t.Fatalf("the door is %s while %d wait", d.DoorState(), e.room.View().Snapshot.Waiting)
	}
	if states, why := come(t, e.room, 1); given(states) != 0 || why != queue.ReasonClosed {
		t.Errorf("after the line has got shorter: %v, %v", states, why)
	}
	if _, err := e.room.Update(t.Context(), func(d *queue.Document) error { d.SetDoor(queue.DoorOpen); return nil }); err != nil {
		t.Fatal(err)
	}
	e.set(func(d *queue.Document) { d.Pace = pauses().Pace })
	e.pass(500 * time.Millisecond)
	states, _ = come(t, e.room, 9)
	e.pass(500 * time.Millisecond)
	more, _ := come(t, e.room, 9)
	if given(states) != 9 || given(more) != 9 {
		t.Errorf("opened by hand, it gives %d and %d of 9 numbers", given(states), given(more))
	}
}

func TestACallMakesNoRoomAtADoorThatHasReachedItsLimit(t *testing.T) {
	e := newEngine(t, paused(5))
	e.pass(250 * time.Millisecond)
	come(t, e.room, 6)
	e.set(func(d *queue.Document) { d.Pace = runs(6000, 3).Pace })
	e.pass(250 * time.Millisecond) // the snapshot shows fewer than five
	if n := e.room.View().Snapshot.Waiting; n >= 5 {
		t.Fatalf("%d wait", n)
	}
	e.pass(250 * time.Millisecond)
	if states, why := come(t, e.room, 3); given(states) != 0 || why != queue.ReasonClosed {
		t.Errorf("%v, %v", states, why)
	}
}

func TestEveryGatewayFindsTheDoorClosedAndALostStoreGetsItBack(t *testing.T) {
	e := newEngine(t, paused(5))
	e.pass(250 * time.Millisecond)
	other := e.beside("b", queue.FailHold)
	other.Tick(t.Context())
	come(t, e.room, 3)
	if states, _ := come(t, other, 6); given(states) != 2 {
		t.Fatalf("%d got a number at the other gateway", given(states))
	}
	other.Tick(t.Context())
	if states, why := come(t, e.room, 1); given(states) != 0 || why != queue.ReasonClosed {
		t.Errorf("at the first gateway: %v, %v", states, why)
	}
	e.pass(time.Second)
	e.store.lose(t)
	e.pass(time.Second)
	if d := e.document(); d.DoorState() != queue.DoorClosed || d.CloseAt() != 5 {
		t.Errorf("after the loss the door is %s, at %d", d.DoorState(), d.CloseAt())
	}
}

func TestTheNextOpeningBeginsWithAnOpenDoor(t *testing.T) {
	first, second := today(5, 10, 20), today(25, 30, 40)
	first.CloseAt, first.Quota, second.Quota = 4, 0, 0
	cfg := scheduled(first, second)
	cfg.Document.Pace = pauses().Pace
	e := newEngine(t, cfg)
	e.phases(6)
	if states, why := come(t, e.room, 6); given(states) != 4 || why != queue.ReasonLimit {
		t.Errorf("in the lobby %d of 6 got a number, the last was refused by %v", given(states), why)
	}
	e.phases(6) // it has opened, and nobody of the lobby has come back
	if states, why := come(t, e.room, 1); given(states) != 0 || why != queue.ReasonClosed {
		t.Errorf("after the start: %v, %v", states, why)
	}
	e.phases(14)
	if phase := e.room.View().Snapshot.Opening.Phase; phase != queue.PhaseLobby {
		t.Fatalf("phase %v", phase)
	}
	if states, _ := come(t, e.room, 9); given(states) != 9 {
		t.Errorf("in the next lobby %d of 9 got a number", given(states))
	}
	if d := e.document(); d.Door != (queue.Door{}) {
		t.Errorf("the door is %+v", d.Door)
	}
}

func TestTheLobbyCountsWhileItsPlacesComeIntoTheLine(t *testing.T) {
	o := today(5, 10, 20)
	o.CloseAt, o.Quota = 8, 0
	cfg := scheduled(o)
	cfg.Document.Pace = pauses().Pace
	e := newEngine(t, cfg)
	e.phases(9)
	if states, _ := come(t, e.room, 6); given(states) != 6 {
		t.Fatalf("in the lobby %d of 6 got a number", given(states))
	}
	e.phases(1)
	e.pass(250 * time.Millisecond)
	if v := e.room.View(); !v.Starting || v.Snapshot.Waiting != 0 {
		t.Fatalf("starting %v, %d wait", v.Starting, v.Snapshot.Waiting)
	}
	come(t, e.room, 2)
	e.pass(500 * time.Millisecond)
	if states, why := come(t, e.room, 1); given(states) != 0 || why != queue.ReasonClosed {
		t.Errorf("the ninth: %v, %v", states, why)
	}
}

func TestADoorThatIsClosedByHandOpensWithTheNextOpening(t *testing.T) {
	first, second := today(5, 10, 20), today(25, 30, 40)
	e := newEngine(t, scheduled(first, second))
	e.phases(12)
	if _, err := e.room.Update(t.Context(), func(d *queue.Document) error { d.SetDoor(queue.DoorClosed); return nil }); err != nil {
		t.Fatal(err)
	}
	for _, minutes := range []int{0, 4} {
		e.phases(minutes)
		if states, why := come(t, e.room, 1); given(states) != 0 || why != queue.ReasonClosed {
			t.Errorf("%d minutes after it was closed by hand: %v, %v", minutes, states, why)
		}
	}
	e.phases(10)
	if states, _ := come(t, e.room, 1); given(states) != 1 {
		t.Errorf("the next opening begins with a closed door")
	}
}

func TestAScheduleAndItsPlanAreOneChange(t *testing.T) {
	cfg := scheduled(today(5, 10, 40))
	cfg.Document.Pace, cfg.Document.Timing = runs(60, 1).Pace, simple()
	e := newEngine(t, cfg)
	e.phases(9)
	e.pass(59 * time.Second) // a second before the start
	after, err := e.room.Update(t.Context(), func(d *queue.Document) error {
		s := plan.Schedule{Zone: "UTC", Openings: []plan.Opening{today(5, 10, 40)}}
		s.Changes = []plan.Change{{Opening: s.Openings[0].Dates[0] + " " + inMinutes(10), Start: inMinutes(15)}}
		d.SetSchedule(s.Encode())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range after.Plan {
		if step.Phase == queue.PhaseOpen && step.At < engineStart+15*60_000 {
			t.Errorf("the plan still opens at %v", time.UnixMilli(step.At).UTC())
		}
	}
	if got := e.phases(8); len(got) != 2 || got[0] != "9 lobby" && got[0] != "10 lobby" || got[1] != "15 open" {
		t.Errorf("got %q", got)
	}
	// The file says what it said: the operators' schedule stays.
	if err := e.room.Reconfigure(cfg); err != nil {
		t.Fatal(err)
	}
	e.pass(time.Second)
	if d := e.document(); d.Schedule() != after.Schedule() {
		t.Errorf("after the same configuration again: %s", d.Schedule())
	}
}
