package queuetest

import (
	"maps"

	"github.com/einlass/einlass/pkg/queue"
)

// waiting is a place in the line or in front of it.
type waiting struct {
	order queue.Order
	seen  int64 // 0: away
}

// ticket is what is remembered of a spent one.
type ticket struct {
	ended  bool
	forget int64
}

// room is the state that queue.Store's documentation names, under the same names. Its methods are the verbs; the
// caller has validated the entries and holds the lock.
type room struct {
	timing millis

	epoch, last uint64
	head        queue.Order
	headNumber  uint64
	control     queue.Control
	credit      int64
	mark        int64
	tick        int64
	hold        int64
	born        int64

	joined, called, admitted, finished, left int64

	line, front                   map[queue.VisitorID]waiting
	calls, missed, lapsed, inside map[queue.VisitorID]int64
	spent                         map[queue.VisitorID]ticket
	gateways                      map[string]int64
}

// clone is a copy that shares nothing.
func (r *room) clone() *room {
	c := *r
	c.line, c.front = maps.Clone(r.line), maps.Clone(r.front)
	c.calls, c.missed, c.lapsed, c.inside = maps.Clone(r.calls), maps.Clone(r.missed), maps.Clone(r.lapsed), maps.Clone(r.inside)
	c.spent, c.gateways = maps.Clone(r.spent), maps.Clone(r.gateways)
	return &c
}

func (r *room) present(w waiting, now int64) bool { return w.seen > 0 && w.seen+r.timing.absent > now }

func live(set map[queue.VisitorID]int64, now int64) (n int64) {
	for _, end := range set {
		if end > now {
			n++
		}
	}
	return n
}

func (r *room) fill(now int64) {
	full := r.control.Pace.Burst * queue.Units
	// From a rate of one on, full milliseconds fill any bucket: more of them would only overflow.
	gap := min(max(0, now-r.mark), full)
	r.credit = min(full, r.credit+gap*r.control.Pace.Rate)
	r.mark = now
}

// allowance is how many places may be called now.
func (r *room) allowance(now int64) int64 {
	if r.control.Mode != queue.ModeRun || r.control.Pace.Rate == 0 || now < r.hold {
		return 0
	}
	n := r.credit / queue.Units
	if bound := r.control.Pace.MaxInside; bound > 0 {
		n = min(n, bound-live(r.inside, now)-live(r.calls, now))
	}
	return max(0, n)
}

// raise lifts the head to order o.
func (r *room) raise(o queue.Order) {
	if o <= r.head {
		return
	}
	r.head = o
	if zero := queue.OrderOf(r.epoch, 0); o > zero {
		r.headNumber = uint64(o - zero)
	}
}

// takeOut removes the visitor from every waiting set.
func (r *room) takeOut(id queue.VisitorID) {
	delete(r.line, id)
	delete(r.front, id)
	delete(r.calls, id)
	delete(r.missed, id)
	delete(r.lapsed, id)
}

// admit turns the visitor's place into a stay.
func (r *room) admit(now int64, id queue.VisitorID) queue.Standing {
	r.takeOut(id)
	end := now + r.timing.idle
	r.inside[id] = end
	r.spent[id] = ticket{forget: now + r.timing.life}
	r.admitted++
	return queue.Standing{State: queue.StateInside, Until: end}
}

func (r *room) known(id queue.VisitorID) bool {
	_, line := r.line[id]
	_, front := r.front[id]
	_, call := r.calls[id]
	_, missed := r.missed[id]
	_, lapsed := r.lapsed[id]
	_, inside := r.inside[id]
	_, spent := r.spent[id]
	return line || front || call || missed || lapsed || inside || spent
}

func (r *room) joinAll(now int64, ids []queue.VisitorID) queue.JoinReply {
	r.fill(now)
	free := int64(0)
	if len(r.line) == 0 && len(r.front) == 0 {
		free = r.allowance(now)
	}
	reply := queue.JoinReply{Now: now}
	for _, id := range ids {
		j := r.join(now, id, free > 0)
		if j.State == queue.StateInside {
			free--
		}
		reply.Places = append(reply.Places, j)
	}
	reply.Waiting = int64(len(r.line))
	return reply
}

// taken is the answer to an arrival whose id cannot be used.
func taken() queue.Joined { return queue.Joined{Standing: queue.Standing{State: queue.StateTaken}} }

func (r *room) join(now int64, id queue.VisitorID, straight bool) queue.Joined {
	zero := queue.OrderOf(r.epoch, 0)
	if w, ok := r.line[id]; ok && w.order > zero {
		r.line[id] = waiting{order: w.order, seen: now}
		place := queue.Place{Visitor: id, Epoch: r.epoch, Number: uint64(w.order - zero)}
		return queue.Joined{Standing: queue.Standing{State: queue.StateWaiting}, Place: place}
	}
	if r.known(id) {
		return taken()
	}
	r.last++
	r.joined++
	place := queue.Place{Visitor: id, Epoch: r.epoch, Number: r.last}
	if !straight {
		r.line[id] = waiting{order: place.Order(), seen: now}
		return queue.Joined{Standing: queue.Standing{State: queue.StateWaiting}, Place: place}
	}
	r.credit -= queue.Units
	r.called++
	r.raise(place.Order())
	return queue.Joined{Standing: r.admit(now, id), Place: place}
}

