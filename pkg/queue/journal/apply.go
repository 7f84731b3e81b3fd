package journal

import "github.com/einlass/einlass/pkg/queue"

// apply takes over what an answer says.
func (v *Invariants) apply(p *place, e *Event) {
	state := queue.State(e.State)
	if p.generation == v.generation && v.runOut(p, e) {
		return // it is known as what it was, and lives again if the clock steps back
	}
	was, current := p.state, p.generation == v.generation
	since := v.endSince(p, e)
	switch {
	case e.At == p.at && !v.cfg.Ordered: // which of two answers was the later, a later one will tell
		p.looseUntil = max(p.looseUntil, e.At)
	case e.At > p.looseUntil:
		p.looseUntil = 0
	}
	stepped := p.steps != v.steps
	gap := stepped || !v.present(p, v.places.maxAt) || was != queue.StateFront || !current || e.Kind == Claim && v.lapsed(p.at)
	if !current {
		p.again = false
	}
	if !current && p.generation != 0 { // the stay may be lost
		p.began, p.told, p.served = 0, 0, false
	}
	v.begun(p, e, was, current, stepped)
	p.state, p.at, p.generation, p.steps = state, e.At, v.generation, v.steps
	p.reason = queue.Reason(e.Reason)
	if holds(state) {
		p.held = v.life()
	}
	p.again = p.again || p.reason == queue.ReasonAgain
	switch state {
	case queue.StateWaiting, queue.StateFront:
		v.heard(p, e)
	case queue.StateSpent, queue.StateRefused:
		v.isSpent(p, e, since)
		return
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

// runOut reports whether the answer says no more than that a call or stay is over that was known.
func (v *Invariants) runOut(p *place, e *Event) bool {
	state, why := queue.State(e.State), queue.Reason(e.Reason)
	switch p.state {
	case queue.StateInside:
		return state == queue.StateSpent && (v.old || why == queue.ReasonExpired) ||
			state == queue.StateMissed && e.Kind != Renew && !v.old
	case queue.StateCalled:
		return state == queue.StateMissed
	case queue.StateFull:
		return state == queue.StateMissed && !p.resumes
	}
	return false
}

// heard notes when a place that waits was heard of.
func (v *Invariants) heard(p *place, e *Event) {
	switch {
	case v.old || e.Kind != Join:
		p.seen = e.At
	case p.seen == 0 || p.seen < 0 && !v.cfg.Ordered: // a repeated arrival proves nobody
		p.seen = -e.At
	}
	if e.Away {
		p.seen = 0
	}
}

// begun notes since when the state lasts, and until when.
func (v *Invariants) begun(p *place, e *Event, was queue.State, current, stepped bool) {
	until := e.Until
	switch queue.State(e.State) {
	case queue.StateWaiting, queue.StateFront, queue.StateCalled:
		p.base = e.At
	case queue.StateMissed:
		if !current || stepped {
			p.base = 0 // its beginning is not known; otherwise it is not before the last answer
		}
	case queue.StateFull:
		if was != queue.StateFull {
			p.resumes = current && (was == queue.StateInside || was == queue.StateMissed && p.reason == queue.ReasonOver)
		}
		p.base = v.fullSince(p, e, was, current)
		switch {
		case was == queue.StateUnknown || !current || was == queue.StateFull && p.until == 0:
			until = 0 // it may be a stay that is to be resumed, or not
		case was == queue.StateFull && e.Kind != Claim && stepped:
			until = 0 // the turn at the door lasts as the new timing says
		case was == queue.StateFull && e.Kind != Claim:
			until = p.until
		case p.resumes:
			until = e.At + v.ms.confirm
		default:
			until = e.At + v.ms.window
		}
	case queue.StateInside:
		if e.Started != 0 {
			p.began = e.Started
		}
		p.base = v.insideSince(p, e, was != queue.StateInside || !current, current)
	}
	p.until = until
}

// insideSince is from when the store counts the life of what it remembers of somebody inside: since the stay began, however long it is
// prolonged.
func (v *Invariants) insideSince(p *place, e *Event, begun, current bool) int64 {
	switch {
	case !v.old:
		return p.began
	case e.Kind == Renew || e.Kind == Join || e.Kind == Claim && begun && current:
		return e.At
	case begun:
		return 0 // a visitor that is found inside came in some time before
	}
	return p.base
}

// fullSince is from when the store counts the life of what it remembers of somebody at the door. A stay that is to be resumed is remembered
// since it began, and has not lasted for Max.
func (v *Invariants) fullSince(p *place, e *Event, was queue.State, current bool) int64 {
	switch {
	case p.resumes:
		return p.began
	case was == queue.StateUnknown || !current || was == queue.StateFull && p.until == 0:
		return e.At - v.ms.max // it may be one
	}
	return e.At
}

// endSince is the earliest time at which a place can have ended of whose end an answer tells; 0: it is not known. The store remembers an end
// since it was, not since somebody asked for it.
func (v *Invariants) endSince(p *place, e *Event) int64 {
	if p == nil || p.state == queue.StateUnknown || !v.evidence(p, e) {
		return 0
	}
	return p.at
}

// isSpent forgets a place whose ticket is worth nothing. What the floor ended is remembered by the floor, and a store that has not taken it
// out yet tells its number to its code.
func (v *Invariants) isSpent(p *place, e *Event, since int64) {
	u := used{base: p.base, generation: v.generation, steps: v.steps}
	switch queue.Reason(e.Reason) {
	case queue.ReasonNone, queue.ReasonExpired:
	case queue.ReasonFloor:
		u = used{base: e.At} // of no generation: only its number is kept, which a code may tell again
	default:
		u.base, u.by, u.ended = since, e.At+slack, true
	}
	v.places.spend(p.id, u)
}

// present reports whether a place counts as there at a time.
func (v *Invariants) present(p *place, at int64) bool {
	if p.seen < 0 {
		return -p.seen+v.ms.confirm > at
	}
	return p.seen > 0 && p.seen+v.ms.absent > at
}
