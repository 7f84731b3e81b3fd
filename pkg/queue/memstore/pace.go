package memstore

import "github.com/einlass/einlass/pkg/queue"

// factor is e: the share of the pace in force, in permille.
func (r *room) factor() int64 { return r.Opening.Share * r.Judgement.Factor / 1000 }

// fill pays into both buckets what the time since mark gives.
func (r *room) fill() {
	rate, burst := r.Document.Pace.Rate, r.Document.Pace.Burst
	gap, speed := max(0, r.now-r.Mark), rate*r.factor()
	r.Credit = filled(r.Credit, burst*queue.Units+10_000_000*rate, gap, speed)
	r.CallCredit = filled(r.CallCredit, 3*burst*queue.Units, gap, 3*speed)
	r.Mark = r.now
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
	pace, e := &r.Document.Pace, r.factor()
	if pace.Mode != queue.ModeRun || r.Opening.Phase != queue.PhaseOpen || r.now < r.Hold || e == 0 || pace.Rate == 0 {
		return 0
	}
	called := r.calledCount()
	x := (r.Credit+pace.Rate*e*lead)/60_000 - called
	if pace.MaxInside > 0 && x > 0 {
		x = min(x, 1000*pace.MaxInside+pace.Rate*e*lead/60_000-r.counted()-called)
	}
	if x <= 0 {
		return 0
	}
	return max(0, min(x/divisor, r.CallCredit/queue.Units, r.quotaLeft(), queue.MaxCalls))
}

// callAllowance is the allowance of Advance.
func (r *room) callAllowance() int64 {
	return r.allowance(r.t.lead, max(200, r.chances(queue.CurveCall)[0]))
}

// straightAllowance is how many arrivals may go straight in.
func (r *room) straightAllowance() int64 {
	if !r.nobodyWaits() {
		return 0
	}
	return r.allowance(0, 1000)
}

// quotaLeft is Q: how many more may be let in that all find a slot.
func (r *room) quotaLeft() int64 {
	o := &r.Opening
	if o.Quota < 0 {
		return queue.MaxCalls
	}
	open := r.unbooked() + r.openCalls() + int64(r.asking.len())
	left := max(0, o.Quota-o.Booked)
	if left > 0 && open == 0 {
		return max(1, left/o.Per) // else an odd last slot is never offered
	}
	return max(0, left/o.Per-open)
}

// mayEnter reports whether somebody may enter who has n before it at the door. A resume is paid already.
func (r *room) mayEnter(n, counted int64, resume bool) bool {
	bound := r.Document.Pace.MaxInside
	return (resume || r.Credit >= (n+1)*queue.Units) && (bound == 0 || counted+1000*(n+1) <= 1000*bound)
}
