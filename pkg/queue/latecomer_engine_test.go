package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Whoever comes right after the start is behind the whole lobby, also while its pages have not asked yet.
func TestALatecomerIsToldOfTheWholeLobby(t *testing.T) {
	for _, draw := range []bool{false, true} {
		e := early(t, 10*time.Minute, draw, queue.RoomConfig{})
		lobby := e.comeEarly(300)
		e.until(10*time.Minute + 500*time.Millisecond)
		var late []queue.Ticket
		comes := func(want int64) {
			t.Helper()
			j, err := e.room.Arrive(queue.Arrival{})
			if err != nil || j.State == queue.StateLobby {
				t.Fatalf("draw %v: %+v, %v", draw, j, err)
			}
			late = append(late, ticketOf(j.Place))
			e.pass(250 * time.Millisecond)
			a := e.poll(late[len(late)-1], -1)
			if a.Ahead != want {
				t.Errorf("draw %v: %d are ahead of latecomer %d, want %d", draw, a.Ahead, len(late), want)
			}
			if drawing := a.Phase == queue.PhaseDrawing; a.BehindDraw != drawing {
				t.Errorf("the draw is awaited: %v, and latecomer %d stands behind it: %v", drawing, len(late), a.BehindDraw)
			}
		}
		comes(300)
		comes(301)
		if draw {
			before := late[0] // of an opening before, whose line goes on
			before.Epoch--
			if a := e.poll(before, -1); a.BehindDraw {
				t.Error("who stood in the line before stands behind the draw")
			}
			if _, err := e.room.Reveal(t.Context(), "morning", [32]byte{7}); err != nil {
				t.Fatal(err)
			}
			e.pass(250 * time.Millisecond)
			comes(302)
		}
		before := int64(300 + len(late))
		for _, ticket := range lobby[:100] {
			e.poll(ticket, -1)
		}
		e.pass(250 * time.Millisecond)
		comes(before) // whether a part of the lobby is in the line already changes nothing
	}
}
