package queue

import (
	"maps"
	"sync/atomic"
)

// Doorway is what Settings keep of the door of one opening: what was decided about it, and the limit that a gateway has put into
// Document.Door.
type Doorway struct {
	// Opening is the name of the one that this is about, as soon as a gateway has seen the decision (Known).
	Opening string `json:"opening,omitempty"`
	Known   bool   `json:"known,omitempty"`
	// State is "closed" or "open" once that was decided, by hand or because Limit was reached; empty: nothing is.
	State string `json:"state,omitempty"`
	Limit int64  `json:"limit,omitempty"`
	// Given is by epoch that was lost in its lobby the highest number that somebody is known to have.
	Given map[uint64]uint64 `json:"given,omitempty"`
}

func (d *Doorway) equal(other *Doorway) bool {
	return d.Opening == other.Opening && d.Known == other.Known && d.State == other.State && d.Limit == other.Limit &&
		maps.Equal(d.Given, other.Given)
}

// The states of a door.
const (
	DoorOpen   = "open"
	DoorClosed = "closed"
)

// DoorState is DoorClosed if no numbers are given because the door was closed, else DoorOpen. The phase may be closed as well.
func (d *Document) DoorState() string {
	if d.Door.Closed {
		return DoorClosed
	}
	return DoorOpen
}

// SetDoor opens or closes the door by hand. It stays so, whatever the limit says, until the next opening begins.
func (d *Document) SetDoor(state string) {
	d.Door = Door{Closed: state == DoorClosed}
	s := d.settings()
	s.Doorway = &Doorway{State: state}
	d.Settings = s.Encode()
}

// CloseAt is how many places close the door of any opening for its rest; 0: it stays open. A schedule may say it for one opening.
func (d *Document) CloseAt() int64 { return d.settings().CloseAt }

// SetCloseAt sets it. What was decided about the opening that is under way stays.
func (d *Document) SetCloseAt(places int64) {
	s := d.settings()
	s.CloseAt = places
	d.Settings = s.Encode()
}

// doors is the controller that closes the door for the rest of an opening once so many places are there, and opens it when the next
// opening begins.
//
// The store refuses whoever would come beyond Door.Limit, exactly and for all gateways. But a line gets shorter, and a door that opens
// and closes with each call would let those in who load their pages again and again. So the first gateway that saw a refusal for the
// limit, or so many places in a snapshot, closes the door by the document; all others find it closed, and a store that was lost gets it
// back with the document. While places come into the line after a start or a loss, and are not there yet for the store to count, a gateway
// remembers how many they are: then what comes between two of its snapshots may be too many.
type doors struct {
	planner Planner
	view    func() *View
	numbers numbers
	// refused is the opening in which the store has refused an arrival for the limit.
	refused atomic.Pointer[string]
	said    said
}

// said is what the settings say of the door in an opening: they are read when one of both changes, and not with each tick.
type said struct {
	settings, opening string
	of                Settings
	limit             int64
}

// joined takes the answers to a batch of arrivals.
func (c *doors) joined(answers []Joined) {
	var last Place
	for i := range answers {
		a := &answers[i]
		if a.Reason == ReasonLimit {
			name := c.view().Snapshot.Opening.Name
			c.refused.Store(&name)
		}
		if a.Place.Number > 0 && (a.Place.Epoch > last.Epoch || a.Place.Epoch == last.Epoch && a.Place.Number > last.Number) {
			last = a.Place
		}
	}
	if last.Number > 0 {
		c.numbers.saw(last.Epoch, last.Number)
	}
}

// took takes a new view: of the one before is known how many places are still to come.
func (c *doors) took(v, old *View) {
	v.keepCrowd(old, &c.numbers)
	c.numbers.saw(v.Snapshot.Epoch, v.Snapshot.Last)
}

func (c *doors) propose(current *Document) Document {
	v := c.view()
	if !v.Known {
		return *current
	}
	s, limit := c.says(current, v.Snapshot.Opening.Name)
	if s.Doorway == nil && limit == 0 && len(v.Snapshot.gathered()) < 2 {
		return *current // nobody has said anything about a door, and no loss has left numbers out
	}
	d := c.decided(s.Doorway, v)
	skipped, known := c.count(&d, &v.Snapshot)
	if d.Limit = limit; d.State == "" && limit > 0 && known && c.reached(v, limit, skipped) {
		d.State = DoorClosed
	}
	door := Door{Closed: d.State == DoorClosed}
	if d.State == "" {
		door.Limit = limit
	}
	if door.Limit > 0 && v.Snapshot.Opening.Phase == PhaseLobby {
		door.Limit += skipped // the store counts all numbers of the lobby
	}
	if s.Doorway != nil && s.Doorway.equal(&d) && current.Door == door {
		return *current
	}
	next := *current
	next.Door = door
	if s.Doorway = &d; d.equal(&Doorway{}) || d.State == "" && limit == 0 && len(d.Given) == 0 {
		s.Doorway = nil
	}
	next.Settings = s.Encode()
	return next
}

// count is how many numbers of the lobby a loss left out, as far as that is known; known: something is of all of them.
func (c *doors) count(d *Doorway, f *Snapshot) (skipped int64, known bool) {
	lobby := f.gathered()
	if len(lobby) < 2 {
		return 0, true
	}
	d.learn(lobby, &c.numbers, f.Now < f.Hold)
	if f.Opening.Phase == PhaseLobby {
		c.refused.Store(nil) // it may have been for numbers that nobody has; those of a lobby can be counted, nobody is called
	}
	return d.skipped(lobby), d.knows(lobby)
}

// says are the settings, and how many places close the door of an opening; 0: none.
func (c *doors) says(d *Document, opening string) (s Settings, limit int64) {
	if c.said.settings != d.Settings || c.said.opening != opening {
		s := d.settings()
		limit := s.CloseAt
		if c.planner != nil && opening != "" {
			if n := c.planner.CloseAt(string(s.Schedule), opening); n > 0 {
				limit = n
			}
		}
		c.said = said{d.Settings, opening, s, limit}
	}
	return c.said.of, c.said.limit
}

// decided is what was decided about the opening that is under way. A decision that nobody has seen yet is about that one.
func (c *doors) decided(was *Doorway, v *View) Doorway {
	o := &v.Snapshot.Opening
	begun := o.Phase == PhaseOpen || o.Phase == PhaseLobby || o.Phase == PhaseDrawing
	switch {
	case was == nil, was.Known && begun && was.Opening != o.Name:
		return Doorway{Opening: o.Name, Known: true}
	case !was.Known:
		return Doorway{Opening: o.Name, Known: true, State: was.State}
	}
	return *was
}

// reached reports whether so many places are there, without the numbers of the lobby that were skipped.
func (c *doors) reached(v *View, limit, skipped int64) bool {
	f := &v.Snapshot
	if refused := c.refused.Load(); refused != nil && *refused == f.Opening.Name {
		return true
	}
	return v.inLine()+int64(f.came())-skipped >= limit
}

func (c *doors) settled(current *Document) {
	if c.refused.Load() == nil {
		return
	}
	name := c.view().Snapshot.Opening.Name
	if s, _ := c.says(current, name); current.Door.Limit == 0 || s.Doorway == nil || s.Doorway.Opening != name {
		c.refused.Store(nil) // what it was about is decided, or over
	}
}
