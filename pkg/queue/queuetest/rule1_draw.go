package queuetest

import (
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

var drawing = []scenario{
	{"a lobby is frozen: its numbers wait for the seed, later ones stand behind them", func(l *line) {
		before := l.wait(1, 1)[0]
		l.keep(before)
		places := l.lobby(1, 3)
		f := l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true})
		want(l, "phase", f.Opening.Phase, queue.PhaseDrawing)
		want(l, "draws", len(f.Opening.Draws), 1)
		d := l.onlyDraw()
		want(l, "segments", fmt.Sprint(d.Segments), fmt.Sprint([]queue.Segment{{Epoch: f.Epoch, First: 2, Last: 4}}))
		d.Segments = nil
		want(l, "draw", fmt.Sprint(d), fmt.Sprint(queue.Draw{
			Opening: "a", N: 3, Base: queue.OrderOf(f.Epoch, 2), Frozen: f.Now, Spread: holdMS,
		}))
		want(l, "format", f.Format, queue.Format)
		l.wantState("drawn", l.keep(places[0]), queue.StateLobby, queue.ReasonNone)
		behind := l.wait(80, 1)[0]
		want(l, "number behind", behind.Number, 5)
		want(l, "called while drawing", l.call(1).Calls, 0)
		l.reveal("a", 7)
		f = l.snapshot()
		want(l, "phase then", f.Opening.Phase, queue.PhaseOpen)
		want(l, "mapping", f.Opening.Mapping, 1)
		want(l, "hold", f.Hold, f.Now+holdMS)
		l.callAllInOrder(append([]queue.Place{before, behind}, places...))
	}},
	{"a draw is revealed once", func(l *line) {
		l.reveal1(1)
		f := l.snapshot()
		l.clock.Step(3)
		seed, err := l.store.Reveal(l.Context(), "a", seedOf(9))
		l.must("reveal again", err)
		want(l, "seed in force", seed, seedOf(1))
		now := l.snapshot()
		want(l, "mapping", now.Opening.Mapping, f.Opening.Mapping)
		want(l, "hold", now.Hold, f.Hold)
		_, err = l.store.Reveal(l.Context(), "b", seedOf(9))
		l.wantErr("reveal of no draw", err, queue.ErrUnknown)
	}},
	{"a zero seed leaves the order of arrival", func(l *line) {
		places := l.lobby(1, 3)
		l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true})
		l.reveal("a", 0)
		for _, i := range []int{1, 2, 0} {
			l.waiting("keep", l.keep(places[i]))
		}
		l.endHold()
		l.call(1)
		want(l, "first", l.keep(places[0]).State, queue.StateCalled)
	}},
	{"a lobby of one is not drawn", func(l *line) {
		places := l.lobby(1, 1)
		f := l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true})
		want(l, "phase", f.Opening.Phase, queue.PhaseOpen)
		want(l, "draws", len(f.Opening.Draws), 0)
		l.waiting("keep", l.keep(places[0]))
	}},
	{"a ramp does not open a room that waits for its seed", func(l *line) {
		l.lobby(1, 2)
		l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true})
		o := l.plan(queue.Step{Rank: 3, Phase: queue.PhaseOpen, SetShare: true, Share: 700}).Opening
		want(l, "phase", o.Phase, queue.PhaseDrawing)
		want(l, "share", o.Share, 700)
		l.reveal("a", 1)
		want(l, "phase then", l.snapshot().Opening.Phase, queue.PhaseOpen)
	}},
	{"an end during the draw ends it, and a reveal then opens nothing", func(l *line) {
		l.lobby(1, 2)
		l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true})
		l.plan(queue.Step{Rank: 3, Phase: queue.PhaseClosed})
		l.reveal("a", 1)
		want(l, "phase", l.snapshot().Opening.Phase, queue.PhaseClosed)
	}},
	{"the seed of an opening that is over opens no other that waits for its own", func(l *line) {
		l.lobby(1, 2)
		l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true})
		l.plan(queue.Step{Opening: "b", Rank: 1, Phase: queue.PhaseLobby})
		l.join(60)
		l.join(61)
		l.plan(queue.Step{Opening: "b", Rank: 2, Phase: queue.PhaseOpen, Draw: true})
		l.reveal("a", 1)
		want(l, "phase", l.snapshot().Opening.Phase, queue.PhaseDrawing)
		l.reveal("b", 2)
		want(l, "phase then", l.snapshot().Opening.Phase, queue.PhaseOpen)
	}},
	{"a start with a floor draws nothing: the lobby has ended", func(l *line) {
		places := l.lobby(1, 3)
		f := l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true, Floor: true})
		want(l, "phase", f.Opening.Phase, queue.PhaseOpen)
		want(l, "draws", len(f.Opening.Draws), 0)
		l.wantState("keep", l.keep(places[1]), queue.StateSpent, queue.ReasonFloor)
	}},
	{"a draw is kept for a life", func(l *line) {
		l.reveal1(1)
		frozen := l.onlyDraw().Frozen
		l.settle(func(d *queue.Document) { d.Plan = nil })
		l.step(lifeMS - 1 - (l.now() - frozen))
		want(l, "draws just before", len(l.advance().Opening.Draws), 1)
		l.clock.Step(1)
		f := l.advance()
		want(l, "draws just after", len(f.Opening.Draws), 0)
		want(l, "mapping", f.Opening.Mapping, 1)
	}},
	{"the head shows the number that has the place in the draw", func(l *line) {
		l.wait(1, 1)
		places := l.lobby(1, 3)
		l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true})
		l.reveal("a", 7)
		for _, p := range places {
			l.waiting("keep", l.keep(l.drawn(p)))
		}
		l.endHold()
		l.leave(1)
		want(l, "number of the head", l.call(2).HeadNumbers[0], 3) // the second of the run from 2 on
	}},
	{"a seed that a caller does not know of is a loss to the room that lacks it", func(l *line) {
		p := l.wait(1, 1)[0]
		l.unchanged("a batch of a caller that knows more", func() {
			_, err := l.store.Keep(l.Context(), 1, []queue.Beat{{Place: p}})
			l.wantErr("keep", err, queue.ErrLost)
			_, err = l.store.Claim(l.Context(), 1, []queue.Place{p})
			l.wantErr("claim", err, queue.ErrLost)
		})
	}},
}

func ptr[T any](v T) *T { return &v }

// callAllInOrder shows the tickets with the orders of their draw, and lets all be called one by one: by order, and each of
// them has one of its own.
func (l *line) callAllInOrder(places []queue.Place) {
	l.Helper()
	byOrder := map[queue.Order]queue.Place{}
	for _, p := range places {
		p = l.drawn(p)
		byOrder[p.Order] = p
		l.waiting("keep of a ticket with its order", l.keep(p))
	}
	want(l, "orders", len(byOrder), len(places))
	l.endHold()
	var before queue.Order
	for range places {
		f := l.call(1)
		called, ok := byOrder[f.Heads[0]]
		if !ok || f.Heads[0] <= before {
			l.Fatalf("head %d behind head %d", f.Heads[0], before)
		}
		before = f.Heads[0]
		want(l, "called", l.keep(called).State, queue.StateCalled)
		l.leave1(called.Visitor)
	}
}

func (l *line) leave1(id queue.VisitorID) {
	l.Helper()
	l.must("leave", l.store.Leave(l.Context(), []queue.VisitorID{id}))
}
