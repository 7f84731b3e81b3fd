package queue

import (
	"slices"
	"time"
)

// beacon is how long after the start the seed of a draw may be known in a room without a Drawer, where somebody else reveals it.
const beacon = 14_000 // ms

// came is how many numbers were given in the lobby, or are in the draw.
func (f *Snapshot) came() (n uint64) {
	o := &f.Opening
	if o.Phase == PhaseDrawing {
		if d := f.drawing(); d != nil {
			return d.N
		}
	}
	return o.InLobby(f.Last)
}

// drawing is the draw that the room waits for, nil: none.
func (f *Snapshot) drawing() *Draw {
	for i := range f.Opening.Draws {
		if d := &f.Opening.Draws[i]; !d.Known && d.Opening == f.Opening.Name {
			return d
		}
	}
	return nil
}

// spread is within how long after the start, in ms, the pages of a lobby ask again: the store holds the line so long.
func (f *Snapshot) spread(start int64) int64 {
	hold := f.Document.Timing.Hold.Milliseconds()
	if f.Opening.Phase == PhaseDrawing {
		if d := f.drawing(); d != nil {
			return d.Spread
		}
	}
	if start < f.Opening.Planned+hold {
		return hold // it was brought forward: the pages ask in their intervals
	}
	return Spread(f.came())
}

// Spread is within how long after the start, in ms, the pages of a lobby of n ask again, one that was not brought forward.
func Spread(n uint64) int64 { return min(30_000, 2000+int64(n/20)) }

// inLobby answers a poll out of the lobby.
func (r *Room) inLobby(a *Answer, v *View, p *Place, shown int64) {
	f := &v.Snapshot
	a.State, a.Ahead, a.Came = StateLobby, -1, v.Came()
	a.Renewable = v.Stale == 0 && f.undecided(p)
	if index, in := indexIn(f.Opening.Segments, p); in && !v.Start.Draw {
		a.show(v.before(p.Lane, lobbyBase(f.Opening.Segments))+f.Front+int64(index), false, shown)
	}
	a.Next = r.lobbyNext(v)
}

// undecided reports whether the place counts in the lobby of this epoch, or in the draw that the room waits for. Then it cannot
// have been called yet: whoever comes later than this snapshot waits for the spread first.
func (f *Snapshot) undecided(p *Place) bool {
	switch f.Opening.Phase {
	case PhaseLobby:
		return slices.ContainsFunc(f.Opening.Segments, func(s Segment) bool { return s.Open && s.Holds(p.Epoch, p.Number) })
	case PhaseDrawing:
		if d := f.drawing(); d != nil {
			_, in := d.Index(p.Epoch, p.Number)
			return in
		}
	case PhaseOpen, PhaseClosed, PhaseLine, PhaseThrough:
	}
	return false
}

// lobbyNext is when a page in the lobby asks again: in its interval, or at the start.
func (r *Room) lobbyNext(v *View) time.Duration {
	f := &v.Snapshot
	start := v.Start.At
	if d := f.drawing(); d != nil && f.Opening.Phase == PhaseDrawing {
		start = d.Frozen
	}
	most := r.tune.Load().pollMax
	interval := r.every(most)
	if start == 0 {
		return interval
	}
	wait := v.seedWait
	if f.Opening.Phase == PhaseLobby && wait > most.Milliseconds() {
		wait = 0 // the seed is far from the start, at which the page reads that it is awaited
	}
	return r.whenItStarts(interval, start+wait, f.spread(start))
}

// whenItStarts is an interval, except that a page does not ask just before the start and again behind it: if the start falls into
// its interval it asks then, spread over so many ms.
func (r *Room) whenItStarts(interval time.Duration, start, spread int64) time.Duration {
	within := time.Duration(r.share() * float64(max(1, spread)) * float64(time.Millisecond))
	rest := time.Duration(start-r.storeNow()) * time.Millisecond
	switch {
	case rest >= interval:
		return interval
	case rest > 0:
		return rest + within
	default: // it is due: whoever asks within the spread comes in time
		return max(r.tune.Load().pollMin/2, min(interval, within))
	}
}

// indexIn is how many numbers of a lobby come before a place in the order of arrival.
func indexIn(segments []Segment, p *Place) (i uint64, ok bool) {
	d := Draw{Segments: segments}
	return d.Index(p.Epoch, p.Number)
}

// lobbyBase is the order of a lobby's first number.
func lobbyBase(segments []Segment) Order { return OrderOf(segments[0].Epoch, segments[0].First) }

// keepLobby remembers the lobby from its end until the hold is over: its places come into the line with the next polls, and
// the line's own figures are too low until all have come.
func (v *View) keepLobby(old *View) {
	f, o := &v.Snapshot, &old.Snapshot.Opening
	if f.Opening.Phase != PhaseOpen || f.Now >= f.Hold || !old.Known {
		return
	}
	switch o.Phase {
	case PhaseLobby:
		v.opened, v.Starting = o.Segments, true
	case PhaseDrawing:
		v.Starting = true
	case PhaseOpen:
		v.opened, v.Starting = old.opened, old.Starting
	case PhaseClosed, PhaseLine, PhaseThrough:
	}
}

// atStart is how many places come first by the lobby, of which not all are in the line yet.
func (v *View) atStart(p *Place) int64 {
	if !v.Starting {
		return 0
	}
	for i := range v.draws {
		if d := &v.draws[i]; d.Holds(p.Order) {
			return v.before(p.Lane, d.Base) + int64(p.Order-d.Base)
		}
	}
	if index, in := indexIn(v.opened, p); in {
		return v.before(p.Lane, lobbyBase(v.opened)) + int64(index)
	}
	return 0
}
