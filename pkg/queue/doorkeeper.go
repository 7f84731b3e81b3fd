package queue

// Doorkeeper decides about the door of a room as every Room does, for a program that calls its Store itself. Like a gateway's memory, it
// is lost with its process. It is not safe for concurrent use.
type Doorkeeper struct {
	doors doors
	seen  *View
}

// NewDoorkeeper makes one that has seen nothing yet.
func NewDoorkeeper(p Planner) *Doorkeeper {
	k := &Doorkeeper{seen: &View{}}
	k.doors.planner, k.doors.view = p, k.View
	return k
}

// View is what it knows of the room: the snapshot, and how many have come.
func (k *Doorkeeper) View() *View { return k.seen }

// Took takes the next snapshot.
func (k *Doorkeeper) Took(f *Snapshot) {
	v := &View{Snapshot: *f, Known: true}
	v.skipped = v.skips()
	k.doors.took(v, k.seen)
	k.seen = v
}

// Joined takes the answers to a batch of arrivals.
func (k *Doorkeeper) Joined(answers []Joined) { k.doors.joined(answers) }

// Saw takes the number of a ticket that somebody has shown.
func (k *Doorkeeper) Saw(epoch, number uint64) { k.doors.saw(k.seen, epoch, number) }

// Propose is the document with the door as it should be: current if nothing has to change, otherwise for Store.Settle.
func (k *Doorkeeper) Propose(current *Document) Document {
	next := k.doors.propose(current)
	if next.equal(current) {
		k.doors.settled(current)
	}
	return next
}
