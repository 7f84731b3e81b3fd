package journal

import "github.com/einlass/einlass/pkg/queue"

// transition checks that the answer to a heartbeat or claim follows from what is known of the place.
func (v *Invariants) transition(p *place, e *Event) {
	switch {
	case p.state == queue.StateUnknown, p.state == queue.StateLobby:
		return
	case v.old && v.oldTransition(p, e):
		return
	}
	switch queue.State(e.State) {
	case queue.StateWaiting:
		v.nowWaiting(p, e)
	case queue.StateFront:
		v.nowFront(p, e)
	case queue.StateCalled:
		v.nowCalled(p, e)
	case queue.StateFull:
		v.nowFull(p, e)
	case queue.StateMissed:
		v.nowMissed(p, e)
	case queue.StateInside:
		v.nowInside(p, e)
	case queue.StateSpent:
		v.nowSpent(p, e)
	}
}

func (v *Invariants) nowWaiting(p *place, e *Event) {
	switch {
	case p.staying():
		v.report(RuleStay, e, "number %d was inside until %d and waits in the line", e.Number, p.until)
	case p.state != queue.StateWaiting:
		v.report(RuleLost, e, "number %d was %v and waits in the line", e.Number, p.state)
	case p.passed > 0 && !p.exempt && (v.cfg.Ordered || p.passed < e.At):
		v.report(RuleOrder, e, "number %d waits in the line although the head passed it at %d", e.Number, p.passed)
		p.exempt, p.passed = true, 0
	}
}

// lapsed reports whether a call made at a time may be over.
func (v *Invariants) lapsed(called int64) bool { return called+v.ms.window <= v.places.maxAt }

// notPassed reports whether the head has certainly not reached a place that waited in the line. A tick whose answer was lost may have
// called it.
func (v *Invariants) notPassed(p *place) bool {
	return p.passed == 0 && v.cfg.Ordered && !v.front.missing
}

// wronglyPassed says whether a place that waited in the line was passed over while present.
func (v *Invariants) wronglyPassed(p *place, e *Event) {
	switch {
	case p.exempt:
	case v.notPassed(p):
		v.report(RuleOrder, e, "number %d is %v although the head has not passed it", e.Number, queue.State(e.State))
	case p.passed > 0 && v.present(p, p.passed) && (!v.lapsed(p.passed) || v.neverCalled(e)):
		v.report(RuleOrder, e, "number %d was passed over at %d, it was present since %d", e.Number, p.passed, p.seen)
	}
}

// neverCalled reports whether the reason of an answer says that no call of the place has lapsed.
func (v *Invariants) neverCalled(e *Event) bool {
	switch why := queue.Reason(e.Reason); queue.State(e.State) {
	case queue.StateFront:
		return !v.old && why == queue.ReasonNone && e.Kind == Keep
	case queue.StateMissed:
		return why == queue.ReasonAbsent
	}
	return false
}

// staying reports whether the ticket has bought its stay, which may be over.
func (p *place) staying() bool {
	return p.state == queue.StateInside || p.state == queue.StateFull && p.resumes ||
		p.state == queue.StateMissed && p.reason == queue.ReasonOver
}

// mayResume reports whether the place asks at the door, and it is not known whether for a call or for a stay that ran out.
func (p *place) mayResume() bool { return p.state == queue.StateFull && p.until == 0 }

func (v *Invariants) nowFront(p *place, e *Event) {
	if p.staying() {
		v.report(RuleStay, e, "number %d was inside and is in front", e.Number)
		return
	}
	switch p.state {
	case queue.StateWaiting:
		v.wronglyPassed(p, e)
	case queue.StateFront:
		if !v.present(p, v.places.maxAt) || v.lapsed(p.at) {
			return // it may have been missed or called and come back
		}
		if rise, ok := v.front.riseBetween(p.sinceStamp, v.stamp(e)); ok {
			v.report(RuleOrder, e, "the line was called at %d while number %d was in front and present", rise, e.Number)
		}
	case queue.StateCalled, queue.StateFull:
		if p.until > v.places.maxAt {
			v.report(RuleLost, e, "number %d was %v until %d and is in front again", e.Number, p.state, p.until)
		}
		v.returned(p, e)
	case queue.StateMissed:
		if p.reason == queue.ReasonLapsed {
			v.returned(p, e)
		}
	}
}

// returned checks the return of a place whose call has lapsed: by a claim, and once.
func (v *Invariants) returned(p *place, e *Event) {
	switch {
	case e.Kind != Claim:
		v.report(RuleOrder, e, "number %d let its call lapse and a heartbeat brought it to the front", e.Number)
	case p.again && !v.old:
		v.report(RuleStay, e, "number %d let a second call lapse and is in front again", e.Number)
	}
}

func (v *Invariants) nowCalled(p *place, e *Event) {
	called := e.Until - v.ms.window
	if p.staying() {
		v.report(RuleStay, e, "number %d was inside until %d and is called", e.Number, p.until)
		return
	}
	switch p.state {
	case queue.StateWaiting, queue.StateFront:
		v.calledBelow(e, called)
		if !v.present(p, called) && (v.cfg.Ordered || p.seen <= called) {
			v.report(RulePresence, e, "number %d was called at %d, last seen %d", e.Number, called, p.seen)
		}
		if p.state == queue.StateWaiting && !p.exempt && v.notPassed(p) {
			v.report(RuleOrder, e, "number %d was called although the head has not reached it", e.Number)
		}
		if p.state == queue.StateWaiting && !p.exempt && p.passed > 0 && called > p.passed {
			v.report(RuleOrder, e, "number %d was called at %d, the head had passed it at %d", e.Number, called, p.passed)
		}
		if p.state == queue.StateFront && !v.cfg.Ordered {
			v.front.called(p.order, p.since, called)
		}
	case queue.StateCalled, queue.StateFull:
		if p.until != e.Until && p.until != 0 {
			v.report(RuleLost, e, "the call of number %d went from %d to %d", e.Number, p.until, e.Until)
		}
	default:
		v.report(RuleOrder, e, "number %d was %v and is called", e.Number, p.state)
	}
}

