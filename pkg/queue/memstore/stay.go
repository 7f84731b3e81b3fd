package memstore

import (
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// live reports whether a stay lives.
func (r *room) live(s stay) bool {
	return s.group != forgotten && s.told+r.t.idle > r.now && s.began+r.t.max > r.now
}

// over reports whether a stay ran out and may be resumed.
func (r *room) over(s stay) bool {
	return s.group != forgotten && !r.live(s) && s.told+r.t.idle+r.t.resume > r.now && s.began+r.t.max > r.now
}

// next is the group of a stay when one more request of it is told. The arrival that was let in at once was the first request of a fresh
// stay, as a claim is of another, so that both learn and are counted alike.
func (s stay) next() int8 {
	switch s.group {
	case forgotten:
		return inside1
	case fresh:
		return inside2
	case served:
		return served
	}
	return min(s.group+1, inside8)
}

// insideStanding is where a live stay stands.
func (r *room) insideStanding(s stay) queue.Standing {
	return queue.Standing{State: queue.StateInside, Until: min(s.told+r.t.idle, s.began+r.t.max), Started: s.began}
}

// stayStanding is where a ticket stands that bought a stay.
func (r *room) stayStanding(s stay) queue.Standing {
	switch {
	case r.live(s):
		return r.insideStanding(s)
	case r.over(s):
		return missedBy(queue.ReasonOver)
	}
	return spentBy(queue.ReasonExpired)
}

// came notes for the curve of a live stay that a request was made at a time.
func (r *room) came(s stay, at int64) {
	if r.live(s) {
		kind := curveOf(int(s.group))
		r.Curves[kind].Came(at-s.told, r.curveEnd(kind))
	}
}

// renew extends a stay. A stay that is not known is taken in: the caller has verified its pass.
func (r *room) renew(told queue.Stay) queue.Standing {
	ref, rec := r.find(told.Visitor)
	began := min(told.Started, r.now)
	if rec != nil {
		if rec.set() == inEnded {
			return spentBy(rec.why())
		}
		if s, known := r.stays[ref]; known {
			began = s.began
		}
	}
	if began+r.t.max <= r.now {
		r.end(told.Visitor, queue.ReasonExpired)
		return spentBy(queue.ReasonExpired)
	}
	ref = r.take(told.Visitor)
	_, known := r.stays[ref]
	if !known {
		r.begin(ref, began)
	}
	r.request(ref, min(told.At, r.now))
	s := r.stays[ref]
	resumes := known && r.slab.at(ref).set() == inAsking && r.over(s) // and keeps its turn at the door
	if !resumes && r.slab.at(ref).set() != inSpent {
		r.move(ref, inSpent, 0)
	}
	return r.stayStanding(s)
}

// request notes a request of a stay. One that is told again, or after a later one, proves nothing new, except that the
// cookie of a fresh stay has come back.
func (r *room) request(ref uint32, at int64) {
	s := r.stays[ref]
	if s.group != forgotten && at <= s.told {
		if s.group == fresh {
			r.tell(ref, s.next(), s.told)
		}
		return
	}
	r.came(s, at)
	next := s.next()
	if s.group == forgotten && r.refs.has(bookedMark(r.slab.at(ref).id)) {
		next = served
	}
	r.tell(ref, next, at)
}

// report takes one outcome of a gateway.
func (r *room) report(gateway string, o queue.Outcome) {
	if o.Kind == queue.Finished {
		r.finish(o.Visitor)
		return
	}
	if o.Ref != (queue.Code{}) {
		if r.refs.has(o.Ref) {
			return
		}
		r.refs.note(o.Ref, r.now)
	}
	switch {
	case o.Kind == queue.Total:
		r.Opening.SetTotal(o.Count)
	case o.Count > 0 && o.Kind == queue.Freed:
		r.Opening.Count(gateway, -o.Count)
	case o.Count > 0:
		r.Opening.Count(gateway, o.Count)
	}
	if o.Kind == queue.Booked {
		r.serve(o.Visitor)
	}
}

// reportAll takes the outcomes that a gateway tells.
func (r *room) reportAll(teller queue.Tally, outcomes []queue.Outcome) (reply queue.Reported, err error) {
	books := slices.ContainsFunc(outcomes, queue.Outcome.Books)
	if books && teller.Gateway != "" && teller.Reports > r.Opening.Tally(teller.Gateway).Reports {
		return reply, queue.ErrLost
	}
	for _, o := range outcomes {
		r.report(teller.Gateway, o)
	}
	if books {
		reply = queue.Reported{Tally: r.Opening.Tally(teller.Gateway), Rest: r.Opening.Rest()}
	}
	return reply, nil
}

// serve moves a visitor's stay to the served, and notes of one that is not known that it has booked.
func (r *room) serve(id queue.VisitorID) {
	ref, rec := r.find(id)
	if rec != nil {
		if s, ok := r.stays[ref]; ok && s.group != forgotten {
			r.tell(ref, served, s.told)
			return
		}
	}
	if rec == nil || rec.set() != inEnded {
		r.refs.note(bookedMark(id), r.now)
	}
}

// bookedMark is what is remembered among the references of a visitor who has booked and whose stay is not known. It is no
// reference: those are hashes.
func bookedMark(id queue.VisitorID) queue.Code {
	mark := queue.Code(id)
	mark[0] ^= 0xff
	return mark
}

// finish ends a stay whose visitor is done.
func (r *room) finish(id queue.VisitorID) {
	if ref, rec := r.find(id); rec != nil {
		if s, ok := r.stays[ref]; ok {
			r.came(s, r.now)
		}
	}
	if r.end(id, queue.ReasonFinished) {
		r.Finished++
	}
}

// giveUp ends a place or a stay.
func (r *room) giveUp(id queue.VisitorID, why queue.Reason) {
	if r.end(id, why) {
		r.Left++
	}
}
