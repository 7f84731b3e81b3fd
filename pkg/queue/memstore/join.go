package memstore

import "github.com/einlass/einlass/pkg/queue"

// joinAll numbers arrivals. So many of them go straight in as the allowance has when nobody waits.
func (r *room) joinAll(arrivals []queue.Arrival) []queue.Joined {
	r.fill()
	free := r.straightAllowance()
	places := make([]queue.Joined, len(arrivals))
	for i := range arrivals {
		places[i] = r.join(&arrivals[i], &free)
	}
	return places
}

func (r *room) join(a *queue.Arrival, free *int64) queue.Joined {
	if r.known(a.Visitor) {
		return r.joinedBefore(a)
	}
	why := r.refusal()
	if why == queue.ReasonNone && r.codes.usedUp(a.Code, a.Uses) {
		why = queue.ReasonCode
	}
	if why != queue.ReasonNone {
		return queue.Joined{Standing: refused(why)}
	}
	return r.give(a, free)
}

func refused(why queue.Reason) queue.Standing {
	return queue.Standing{State: queue.StateRefused, Reason: why}
}

// known reports whether the id is, or was, a visitor's.
func (r *room) known(id queue.VisitorID) bool {
	if ref, rec := r.find(id); rec != nil {
		if _, returned := r.again[ref]; returned || rec.set() != inNone {
			return true
		}
	}
	return len(r.codes.of[id]) > 0
}

// joinedBefore answers a repeated arrival: with its place, if that can be told and nobody else can have it.
func (r *room) joinedBefore(a *queue.Arrival) queue.Joined {
	ref, rec := r.find(a.Visitor)
	zero := queue.OrderOf(r.Epoch, 0)
	if rec != nil && rec.set() == inLine && rec.at < 0 && rec.order() > zero {
		return queue.Joined{
			Standing: r.standingOf(ref, rec),
			Place: queue.Place{
				Visitor: a.Visitor, Epoch: r.Epoch, Number: uint64(rec.order() - zero), Order: rec.order(), Lane: rec.lane(),
			},
		}
	}
	n, used := r.codes.find(a.Visitor, a.Code)
	if !used {
		return queue.Joined{Standing: queue.Standing{State: queue.StateTaken}}
	}
	order := queue.OrderOf(n.epoch, n.number)
	s := r.standing(a.Visitor)
	switch {
	case s.State != queue.StateUnknown:
	case order <= r.Opening.Floor:
		s = spentBy(queue.ReasonFloor)
	case r.inLobby(n.epoch, n.number):
		s.State = queue.StateLobby
	default:
		s.State = queue.StateWaiting
	}
	return queue.Joined{Standing: s, Place: queue.Place{
		Visitor: a.Visitor, Epoch: n.epoch, Number: n.number, Order: order, Lane: a.Lane,
	}}
}

// refusal is why no number is given to anybody now.
func (r *room) refusal() queue.Reason {
	o, door := &r.Opening, &r.Document.Door
	if o.Phase == queue.PhaseClosed || o.Phase == queue.PhaseThrough || door.Closed {
		return queue.ReasonClosed
	}
	if door.Limit == 0 && !o.SoldOut() {
		return queue.ReasonNone
	}
	waiting := r.waiting() + r.above(r.front)
	if o.Phase == queue.PhaseLobby {
		waiting += int64(o.InLobby(r.Last))
	}
	switch {
	case door.Limit > 0 && waiting >= door.Limit:
		return queue.ReasonLimit
	case o.SoldOut() && waiting >= o.Standby:
		return queue.ReasonSoldOut
	}
	return queue.ReasonNone
}

// give gives the next number. Of a lobby's arrival nothing else is stored.
func (r *room) give(a *queue.Arrival, free *int64) queue.Joined {
	r.Last++
	r.Given++
	r.Joined++
	p := queue.Place{Visitor: a.Visitor, Epoch: r.Epoch, Number: r.Last, Order: queue.OrderOf(r.Epoch, r.Last), Lane: a.Lane}
	r.codes.use(a.Visitor, a.Code, a.Uses, number{p.Epoch, p.Number})
	r.needFormat(a.Lane, a.Code)
	if r.Opening.Phase == queue.PhaseLobby {
		return queue.Joined{Standing: queue.Standing{State: queue.StateLobby}, Place: p}
	}
	ref := r.take(p.Visitor)
	if *free > 0 {
		*free--
		r.straightIn(ref, &p)
	} else {
		r.place(ref, inLine, p.Order, p.Lane, -r.now)
	}
	return queue.Joined{Standing: r.standingOf(ref, r.slab.at(ref)), Place: p}
}

// straightIn calls and admits in one step.
func (r *room) straightIn(ref uint32, p *queue.Place) {
	r.Credit -= queue.Units
	r.CallCredit -= queue.Units
	r.Called++
	r.Admitted++
	r.place(ref, inSpent, p.Order, p.Lane, 0)
	r.begin(ref, r.now)
	r.tell(ref, fresh, r.now)
	r.raise(p.Lane, p.Order)
}