// nowFull: a call was claimed, or a stay is to be resumed, and the room is full.
func (v *Invariants) nowFull(p *place, e *Event) {
	switch p.state {
	case queue.StateWaiting, queue.StateFront, queue.StateCalled:
		v.letIn(p, e)
	case queue.StateMissed:
		if p.reason != queue.ReasonOver {
			v.report(RuleStay, e, "number %d was missed and stands at the door", e.Number)
		}
	case queue.StateInside:
		if p.until > v.places.maxAt {
			v.report(RuleLost, e, "number %d was inside until %d and stands at the door", e.Number, p.until)
		}
	}
}

func (v *Invariants) nowMissed(p *place, e *Event) {
	switch p.state {
	case queue.StateWaiting:
		v.wronglyPassed(p, e)
	case queue.StateFront:
		if v.present(p, v.places.maxAt) && (!v.lapsed(p.at) || v.neverCalled(e)) {
			v.report(RuleOrder, e, "number %d was passed over in front, it was present since %d", e.Number, p.seen)
		}
	case queue.StateCalled, queue.StateFull:
		if p.until > v.places.maxAt {
			v.report(RuleLost, e, "the call of number %d until %d was taken away", e.Number, p.until)
		}
	case queue.StateInside:
		if p.until > v.places.maxAt || queue.Reason(e.Reason) != queue.ReasonOver {
			v.report(RuleLost, e, "number %d was inside until %d and is missed", e.Number, p.until)
		}
	}
}

func (v *Invariants) nowInside(p *place, e *Event) {
	switch {
	case p.state == queue.StateInside:
		v.stillInside(p, e)
	case e.Kind != Claim:
		if v.cfg.Ordered {
			v.report(RuleStay, e, "number %d was %v and is inside without a claim", e.Number, p.state)
		}
	case v.otherStay(p, e):
		v.report(RuleStay, e, "the stay of number %d began at %d and at %d", e.Number, p.began, e.Started)
	case p.state == queue.StateMissed && p.reason != queue.ReasonOver:
		v.report(RuleStay, e, "number %d was missed and is inside", e.Number)
	case !p.staying() && !p.mayResume() && p.began == 0 && v.datedBack(p, e):
		v.report(RuleStay, e, "number %d was let in at %d, and its stay is said to have begun at %d", e.Number, e.At, e.Started)
	default:
		v.letIn(p, e)
	}
}

// datedBack reports whether a stay is said to have begun before it can have. A claim that took effect, and whose answer did not come
// through, is repeated by the store's client: then the stay has begun a moment before, after the last answer that was written down.
func (v *Invariants) datedBack(p *place, e *Event) bool {
	if v.cfg.Ordered {
		return e.Started != 0 && e.Started != e.At
	}
	return e.Started != 0 && (e.Started > e.At || e.Started < p.at)
}

// stillInside checks a stay that is known, which may have been resumed.
func (v *Invariants) stillInside(p *place, e *Event) {
	switch over := p.until <= e.At; {
	case v.otherStay(p, e):
		v.report(RuleStay, e, "the stay of number %d began at %d and at %d", e.Number, p.began, e.Started)
	case !over && e.Until != p.until:
		v.report(RuleStay, e, "number %d was inside until %d and is until %d", e.Number, p.until, e.Until)
	case over && (e.Kind != Claim || e.At >= p.until+v.ms.resume):
		v.report(RuleStay, e, "the stay of number %d was over at %d and is resumed at %d by a %s", e.Number, p.until, e.At, e.Kind)
	}
}

// letIn checks that a place which is let in, or stands at the door, was called.
func (v *Invariants) letIn(p *place, e *Event) {
	switch {
	case p.state == queue.StateCalled && p.until <= e.At:
		v.report(RuleStay, e, "number %d claimed at %d what was open until %d", e.Number, e.At, p.until)
	case p.state == queue.StateWaiting && !p.exempt && v.notPassed(p):
		v.report(RuleStay, e, "number %d was let in without a call", e.Number)
	case p.state == queue.StateWaiting && !p.exempt && p.passed > 0 && p.passed+v.ms.window <= e.At:
		v.report(RuleStay, e, "number %d was let in at %d, its call can have been no later than %d", e.Number, e.At, p.passed)
	}
}

func (v *Invariants) nowSpent(p *place, e *Event) {
	var wrong bool
	switch queue.Reason(e.Reason) {
	case queue.ReasonFloor:
		v.endedByFloor(p, e)
		if p.staying() || p.until > v.places.maxAt && (p.state == queue.StateCalled || p.state == queue.StateFull) {
			v.report(RuleFloor, e, "number %d was %v until %d, and the end of its line took that away", e.Number, p.state, p.until)
		}
	case queue.ReasonTwice:
		wrong = p.state == queue.StateInside || p.until > v.places.maxAt && (p.state == queue.StateCalled || p.state == queue.StateFull)
	case queue.ReasonExpired:
		wrong = p.state != queue.StateInside && p.state != queue.StateFull && p.state != queue.StateMissed ||
			p.state == queue.StateInside && p.until > v.places.maxAt
	case queue.ReasonCode, queue.ReasonRemoved:
	default: // finished, left and moved are told of before
		wrong = true
	}
	if wrong {
		v.report(RuleLost, e, "number %d was %v until %d and is spent", e.Number, p.state, p.until)
	}
}
