package model

import (
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// told is the group that a visitor's stay is in, and when its last request was made.
func (r *room) told(id queue.VisitorID) (group int, at int64, ok bool) {
	for g := range r.stays {
		if at, ok := r.stays[g][id]; ok {
			return g, at, true
		}
	}
	return 0, 0, false
}

// live reports whether a stay lives.
func (r *room) live(id queue.VisitorID) bool {
	_, at, ok := r.told(id)
	return ok && at+r.timing().idle > r.now && r.spent[id]+r.timing().max > r.now
}

// over reports whether a stay ran out and may be resumed.
func (r *room) over(id queue.VisitorID) bool {
	_, at, ok := r.told(id)
	t := r.timing()
	return ok && !r.live(id) && at+t.idle+t.resume > r.now && r.spent[id]+t.max > r.now
}

// nextGroup is where a stay goes when one more request of it is told.
func (r *room) nextGroup(id queue.VisitorID) int {
	group, _, ok := r.told(id)
	switch {
	case !ok:
		return inside1
	case group == fresh:
		return inside2 // the arrival that was let in was its first request
	case group == served:
		return served
	}
	return min(group+1, inside8)
}

// tell moves a stay to a group, with its last request at a time.
func (r *room) tell(id queue.VisitorID, group int, at int64) {
	for g := range r.stays {
		delete(r.stays[g], id)
	}
	r.stays[group][id] = at
}

// curveOf is the curve of a group of stays.
func curveOf(group int) queue.CurveKind { return queue.CurveFresh + queue.CurveKind(group) }

// came notes for the curve of a live stay that a request was made at a time.
func (r *room) came(id queue.VisitorID, at int64) {
	group, last, _ := r.told(id)
	if r.live(id) {
		kind := curveOf(group)
		r.curves[kind].Came(at-last, r.curveEnd(kind))
	}
}

// insideStanding is where a live stay stands.
func (r *room) insideStanding(id queue.VisitorID) queue.Standing {
	_, at, _ := r.told(id)
	began, t := r.spent[id], r.timing()
	return queue.Standing{State: queue.StateInside, Until: min(at+t.idle, began+t.max), Started: began}
}

// stayStanding is where a ticket stands that bought a stay.
func (r *room) stayStanding(id queue.VisitorID) queue.Standing {
	switch {
	case r.live(id):
		return r.insideStanding(id)
	case r.over(id):
		return queue.Standing{State: queue.StateMissed, Reason: queue.ReasonOver}
	}
	return spentBy(queue.ReasonExpired)
}

func spentBy(why queue.Reason) queue.Standing {
	return queue.Standing{State: queue.StateSpent, Reason: why}
}

// renew extends a stay. A stay that is not known is taken in: the caller has verified its pass.
func (r *room) renew(s queue.Stay) queue.Standing {
	id := s.Visitor
	if e, ok := r.ended[id]; ok {
		return spentBy(e.why)
	}
	began, known := r.spent[id]
	if !known {
		began = min(s.Started, r.now)
	}
	if began+r.timing().max <= r.now {
		r.end(id, queue.ReasonExpired)
		return spentBy(queue.ReasonExpired)
	}
	door, atDoor := r.asking[id]
	r.takeOut(id)
	r.spent[id] = began
	r.request(id, min(s.At, r.now))
	if atDoor && known && r.over(id) {
		r.asking[id] = door // it keeps its turn
	}
	return r.stayStanding(id)
}

// request notes a request of a stay. One that is told again, or after a later one, proves nothing new, except that the cookie
// of a fresh stay has come back.
func (r *room) request(id queue.VisitorID, at int64) {
	group, last, known := r.told(id)
	if known && at <= last {
		if group == fresh {
			r.tell(id, inside2, last)
		}
		return
	}
	r.came(id, at)
	next := r.nextGroup(id)
	if !known && has(r.refs, bookedMark(id)) {
		next = served
	}
	r.tell(id, next, at)
}

// report takes one outcome of a gateway.
func (r *room) report(gateway string, o queue.Outcome) {
	if o.Kind == queue.Finished {
		r.finish(o.Visitor)
		return
	}
	if o.Ref != (queue.Code{}) {
		if has(r.refs, o.Ref) {
			return
		}
		r.refs[o.Ref] = r.now
	}
	switch {
	case o.Kind == queue.Total:
		r.opening.SetTotal(o.Count)
	case o.Count > 0 && o.Kind == queue.Freed:
		r.opening.Count(gateway, -o.Count)
	case o.Count > 0:
		r.opening.Count(gateway, o.Count)
	}
	if o.Kind == queue.Booked {
		r.serve(o.Visitor)
	}
}

// reportAll takes the outcomes that a gateway tells.
func (r *room) reportAll(teller queue.Tally, outcomes []queue.Outcome) (reply queue.Reported, err error) {
	books := slices.ContainsFunc(outcomes, queue.Outcome.Books)
	if books && teller.Gateway != "" && teller.Reports > r.opening.Tally(teller.Gateway).Reports {
		return reply, queue.ErrLost
	}
	for _, o := range outcomes {
		r.report(teller.Gateway, o)
	}
	if books {
		reply = queue.Reported{Tally: r.opening.Tally(teller.Gateway), Rest: r.opening.Rest()}
	}
	return reply, nil
}

// serve moves a visitor's stay to the served, and notes of one that is not known that it has booked.
func (r *room) serve(id queue.VisitorID) {
	if _, at, ok := r.told(id); ok {
		r.tell(id, served, at)
	} else if !has(r.ended, id) {
		r.refs[bookedMark(id)] = r.now
	}
}

// bookedMark stands in refs for a visitor who has booked and whose stay is not known.
func bookedMark(id queue.VisitorID) queue.Code {
	mark := queue.Code(id)
	mark[0] = 255 - mark[0]
	return mark
}

// finish ends a stay whose visitor is done.
func (r *room) finish(id queue.VisitorID) {
	r.came(id, r.now)
	if r.end(id, queue.ReasonFinished) {
		r.finished++
	}
}

// leave gives a place or a stay up.
func (r *room) leave(id queue.VisitorID, why queue.Reason) {
	if r.end(id, why) {
		r.left++
	}
}
