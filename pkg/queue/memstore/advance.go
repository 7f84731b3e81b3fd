package memstore

import (
	"maps"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// advance is the verb after the check of the watermark, step by step.
func (r *room) advance(gateway string, s queue.Sample, v queue.Verdict) {
	r.forgetGateways()
	r.noteGateway(gateway, s)
	r.fill() // what has passed is paid at the share that was in force
	if r.replaces(v.Tick, r.Judgement.Tick) {
		r.Judgement = v
	}
	r.holdAfterSilence()
	r.outlived()
	if r.putRight() {
		r.Tick = r.now
	}
	r.applySteps()
	r.forgetOld()
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
	maps.DeleteFunc(r.samples, func(name string, _ queue.Sample) bool { return r.gateways[name] == 0 })
}

// replaces reports whether what is of a tick takes the place of what is of another one.
func (r *room) replaces(tick, before int64) bool {
	return tick > before || before > r.now/queue.JudgeTick
}

// longestHold bounds a hold that a clock which was wrong has left behind; the longest spread of a start is as long.
const longestHold = 30_000

// holdAfterSilence holds the line when nobody was heard for so long that present places look absent.
func (r *room) holdAfterSilence() {
	if r.now-r.Tick > r.t.absent/2 {
		r.Hold = max(r.Hold, r.now+r.t.hold)
	}
	r.Hold = min(r.Hold, r.now+max(r.t.hold, longestHold))
}

// aged calls yield with the members of a tree by time that are in it for at least so long, the earliest first, at most
// MaxScan. yield takes them out of the tree.
func (r *room) aged(t *tree, life int64, yield func(ref uint32)) {
	for range queue.MaxScan {
		at, ref, ok := t.first()
		if !ok || int64(at)+life > r.now {
			return
		}
		yield(ref)
	}
}

// forgetOld drops what is remembered for long enough, and the visitors of whom nothing else is known.
func (r *room) forgetOld() {
	forget := func(ref uint32) {
		r.move(ref, inNone, 0)
		r.forget(ref)
	}
	r.aged(r.missed, r.t.life, forget)
	r.aged(r.lapsed, r.t.life, forget)
	r.aged(r.returned, r.t.life, func(ref uint32) {
		r.clearAgain(ref)
		r.forget(ref)
	})
	r.aged(r.spent, r.t.life+r.t.resume, func(ref uint32) {
		r.forgetStay(ref)
		forget(ref)
	})
	for _, t := range r.told {
		r.aged(t, r.t.idle+r.t.resume, func(ref uint32) {
			s := r.stays[ref]
			r.untell(ref, &s)
			r.stays[ref] = s
			r.changed.visitor(ref)
		})
	}
	r.aged(r.ended, r.t.life, forget)
	r.aged(r.refs.byTime, r.t.life, func(uint32) { r.refs.forget() })
	r.Opening.Draws = slices.DeleteFunc(r.Opening.Draws, func(d queue.Draw) bool { return d.Frozen+r.t.life <= r.now })
}

// leaveDoor takes those from the door who have not asked again. They are called still, as of when they asked last; a
// resume, which is no place, just leaves.
func (r *room) leaveDoor() {
	r.aged(r.askedLast, r.t.confirm, func(ref uint32) {
		if _, resumes := r.stays[ref]; resumes {
			r.move(ref, inSpent, 0)
			return
		}
		r.move(ref, inCalls, r.asked[ref])
	})
}

// lapse ends the calls that were not claimed in time. The second of one ticket ends it.
func (r *room) lapse() {
	r.aged(r.calls, r.t.window, func(ref uint32) {
		if _, returned := r.again[ref]; returned {
			r.end(r.slab.at(ref).id, queue.ReasonTwice)
			return
		}
		r.move(ref, inLapsed, r.now)
		r.setAgain(ref, r.now)
	})
}

// passOver takes out what the floor has ended, and passes over the places that the head has passed already: after a loss.
func (r *room) passOver() {
	left := queue.MaxScan
	for lane, line := range r.lines {
		for ; left > 0; left-- {
			o, ref, ok := line.first()
			if !ok || queue.Order(o) > max(r.Opening.Floor, r.Heads[lane]) {
				break
			}
			if queue.Order(o) > r.Opening.Floor {
				r.move(ref, inMissed, r.now)
			} else {
				r.takeOut(ref)
			}
		}
	}
	for range queue.MaxScan {
		o, ref, ok := r.front.first()
		if !ok || queue.Order(o) > r.Opening.Floor {
			return
		}
		r.takeOut(ref)
	}
}

// callNext calls k places that are present: those in front first, then those of the lanes by weight.
func (r *room) callNext(k int64) {
	l := looker{room: r, left: queue.MaxScan}
	for ; k > 0; k-- {
		ref, ok := l.nextInFront()
		if !ok {
			ref, ok = l.nextInLanes()
		}
		if !ok {
			return
		}
		r.move(ref, inCalls, r.now)
		r.CallCredit -= queue.Units
		r.Called++
	}
}
