package model

import (
	"maps"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// find looks for the visitor with an order: among those who wait first, then among those who have left the line.
func (r *room) find(o queue.Order) (queue.Found, error) {
	for _, set := range []map[queue.VisitorID]waiting{r.line, r.front} {
		for _, id := range byOrder(set) {
			if set[id].order == o {
				return r.found(id), nil
			}
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(r.orders), byID) {
		if r.orders[id] == o {
			return r.found(id), nil
		}
	}
	return queue.Found{}, queue.ErrUnknown
}

func (r *room) found(id queue.VisitorID) queue.Found {
	f := queue.Found{Visitor: id, Set: r.setOf(id), Standing: r.standing(id)}
	switch f.Set {
	case setLine:
		f.At = r.line[id].seen
	case setFront:
		f.At = r.front[id].seen
	case setCalls:
		f.At = r.calls[id]
	case setAsking:
		f.At = r.asking[id].first
	case setMissed:
		f.At = r.missed[id]
	case setLapsed:
		f.At = r.lapsed[id]
	case setSpent:
		f.At = r.spent[id]
	case setEnded:
		f.At = r.ended[id].at
	}
	return f
}

// move does one act, once for each reference.
func (r *room) move(m queue.Move) (moved queue.Moved, err error) {
	if !has(r.refs, m.Ref) {
		if moved, err = r.act(m); err != nil || moved.State == queue.StateTaken {
			return moved, err
		}
		r.refs[m.Ref] = r.now
	}
	moved.Standing = r.standing(m.Visitor)
	if m.Act == queue.ActEnd && m.Visitor == (queue.VisitorID{}) {
		moved.Left = int64(len(r.allStays()))
	}
	return moved, nil
}

func (r *room) act(m queue.Move) (moved queue.Moved, err error) {
	id := m.Visitor
	unknown := r.setOf(id) == setNone
	switch {
	case m.Act == queue.ActRemove:
		r.leave(id, queue.ReasonRemoved)
	case m.Act == queue.ActEnd && id == (queue.VisitorID{}):
		all := r.allStays()
		for _, id := range all[:min(len(all), queue.MaxScan)] {
			r.end(id, queue.ReasonFinished)
		}
	case m.Act == queue.ActEnd:
		r.end(id, queue.ReasonFinished)
	case unknown:
		err = queue.ErrUnknown
	case m.Act == queue.ActFront:
		r.actFront(id)
	case r.known(m.To):
		moved.State = queue.StateTaken
	default:
		r.hand(id, m.To)
	}
	return moved, err
}

// allStays is everybody with a stay that lives or may be resumed, by what was told, then by the last request.
func (r *room) allStays() (ids []queue.VisitorID) {
	for g := range r.stays {
		ids = append(ids, byTime(r.stays[g])...)
	}
	return ids
}

// actFront puts a place that waits, missed its turn or was called to the front. One that the floor has ended stays as it is.
func (r *room) actFront(id queue.VisitorID) {
	order := r.orders[id]
	switch r.setOf(id) {
	case setLine:
		order = r.line[id].order
	case setMissed, setLapsed, setCalls:
	default:
		return
	}
	if order <= r.opening.Floor {
		return
	}
	r.takeOut(id)
	delete(r.orders, id)
	delete(r.again, id)
	r.front[id] = waiting{order: order, seen: r.now}
}

// hand lets whatever the visitor is in go on under another id.
func (r *room) hand(id, to queue.VisitorID) {
	if has(r.ended, id) {
		return
	}
	pass(r.line, id, to)
	pass(r.front, id, to)
	pass(r.asking, id, to)
	pass(r.orders, id, to)
	sets := append([]times{r.calls, r.missed, r.lapsed, r.again, r.spent}, r.stays[:]...)
	for _, set := range sets {
		pass(set, id, to)
	}
	for _, users := range r.codes {
		pass(users, id, to)
	}
	r.end(id, queue.ReasonMoved)
}

func pass[V any](set map[queue.VisitorID]V, id, to queue.VisitorID) {
	if v, ok := set[id]; ok {
		set[to] = v
		delete(set, id)
	}
}
