package memstore

import "github.com/einlass/einlass/pkg/queue"

// standing is where a visitor stands by what the room knows; nothing changes.
func (r *room) standing(id queue.VisitorID) queue.Standing {
	ref, rec := r.find(id)
	if rec == nil {
		return queue.Standing{State: queue.StateUnknown}
	}
	return r.standingOf(ref, rec)
}

func (r *room) standingOf(ref uint32, rec *record) queue.Standing {
	switch rec.set() {
	case inLine:
		if rec.order() <= r.Opening.Floor {
			return spentBy(queue.ReasonFloor)
		}
		return queue.Standing{State: queue.StateWaiting}
	case inFront:
		if rec.order() <= r.Opening.Floor {
			return spentBy(queue.ReasonFloor)
		}
		return queue.Standing{State: queue.StateFront, Reason: r.reasonAgain(ref)}
	case inCalls:
		if r.callAlive(rec.at) {
			return queue.Standing{State: queue.StateCalled, Reason: r.reasonAgain(ref), Until: rec.at + r.t.window}
		}
		return missedBy(queue.ReasonLapsed)
	case inAsking:
		if s, resumes := r.stays[ref]; resumes && !r.over(s) {
			return r.stayStanding(s)
		}
		return queue.Standing{State: queue.StateFull}
	case inMissed:
		return missedBy(queue.ReasonAbsent)
	case inLapsed:
		return missedBy(queue.ReasonLapsed)
	case inSpent:
		return r.stayStanding(r.stays[ref])
	case inEnded:
		return spentBy(rec.why())
	}
	return queue.Standing{State: queue.StateUnknown}
}

func spentBy(why queue.Reason) queue.Standing {
	return queue.Standing{State: queue.StateSpent, Reason: why}
}

func missedBy(why queue.Reason) queue.Standing {
	return queue.Standing{State: queue.StateMissed, Reason: why}
}

// reasonAgain: a call lapsed before, so the next lapse ends the ticket.
func (r *room) reasonAgain(ref uint32) queue.Reason {
	if _, ok := r.again[ref]; ok {
		return queue.ReasonAgain
	}
	return queue.ReasonNone
}

// keep takes one heartbeat.
func (r *room) keep(mapping uint64, b *queue.Beat) queue.Standing {
	ref, rec := r.find(b.Place.Visitor)
	if rec == nil {
		return r.restore(mapping, b)
	}
	switch rec.set() {
	case inLine, inFront:
		rec.at = r.seen(b.Away)
		s := r.standingOf(ref, rec)
		if s.State == queue.StateSpent { // the floor remembers it
			r.takeOut(ref)
		}
		return s
	case inMissed, inLapsed:
		if s, stop := r.guard(mapping, &b.Place); stop {
			return s
		}
		if rec.set() == inMissed && !b.Away {
			return r.toFront(ref, &b.Place)
		}
	case inNone:
		return r.restore(mapping, b)
	}
	return r.standingOf(ref, rec)
}

// seen is what a heartbeat notes.
func (r *room) seen(away bool) int64 {
	if away {
		return 0
	}
	return r.now
}

// guard is what is checked where the order of a ticket would be used. stop: it cannot be used, and nothing changes.
func (r *room) guard(mapping uint64, p *queue.Place) (s queue.Standing, stop bool) {
	o := &r.Opening
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
	for _, s := range r.Opening.Segments {
		if s.Holds(epoch, number) {
			return true
		}
	}
	for i := range r.Opening.Draws {
		d := &r.Opening.Draws[i]
		if _, in := d.Index(epoch, number); in && !d.Known {
			return true
		}
	}
	return false
}

// toFront puts a place to the front at the order and in the lane of its ticket. The guards have been checked.
func (r *room) toFront(ref uint32, p *queue.Place) queue.Standing {
	r.place(ref, inFront, p.Order, p.Lane, r.now)
	return r.standingOf(ref, r.slab.at(ref))
}

// restore takes in a place that the room does not know.
func (r *room) restore(mapping uint64, b *queue.Beat) queue.Standing {
	p := &b.Place
	if s, stop := r.guard(mapping, p); stop {
		return s
	}
	if !r.codes.use(p.Visitor, b.Code, b.Uses, number{p.Epoch, p.Number}) {
		r.end(p.Visitor, queue.ReasonCode)
		return refused(queue.ReasonCode)
	}
	r.needFormat(p.Lane, b.Code)
	r.learnNumber(p)
	ref := r.take(p.Visitor)
	switch {
	case p.Order > r.Heads[p.Lane]:
		r.place(ref, inLine, p.Order, p.Lane, r.seen(b.Away))
	case b.Away:
		r.place(ref, inMissed, p.Order, p.Lane, r.now)
	default:
		return r.toFront(ref, p)
	}
	return r.standingOf(ref, r.slab.at(ref))
}

// learnNumber takes from the ticket of a place which numbers and epochs there have been.
func (r *room) learnNumber(p *queue.Place) {
	switch {
	case p.Epoch > r.Epoch, p.Epoch == r.Epoch && p.Number > max(r.Last, queue.MaxCarried):
		last := r.Last
		r.begins(queue.NextEpoch(r.now, p.Epoch, p.Order), queue.Carried(last), func(uint64) uint64 { return last })
		r.Born = r.now
		r.Hold = max(r.Hold, r.now+r.t.hold)
		return
	case p.Epoch < r.Epoch:
		r.Hold = max(r.Hold, r.Born+r.t.hold)
	}
	r.Last = max(r.Last, queue.Carried(p.Number))
}

// needFormat raises the room's format when somebody uses what earlier releases do not know.
func (r *room) needFormat(lane uint8, code queue.Code) {
	if lane != 0 || code != (queue.Code{}) {
		r.Format = max(r.Format, queue.Format)
	}
}
