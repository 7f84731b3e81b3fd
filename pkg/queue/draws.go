package queue

import (
	"github.com/einlass/einlass/pkg/queue/draw"
)

// Ticket is what a ticket says of its place. Order is 0 where it does not say: then the order follows from the number, in a
// draw by the seed.
type Ticket struct {
	Visitor       VisitorID
	Epoch, Number uint64
	Order         Order
	Lane          uint8
}

// OwnOrder is the order that the number has by itself, outside any draw. It names what somebody was told before a draw has given the place
// another one.
func (t Ticket) OwnOrder() Order { return OrderOf(t.Epoch, t.Number) }

// Place is the place of a ticket. false: its order is not known yet, because its number counts in a lobby or in a draw whose
// seed is not known, or because there was no snapshot yet. Such a place may be given to every method all the same.
func (r *Room) Place(t Ticket) (p Place, known bool) {
	p = Place(t)
	if p.Order != 0 {
		return p, true
	}
	v := r.view.Load()
	p.Order, known = v.order(p.Epoch, p.Number)
	return p, known && v.Known
}

// drawn is a draw whose seed is known, with its permutation.
type drawn struct {
	*Draw
	permutation *draw.Permutation
}

// order is the order of a number. false: it counts in a lobby or in a draw whose seed is not known.
func (v *View) order(epoch, number uint64) (Order, bool) {
	for i := range v.draws {
		d := &v.draws[i]
		if index, in := d.Index(epoch, number); in {
			place, err := d.permutation.Place(index)
			return d.Base + Order(place), err == nil
		}
	}
	return OrderOf(epoch, number), !v.lobby(epoch, number)
}

// lobby reports whether a number counts in a lobby or in a draw whose seed is not known.
func (v *View) lobby(epoch, number uint64) bool {
	o := &v.Snapshot.Opening
	for i := range o.Segments {
		if o.Segments[i].Holds(epoch, number) {
			return true
		}
	}
	for i := range o.Draws {
		d := &o.Draws[i]
		if _, in := d.Index(epoch, number); in && !d.Known {
			return true
		}
	}
	return false
}

// Number is the number that a place is shown: in a draw the one that it has drawn, 0 while that is not known.
func (v *View) Number(p *Place) uint64 {
	o := &v.Snapshot.Opening
	for i := range o.Draws {
		d := &o.Draws[i]
		if _, in := d.Index(p.Epoch, p.Number); !in {
			continue
		}
		if d.Known && d.Holds(p.Order) {
			return d.Segments[0].First + uint64(p.Order-d.Base)
		}
		return 0
	}
	if v.Start.Draw && v.lobby(p.Epoch, p.Number) {
		return 0
	}
	return p.Number
}

// Lot is which lot of a draw a place's number is, in the order of arrival and counted from 0, and the opening that is drawn: of a draw, or of
// the lobby that is open where the order will be drawn. false: it is none.
func (v *View) Lot(p *Place) (opening string, lot uint64, ok bool) {
	o := &v.Snapshot.Opening
	for i := range o.Draws {
		d := &o.Draws[i]
		if lot, ok = d.Index(p.Epoch, p.Number); ok {
			return d.Opening, lot, true
		}
	}
	if lot, ok = indexIn(o.Segments, p); ok && v.Start.Draw {
		return o.Name, lot, true
	}
	return "", 0, false
}

// drawnIn is the opening whose draw has given a place its order; empty: none has.
func (v *View) drawnIn(p *Place) string {
	for i := range v.draws {
		d := &v.draws[i]
		if _, in := d.Index(p.Epoch, p.Number); in && d.Holds(p.Order) {
			return d.Opening
		}
	}
	return ""
}

// takeDraws prepares the permutations of the draws whose seeds are known, those of the view before if they are the same.
func (v *View) takeDraws(old *View) {
	draws := v.Snapshot.Opening.Draws
	for i := range draws {
		d := &draws[i]
		if !d.Known {
			continue
		}
		p := old.permutation(d)
		if p == nil {
			var err error
			if p, err = draw.New(d.Seed, d.N); err != nil {
				continue // more numbers than can be drawn: no store freezes so many
			}
		}
		v.draws = append(v.draws, drawn{d, p})
	}
}

func (v *View) permutation(d *Draw) *draw.Permutation {
	for i := range v.draws {
		if k := &v.draws[i]; k.Seed == d.Seed && k.N == d.N {
			return k.permutation
		}
	}
	return nil
}
