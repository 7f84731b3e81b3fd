package journal

import (
	"github.com/einlass/einlass/pkg/queue"
)

// slack is how long after a verb that was not answered, or whose answer had no time, the store's state is uncertain.
const slack = 5_000

// join checks one arrival.
func (v *Invariants) join(e *Event) {
	state := queue.State(e.State)
	if state == queue.StateUnknown {
		return
	}
	id, order := queue.VisitorID(e.Visitor), e.place().Order()
	p := v.places.find(id)
	if p != nil && p.order == order && p.state == queue.StateWaiting && state == queue.StateWaiting {
		// Repeated, so a heartbeat; or the first heartbeat is written before the arrival in the same millisecond.
		if !v.cfg.Ordered && v.numbers.give(e.Epoch, e.Number) {
			v.sum.Numbers++
		}
		v.answered(e)
		return
	}
	v.sum.Numbers++
	if !v.numbers.give(e.Epoch, e.Number) {
		v.report(RuleUnique, e, "number %d of epoch %d", e.Number, e.Epoch)
	}
	if p != nil && v.evidence(p, e) {
		v.report(RuleUnique, e, "a visitor who is %v has got number %d too", p.state, e.Number)
	}
	if u, ok := v.places.spent[id]; ok && v.spentStill(u, e) {
		v.report(RuleStay, e, "a visitor whose ticket is spent has got number %d", e.Number)
	}
	if state == queue.StateInside {
		v.sum.Stays++
		v.pace.straight(e.At)
		v.raise(e, order)
	}
	if v.overtakenByEnd(id, e) {
		return
	}
	looseUntil := int64(0)
	if p != nil {
		looseUntil = p.looseUntil
	}
	v.places.drop(id)
	delete(v.places.spent, id)
	p = v.places.add(id)
	p.order, p.looseUntil = order, looseUntil
	v.apply(p, e, false)
}

// answered checks the answer to a heartbeat or claim.
func (v *Invariants) answered(e *Event) {
	v.numbers.raise(e.Number)
	id := queue.VisitorID(e.Visitor)
	p := v.places.find(id)
	if p == nil {
		if p = v.appeared(e); p == nil {
			return
		}
	} else if v.evidence(p, e) {
		v.transition(p, e)
	}
	if e.Kind == Claim && queue.State(e.State) == queue.StateInside && p.state != queue.StateInside {
		v.sum.Stays++
	}
	v.apply(p, e, true)
}

// appeared begins to follow a visitor, or reports that its ticket is spent.
func (v *Invariants) appeared(e *Event) *place {
	id, state := queue.VisitorID(e.Visitor), queue.State(e.State)
	u, ok := v.places.spent[id]
	if state == queue.StateSpent {
		return nil
	}
	if ok && v.spentStill(u, e) {
		v.report(RuleStay, e, "a visitor whose ticket is spent is %v", state)
	}
	if v.overtakenByEnd(id, e) {
		return nil
	}
	delete(v.places.spent, id)
	p := v.places.add(id)
	p.order, p.state, p.finished = e.place().Order(), queue.StateUnknown, u.ended
	return p
}

// overtakenByEnd reports whether the answer may have been given before the end of the ticket that is written before it.
func (v *Invariants) overtakenByEnd(id queue.VisitorID, e *Event) bool {
	u, ok := v.places.spent[id]
	return ok && u.ended && u.generation == v.generation && !v.cfg.Ordered && e.At <= u.base+slack
}

// evidence reports whether what is known of a place says what the store must have known at the event.
func (v *Invariants) evidence(p *place, e *Event) bool {
	return p.generation == v.generation && p.steps == v.steps && v.places.maxAt < p.base+v.ms.life && p.looseUntil == 0 && !v.tied &&
		(v.cfg.Ordered || e.At > p.at && !p.finished)
}

func (v *Invariants) spentStill(u used, e *Event) bool {
	return u.generation == v.generation && (u.ended || u.steps == v.steps) && v.places.maxAt < u.base+v.ms.life &&
		(v.cfg.Ordered || e.At > u.base+slack)
}

