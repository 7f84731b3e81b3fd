package queuetest

import (
	"fmt"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// sketchAge is how old a kept sketch may grow before an Advance refreshes it, in milliseconds.
const sketchAge = 500

// sketchSlice is how much of a sketch an Advance makes at least: a place is one, a sample sampleCost.
const sketchSlice, sampleCost = 250, 4

// sketches is what the exact sketches of a room were lately. A store may answer an older one, within these rules:
//
//   - Advance refreshes a sketch that was completed sketchAge ago, or in a time to come, with this call and the next; a longer one
//     with one call more for each sketchSlice that it costs. Snapshot reads it.
//   - A place of the line reads a figure between the lowest and the highest that the exact sketches say since the Advance in which
//     the refresh began. So no place reads fewer than are ahead of it, unless places were restored meanwhile.
//   - A lane that has got its first places since then has the sketch of an empty lane, with End.
//   - A sketch of another epoch is not answered.
type sketches struct {
	moments  []moment
	advances []advance
	// since is the lowest time of an Advance, forgotten by now, that saw the first of moments; 0: there is none. A sketch of that
	// moment may be as old as that: one that is still right is not refreshed.
	since int64
}

// moment is the exact sketches after a change.
type moment struct {
	epoch uint64
	lanes [queue.Lanes]queue.Sketch
}

// advance is an Advance that was done: when, and the first moment that it saw.
type advance struct {
	at     int64
	moment int
}

// note takes an exact snapshot. advanced: it is the answer of Advance.
func (s *sketches) note(f *queue.Snapshot, advanced bool) {
	m := moment{epoch: f.Epoch, lanes: f.Sketches}
	for lane := range m.lanes {
		if m.lanes[lane].Waiting == 0 {
			m.lanes[lane] = queue.Sketch{End: queue.OrderOf(f.Epoch, f.Last)}
		}
	}
	if n := len(s.moments); n > 0 && s.moments[n-1].epoch != m.epoch {
		*s = sketches{}
	}
	if n := len(s.moments); n == 0 || !s.moments[n-1].equal(&m) {
		s.moments = append(s.moments, m)
	}
	if advanced {
		s.advances = append(s.advances, advance{at: f.Now, moment: len(s.moments) - 1})
		s.forget()
	}
}

func (m *moment) equal(o *moment) bool {
	for lane := range m.lanes {
		if !sketchesEqual(&m.lanes[lane], &o.lanes[lane]) {
			return false
		}
	}
	return true
}

// more is how many Advances after the one that begins a sketch it takes at most to complete it.
func (s *sketches) more() (calls int) {
	for i := range s.moments {
		cost := 0
		for lane := range s.moments[i].lanes {
			l := &s.moments[i].lanes[lane]
			cost += 2 + 2*len(l.First) + sampleCost*len(l.Samples) // first places are compared, and read where they differ
		}
		calls = max(calls, 1+cost/sketchSlice)
	}
	return calls
}

// forget drops the moments that no sketch can be of any more: those before an Advance after which another one found a sketch
// old, whenever it was begun, and later ones have completed its refresh.
func (s *sketches) forget() {
	n, more := len(s.advances), s.more()
	for i := n - 2 - 2*more; i >= 0; i-- {
		oldest, latest := s.advances[0].at, s.advances[0].at
		if s.since != 0 {
			oldest = min(oldest, s.since)
		}
		for _, a := range s.advances[:i+1+more] {
			oldest, latest = min(oldest, a.at), max(latest, a.at)
		}
		for _, a := range s.advances[i+1+more : n-more] {
			if a.at >= latest+sketchAge || a.at < oldest {
				s.cut(i)
				return
			}
		}
	}
}

func (s *sketches) cut(i int) {
	first := s.advances[i].moment
	if first != 0 {
		s.since = 0
	}
	for _, a := range s.advances[:i] {
		if a.moment == first && (s.since == 0 || a.at < s.since) {
			s.since = a.at
		}
	}
	s.moments = slices.Clone(s.moments[first:])
	s.advances = slices.Clone(s.advances[i:])
	for j := range s.advances {
		s.advances[j].moment -= first
	}
}

// wrong says what is wrong with the sketches that a store answers now, or nothing.
func (s *sketches) wrong(f *queue.Snapshot) string {
	for lane := range f.Sketches {
		if text := s.wrongLane(lane, &f.Sketches[lane]); text != "" {
			return fmt.Sprintf("sketch of lane %d: %s", lane, text)
		}
	}
	return ""
}

func (s *sketches) wrongLane(lane int, got *queue.Sketch) string {
	exact := &s.moments[len(s.moments)-1].lanes[lane]
	if exact.Waiting == 0 || sketchesEqual(exact, got) {
		return ""
	}
	if len(s.moments) == 1 {
		return fmt.Sprintf("nothing has changed, and it is not exact:\n  %s\n  %s", sketchText(exact), sketchText(got))
	}
	if !slices.IsSorted(got.First) || !slices.IsSorted(got.Samples) {
		return "it is not in order"
	}
	if got.End == 0 {
		return "it has no end"
	}
	for _, orders := range [][]queue.Order{exact.First, exact.Samples} {
		for _, o := range orders {
			if text := s.wrongFigure(lane, got, o); text != "" {
				return text
			}
		}
	}
	return ""
}

func (s *sketches) wrongFigure(lane int, got *queue.Sketch, o queue.Order) string {
	n, _ := got.Ahead(o)
	low, _ := s.moments[0].lanes[lane].Ahead(o)
	high := low
	for i := range s.moments {
		ahead, _ := s.moments[i].lanes[lane].Ahead(o)
		low, high = min(low, ahead), max(high, ahead)
	}
	if n < low || n > high {
		return fmt.Sprintf("%d ahead of order %d, exact ones say %d to %d", n, o, low, high)
	}
	return ""
}

func sketchText(s *queue.Sketch) string {
	return fmt.Sprintf("waiting %d, end %d, first %v, samples %v", s.Waiting, s.End, s.First[:min(20, len(s.First))], s.Samples[:min(20, len(s.Samples))])
}
