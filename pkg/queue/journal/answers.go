package journal

import (
	"github.com/einlass/einlass/pkg/queue"
)

// slack is how long after a verb that was not answered, or whose answer had no time, the store's state is uncertain.
const slack = 5_000

// join checks one arrival.
func (v *Invariants) join(e *Event) {
	state := queue.State(e.State)
	if e.Number == 0 { // taken, or refused
		return
	}
	id := queue.VisitorID(e.Visitor)
	p := v.places.find(id)
	if v.repeated(p, e) {
		// Repeated; or the first heartbeat is written before the arrival in the same millisecond.
		if !v.cfg.Ordered && v.numbers.give(e.Epoch, e.Number) {
			v.sum.Numbers++
		}
		v.answered(e)
		return
	}
	u, wasSpent := v.places.spent[id]
	if !v.old && (state == queue.StateSpent || wasSpent && u.epoch == e.Epoch && u.number == e.Number) {
		return // a code tells a visitor its number for as long as it is known, whatever became of it
	}
	v.sum.Numbers++
	if !v.numbers.give(e.Epoch, e.Number) {
		v.report(RuleUnique, e, "number %d of epoch %d", e.Number, e.Epoch)
	}
	below := p != nil && p.order <= v.room.floor // the floor takes it out, and its visitor may come anew
	if p != nil && p.state != queue.StateLobby && !below && v.evidence(p, e) {
		v.report(RuleUnique, e, "a visitor who is %v has got number %d too", p.state, e.Number)
	}
	if wasSpent && v.spentStill(u, e) {
		v.report(RuleStay, e, "a visitor whose ticket is spent has got number %d", e.Number)
	}
	if state == queue.StateInside {
		v.straight(e)
		v.bounded(e)
	}
	if v.overtakenByEnd(id, e) {
		u.epoch, u.number = e.Epoch, e.Number // it may be repeated
		v.places.spent[id] = u
		return
	}
	looseUntil := int64(0)
	if p != nil {
		looseUntil = p.looseUntil
	}
	v.places.drop(id)
	delete(v.places.spent, id)
	p = v.places.add(id)
	p.looseUntil = looseUntil
	v.setTicket(p, e)
	v.apply(p, e)
	if state == queue.StateInside {
		v.tells(p, e.At, v.ms.confirm)
	}
}

// repeated reports whether a visitor was given this number before.
func (v *Invariants) repeated(p *place, e *Event) bool {
	switch {
	case p == nil:
		return false
	case v.old:
		return p.order == e.order() && p.state == queue.StateWaiting && queue.State(e.State) == queue.StateWaiting
	}
	return p.epoch == e.Epoch && p.number == e.Number
}

// straight notes that somebody went straight in.
func (v *Invariants) straight(e *Event) {
	v.sum.Stays++
	v.entered(e, nil)
	if v.old || v.cfg.Ordered {
		v.pace.straight(e.At)
	}
	v.raise(e, e.Lane, e.order())
}

// answered checks the answer to a heartbeat or claim, or to an arrival that was known.
func (v *Invariants) answered(e *Event) {
	id, state := queue.VisitorID(e.Visitor), queue.State(e.State)
	p := v.places.find(id)
	switch state {
	case queue.StateUnknown, queue.StateLobby:
		v.notTold(p, e)
		return
	case queue.StateTaken:
		return
	}
	v.held(p, e)
	v.restores(p, e)
	switch {
	case p == nil:
		if p = v.appeared(e); p == nil {
			return
		}
	case p.state == queue.StateLobby && e.Kind == Join:
		return // nothing is stored of it
	case v.evidence(p, e):
		v.transition(p, e)
	}
	began := v.begins(p, e)
	if began {
		v.sum.Stays++
		v.entered(e, p)
		v.paid(e, p)
	}
	v.bounded(e)
	resumed := !v.old && e.Kind == Claim && state == queue.StateInside && !began && v.overSince(p, e)
	if resumed {
		v.entered(e, p)
	}
	if resumed || state == queue.StateFull && (p.staying() || p.state == queue.StateUnknown) {
		v.places.revived = true
	}
	if e.Kind != Join || v.old {
		v.setTicket(p, e)
	}
	v.door.note(p, e, v.ms.confirm)
	v.apply(p, e)
	switch p = v.places.find(id); {
	case p == nil:
	case began || resumed:
		v.tells(p, e.At, v.ms.idle)
	case state != queue.StateInside:
		v.untells(id)
	}
}

