package queue_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
)

var seed32 = [32]byte{1, 2, 3}

func byOrder(a, b queue.Place) int { return int(int64(a.Order) - int64(b.Order)) }

func TestTheDrawnComeInTheOrderOfTheDraw(t *testing.T) {
	const n = 200
	e := early(t, time.Minute, true, queue.RoomConfig{Document: runs(600, 10)})
	lobby := e.comeEarly(n)
	e.until(time.Minute + time.Second)
	late := e.arrive(3) // while it is drawn
	if a := e.room.Poll(late[0], -1); a.State != queue.StateWaiting || a.Number != n+1 {
		t.Errorf("somebody who came while it is drawn: %+v", a)
	}
	e.until(time.Minute + 14*time.Second)
	if a := e.poll(lobby[0], -1); a.State != queue.StateLobby || a.Came != n || a.Next > 2100*time.Millisecond {
		t.Errorf("while it is drawn: %+v", a)
	}
	if got, err := e.room.Reveal(t.Context(), "morning", seed32); err != nil || got != seed32 {
		t.Fatal(got, err)
	}
	e.pass(250 * time.Millisecond)
	permutation, err := draw.New(seed32, n)
	if err != nil {
		t.Fatal(err)
	}
	places := make([]queue.Place, n)
	r := rand.New(rand.NewPCG(1, 2))
	for _, i := range r.Perm(n) {
		drawn, _ := permutation.Place(uint64(i))
		p := mustPlace(t, e, lobby[i])
		a := e.room.Poll(p, -1)
		if p.Order != queue.OrderOf(lobby[0].Epoch, 1)+queue.Order(drawn) || a.Number != drawn+1 || a.Ahead != int64(drawn) || !a.Starting {
			t.Fatalf("number %d, which has drawn %d: %+v, %+v", i+1, drawn+1, p, a)
		}
		places[i] = p
		if i%20 == 0 {
			e.pass(50 * time.Millisecond)
		}
	}
	// A seed is revealed once.
	if got, err := e.room.Reveal(t.Context(), "morning", [32]byte{9}); err != nil || got != seed32 {
		t.Errorf("revealed again: %v, %v", got, err)
	}
	everybody := append(slices.Clone(places), late...)
	var in []queue.Place
	for range 60 {
		e.pass(time.Second)
		went := visit(t, r, everybody, e.room)
		in, everybody = append(in, went...), without(everybody, went)
	}
	if len(everybody) > 0 || !slices.IsSortedFunc(in, byOrder) || in[n] != late[0] {
		t.Errorf("%d still wait; in the order of the draw: %v", len(everybody), slices.IsSortedFunc(in, byOrder))
	}
	if f := e.room.View().Snapshot; f.HeadNumbers[0] != n+3 {
		t.Errorf("the head is number %d", f.HeadNumbers[0])
	}
}

