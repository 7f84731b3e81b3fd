package queue

import "sync/atomic"

// Doorway is what Settings keep of the door of one opening: what was decided about it, and the limit that a gateway has put into
// Document.Door.
type Doorway struct {
	// Opening is the name of the one that this is about, as soon as a gateway has seen the decision (Known).
	Opening string `json:"opening,omitempty"`
	Known   bool   `json:"known,omitempty"`
	// State is "closed" or "open" once that was decided, by hand or because Limit was reached; empty: nothing is.
	State string `json:"state,omitempty"`
	Limit int64  `json:"limit,omitempty"`
	// Came is how many numbers were given in its lobby in the epochs before Epoch; 0: no epoch was lost in it.
	Came  int64  `json:"came,omitempty"`
	Epoch uint64 `json:"epoch,omitempty"`
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
// back with the document. While the places of a lobby come into the line after its start, and are not there yet for the store to count,
// a gateway counts the numbers since the lobby began.
type doors struct {
	planner Planner
	view    func() *View
	lastOf  func(epoch uint64) (last uint64, known bool)
	epoch   uint64 // up to which losses were allowed for when refused was noted
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

// saw takes the answers to a batch of arrivals.
func (c *doors) saw(answers []Joined) {
	for i := range answers {
		if answers[i].Reason == ReasonLimit {
			name := c.view().Snapshot.Opening.Name
			c.refused.Store(&name)
			return
		}
	}
}

func (c *doors) propose(current *Document) Document {
	v := c.view()
	if !v.Known {
		return *current
	}
	s, limit := c.says(current, v.Snapshot.Opening.Name)
	if s.Doorway == nil && limit == 0 && len(v.Snapshot.Opening.Segments) < 2 {
		return *current // nobody has said anything about a door, and no loss has left numbers out
	}
	d := c.decided(s.Doorway, v)
	d.count(&v.Snapshot, c.lastOf)
	if d.Epoch != c.epoch {
		c.refused.Store(nil) // for numbers that nobody has
		c.epoch = d.Epoch
	}
	skipped := d.skipped(v.gathered())
	if d.Limit = limit; d.State == "" && limit > 0 && c.reached(v, limit, skipped) {
		d.State = DoorClosed
	}
	door := Door{Closed: d.State == DoorClosed}
	if d.State == "" {
		door.Limit = limit
	}
	if door.Limit > 0 && v.Snapshot.Opening.Phase == PhaseLobby {
		door.Limit += skipped // the store counts all numbers of the lobby
	}
	if s.Doorway != nil && *s.Doorway == d && current.Door == door {
		return *current
	}
	next := *current
	next.Door = door
	if s.Doorway = &d; d == (Doorway{}) || d.State == "" && limit == 0 && d.Epoch == 0 {
		s.Doorway = nil
	}
	next.Settings = s.Encode()
	return next
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

// reached reports whether so many places are there, without the numbers that were skipped.
func (c *doors) reached(v *View, limit, skipped int64) bool {
	f := &v.Snapshot
	if refused := c.refused.Load(); refused != nil && *refused == f.Opening.Name {
		return true
	}
	places := f.Waiting + f.Front
	if v.Starting {
		lobby := Opening{Segments: v.opened}
		places = max(places, int64(lobby.InLobby(f.Last))-skipped)
	} else {
		places += int64(f.came()) - skipped
	}
	return places >= limit
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