// restores notes that the ticket of a place may have raised the last number.
func (v *Invariants) restores(p *place, e *Event) {
	if p != nil && !v.old && p.generation == v.generation && p.state != queue.StateLobby && p.state != queue.StateUnknown {
		return
	}
	v.numbers.raise(e.Number)
	v.room.raised = true
}

// paid holds an entry against the pace, where it is known when it was.
func (v *Invariants) paid(e *Event, p *place) {
	if !v.cfg.Ordered || v.old {
		return
	}
	before := v.before(p)
	switch wrong := v.pace.enter(e.At); {
	case wrong != "":
		v.report(RulePace, e, "%s", wrong)
	case v.pace.known && v.pace.entries.credit < before*queue.Units:
		v.report(RuleInside, e, "the pace lets in %d, and %d were at the door before", 1+v.pace.entries.credit/queue.Units, before)
	}
}

// notTold checks an answer that says no more than that it cannot be told where the visitor stands. Nothing has changed by it.
func (v *Invariants) notTold(p *place, e *Event) {
	if p == nil || e.Kind == Join || !v.evidence(p, e) {
		return
	}
	switch p.state {
	case queue.StateWaiting, queue.StateFront, queue.StateCalled, queue.StateFull, queue.StateInside:
		v.report(RuleLost, e, "number %d was %v, and the answer is %v", e.Number, p.state, queue.State(e.State))
	}
}

// begins reports whether the answer begins a stay.
func (v *Invariants) begins(p *place, e *Event) bool {
	switch {
	case e.Kind != Claim || queue.State(e.State) != queue.StateInside:
		return false
	case e.Started == 0 || v.old:
		return p.state != queue.StateInside
	}
	return e.Started == e.At && p.began != e.Started
}

// overSince reports whether a stay had run out at the event.
func (v *Invariants) overSince(p *place, e *Event) bool {
	return p.state == queue.StateInside && p.until <= e.At || p.state == queue.StateMissed
}

// setTicket takes over what a ticket says, and holds it against the draw and the orders of others.
func (v *Invariants) setTicket(p *place, e *Event) {
	order := e.order()
	v.mapped(p, e)
	p.epoch, p.number, p.lane = e.Epoch, e.Number, e.Lane
	if v.old || order == p.order {
		p.order = order
		return
	}
	if v.places.orders[p.order] == p.id {
		delete(v.places.orders, p.order)
	}
	p.order = order
	if queue.State(e.State) == queue.StateLobby {
		return // the draw will say
	}
	if other, ok := v.places.orders[order]; ok && other != p.id {
		v.sharedOrder(p, v.places.find(other), e)
	}
	v.places.orders[order] = p.id
}

// sharedOrder reports two places with one order, unless a ticket that is in no segment has kept the order that a draw covers.
func (v *Invariants) sharedOrder(p, other *place, e *Event) {
	if other == nil || other.generation != v.generation || p.epoch == other.epoch && p.number == other.number || v.room.strange(p.order, p) || v.room.strange(p.order, other) {
		return
	}
	v.report(RuleUnique, e, "number %d of epoch %d has order %d, as number %d of epoch %d has",
		p.number, p.epoch, p.order, other.number, other.epoch)
}

// appeared begins to follow a visitor, or reports that its ticket is spent.
func (v *Invariants) appeared(e *Event) *place {
	id, state := queue.VisitorID(e.Visitor), queue.State(e.State)
	u, ok := v.places.spent[id]
	if state == queue.StateSpent || state == queue.StateRefused {
		return nil
	}
	if ok && v.spentStill(u, e) && !v.mayFollow(u, e) {
		v.report(RuleStay, e, "a visitor whose ticket is spent is %v", state)
	}
	if v.overtakenByEnd(id, e) {
		return nil
	}
	delete(v.places.spent, id)
	p := v.places.add(id)
	p.state, p.finished = queue.StateUnknown, u.ended
	if u.generation == v.generation {
		p.began = u.began
	}
	return p
}

// mayFollow: a stay that was over and told late may live, or be resumed, as before it was told.
func (v *Invariants) mayFollow(u used, e *Event) bool {
	state := queue.State(e.State)
	return !v.old && !u.ended && e.Started == u.began && (state == queue.StateInside || state == queue.StateMissed)
}

// overtakenByEnd reports whether the answer may have been given before the end of the ticket that is written before it, also if the store
// has lost the room meanwhile: the end is told to whatever the store has then.
func (v *Invariants) overtakenByEnd(id queue.VisitorID, e *Event) bool {
	u, ok := v.places.spent[id]
	return ok && u.ended && !v.cfg.Ordered && e.At <= u.by
}

