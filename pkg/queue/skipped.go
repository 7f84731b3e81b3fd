package queue

import (
	"maps"
	"sync"
)

// A loss in a lobby leaves numbers out: its numbers go on above the highest one that can have been given, and a busy lobby leaves out
// thousands. Places that nobody has must not close the door, so gateways note in the document which numbers of the epochs before
// somebody is known to have. A gateway knows what it was answered and what the tickets say that it sees: one that has come after the loss
// learns it within the interval in which pages ask. What nobody knows yet does not count: the door may close so much later.

// keepPast bounds for how many epochs a process remembers the highest number.
const keepPast = 64

// numbers are the highest ones that somebody is known to have, of the latest epochs.
type numbers struct {
	mu      sync.Mutex
	highest map[uint64]uint64
}

func (k *numbers) saw(epoch, number uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.highest == nil {
		k.highest = map[uint64]uint64{}
	}
	k.highest[epoch] = max(k.highest[epoch], number)
	if len(k.highest) <= keepPast {
		return
	}
	first := epoch
	for e := range k.highest {
		first = min(first, e)
	}
	delete(k.highest, first)
}

// of is the highest number of an epoch; false: this process knows none.
func (k *numbers) of(epoch uint64) (number uint64, known bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	number, known = k.highest[epoch]
	return number, known
}

// gathered are the runs of numbers of the lobby that is open or is being drawn.
func (f *Snapshot) gathered() []Segment {
	if f.Opening.Phase == PhaseDrawing {
		if d := f.drawing(); d != nil {
			return d.Segments
		}
	}
	return f.Opening.Segments
}

// saw learns from a ticket that its number was given, if a loss leaves that open.
func (c *doors) saw(v *View, epoch, number uint64) {
	lobby := v.Snapshot.gathered()
	if len(lobby) < 2 {
		return // at almost every poll
	}
	for _, s := range lobby {
		if !s.Open && s.Holds(epoch, number) {
			c.numbers.saw(epoch, number)
		}
	}
}

// learn notes what this process knows of the numbers of a lobby. The document may know more: others have noted it. held: pages may not all
// have asked since the loss; if they have, numbers that nobody knows of were not given.
func (d *Doorway) learn(lobby []Segment, k *numbers, held bool) {
	copied := false
	for _, s := range lobby {
		number, known := k.of(s.Epoch)
		if !known && !held {
			number, known = s.First-1, true
		}
		number = min(number, s.Last)
		if before, noted := d.Given[s.Epoch]; s.Open || !known || noted && before >= number {
			continue
		}
		if !copied {
			d.Given, copied = maps.Clone(d.Given), true
		}
		if d.Given == nil {
			d.Given = map[uint64]uint64{}
		}
		d.Given[s.Epoch] = number
	}
}

// skipped is how many numbers of a lobby nobody was given, as far as that is known.
func (d *Doorway) skipped(lobby []Segment) (n int64) {
	for _, s := range lobby {
		if number, known := d.Given[s.Epoch]; known && !s.Open {
			all := s.Len()
			s.Last = min(s.Last, number)
			n += int64(all - s.Len())
		}
	}
	return n
}

// knows reports whether something is known of all numbers of a lobby.
func (d *Doorway) knows(lobby []Segment) bool {
	for _, s := range lobby {
		if _, known := d.Given[s.Epoch]; !known && s.Len() > 0 {
			return false
		}
	}
	return true
}

// skips is how many numbers of the lobby nobody was given, by the document.
func (v *View) skips() int64 {
	lobby, o := v.Snapshot.gathered(), &v.Snapshot.Opening
	if len(lobby) < 2 {
		return 0 // there was no loss, and the settings need not be read at each tick
	}
	s := v.Snapshot.Document.settings()
	if s.Doorway == nil || s.Doorway.Opening != o.Name {
		return 0
	}
	return s.Doorway.skipped(lobby)
}

// Came is how many have come to the lobby that is open or is being drawn, without the numbers that a loss left out; 0: there is none.
func (v *View) Came() int64 { return int64(v.Snapshot.came()) - v.skipped }
