package journal

import "github.com/einlass/einlass/pkg/queue"

// The rules of FormatOld where they differ. A stay could not be resumed, and ended by its last activity alone; a call that
// lapsed could come back any number of times; open calls counted as inside.

// oldTransition checks the transitions that were others then, and reports whether this is one.
func (v *Invariants) oldTransition(p *place, e *Event) bool {
	state := queue.State(e.State)
	switch {
	case state == queue.StateMissed && p.state == queue.StateInside:
		v.report(RuleLost, e, "number %d was inside and is missed", e.Number)
	case state == queue.StateInside && p.state == queue.StateInside:
		if e.Until != p.until || p.until <= e.At {
			v.report(RuleStay, e, "number %d was inside until %d and is until %d", e.Number, p.until, e.Until)
		}
	case state == queue.StateSpent:
		if p.state != queue.StateInside || p.until > v.places.maxAt {
			v.report(RuleLost, e, "number %d was %v until %d and is spent", e.Number, p.state, p.until)
		}
	default:
		return false
	}
	return true
}

// oldRenew checks the answer about one stay.
func (v *Invariants) oldRenew(e *Event) {
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
	v.apply(p, e)
}

// oldInside: every place called since the last snapshot must have been below the bound. Renewed stays that were unknown
// come in without a call, and a clock that has stepped back brings back what was over.
func (v *Invariants) oldInside(e *Event, old *Marks) {
	f := e.Snapshot
	bound, revived := f.Pace.MaxInside, v.places.revived || e.At < v.places.maxAt
	if old == nil || revived || bound == 0 || f.Version != old.Version || f.Pace != old.Pace || f.Called == old.Called {
		return
	}
	if f.Live+f.Calls > bound {
		v.report(RuleInside, e, "%d inside and %d called with a bound of %d", f.Live, f.Calls, bound)
	}
}