// However often the store is lost in the lobby, while it is drawn and after, every ticket gets one order, and its turn.
func TestADrawSurvivesLosses(t *testing.T) {
	for name, lose := range map[string]func(e *engine, b *queue.Room){
		"everything is lost": func(e *engine, _ *queue.Room) { e.store.lose(t) },
		"an older copy comes": func(e *engine, b *queue.Room) {
			older(e, 500)
			b.Tick(t.Context())
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := early(t, 10*time.Minute, true, queue.RoomConfig{Gateway: "a"})
			b, r := e.beside("b", queue.FailHold), rand.New(rand.NewPCG(3, 4))
			both := []*queue.Room{e.room, b}
			step := func(d time.Duration) {
				for range d / (250 * time.Millisecond) {
					e.pass(250 * time.Millisecond)
					b.Flush(t.Context())
					b.Tick(t.Context())
				}
			}
			var lobby []queue.Ticket
			for range 3 {
				lobby = append(lobby, e.comeEarly(40)...)
				step(time.Second)
				lose(e, b)
				step(time.Second)
			}
			lobby = append(lobby, e.comeEarly(40)...)
			for e.room.View().Snapshot.Opening.Phase == queue.PhaseLobby {
				step(10 * time.Second)
			}
			lose(e, b)
			step(time.Minute)
			if f := e.room.View().Snapshot; f.Opening.Phase != queue.PhaseDrawing {
				t.Fatalf("after a loss while it is drawn: %v", f.Opening.Phase)
			}
			if _, err := b.Reveal(t.Context(), "morning", seed32); err != nil {
				t.Fatal(err)
			}
			step(time.Second)
			lose(e, b)
			step(time.Second)
			orders := map[queue.Order]bool{}
			var places []queue.Place
			for _, ticket := range lobby {
				p, other := mustPlace(t, e, ticket), mustPlace(t, &engine{room: b}, ticket)
				if orders[p.Order] || p != other {
					t.Fatalf("%+v has the order of another, or %+v at the other gateway", p, other)
				}
				orders[p.Order] = true
				places = append(places, p)
			}
			waiting, in := places, []queue.Place(nil)
			for len(waiting) > 0 && e.now.Load() < engineStart+30*60_000 {
				went := visit(t, r, waiting, both...)
				in, waiting = append(in, went...), without(waiting, went)
				step(time.Second)
			}
			if len(waiting) > 0 || !slices.IsSortedFunc(in, byOrder) {
				t.Errorf("%d of %d still wait; in order: %v", len(waiting), len(places), slices.IsSortedFunc(in, byOrder))
			}
		})
	}
}

func TestADrawWhoseSeedDoesNotComeIsGivenUp(t *testing.T) {
	var failed []string
	e := early(t, time.Minute, true, queue.RoomConfig{Gateway: "a", OnEvent: func(ev queue.Event) {
		if ev.Kind == queue.EventDrawFailed {
			failed = append(failed, ev.Opening)
		}
	}})
	lobby := e.comeEarly(10)
	e.until(13*time.Minute - time.Second)
	if f := e.room.View().Snapshot; f.Opening.Phase != queue.PhaseDrawing || len(failed) > 0 {
		t.Errorf("before twelve minutes are over: %v, %v", f.Opening.Phase, failed)
	}
	e.pass(3 * time.Second)
	if f := e.room.View().Snapshot; f.Opening.Phase != queue.PhaseOpen || !slices.Equal(failed, []string{"morning"}) {
		t.Errorf("after twelve minutes: %v, %v", f.Opening.Phase, failed)
	}
	for i, ticket := range lobby {
		if p := mustPlace(t, e, ticket); p.Order != queue.OrderOf(ticket.Epoch, 1)+queue.Order(i) {
			t.Errorf("number %d has the order %d", ticket.Number, p.Order)
		}
	}
}

func TestThePlaceOfADrawnTicketAndItsPollAllocateNothing(t *testing.T) {
	e := early(t, time.Minute, true, queue.RoomConfig{})
	lobby := e.comeEarly(100)
	e.until(time.Minute + time.Second)
	if _, err := e.room.Reveal(t.Context(), "morning", seed32); err != nil {
		t.Fatal(err)
	}
	e.pass(10 * time.Second)
	e.poll(lobby[5], -1) // sends its heartbeat
	e.pass(time.Second)
	if n := testing.AllocsPerRun(200, func() { e.poll(lobby[5], -1) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// The order that a ticket says stands, whatever the draws say.
func TestATicketThatSaysItsOrderHasIt(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	p := e.arrive(1)[0]
	ticket := ticketOf(p)
	if got, known := e.room.Place(ticket); !known || got != p {
		t.Errorf("by its number: %+v, %v", got, known)
	}
	ticket.Order = p.Order + 7
	if got, known := e.room.Place(ticket); !known || got.Order != p.Order+7 {
		t.Errorf("by its order: %+v, %v", got, known)
	}
	young, err := queue.NewRoom(e.store, queue.RoomConfig{Document: pauses()})
	if err != nil {
		t.Fatal(err)
	}
	if _, known := young.Place(ticketOf(p)); known {
		t.Error("without a snapshot the order of a number is known")
	}
}
