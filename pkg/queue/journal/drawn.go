package journal

import (
	"fmt"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
)

// Drawn is what a journal tells of one draw.
type Drawn struct {
	// Told: the journal tells what was frozen, and which seed came to be in force.
	Told bool
	// Lots are how many lots of the draw were seen: given in the lobby, or with a place after it. Unanswered are the arrivals in that lobby
	// whose call has no answer, and Lost is set where the store lost something meanwhile: both can make lots that nobody has seen.
	Lots       uint64
	Unanswered uint64
	Lost       bool
	// Places are how many tickets of the draw were seen with a place, Called how many of them with their turn.
	Places, Called int
	// Faults say what does not fit, the first mostFaults.
	Faults []string
}

// Missing is how many of n lots the journal does not tell of, and whether what it tells of calls and losses can be the reason. Otherwise a
// part of the journal is missing.
func (d *Drawn) Missing(n uint64) (missing uint64, explained bool) {
	missing = n - min(n, d.Lots)
	return missing, d.Lost || missing <= d.Unanswered
}

// mostFaults bounds what is told of a journal that fits nowhere.
const mostFaults = 20

// drawRules are those that a call out of the order of a draw breaks.
func drawRules() []Rule { return []Rule{RuleUnique, RuleOrder, RuleMapping, RuleLobby, RuleSteps} }

// Drawn holds the journal to the record of a draw: what was frozen, the place of each ticket by the seed, and the calls in that order.
func (m *Merged) Drawn(f *draw.Freeze, r *draw.Result) (Drawn, error) {
	d := &queue.Draw{
		Opening: f.Opening, N: f.N, Base: queue.OrderOf(f.Epoch, f.First), Frozen: f.Frozen, Known: true, Seed: r.Seed,
	}
	for _, s := range f.Segments {
		d.Segments = append(d.Segments, queue.Segment{Epoch: s.Epoch, First: s.First, Last: s.Last})
	}
	p, err := draw.New(d.Seed, d.N)
	if err != nil {
		return Drawn{}, err
	}
	w := drawnWalk{d: d, p: p, lots: map[uint64]bool{}, places: map[ID]bool{}, called: map[ID]bool{}}
	w.Lost = w.again()
	checker, err := New(m.Config(func(v Violation) {
		if slices.Contains(drawRules(), v.Rule) {
			w.fault("%s", v)
		}
	}))
	if err != nil {
		return Drawn{}, err
	}
	for i := range m.Events {
		checker.Observe(m.Events[i])
		w.observe(&m.Events[i])
	}
	checker.Close()
	w.Lots = uint64(len(w.lots))
	w.Places, w.Called = len(w.places), len(w.called)
	if !w.Told {
		w.Faults = []string{fmt.Sprintf("the journals do not tell of the draw of %q", d.Opening)}
	}
	return w.Drawn, nil
}

type drawnWalk struct {
	Drawn
	d              *queue.Draw
	p              *draw.Permutation
	lots           map[uint64]bool
	places, called map[ID]bool
}

func (w *drawnWalk) fault(format string, args ...any) {
	if len(w.Faults) < mostFaults {
		w.Faults = append(w.Faults, fmt.Sprintf(format, args...))
	}
}

func (w *drawnWalk) observe(e *Event) {
	switch e.Kind {
	case Freeze, Reveal:
		if e.Draw.Opening == w.d.Opening {
			w.same(e)
		}
	case Keep, Claim:
		w.place(e)
	default:
		w.lobby(e)
	}
}

// again reports whether the lobby went on after a loss: then a new segment began.
func (w *drawnWalk) again() bool { return len(w.d.Segments) > 1 }

// lobby notes which lots were given, and what can have made lots that nobody saw.
func (w *drawnWalk) lobby(e *Event) {
	switch {
	case e.Kind == Join:
		if index, in := w.d.Index(e.Epoch, e.Number); in {
			w.lots[index] = true
		}
	case e.At >= w.d.Frozen:
	case e.Kind == Step && e.Step.Opening == w.d.Opening: // its lobby begins: what was before has made no lots
		w.Unanswered, w.Lost = 0, w.again()
	case e.Kind == Uncertain && e.Verb == Join:
		w.Unanswered++
	case e.Kind == Lose:
		w.Lost = true
	}
}

// same compares what the journal tells of the draw. The answer to a Reveal has the seed alone.
func (w *drawnWalk) same(e *Event) {
	d, is := w.d, e.Draw
	if e.Kind == Reveal && is.Seed != d.Seed {
		w.fault("at %d: the seed is %x in the journal, %x in the record", e.At, is.Seed, d.Seed)
	}
	if len(is.Segments) > 0 && (is.N != d.N || is.Base != d.Base || is.Frozen != d.Frozen || !slices.EqualFunc(is.Segments, d.Segments, sameSegment)) {
		w.fault("at %d: frozen were %d numbers in %v at %d in the journal, %d in %v at %d in the record",
			e.At, is.N, is.Segments, is.Frozen, d.N, d.Segments, d.Frozen)
	}
	w.Told = w.Told || e.Kind == Reveal
}

// sameSegment takes empty segments for the same, however their end is written.
func sameSegment(a, b queue.Segment) bool {
	return a.Epoch == b.Epoch && a.First == b.First && a.Len() == b.Len()
}

// place computes the place of a ticket of the draw again.
func (w *drawnWalk) place(e *Event) {
	index, in := w.d.Index(e.Epoch, e.Number)
	if !in {
		return
	}
	w.lots[index] = true
	switch queue.State(e.State) {
	case queue.StateCalled, queue.StateFull, queue.StateInside:
		w.called[e.Visitor] = true
	case queue.StateWaiting, queue.StateFront, queue.StateMissed:
	default:
		return // it has no place, or none any more
	}
	w.places[e.Visitor] = true
	place, err := w.p.Place(index)
	if want := w.d.Base + queue.Order(place); err != nil || e.order() != want {
		w.fault("at %d: number %d has the order %d in the journal, %d by the record", e.At, e.Number, e.order(), want)
	}
}
