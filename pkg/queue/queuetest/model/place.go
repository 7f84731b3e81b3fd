package model

import (
	"github.com/einlass/einlass/pkg/queue"
)

// standing is where a visitor stands by what the room knows; nothing changes.
func (r *room) standing(id queue.VisitorID) queue.Standing {
	switch r.setOf(id) {
	case setLine:
		return r.placed(r.line[id], queue.Standing{State: queue.StateWaiting})
	case setFront:
		return r.placed(r.front[id], queue.Standing{State: queue.StateFront, Reason: r.reasonAgain(id)})
	case setCalls:
		if at := r.calls[id]; r.callAlive(at) {
			return queue.Standing{State: queue.StateCalled, Reason: r.reasonAgain(id), Until: at + r.timing().window}
		}
		return missedBy(queue.ReasonLapsed)
	case setAsking:
		if has(r.spent, id) && !r.over(id) {
			return r.stayStanding(id)
		}
		return queue.Standing{State: queue.StateFull}
	case setMissed:
		return missedBy(queue.ReasonAbsent)
	case setLapsed:
		return missedBy(queue.ReasonLapsed)
	case setSpent:
		return r.stayStanding(id)
	case setEnded:
		return spentBy(r.ended[id].why)
	}
	return queue.Standing{State: queue.StateUnknown}
}

// placed is the standing of a place, unless the floor has ended it.
func (r *room) placed(w waiting, s queue.Standing) queue.Standing {
	if w.order <= r.opening.Floor {
		return spentBy(queue.ReasonFloor)
	}
	return s
}

func missedBy(why queue.Reason) queue.Standing {
	return queue.Standing{State: queue.StateMissed, Reason: why}
}

// reasonAgain: a call lapsed before, so the next lapse ends the ticket.
func (r *room) reasonAgain(id queue.VisitorID) queue.Reason {
	if has(r.again, id) {
		return queue.ReasonAgain
	}
	return queue.ReasonNone
}

// keep takes one heartbeat.
func (r *room) keep(mapping uint64, b queue.Beat) queue.Standing {
	id := b.Place.Visitor
	switch set := r.setOf(id); set {
	case setLine, setFront:
		r.heard(id, b.Away)
	case setMissed, setLapsed:
		if s, stop := r.guard(mapping, &b.Place); stop {
			return s
		}
		if set == setMissed && !b.Away {
			r.toFront(&b.Place)
		}
	case setNone:
		return r.restore(mapping, b)
	}
	return r.standingOrOut(id)
}

// heard notes a heartbeat of a place in the line or in front.
func (r *room) heard(id queue.VisitorID, away bool) {
	seen := r.now
	if away {
		seen = 0
	}
	for _, set := range []map[queue.VisitorID]waiting{r.line, r.front} {
		if w, ok := set[id]; ok {
			w.seen = seen
			set[id] = w
		}
	}
}

// standingOrOut is the standing; a place that the floor has ended is taken out of the line or front, because the floor
// remembers it.
func (r *room) standingOrOut(id queue.VisitorID) queue.Standing {
	s := r.standing(id)
	if set := r.setOf(id); s.State == queue.StateSpent && (set == setLine || set == setFront) {
		r.sink(id)
	}
	return s
}

// sink takes a place out that the floor has ended. The floor remembers it, so its order is forgotten, unless a lapsed call of its
// visitor is remembered.
func (r *room) sink(id queue.VisitorID) {
	r.takeOut(id)
	if !has(r.again, id) {
		delete(r.orders, id)
	}
}

// guard is what is checked where the order of a ticket would be used. stop: it cannot be used, and nothing changes.
func (r *room) guard(mapping uint64, p *queue.Place) (s queue.Standing, stop bool) {
	o := &r.opening
	switch {
	case p.Order <= o.Floor:
		return spentBy(queue.ReasonFloor), true
	case mapping < o.Mapping:
		return queue.Standing{State: queue.StateUnknown}, true
	case r.inLobby(p.Epoch, p.Number):
		return queue.Standing{State: queue.StateLobby}, true
	}
	for i := range o.Draws {
		d := &o.Draws[i]
		if _, in := d.Index(p.Epoch, p.Number); in && !d.Holds(p.Order) {
			return queue.Standing{State: queue.StateUnknown}, true
		}
	}
	return s, false
}