func (r *room) keep(now int64, b queue.Beat) queue.Standing {
	id, seen := b.Place.Visitor, now
	if b.Away {
		seen = 0
	}
	if w, ok := r.line[id]; ok {
		r.line[id] = waiting{order: w.order, seen: seen}
		return queue.Standing{State: queue.StateWaiting}
	}
	if w, ok := r.front[id]; ok {
		r.front[id] = waiting{order: w.order, seen: seen}
		return queue.Standing{State: queue.StateFront}
	}
	if deadline, ok := r.calls[id]; ok {
		if deadline > now {
			return queue.Standing{State: queue.StateCalled, Until: deadline}
		}
		return queue.Standing{State: queue.StateMissed}
	}
	if _, ok := r.missed[id]; ok {
		if b.Away {
			return queue.Standing{State: queue.StateMissed}
		}
		return r.toFront(now, b.Place)
	}
	if _, ok := r.lapsed[id]; ok {
		return queue.Standing{State: queue.StateMissed}
	}
	if s, ok := r.used(now, id); ok {
		return s
	}
	return r.restorePlace(now, b)
}

// used is the standing of a visitor whose ticket is spent.
func (r *room) used(now int64, id queue.VisitorID) (queue.Standing, bool) {
	if end, ok := r.inside[id]; ok && end > now {
		return queue.Standing{State: queue.StateInside, Until: end}, true
	}
	_, spent := r.spent[id]
	return queue.Standing{State: queue.StateSpent}, spent
}

func (r *room) toFront(now int64, p queue.Place) queue.Standing {
	r.takeOut(p.Visitor)
	r.front[p.Visitor] = waiting{order: p.Order(), seen: now}
	return queue.Standing{State: queue.StateFront}
}

// restorePlace takes in a place that the room does not know.
func (r *room) restorePlace(now int64, b queue.Beat) queue.Standing {
	p := b.Place
	var standing queue.Standing
	switch {
	case p.Order() > r.head && b.Away:
		r.line[p.Visitor] = waiting{order: p.Order()}
		standing.State = queue.StateWaiting
	case p.Order() > r.head:
		r.line[p.Visitor] = waiting{order: p.Order(), seen: now}
		standing.State = queue.StateWaiting
	case b.Away:
		r.missed[p.Visitor] = now + r.timing.life
		standing.State = queue.StateMissed
	default:
		standing = r.toFront(now, p)
	}
	switch {
	case p.Epoch == r.epoch:
		r.last = max(r.last, p.Number)
		return standing
	case p.Epoch > r.epoch:
		r.epoch = queue.NextEpoch(now, p.Epoch, p.Order())
		r.born = now
		r.hold = max(r.hold, now+r.timing.hold)
	case p.Epoch < r.epoch:
		r.hold = max(r.hold, r.born+r.timing.hold)
	}
	r.last = queue.CarryNumber(r.last, p.Number)
	return standing
}

func (r *room) claim(now int64, p queue.Place) queue.Standing {
	id := p.Visitor
	if deadline, ok := r.calls[id]; ok && deadline > now {
		return r.admit(now, id)
	}
	_, called := r.calls[id]
	_, missed := r.missed[id]
	_, lapsed := r.lapsed[id]
	if called || missed || lapsed {
		return r.toFront(now, p)
	}
	// In front, in the line, spent and unknown are as for a heartbeat.
	return r.keep(now, queue.Beat{Place: p})
}

func (r *room) renew(now int64, s queue.Stay) queue.Standing {
	if r.spent[s.Visitor].ended {
		return queue.Standing{State: queue.StateSpent}
	}
	end := now + r.timing.idle
	if s.Cap > 0 {
		end = min(end, s.Cap)
	}
	if current, ok := r.inside[s.Visitor]; ok {
		end = max(end, current)
	}
	r.takeOut(s.Visitor)
	r.inside[s.Visitor] = end
	r.spent[s.Visitor] = ticket{forget: max(now+r.timing.life, end)}
	return queue.Standing{State: queue.StateInside, Until: end}
}

// end ends tickets for good and answers how many were not ended before.
func (r *room) end(now int64, ids []queue.VisitorID) (fresh int64) {
	for _, id := range ids {
		if !r.spent[id].ended {
			fresh++
		}
		r.takeOut(id)
		delete(r.inside, id)
		r.spent[id] = ticket{ended: true, forget: now + r.timing.life}
	}
	return fresh
}
