package memstore

import (
	"bytes"

	"github.com/einlass/einlass/pkg/queue"
)

// findOrder looks for the visitor with an order: among those who wait first, then among those who have left the line.
func (r *room) findOrder(o queue.Order) (queue.Found, error) {
	var found *queue.VisitorID
	for _, line := range r.lines {
		if ref, ok := r.at(line, o); ok && (found == nil || bytes.Compare(r.slab.at(ref).id[:], found[:]) < 0) {
			found = &r.slab.at(ref).id
		}
	}
	for _, t := range []*tree{r.front, r.orders} {
		if found != nil {
			break
		}
		if ref, ok := r.at(t, o); ok {
			found = &r.slab.at(ref).id
		}
	}
	if found == nil {
		return queue.Found{}, queue.ErrUnknown
	}
	return r.found(*found), nil
}

// at is the member of a tree by order with an order; of several the one with the lowest id.
func (r *room) at(t *tree, o queue.Order) (uint32, bool) {
	if o == 0 {
		return 0, false
	}
	i := t.upTo(uint64(o) - 1)
	if i == t.len() {
		return 0, false
	}
	key, ref := t.at(i)
	return ref, key == uint64(o)
}

func (r *room) found(id queue.VisitorID) queue.Found {
	ref, rec := r.find(id)
	f := queue.Found{Visitor: id, Set: rec.set().String(), Standing: r.standingOf(ref, rec), At: rec.at}
	if rec.set() == inSpent {
		f.At = r.stays[ref].began
	}
	return f
}

// act does one act, once for each reference.
func (r *room) act(m *queue.Move) (moved queue.Moved, err error) {
	if !r.refs.has(m.Ref) {
		if moved, err = r.actOnce(m); err != nil || moved.State == queue.StateTaken {
			return moved, err
		}
		r.refs.note(m.Ref, r.now)
	}
	moved.Standing = r.standing(m.Visitor)
	if m.Act == queue.ActEnd && m.Visitor == (queue.VisitorID{}) {
		for _, t := range r.told {
			moved.Left += int64(t.len())
		}
	}
	return moved, nil
}

func (r *room) actOnce(m *queue.Move) (moved queue.Moved, err error) {
	ref, rec := r.find(m.Visitor)
	switch {
	case m.Act == queue.ActRemove:
		r.giveUp(m.Visitor, queue.ReasonRemoved)
	case m.Act == queue.ActEnd && m.Visitor == (queue.VisitorID{}):
		r.endStays()
	case m.Act == queue.ActEnd:
		r.end(m.Visitor, queue.ReasonFinished)
	case rec == nil || rec.set() == inNone:
		err = queue.ErrUnknown
	case m.Act == queue.ActFront:
		r.actFront(ref, rec)
	case r.known(m.To):
		moved.State = queue.StateTaken
	case rec.set() != inEnded: // nothing follows an end
		r.rename(ref, m.To)
		r.codes.hand(m.Visitor, m.To)
		r.end(m.Visitor, queue.ReasonMoved)
	}
	return moved, err
}

// endStays ends at most MaxScan stays that live or may be resumed, by what was told, then by the last request.
func (r *room) endStays() {
	left := queue.MaxScan
	for _, t := range r.told {
		for ; left > 0 && t.len() > 0; left-- {
			_, ref, _ := t.first()
			r.end(r.slab.at(ref).id, queue.ReasonFinished)
		}
	}
}

// actFront puts a place that waits, missed its turn or was called to the front. One that the floor has ended stays as it is.
func (r *room) actFront(ref uint32, rec *record) {
	switch rec.set() {
	case inLine, inMissed, inLapsed, inCalls:
		if rec.order() > r.Opening.Floor {
			r.clearAgain(ref)
			r.place(ref, inFront, rec.order(), rec.lane(), r.now)
		}
	}
}
