package model

import (
	"github.com/einlass/einlass/pkg/queue"
)

// joinAll numbers arrivals. So many of them go straight in as the allowance has when nobody waits.
func (r *room) joinAll(arrivals []queue.Arrival) (places []queue.Joined) {
	r.fill()
	free := r.straightAllowance()
	for i := range arrivals {
		j := r.join(&arrivals[i], &free)
		places = append(places, j)
	}
	return places
}

func (r *room) join(a *queue.Arrival, free *int64) queue.Joined {
	if r.known(a.Visitor) {
		return r.joinedBefore(a)
	}
	if why := r.refusal(); why != queue.ReasonNone {
		return refused(why)
	}
	if r.usedUp(a.Code, a.Uses) {
		return refused(queue.ReasonCode)
	}
	return r.give(a, free)
}

func refused(why queue.Reason) queue.Joined {
	return queue.Joined{Standing: queue.Standing{State: queue.StateRefused, Reason: why}}
}

// joinedBefore answers a repeated arrival: with its place, if that can be told and nobody else can have it.
func (r *room) joinedBefore(a *queue.Arrival) queue.Joined {
	w, waits := r.line[a.Visitor]
	if zero := queue.OrderOf(r.epoch, 0); waits && w.seen < 0 && w.order > zero {
		place := queue.Place{Visitor: a.Visitor, Epoch: r.epoch, Number: uint64(w.order - zero), Order: w.order, Lane: w.lane}
		return queue.Joined{Standing: r.standing(a.Visitor), Place: place}
	}
	if n, ok := r.codes[a.Code][a.Visitor]; ok {
		s := r.standing(a.Visitor)
		switch {
		case s.State != queue.StateUnknown:
		case queue.OrderOf(n.epoch, n.number) <= r.opening.Floor:
			s = queue.Standing{State: queue.StateSpent, Reason: queue.ReasonFloor}
		case r.inLobby(n.epoch, n.number):
			s.State = queue.StateLobby
		default:
			s.State = queue.StateWaiting
		}
		place := queue.Place{
			Visitor: a.Visitor, Epoch: n.epoch, Number: n.number, Order: queue.OrderOf(n.epoch, n.number), Lane: a.Lane,
		}
		return queue.Joined{Standing: s, Place: place}
	}
	return queue.Joined{Standing: queue.Standing{State: queue.StateTaken}}
}

// refusal is why no number is given to anybody now.
func (r *room) refusal() queue.Reason {
	o, door := &r.opening, r.document.Door
	waiting := r.above(r.line) + r.above(r.front)
	for _, s := range o.Segments { // there are none but in a lobby
		if s.Open {
			s.Open, s.Last = false, r.last
		}
		waiting += int64(s.Len())
	}
	switch {
	case o.Phase == queue.PhaseClosed, o.Phase == queue.PhaseThrough, door.Closed:
		return queue.ReasonClosed
	case door.Limit > 0 && waiting >= door.Limit:
		return queue.ReasonLimit
	case o.SoldOut() && waiting >= o.Standby:
		return queue.ReasonSoldOut
	}
	return queue.ReasonNone
}

// give gives the next number. Of a lobby's arrival nothing else is stored.
func (r *room) give(a *queue.Arrival, free *int64) queue.Joined {
	r.last++
	r.given++
	r.joined++
	p := queue.Place{Visitor: a.Visitor, Epoch: r.epoch, Number: r.last, Order: queue.OrderOf(r.epoch, r.last), Lane: a.Lane}
	r.useCode(a.Visitor, a.Code, a.Uses, number{p.Epoch, p.Number})
	r.needFormat(a.Lane, a.Code)
	if r.opening.Phase == queue.PhaseLobby {
		return queue.Joined{Standing: queue.Standing{State: queue.StateLobby}, Place: p}
	}
	if *free > 0 {
		*free--
		r.straightIn(&p)
	} else {
		r.toLine(p.Visitor, waiting{order: p.Order, seen: -r.now, lane: p.Lane})
	}
	return queue.Joined{Standing: r.standing(p.Visitor), Place: p}
}

// straightIn calls and admits in one step.
func (r *room) straightIn(p *queue.Place) {
	r.credit -= queue.Units
	r.callcredit -= queue.Units
	r.called++
	r.admitted++
	r.spent[p.Visitor] = r.now
	r.tell(p.Visitor, fresh, r.now)
	r.orders[p.Visitor] = p.Order
	r.raise(p.Lane, p.Order)
}