// inLobby reports whether a number is one of the lobby that is open, or of a draw whose seed is not known.
func (r *room) inLobby(epoch, number uint64) bool {
	for _, s := range r.opening.Segments {
		if s.Holds(epoch, number) {
			return true
		}
	}
	for i := range r.opening.Draws {
		d := &r.opening.Draws[i]
		if _, in := d.Index(epoch, number); in && !d.Known {
			return true
		}
	}
	return false
}

// toFront puts a place to the front at the order of its ticket. The guards have been checked.
func (r *room) toFront(p *queue.Place) queue.Standing {
	r.takeOut(p.Visitor)
	delete(r.orders, p.Visitor)
	r.front[p.Visitor] = waiting{order: p.Order, seen: r.now}
	return r.standing(p.Visitor)
}

// toLine puts a place that is in no set into the line.
func (r *room) toLine(id queue.VisitorID, w waiting) {
	delete(r.orders, id)
	r.line[id] = w
}

// restore takes in a place that the room does not know.
func (r *room) restore(mapping uint64, b queue.Beat) queue.Standing {
	p := &b.Place
	if s, stop := r.guard(mapping, p); stop {
		return s
	}
	if !r.useCode(p.Visitor, b.Code, b.Uses, number{p.Epoch, p.Number}) {
		r.end(p.Visitor, queue.ReasonCode)
		return queue.Standing{State: queue.StateRefused, Reason: queue.ReasonCode}
	}
	r.needFormat(p.Lane, b.Code)
	r.learnNumber(p)
	switch {
	case p.Order <= r.heads[p.Lane] && b.Away:
		r.missed[p.Visitor] = r.now
		r.orders[p.Visitor] = p.Order
	case p.Order <= r.heads[p.Lane]:
		return r.toFront(p)
	default:
		r.toLine(p.Visitor, waiting{order: p.Order, lane: p.Lane})
		r.heard(p.Visitor, b.Away)
	}
	return r.standing(p.Visitor)
}

// learnNumber takes from the ticket of a place which numbers and epochs there have been.
func (r *room) learnNumber(p *queue.Place) {
	switch {
	case p.Epoch > r.epoch, p.Epoch == r.epoch && p.Number > max(r.last, queue.MaxCarried):
		last := r.last
		r.begins(queue.NextEpoch(r.now, p.Epoch, p.Order), queue.Carried(last), func(uint64) uint64 { return last })
		r.born = r.now
		r.hold = max(r.hold, r.now+r.timing().hold)
		return
	case p.Epoch < r.epoch:
		r.hold = max(r.hold, r.born+r.timing().hold)
	}
	r.last = max(r.last, queue.Carried(p.Number))
}

// needFormat raises the room's format when somebody uses what earlier releases do not know.
func (r *room) needFormat(lane uint8, code queue.Code) {
	if lane != 0 || code != (queue.Code{}) {
		r.format = max(r.format, queue.Format)
	}
}

// useCode notes that a visitor uses a code, unless so many others do. A visitor without a code may always pass.
func (r *room) useCode(id queue.VisitorID, c queue.Code, uses uint8, n number) bool {
	if c == (queue.Code{}) || has(r.codes[c], id) {
		return true
	}
	if r.usedUp(c, uses) {
		return false
	}
	if r.codes[c] == nil {
		r.codes[c] = map[queue.VisitorID]number{}
	}
	r.codes[c][id] = n
	return true
}

// usedUp reports whether as many as may use a code have used it.
func (r *room) usedUp(c queue.Code, uses uint8) bool {
	return c != (queue.Code{}) && len(r.codes[c]) >= int(uses)
}