// renew checks the answer about one stay.
func (v *Invariants) renew(e *Event) {
	id, state := queue.VisitorID(e.Visitor), queue.State(e.State)
	p := v.places.find(id)
	u, spent := v.places.spent[id]
	if state != queue.StateInside {
		if p != nil && v.evidence(p, e) {
			v.report(RuleLost, e, "a stay of a visitor who is %v was not renewed", p.state)
		}
		u.ended = true // its end is not known if it had not ended before
		v.places.spend(id, u)
		return
	}
	if spent && u.ended && v.spentStill(u, e) {
		v.report(RuleStay, e, "a stay that was ended for good was renewed")
	}
	if v.overtakenByEnd(id, e) {
		return
	}
	if p == nil {
		delete(v.places.spent, id)
		p = v.places.add(id)
		p.finished = u.ended
	}
	if p.state != queue.StateInside || p.until <= e.At || p.generation != v.generation {
		v.places.revived = true
	} else if v.evidence(p, e) && e.Until < p.until {
		v.report(RuleLost, e, "a stay was shortened by %d ms", p.until-e.Until)
	}
	v.apply(p, e, false)
}

// ended notes that a visitor left or finished.
func (v *Invariants) ended(e *Event) {
	v.places.spend(queue.VisitorID(e.Visitor), used{base: e.At, generation: v.generation, ended: true})
}

// uncertain notes that a verb without an answer may take effect.
func (v *Invariants) uncertain(e *Event) {
	switch e.Verb {
	case Join:
		v.numbers.uncertain++
	case Snapshot:
		v.pace.missing, v.front.missing = true, v.cfg.Ordered
		if !v.cfg.Ordered {
			v.front.loose = max(v.front.loose, e.At+slack)
			v.silence.note(unanswered{at: e.At, tick: true})
		}
		return
	}
	p := v.places.find(queue.VisitorID(e.Visitor))
	if p == nil && e.Verb != Join && !v.cfg.Ordered {
		p = v.places.add(queue.VisitorID(e.Visitor)) // the arrival may be written after it
		p.at = e.At
	}
	if p != nil {
		p.looseUntil = e.At + slack
		v.silence.note(unanswered{at: e.At, id: p.id})
	}
	if e.Verb == Keep || e.Verb == Claim {
		v.sum.Returned++ // perhaps
	}
	// The ticket may be spent or not: no evidence either way.
	delete(v.places.spent, queue.VisitorID(e.Visitor))
}

// apply takes over what an answer says.
func (v *Invariants) apply(p *place, e *Event, ticket bool) {
	state := queue.State(e.State)
	if over := p.state == queue.StateInside && state == queue.StateSpent ||
		p.state == queue.StateCalled && state == queue.StateMissed; over && p.generation == v.generation {
		return // a stay or call that is over is known as such, and lives again if the clock steps back
	}
	if ticket {
		p.order = e.place().Order()
	}
	was, current := p.state, p.generation == v.generation
	switch {
	case e.At == p.at && !v.cfg.Ordered: // which of two answers was the later, a later one will tell
		p.looseUntil = max(p.looseUntil, e.At)
	case e.At > p.looseUntil:
		p.looseUntil = 0
	}
	stepped := p.steps != v.steps
	gap := stepped || !v.present(p, v.places.maxAt) || was != queue.StateFront || !current || e.Kind == Claim && v.lapsed(p.at)
	p.state, p.until, p.at, p.generation, p.steps = state, e.Until, e.At, v.generation, v.steps
	switch state {
	case queue.StateWaiting, queue.StateFront:
		p.seen = e.At
		if e.Away {
			p.seen = 0
		}
	case queue.StateSpent:
		v.places.spend(p.id, used{base: p.base, generation: v.generation, steps: v.steps})
		return
	}
	switch state {
	case queue.StateWaiting, queue.StateFront, queue.StateCalled:
		p.base = e.At
	case queue.StateMissed:
		if !current || stepped {
			p.base = 0 // its beginning is not known; otherwise it is not before the last answer
		}
	case queue.StateInside:
		// A visitor that is found inside came in some time before; only verbs that begin or extend a stay tell when.
		switch begun := was != queue.StateInside || !current; {
		case e.Kind == Renew || e.Kind == Join || e.Kind == Claim && begun && current:
			p.base = e.At
		case begun:
			p.base = 0
		}
	}
	if state == queue.StateWaiting && (was != queue.StateWaiting || !current) {
		v.places.wait(p)
		if e.Kind != Join {
			v.sum.Returned++
		}
	}
	if state == queue.StateFront && gap {
		p.since, p.sinceStamp = e.At, v.stamp(e)
	}
}

func (v *Invariants) present(p *place, at int64) bool { return p.seen > 0 && p.seen+v.ms.absent > at }

// stamp orders events: by their place in an ordered journal, otherwise by time.
func (v *Invariants) stamp(e *Event) int64 {
	if v.cfg.Ordered {
		return v.sum.Events
	}
	return e.At
}

// raise lifts the head to an order.
func (v *Invariants) raise(e *Event, order queue.Order) {
	if v.places.raise(e.At, order) {
		v.front.rose(v.stamp(e), e.At)
	}
}
