package journal

import "github.com/einlass/einlass/pkg/queue"

// renew checks the answer about one stay, whose pass the caller has verified.
func (v *Invariants) renew(e *Event) {
	if v.old {
		v.oldRenew(e)
		return
	}
	id := queue.VisitorID(e.Visitor)
	p := v.places.find(id)
	if queue.State(e.State) == queue.StateSpent {
		v.notRenewed(p, e)
		return
	}
	u, spent := v.places.spent[id]
	if spent && u.ended && v.spentStill(u, e) {
		v.report(RuleStay, e, "a stay that was ended for good was renewed")
	}
	if v.overtakenByEnd(id, e) {
		return
	}
	if p == nil {
		delete(v.places.spent, id)
		p = v.places.add(id)
		p.finished, p.began = u.ended, u.began
		_, p.served = v.quota.booked[id]
		if spent && u.generation != v.generation {
			p.began = 0
		}
	}
	v.renewed(p, e)
	if p.state == queue.StateFull && p.generation == v.generation && queue.State(e.State) == queue.StateMissed {
		return // it stands at the door, and keeps its turn
	}
	v.door.leave(id)
	if p.state != queue.StateInside || p.until <= e.At || p.generation != v.generation {
		v.places.revived = true
	}
	told := min(e.Told, e.At)
	if p.generation != v.generation {
		p.told = 0
	}
	if queue.State(e.State) == queue.StateInside {
		v.apply(p, e)
		if told > p.told {
			v.tells(p, told, v.ms.idle)
		}
		return
	}
	// It is over and may be resumed: known as a stay that ran out.
	over := *e
	over.State, over.Until = State(queue.StateInside), min(told+v.ms.idle, e.At)
	v.apply(p, &over)
	v.untells(id)
}

// otherStay reports whether the answer is about another stay than the one that is known. A pass knows the second of its beginning
// only, and a store that has lost the stay takes it from there: in the files of gateways both beginnings may stand side by side.
func (v *Invariants) otherStay(p *place, e *Event) bool {
	if p.began == 0 || e.Started == 0 || e.Started == p.began {
		return false
	}
	early, late := min(p.began, e.Started), max(p.began, e.Started)
	return v.cfg.Ordered || early%1000 != 0 || late-early >= 1000
}

// renewed checks an answer that takes the stay for one that may go on.
func (v *Invariants) renewed(p *place, e *Event) {
	inside := queue.State(e.State) == queue.StateInside
	switch {
	case !inside && e.Told > 0 && v.settling == 0 && e.Told+v.ms.idle > e.At && v.ms.idle > 0:
		v.report(RulePass, e, "a request made at %d did not extend its stay", e.Told)
	case !v.evidence(p, e) || !inside:
	case v.otherStay(p, e):
		v.report(RuleStay, e, "a stay began at %d and at %d", p.began, e.Started)
	case p.state == queue.StateInside && e.Until < p.until && p.until > e.At:
		v.report(RulePass, e, "a stay was shortened by %d ms", p.until-e.Until)
	}
	v.bounded(e)
}

// bounded checks that a stay ends by its bound.
func (v *Invariants) bounded(e *Event) {
	if v.ms.max > 0 && v.settling == 0 && queue.State(e.State) == queue.StateInside && e.Started > 0 && e.Until > e.Started+v.ms.max {
		v.report(RuleStay, e, "a stay that began at %d lives until %d, %d ms at most", e.Started, e.Until, v.ms.max)
	}
}

// notRenewed checks that a stay which is told of no more was ended before, or has used up its time.
func (v *Invariants) notRenewed(p *place, e *Event) {
	id := queue.VisitorID(e.Visitor)
	late := queue.Reason(e.Reason) == queue.ReasonExpired && e.Told+v.ms.idle+v.ms.resume <= e.At &&
		max(v.beganOf(p), e.Started)+v.ms.max > e.At
	switch {
	case p == nil || !v.evidence(p, e) || p.state == queue.StateUnknown || p.state == queue.StateLobby:
	case late && (p.state != queue.StateInside || p.until <= e.At): // it was told so late that it cannot be resumed any more
	case !p.again && !v.endedUnseen(e) && max(p.began, e.Started)+v.ms.max > e.At:
		v.report(RulePass, e, "a stay of a visitor that is %v was not renewed (%s)", p.state, reasonNames[e.Reason])
	}
	u := used{base: v.endSince(p, e), by: e.At + slack, generation: v.generation, steps: v.steps, ended: !late}
	before, known := v.places.spent[id]
	switch {
	case late: // it is remembered as a stay
		u.base = max(v.beganOf(p), e.Started)
	case known && before.generation == v.generation:
		u.base = before.base // and does not end again
	case queue.Reason(e.Reason) == queue.ReasonExpired:
		u.base = max(u.base, v.beganOf(p)+v.ms.max, e.Started+v.ms.max)
	}
	v.untells(id)
	v.door.leave(id)
	v.places.spend(id, u)
}

// beganOf is when a visitor's stay began, 0: not known.
func (v *Invariants) beganOf(p *place) int64 {
	if p == nil {
		return 0
	}
	return p.began
}

// endedUnseen reports whether the reason is one of which no event need have told.
func (v *Invariants) endedUnseen(e *Event) bool {
	switch queue.Reason(e.Reason) {
	case queue.ReasonTwice, queue.ReasonCode:
		return true
	}
	return false
}

// tells notes that a request of a stay was told, made at a time. for how long it counts as live.
func (v *Invariants) tells(p *place, at, live int64) {
	first := p.told == 0
	p.told = at
	if v.ms.idle == 0 || v.old {
		return
	}
	strict := v.marks != nil && v.marks.Pace.Strict
	if live == v.ms.confirm && first { // straight in, and not heard of since
		live = min(live, v.ms.idle)
		if strict {
			v.active.tell(p.id, at, at+live)
		}
		v.quota.unbooked.tell(p.id, at, at+live)
		return
	}
	counted := v.ms.active
	if strict {
		counted = v.ms.idle
	}
	v.active.tell(p.id, at, at+counted)
	if !p.served && v.quota.unbooked.tell(p.id, at, at+live) {
		v.places.revived = v.places.revived || !first
	}
}

// untells notes that a visitor is not inside any more.
func (v *Invariants) untells(id queue.VisitorID) {
	v.active.leave(id)
	v.quota.unbooked.leave(id)
}
