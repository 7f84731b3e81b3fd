package queue

import (
	"maps"
	"slices"
)

// Segment is a run of numbers that were given in one lobby in one epoch.
type Segment struct {
	Epoch, First uint64
	// Last is the last number. A closed segment whose Last is below First is empty.
	Last uint64
	// Open: numbers are still given in it, and Last says nothing.
	Open bool
}

// Len is how many numbers it has; 0 while it is open.
func (s Segment) Len() uint64 {
	if s.Open || s.Last < s.First {
		return 0
	}
	return s.Last - s.First + 1
}

// Holds reports whether a ticket's number is one of it; an open segment has no end.
func (s Segment) Holds(epoch, number uint64) bool {
	return epoch == s.Epoch && number >= s.First && (s.Open || number <= s.Last)
}

// Draw is the draw of one opening. Its numbers have the orders Base to Base+N-1, permuted by the seed.
type Draw struct {
	Opening  string
	Segments []Segment
	N        uint64
	Base     Order
	// Frozen is when the lobby was frozen and Spread how long its pages take to ask after the seed is known, in milliseconds.
	Frozen, Spread int64
	// Known: Seed is in force. A zero seed leaves the arrival order.
	Known bool
	Seed  [32]byte
}

// Index is the position of a ticket's number in the draw, in order of arrival; false: it is not in it.
func (d *Draw) Index(epoch, number uint64) (i uint64, ok bool) {
	for _, s := range d.Segments {
		if s.Holds(epoch, number) {
			return i + number - s.First, true
		}
		i += s.Len()
	}
	return 0, false
}

// Holds reports whether an order is one of the draw.
func (d *Draw) Holds(o Order) bool { return o >= d.Base && o-d.Base < Order(d.N) }

// Clone is a copy that shares nothing.
func (d *Draw) Clone() Draw {
	c := *d
	c.Segments = slices.Clone(d.Segments)
	return c
}

// Done is the rank that an opening has reached, and the room's Cursor when it did.
type Done struct {
	Rank   uint8
	Cursor uint64
}

// Opening is what a room knows of its plan: which steps took effect, and what they have put in force. Of two records the one
// with the higher Cursor stands.
type Opening struct {
	// Cursor counts the steps that took effect, Done says by opening which were the last.
	Cursor uint64
	Done   map[string]Done
	Phase  Phase
	// Name is the opening that the phase belongs to.
	Name string
	// Quota is how many may be booked, -1: no bound. Per is how many one stay may book, Standby how many places are given
	// while sold out, Booked how many are taken (below 0: see Tally), Reports how often that was told, Totals how often as a total. Tallies are the
	// parts that gateways have told, in the order of their names; slices of it are not changed.
	Quota, Per, Standby, Booked int64
	Reports, Totals             uint64
	Tallies                     []Tally
	// Share is in permille of the pace.
	Share   int64
	Weights [Lanes]int64
	// Floor: orders at or below it have ended.
	Floor Order
	// Segments are those of the lobby that is open, Draws what was frozen, Mapping how many draws have a known seed.
	Segments []Segment
	Draws    []Draw
	Mapping  uint64
	// Planned is when the plan was changed last.
	Planned int64
}

// SoldOut reports whether everything is booked.
func (o *Opening) SoldOut() bool { return o.Phase == PhaseOpen && o.Quota >= 0 && o.Booked >= o.Quota }

// InLobby is how many numbers the lobby has given, of which last is the last one; 0: there is no lobby.
func (o *Opening) InLobby(last uint64) (n uint64) {
	for _, s := range o.Segments {
		if s.Open {
			s.Open, s.Last = false, last
		}
		n += s.Len()
	}
	return n
}

// NewOpening is the record of a room whose plan has no step yet: open, without a quota, the whole pace, equal lanes.
func NewOpening() Opening {
	o := Opening{Phase: PhaseOpen, Quota: -1, Per: 1, Share: 1000, Done: map[string]Done{}}
	for i := range o.Weights {
		o.Weights[i] = 1
	}
	return o
}

// Clone is a copy that shares nothing.
func (o *Opening) Clone() Opening {
	c := *o
	c.Done = maps.Clone(o.Done)
	c.Segments = slices.Clone(o.Segments)
	c.Draws = nil
	for i := range o.Draws {
		c.Draws = append(c.Draws, o.Draws[i].Clone())
	}
	return c
}
