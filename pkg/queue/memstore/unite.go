package memstore

import (
	"cmp"
	"maps"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// unite brings the opening records together: the one with the higher cursor stands whole, but for the tallies.
func (r *room) unite(m *queue.Watermark) {
	mine, theirs := r.Opening.Clone(), m.Opening.Clone()
	o := &r.Opening
	switch {
	case theirs.Cursor > mine.Cursor:
		*o = theirs.Clone()
		if o.Done == nil {
			o.Done = map[string]queue.Done{}
		}
	case theirs.Cursor == mine.Cursor:
		o.Planned = max(mine.Planned, theirs.Planned)
		if mine.Phase == queue.PhaseLobby && theirs.Phase == queue.PhaseLobby && mine.Name == theirs.Name {
			o.Segments = uniteSegments(mine.Segments, theirs.Segments)
		}
	}
	booked := mine.Clone()
	booked.UniteBooked(&theirs, theirs.Cursor > mine.Cursor)
	o.Booked, o.Reports, o.Totals, o.Tallies = booked.Booked, booked.Reports, booked.Totals, booked.Tallies
	o.Floor, o.Mapping = max(mine.Floor, theirs.Floor), max(mine.Mapping, theirs.Mapping)
	for _, done := range []map[string]queue.Done{mine.Done, theirs.Done} {
		for name, d := range done {
			if have := o.Done[name]; cmp.Or(cmp.Compare(d.Rank, have.Rank), cmp.Compare(d.Cursor, have.Cursor)) > 0 {
				o.Done[name] = d
			}
		}
	}
	r.forgetDone()
	o.Draws = uniteDraws(mine.Draws, theirs.Draws)
	r.Hold = max(r.Hold, m.Hold)
	r.opened()
}

// opened opens an opening whose record waits for a seed that is known by now.
func (r *room) opened() {
	o := &r.Opening
	for i := range o.Draws {
		if d := &o.Draws[i]; d.Known && o.Phase == queue.PhaseDrawing && d.Opening == o.Name {
			o.Phase = queue.PhaseOpen
			r.Hold = max(r.Hold, r.now+d.Spread)
		}
	}
}

// uniteSegments brings the segments of one lobby together that two records know.
func uniteSegments(mine, theirs []queue.Segment) (all []queue.Segment) {
	byEpoch := map[uint64]queue.Segment{}
	for _, s := range append(slices.Clone(mine), theirs...) {
		have, ok := byEpoch[s.Epoch]
		if ok { // closed is newer than open: the epoch is over
			s.First, s.Last, s.Open = min(have.First, s.First), max(have.Last, s.Last), have.Open && s.Open
		}
		byEpoch[s.Epoch] = s
	}
	for _, epoch := range slices.Sorted(maps.Keys(byEpoch)) {
		all = append(all, byEpoch[epoch])
	}
	return all
}

// uniteDraws brings two lists of draws together. Of two of one opening that which is known stands, else the earlier one.
func uniteDraws(mine, theirs []queue.Draw) (all []queue.Draw) {
	for _, d := range append(slices.Clone(mine), theirs...) {
		i := slices.IndexFunc(all, func(have queue.Draw) bool { return have.Opening == d.Opening })
		switch {
		case i < 0:
			all = append(all, d)
		case d.Known && !all[i].Known, d.Known == all[i].Known && d.Frozen < all[i].Frozen:
			all[i] = d
		}
	}
	slices.SortStableFunc(all, func(a, b queue.Draw) int { return cmp.Compare(a.Frozen, b.Frozen) })
	return all[max(0, len(all)-queue.MaxDraws):]
}
