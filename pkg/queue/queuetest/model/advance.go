package model

import (
	"cmp"
	"maps"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// advance is the verb after the check of the watermark, step by step.
func (r *room) advance(gateway string, s queue.Sample, v queue.Verdict) {
	r.forgetGateways()
	r.noteGateway(gateway, s)
	r.fill() // what has passed is paid at the share that was in force
	r.takeVerdict(v)
	r.holdAfterSilence()
	r.outlived()
	if r.putRight() {
		r.tick = r.now
	}
	r.applySteps()
	r.forget()
	r.leaveDoor()
	r.lapse()
	r.passOver()
	r.callNext(r.callAllowance())
}

// noteGateway notes who is there, and the newest sample of each that is.
func (r *room) noteGateway(gateway string, s queue.Sample) {
	if gateway != "" {
		r.gateways[gateway] = r.now
		if r.replaces(s.Tick, r.samples[gateway].Tick) {
			r.samples[gateway] = s
		}
	}
	maps.DeleteFunc(r.gateways, func(_ string, seen int64) bool { return seen+queue.GatewayLife <= r.now })
	maps.DeleteFunc(r.samples, func(name string, _ queue.Sample) bool { return !has(r.gateways, name) })
}

// takeVerdict takes a newer judgement of the site's health.
func (r *room) takeVerdict(v queue.Verdict) {
	if r.replaces(v.Tick, r.judgement.Tick) {
		r.judgement = v
	}
}

// replaces reports whether what is of a tick takes the place of what is of another one: if it is later, or the other one is of no
// time that was.
func (r *room) replaces(tick, before int64) bool {
	return tick > before || before > r.now/queue.JudgeTick
}

// longestHold bounds a hold that a clock which was wrong has left behind; the longest spread of a start is as long.
const longestHold = 30_000

// holdAfterSilence holds the line when nobody was heard for so long that present places look absent.
func (r *room) holdAfterSilence() {
	t := r.timing()
	if r.now-r.tick > t.absent/2 {
		r.hold = max(r.hold, r.now+t.hold)
	}
	r.hold = min(r.hold, r.now+max(t.hold, longestHold))
}

// forget drops what is remembered for long enough, and the orders of those of whom nothing else is known.
func (r *room) forget() {
	t := r.timing()
	for _, set := range []times{r.missed, r.lapsed, r.again} {
		for _, id := range r.aged(set, t.life) {
			delete(set, id)
		}
	}
	for _, id := range r.aged(r.spent, t.life+t.resume) {
		r.forgetStay(id)
		delete(r.asking, id)
	}
	for g := range r.stays {
		for _, id := range r.aged(r.stays[g], t.idle+t.resume) {
			delete(r.stays[g], id)
		}
	}
	r.forgetEnded(t.life)
	r.forgetRefs(t.life)
	maps.DeleteFunc(r.orders, func(id queue.VisitorID, _ queue.Order) bool { return r.setOf(id) == setNone && !has(r.again, id) })
	r.opening.Draws = slices.DeleteFunc(r.opening.Draws, func(d queue.Draw) bool { return d.Frozen+t.life <= r.now })
}

// aged is who is in a set for at least so long, the earliest first, at most MaxScan.
func (r *room) aged(set times, life int64) (ids []queue.VisitorID) {
	for _, id := range byTime(set) {
		if set[id]+life > r.now || len(ids) == queue.MaxScan {
			break
		}
		ids = append(ids, id)
	}
	return ids
}

func (r *room) forgetEnded(life int64) {
	at := times{}
	for id, e := range r.ended {
		at[id] = e.at
	}
	for _, id := range r.aged(at, life) {
		delete(r.ended, id)
	}
}

func (r *room) forgetRefs(life int64) {
	refs := slices.SortedFunc(maps.Keys(r.refs), func(a, b queue.Code) int {
		return cmp.Or(cmp.Compare(r.refs[a], r.refs[b]), slices.Compare(a[:], b[:]))
	})
	for i, ref := range refs {
		if i == queue.MaxScan || r.refs[ref]+life > r.now {
			return
		}
		delete(r.refs, ref)
	}
}

// leaveDoor takes those from the door who have not asked again. They are called still, as of when they asked last; a
// resume, which is no place, just leaves.
func (r *room) leaveDoor() {
	last := times{}
	for id, a := range r.asking {
		last[id] = a.last
	}
	for _, id := range r.aged(last, r.timing().confirm) {
		delete(r.asking, id)
		if !has(r.spent, id) {
			r.calls[id] = last[id]
		}
	}
}

// lapse ends the calls that were not claimed in time. The second of one ticket ends it.
func (r *room) lapse() {
	for _, id := range r.aged(r.calls, r.timing().window) {
		if has(r.again, id) {
			r.end(id, queue.ReasonTwice)
			continue
		}
		r.takeOut(id)
		r.lapsed[id], r.again[id] = r.now, r.now
	}
}

// passOver takes out what the floor has ended, and passes over the places that the head has passed already: after a loss.
func (r *room) passOver() {
	left := queue.MaxScan
	for lane := range queue.Lanes {
		for _, id := range byOrder(r.inLane(lane)) {
			order := r.line[id].order
			if left == 0 || order > max(r.opening.Floor, r.heads[lane]) {
				break
			}
			left--
			if order <= r.opening.Floor {
				r.sink(id)
				continue
			}
			r.takeOut(id)
			r.missed[id] = r.now
		}
	}
	for i, id := range byOrder(r.front) {
		if i == queue.MaxScan || r.front[id].order > r.opening.Floor {
			return
		}
		r.sink(id)
	}
}

// callNext calls k places that are present: those in front first, then those of the lanes by weight.
func (r *room) callNext(k int64) {
	l := looker{room: r, left: queue.MaxScan}
	for k > 0 {
		id, ok := l.nextInFront()
		if !ok {
			id, ok = l.nextInLanes()
		}
		if !ok {
			return
		}
		r.takeOut(id)
		r.calls[id] = r.now
		r.callcredit -= queue.Units
		r.called++
		k--
	}
}
