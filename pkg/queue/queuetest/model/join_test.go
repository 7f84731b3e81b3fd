package model

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestNumbersAreDenseAndARepeatedArrivalGetsItsOwn(t *testing.T) {
	f := newFixture(t, pause)
	one, two := f.join(1), f.join(2)
	equal(t, "numbers", two.Number, one.Number+1)
	equal(t, "order", two.Order, queue.OrderOf(two.Epoch, two.Number))
	again := f.arrive(queue.Arrival{Visitor: visitor(1)})
	equal(t, "repeated", again.Place, one)
	f.keep(one)
	f.state(f.arrive(queue.Arrival{Visitor: visitor(1)}).Standing, queue.StateTaken, queue.ReasonNone)
	equal(t, "given", f.advance().Given, 2)
}

func TestARepeatedArrivalProvesNobody(t *testing.T) {
	f := newFixture(t, pause)
	f.join(1)
	f.pass(f.room().document.Timing.Confirm)
	f.join(1)
	f.run()
	equal(t, "set of a place never heard of", f.room().setOf(visitor(1)), setMissed)
}

func TestANewPlaceIsCalledLikeOthersUntilConfirm(t *testing.T) {
	f := newFixture(t, pause)
	f.join(1)
	f.pass(f.room().document.Timing.Confirm - time.Millisecond)
	f.run()
	equal(t, "set", f.room().setOf(visitor(1)), setCalls)
}

func TestArrivalsGoStraightInWhileNobodyWaits(t *testing.T) {
	f := newFixture(t, func(d *queue.Document) { d.Pace.MaxInside, d.Pace.Strict = 2, true })
	arrivals := []queue.Arrival{{Visitor: visitor(1)}, {Visitor: visitor(2)}, {Visitor: visitor(3)}}
	reply, err := f.m.Join(t.Context(), arrivals)
	f.must(err)
	f.state(reply.Places[1].Standing, queue.StateInside, queue.ReasonNone)
	f.state(reply.Places[2].Standing, queue.StateWaiting, queue.ReasonNone)
	equal(t, "head", f.room().headNumbers[0], 2)
	f.leave(1)
	f.state(f.arrive(queue.Arrival{Visitor: visitor(4)}).Standing, queue.StateWaiting, queue.ReasonNone)
	f.state(f.arrive(queue.Arrival{Visitor: visitor(2)}).Standing, queue.StateTaken, queue.ReasonNone)
}

func TestWhoGoesStraightInPaysForACallAndAnEntry(t *testing.T) {
	f := newFixture(t)
	credit, calls := f.room().credit, f.room().callcredit
	f.join(1)
	equal(t, "credit", f.room().credit, credit-queue.Units)
	equal(t, "callcredit", f.room().callcredit, calls-queue.Units)
	s := f.advance()
	equal(t, "called", s.Called, 1)
	equal(t, "admitted", s.Admitted, 1)
}

func TestTheDoor(t *testing.T) {
	f := newFixture(t, pause, func(d *queue.Document) { d.Door.Limit = 1 })
	f.join(1)
	f.state(f.arrive(queue.Arrival{Visitor: visitor(2)}).Standing, queue.StateRefused, queue.ReasonLimit)
	f.settle(func(d *queue.Document) { d.Door = queue.Door{Closed: true} })
	f.state(f.arrive(queue.Arrival{Visitor: visitor(2)}).Standing, queue.StateRefused, queue.ReasonClosed)
	f.settle(func(d *queue.Document) { d.Door = queue.Door{} })
	for phase, want := range map[queue.Phase]queue.State{
		queue.PhaseClosed: queue.StateRefused, queue.PhaseThrough: queue.StateRefused, queue.PhaseLobby: queue.StateLobby,
		queue.PhaseDrawing: queue.StateWaiting, queue.PhaseLine: queue.StateWaiting, queue.PhaseOpen: queue.StateWaiting,
	} {
		f.room().opening.Phase = phase
		equal(t, phase.String(), f.arrive(queue.Arrival{Visitor: visitor(10 + int(phase))}).State, want)
	}
}

func TestACodeIsUsedByAsManyAsMayUseIt(t *testing.T) {
	f := newFixture(t, pause)
	with := func(n int) queue.Arrival { return queue.Arrival{Visitor: visitor(n), Code: code(1), Uses: 2} }
	one := f.arrive(with(1))
	f.keep(one.Place)
	f.arrive(with(2))
	f.state(f.arrive(with(3)).Standing, queue.StateRefused, queue.ReasonCode)
	again := f.arrive(with(1))
	f.state(again.Standing, queue.StateWaiting, queue.ReasonNone)
	equal(t, "place of the code's own user", again.Place, one.Place)
	equal(t, "given", f.advance().Given, 2)
}

func TestACodeInALobbyTellsARepeatedArrival(t *testing.T) {
	f := newFixture(t)
	f.lobby(0, true)
	a := queue.Arrival{Visitor: visitor(1), Code: code(1), Uses: 1}
	first := f.arrive(a)
	equal(t, "repeated", f.arrive(a), first)
}

func TestACodeIsKnownAgainAfterALoss(t *testing.T) {
	f := newFixture(t, pause)
	place := func(n int) queue.Place {
		return queue.Place{Visitor: visitor(n), Epoch: f.room().epoch, Number: uint64(n), Order: queue.OrderOf(f.room().epoch, uint64(n))}
	}
	f.state(f.beat(queue.Beat{Place: place(1), Code: code(1), Uses: 1}), queue.StateWaiting, queue.ReasonNone)
	f.state(f.beat(queue.Beat{Place: place(2), Code: code(1), Uses: 1}), queue.StateRefused, queue.ReasonCode)
	f.state(f.keep(place(2)), queue.StateSpent, queue.ReasonCode)
}

func TestBatchesAreCheckedBeforeAnythingChanges(t *testing.T) {
	f := newFixture(t, pause)
	_, err := f.m.Join(t.Context(), nil)
	f.wants(err, queue.ErrInvalid)
	_, err = f.m.Join(t.Context(), make([]queue.Arrival, queue.MaxBatch+1))
	f.wants(err, queue.ErrInvalid)
	_, err = f.m.Join(t.Context(), []queue.Arrival{{Visitor: visitor(1)}, {Visitor: visitor(2), Lane: queue.Lanes}})
	f.wants(err, queue.ErrInvalid)
	_, err = f.m.Claim(t.Context(), 0, []queue.Place{{Visitor: visitor(1)}})
	f.wants(err, queue.ErrInvalid)
	f.wants(f.m.Leave(t.Context(), []queue.VisitorID{{}}), queue.ErrInvalid)
	equal(t, "given", f.advance().Given, 0)
	f.must(f.m.Close())
	_, err = f.m.Snapshot(t.Context())
	f.wants(err, queue.ErrClosed)
}
