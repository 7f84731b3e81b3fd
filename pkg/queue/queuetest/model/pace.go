package model

import (
	"github.com/einlass/einlass/pkg/queue"
)

// factor is e: the share of the pace in force, in permille.
func (r *room) factor() int64 { return r.opening.Share * r.judgement.Factor / 1000 }

// fill pays into both buckets what the time since mark gives.
func (r *room) fill() {
	rate, burst := r.document.Pace.Rate, r.document.Pace.Burst
	gap, speed := max(0, r.now-r.mark), rate*r.factor()
	r.credit = filled(r.credit, burst*queue.Units+10_000_000*rate, gap, speed)
	r.callcredit = filled(r.callcredit, 3*burst*queue.Units, gap, 3*speed)
	r.mark = r.now
}

// filled compares the gap by a division, so that no product grows above the bucket.
func filled(credit, bound, gap, speed int64) int64 {
	if credit >= bound || speed > 0 && gap > (bound-credit)/speed {
		return bound
	}
	return credit + gap*speed
}

// allowance is how many places may be called now, if calls run ahead by lead milliseconds and one more call counts divisor
// permille.
func (r *room) allowance(lead, divisor int64) int64 {
	pace, e := r.document.Pace, r.factor()
	if pace.Mode != queue.ModeRun || r.opening.Phase != queue.PhaseOpen || r.now < r.hold || e == 0 || pace.Rate == 0 {
		return 0
	}
	called := r.calledCount()
	x := (r.credit+pace.Rate*e*lead)/60_000 - called
	if pace.MaxInside > 0 {
		x = min(x, 1000*pace.MaxInside+pace.Rate*e*lead/60_000-r.counted()-called)
	}
	return max(0, min(max(0, x)/divisor, r.callcredit/queue.Units, r.quotaLeft(), queue.MaxCalls))
}

// callAllowance is the allowance of Advance.
func (r *room) callAllowance() int64 {
	return r.allowance(r.timing().lead, max(200, r.chances(queue.CurveCall)[0]))
}

// straightAllowance is how many arrivals may go straight in.
func (r *room) straightAllowance() int64 {
	if len(r.line) > 0 || len(r.front) > 0 || len(r.asking) > 0 {
		return 0
	}
	return r.allowance(0, 1000)
}

// counted is C: what counts as inside, in permille.
func (r *room) counted() (c int64) {
	t := r.timing()
	for group, set := range r.stays {
		p := r.chances(curveOf(group))
		for _, at := range set {
			switch age := max(0, r.now-at); {
			case group == fresh && age < min(t.confirm, t.idle):
				c += p[queue.BucketOf(age)]
			case group == fresh || age >= t.idle:
			case age < t.active:
				c += 1000
			default:
				c += p[queue.BucketOf(age)]
			}
		}
	}
	return c
}

// calledCount is K: what the open calls count, in permille.
func (r *room) calledCount() (k int64) {
	p := r.chances(queue.CurveCall)
	for _, at := range r.calls {
		if r.callAlive(at) {
			k += p[queue.BucketOf(r.now-at)]
		}
	}
	return k + 1000*int64(len(r.asking))
}

func (r *room) callAlive(at int64) bool { return at+r.timing().window > r.now }

// openCalls is how many calls live, without those at the door.
func (r *room) openCalls() (n int64) {
	for _, at := range r.calls {
		if r.callAlive(at) {
			n++
		}
	}
	return n
}

// quotaLeft is Q: how many more may be let in that all find a slot.
func (r *room) quotaLeft() int64 {
	o := &r.opening
	if o.Quota < 0 {
		return queue.MaxCalls
	}
	open := r.unbooked() + r.openCalls() + int64(len(r.asking))
	if o.Quota > o.Booked && open == 0 {
		return max(1, (o.Quota-o.Booked)/o.Per)
	}
	return max(0, max(0, o.Quota-o.Booked)/o.Per-open)
}

// unbooked is U: the stays that may still book.
func (r *room) unbooked() (n int64) {
	t := r.timing()
	for group := fresh; group <= inside8; group++ {
		for _, at := range r.stays[group] {
			if age := r.now - at; age < t.idle && (group != fresh || age < t.confirm) {
				n++
			}
		}
	}
	return n
}

// mayEnter reports whether somebody may enter who has n before it at the door. A resume is paid already.
func (r *room) mayEnter(n, counted int64, resume bool) bool {
	bound := r.document.Pace.MaxInside
	return (resume || r.credit >= (n+1)*queue.Units) && (bound == 0 || counted+1000*(n+1) <= 1000*bound)
}

// curveEnd is the age at which nothing is expected any more.
func (r *room) curveEnd(kind queue.CurveKind) int64 {
	switch kind {
	case queue.CurveCall:
		return r.timing().window
	case queue.CurveFresh:
		return r.timing().confirm
	}
	return r.timing().idle
}

// chances are those of a curve. A strict room counts every stay in full.
func (r *room) chances(kind queue.CurveKind) (p queue.Chances) {
	if r.document.Pace.Strict && kind != queue.CurveCall {
		for j := range p {
			p[j] = 1000
		}
		return p
	}
	return r.curves[kind].Chances(kind, r.curveEnd(kind), r.timing().page)
}

// outlived notes for all curves what has passed an edge since the last Advance.
func (r *room) outlived() {
	for kind := queue.CurveCall; kind < queue.Curves; kind++ {
		members, end := r.calls, r.curveEnd(kind)
		if kind != queue.CurveCall {
			members = r.stays[kind-queue.CurveFresh]
		}
		for j := 0; j < queue.CurveBuckets && queue.CurveEdge(j) < end; j++ {
			edge := end
			if j+1 < queue.CurveBuckets {
				edge = min(edge, queue.CurveEdge(j+1))
			}
			r.curves[kind].Outlived(j, between(members, r.tick-edge, r.now-edge))
		}
	}
}

// between counts the members with a time above low, up to high.
func between(members times, low, high int64) (n int64) {
	for _, at := range members {
		if at > low && at <= high {
			n++
		}
	}
	return n
}
