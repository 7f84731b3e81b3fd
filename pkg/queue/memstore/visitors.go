package memstore

import "github.com/einlass/einlass/pkg/queue"

// join numbers one arrival; direct says that it may go straight in.
func (r *room) join(now int64, id queue.VisitorID, direct bool) queue.Joined {
	base := queue.OrderOf(r.Epoch, 0)
	if _, rec := r.find(id); rec != nil {
		if rec.set() != inLine || rec.order() <= base {
			return queue.Joined{Standing: queue.Standing{State: queue.StateTaken}}
		}
		rec.at = now
		return queue.Joined{
			Standing: queue.Standing{State: queue.StateWaiting},
			Place:    queue.Place{Visitor: id, Epoch: r.Epoch, Number: uint64(rec.order() - base)},
		}
	}
	r.Last++
	r.Joined++
	p := queue.Place{Visitor: id, Epoch: r.Epoch, Number: r.Last}
	if !direct {
		r.add(id, inLine, p.Order(), now)
		return queue.Joined{Standing: queue.Standing{State: queue.StateWaiting}, Place: p}
	}
	r.Credit -= queue.Units
	r.Called++
	r.raiseHead(p.Order())
	ref := r.add(id, inSpent, p.Order(), now+r.timing.life)
	return queue.Joined{Standing: r.admit(now, ref), Place: p}
}

// admit begins a stay for a visitor already put among the spent.
func (r *room) admit(now int64, ref uint32) queue.Standing {
	r.Admitted++
	end := now + r.timing.idle
	r.setStay(ref, end)
	return queue.Standing{State: queue.StateInside, Until: end}
}

// keep takes one heartbeat.
func (r *room) keep(now int64, b queue.Beat) queue.Standing {
	ref, rec := r.find(b.Place.Visitor)
	if rec == nil {
		return r.restore(now, b)
	}
	switch rec.set() {
	case inLine:
		rec.at = seen(now, b.Away)
		return queue.Standing{State: queue.StateWaiting}
	case inFront:
		rec.at = seen(now, b.Away)
		return queue.Standing{State: queue.StateFront}
	case inCalls:
		if rec.at > now {
			return queue.Standing{State: queue.StateCalled, Until: rec.at}
		}
		return queue.Standing{State: queue.StateMissed}
	case inMissed:
		if b.Away {
			return queue.Standing{State: queue.StateMissed}
		}
		return r.toFront(now, ref, b.Place)
	case inLapsed:
		return queue.Standing{State: queue.StateMissed}
	default:
		return r.stay(now, ref)
	}
}

func seen(now int64, away bool) int64 {
	if away {
		return 0
	}
	return now
}

// toFront puts a place that the head has passed before everybody in the line.
func (r *room) toFront(now int64, ref uint32, p queue.Place) queue.Standing {
	r.exit(ref)
	r.enter(ref, inFront, p.Order(), now)
	return queue.Standing{State: queue.StateFront}
}

// stay is the standing of a visitor whose ticket is spent.
func (r *room) stay(now int64, ref uint32) queue.Standing {
	if end, ok := r.ends[ref]; ok && end > now {
		return queue.Standing{State: queue.StateInside, Until: end}
	}
	return queue.Standing{State: queue.StateSpent}
}

// restore takes in a place that its ticket proves and this store does not know.
func (r *room) restore(now int64, b queue.Beat) queue.Standing {
	p := b.Place
	switch {
	case p.Epoch == r.Epoch:
		r.Last = max(r.Last, p.Number)
	case p.Epoch < r.Epoch:
		r.Last = queue.CarryNumber(r.Last, p.Number)
		r.Hold = max(r.Hold, r.Born+r.timing.hold)
	default:
		r.Last = queue.CarryNumber(r.Last, p.Number)
		r.Epoch = queue.NextEpoch(now, p.Epoch, p.Order())
		r.Born = now
		r.Hold = max(r.Hold, now+r.timing.hold)
	}
	switch {
	case p.Order() > r.Head:
		r.add(p.Visitor, inLine, p.Order(), seen(now, b.Away))
		return queue.Standing{State: queue.StateWaiting}
	case b.Away:
		r.add(p.Visitor, inMissed, p.Order(), now+r.timing.life)
		return queue.Standing{State: queue.StateMissed}
	default:
		r.add(p.Visitor, inFront, p.Order(), now)
		return queue.Standing{State: queue.StateFront}
	}
}

// claim turns one call into a stay.
func (r *room) claim(now int64, p queue.Place) queue.Standing {
	ref, rec := r.find(p.Visitor)
	if rec == nil {
		return r.restore(now, queue.Beat{Place: p})
	}
	switch rec.set() {
	case inCalls:
		if rec.at <= now {
			return r.toFront(now, ref, p)
		}
		r.move(ref, inSpent, now+r.timing.life)
		return r.admit(now, ref)
	case inLapsed, inMissed:
		return r.toFront(now, ref, p)
	case inFront:
		rec.at = now
		return queue.Standing{State: queue.StateFront}
	case inLine:
		rec.at = now
		return queue.Standing{State: queue.StateWaiting}
	default:
		return r.stay(now, ref)
	}
}

// renew extends one stay, or takes it in if this store does not know it.
func (r *room) renew(now int64, s queue.Stay) queue.Standing {
	end := now + r.timing.idle
	if s.Cap > 0 {
		end = min(end, s.Cap)
	}
	ref, rec := r.find(s.Visitor)
	if rec != nil && rec.set() == inEnded {
		return queue.Standing{State: queue.StateSpent}
	}
	if old, ok := r.ends[ref]; ok && rec != nil {
		end = max(end, old)
	}
	// The ticket stays spent at least as long as the stay it bought.
	until := max(now+r.timing.life, end)
	if rec == nil {
		ref = r.add(s.Visitor, inSpent, 0, until)
	} else {
		r.move(ref, inSpent, until)
	}
	r.setStay(ref, end)
	return queue.Standing{State: queue.StateInside, Until: end}
}

// end makes a ticket spent for good and reports whether it was not already.
func (r *room) end(now int64, id queue.VisitorID) bool {
	ref, rec := r.find(id)
	if rec == nil {
		r.add(id, inEnded, 0, now+r.timing.life)
		return true
	}
	fresh := rec.set() != inEnded
	r.endStay(ref)
	r.move(ref, inEnded, now+r.timing.life)
	return fresh
}
