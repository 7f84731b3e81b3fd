package model

import (
	"cmp"
	"maps"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// behind reports whether a watermark remembers more than the room holds.
func (r *room) behind(m *queue.Watermark) bool {
	if m.Epoch != r.epoch {
		return m.Epoch > r.epoch
	}
	for lane, head := range m.Heads {
		if head > r.heads[lane] {
			return true
		}
	}
	o := &m.Opening
	return m.Last > r.last || o.Cursor > r.opening.Cursor || o.Mapping > r.opening.Mapping || o.Reports > r.opening.Reports
}

// begin makes a room from a watermark.
func begin(now int64, m *queue.Watermark) *room {
	r := newRoom(now)
	r.curves = m.Curves
	r.takeDocument(&m.Document)
	t := r.timing()
	r.hold = now + t.hold
	if m.Epoch == 0 {
		r.hold = now + t.grace
	}
	if m.Opening.Cursor == 0 {
		r.made = now
	}
	r.unite(m)
	r.nextEpoch(m)
	r.credit, r.callcredit = 0, 0
	return r
}

// restoreRoom raises a room to what a gateway remembers. No step is applied.
func (r *room) restoreRoom(m *queue.Watermark) {
	ahead := r.behind(m)
	r.fill()
	if m.Document.Version > r.document.Version {
		r.takeDocument(&m.Document)
	}
	r.unite(m)
	switch {
	case ahead:
		r.nextEpoch(m)
		r.credit, r.callcredit, r.mark, r.tick, r.born = 0, 0, r.now, max(r.tick, r.now), r.now
		r.hold = max(r.hold, r.now+r.timing().hold)
	case m.Epoch < r.epoch:
		r.learnEarlier(m)
	}
}

// nextEpoch begins an epoch later than all that the room and the watermark know.
func (r *room) nextEpoch(m *queue.Watermark) {
	highest := max(queue.OrderOf(r.epoch, r.last), queue.OrderOf(m.Epoch, m.Ceiling), r.opening.Floor)
	for lane := range r.heads {
		highest = max(highest, r.heads[lane], m.Heads[lane])
	}
	for i := range r.opening.Draws {
		d := &r.opening.Draws[i]
		highest = max(highest, d.Base+queue.Order(d.N)-1)
	}
	r.takeHeads(m)
	mine, last := r.epoch, r.last
	r.begins(queue.NextEpoch(r.now, max(mine, m.Epoch), highest), max(queue.Carried(last), queue.Carried(m.Ceiling)), func(epoch uint64) (n uint64) {
		if epoch == mine {
			n = last
		}
		if epoch == m.Epoch {
			n = max(n, queue.Carried(m.Ceiling))
		}
		return n
	})
}

// learnEarlier takes from the watermark of an earlier epoch what the room may lack.
func (r *room) learnEarlier(m *queue.Watermark) {
	r.takeHeads(m)
	ceiling := queue.Carried(m.Ceiling)
	for i := range r.opening.Segments {
		if s := &r.opening.Segments[i]; s.Epoch == m.Epoch && !s.Open {
			s.Last = max(s.Last, ceiling)
		}
	}
	r.begins(r.epoch, max(r.last, ceiling), func(uint64) uint64 { return ceiling })
}

func (r *room) takeHeads(m *queue.Watermark) {
	for lane, head := range m.Heads {
		if head > r.heads[lane] {
			r.heads[lane], r.headNumbers[lane] = head, m.HeadNumbers[lane]
		}
	}
}

// unite brings the opening records together: the one with the higher cursor stands whole, but for the tallies.
func (r *room) unite(m *queue.Watermark) {
	mine, theirs := r.opening.Clone(), m.Opening.Clone()
	o := &r.opening
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
	r.hold = max(r.hold, m.Hold)
	r.opened()
}

// opened opens an opening whose record waits for a seed that is known by now.
func (r *room) opened() {
	o := &r.opening
	for i := range o.Draws {
		if d := &o.Draws[i]; d.Known && o.Phase == queue.PhaseDrawing && d.Opening == o.Name {
			o.Phase = queue.PhaseOpen
			r.hold = max(r.hold, r.now+d.Spread)
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
