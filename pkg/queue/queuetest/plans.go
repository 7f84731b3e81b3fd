package queuetest

import (
	"slices"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
)

// plan adds a step of opening "a" that is due now and lets it take effect, after every hold.
func (l *line) plan(s queue.Step) queue.Snapshot {
	l.Helper()
	l.endHold()
	s.At = l.now()
	if s.Opening == "" {
		s.Opening = "a"
	}
	l.settle(func(d *queue.Document) { d.Plan = append(slices.Clone(d.Plan), s) })
	f := l.advance()
	want(l, "rank of "+s.Opening, f.Opening.Done[s.Opening].Rank, s.Rank)
	return f
}

// endHold lets time go by until nothing is held.
func (l *line) endHold() {
	l.Helper()
	if f := l.snapshot(); f.Hold > f.Now {
		l.step(f.Hold - f.Now)
	}
}

// lobby opens a lobby with the step of a rank and lets n visitors from id 50 on join it.
func (l *line) lobby(rank uint8, n int) (places []queue.Place) {
	l.Helper()
	l.plan(queue.Step{Rank: rank, Phase: queue.PhaseLobby})
	for i := range n {
		j := l.join(50 + i)
		l.wantState("arrival in a lobby", j.Standing, queue.StateLobby, queue.ReasonNone)
		places = append(places, j.Place)
	}
	return places
}

func seedOf(n byte) (seed [32]byte) { return [32]byte{31: n} }

// onlyDraw is the one draw of the room.
func (l *line) onlyDraw() queue.Draw {
	l.Helper()
	draws := l.snapshot().Opening.Draws
	if len(draws) != 1 {
		l.Fatalf("%d draws, want 1", len(draws))
	}
	return draws[0]
}

// reveal puts a seed in force.
func (l *line) reveal(opening string, n byte) {
	l.Helper()
	seed, err := l.store.Reveal(l.Context(), opening, seedOf(n))
	l.must("reveal", err)
	want(l, "seed", seed, seedOf(n))
	l.mapping++
}

// reveal1 draws the order of a lobby of two, from the step of a rank on.
func (l *line) reveal1(rank uint8) []queue.Place {
	l.Helper()
	places := l.lobby(rank, 2)
	l.plan(queue.Step{Rank: rank + 1, Phase: queue.PhaseOpen, Draw: true})
	l.reveal("a", 1)
	return places
}

// drawn is a ticket with the order that the draw of opening "a" gives it.
func (l *line) drawn(p queue.Place) queue.Place {
	l.Helper()
	for _, w := range l.snapshot().Opening.Draws {
		if index, in := w.Index(p.Epoch, p.Number); in && w.Known {
			permutation, err := draw.New(w.Seed, w.N)
			l.must("draw", err)
			place, err := permutation.Place(index)
			l.must("place", err)
			p.Order = w.Base + queue.Order(place)
		}
	}
	return p
}