// evidence reports whether what is known of a place says what the store must have known at the event.
func (v *Invariants) evidence(p *place, e *Event) bool {
	return p.generation == v.generation && p.steps == v.steps && v.remembers(p.base) && p.looseUntil == 0 &&
		!v.tied && (v.cfg.Ordered || e.At > p.at && !p.finished)
}

// remembers reports whether the store remembers what it has remembered since a time: the life of a ticket is not over, and has not been
// at any time before, when the life was shorter.
func (v *Invariants) remembers(base int64) bool {
	return v.ms.life > 0 && base > v.forgotten && v.settling == 0
}

func (v *Invariants) spentStill(u used, e *Event) bool {
	return u.generation == v.generation && (u.ended || u.steps == v.steps) && v.remembers(u.base) &&
		(v.cfg.Ordered || e.At > u.by)
}

// ended notes that a visitor left or finished, in the store at the latest by a time, where it is known.
func (v *Invariants) ended(e *Event, id queue.VisitorID, by int64) {
	v.untells(id)
	v.door.leave(id)
	v.places.spend(id, used{base: e.At, by: by, generation: v.generation, ended: true})
}

// moved notes what an operator, or a hand-over, did.
func (v *Invariants) moved(e *Event) {
	id := queue.VisitorID(e.Visitor)
	p := v.places.find(id)
	switch queue.Act(e.Move.Act) {
	case queue.ActRemove:
		v.ended(e, id, 0)
	case queue.ActEnd:
		if id != (queue.VisitorID{}) {
			v.ended(e, id, 0)
			return
		}
		v.generation++ // every stay; which of them there were is not known
		v.active.clear()
		v.quota.unbooked.clear()
	case queue.ActFront:
		if p != nil && queue.State(e.State) == queue.StateFront {
			// A place that is in front already stays as it is, also as absent as it is.
			moves := p.generation == v.generation && p.state != queue.StateFront && p.state != queue.StateUnknown
			p.again, p.state, p.generation = false, queue.StateUnknown, v.generation
			v.door.leave(id)
			v.apply(p, e)
			p.looseUntil = e.At
			if !moves {
				p.generation = 0 // the next answer tells
			}
		}
	case queue.ActHand:
		if queue.Reason(e.Reason) != queue.ReasonMoved || p == nil {
			return
		}
		to := queue.VisitorID(e.Move.To)
		v.places.hand(id, to)
		v.active.hand(id, to)
		v.quota.unbooked.hand(id, to)
		v.door.hand(id, to)
		if !v.cfg.Ordered {
			p.looseUntil = e.At + slack
		}
		v.places.spent[id] = used{base: e.At, by: e.At + slack, generation: v.generation, ended: true, epoch: p.epoch, number: p.number}
	}
}

// uncertain notes that a verb without an answer may take effect.
func (v *Invariants) uncertain(e *Event) {
	switch e.Verb {
	case Join:
		v.numbers.uncertain++
	case Snapshot:
		v.pace.missing, v.front.missing = true, v.cfg.Ordered
		if !v.cfg.Ordered {
			v.front.loose = max(v.front.loose, e.by()+slack)
			v.silence.note(unanswered{at: e.At, tick: true})
		}
		return
	case Settle:
		v.unsettled(e)
		return
	case Reveal:
		v.room.stale = true
		return
	case Report:
		v.quota.loose = max(v.quota.loose, e.by()+slack)
	}
	id := queue.VisitorID(e.Visitor)
	p := v.places.find(id)
	if p == nil && e.Verb != Join && !v.cfg.Ordered {
		p = v.places.add(id) // the arrival may be written after it
		p.at = e.At
	}
	if p != nil {
		p.looseUntil = e.by() + slack
		v.silence.note(unanswered{at: e.At, id: p.id})
		v.untells(id)
		v.door.leave(id)
	}
	if e.Verb == Keep || e.Verb == Claim {
		v.sum.Returned++ // perhaps
		v.room.raised = true
	}
	v.places.revived = true
	// The ticket may be spent or not: no evidence either way.
	delete(v.places.spent, id)
}

// stamp orders events: by their place in an ordered journal, otherwise by time.
func (v *Invariants) stamp(e *Event) int64 {
	if v.cfg.Ordered {
		return v.sum.Events
	}
	return e.At
}

// raise lifts the head of a lane to an order.
func (v *Invariants) raise(e *Event, lane uint8, order queue.Order) {
	if v.places.raise(e.At, lane, order) {
		v.front.rose(v.stamp(e), e.At)
	}
}
