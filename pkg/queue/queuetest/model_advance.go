package queuetest

import (
	"maps"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// behind reports whether m remembers more than the room holds.
func (r *room) behind(m queue.Watermark) bool {
	return m.Epoch > r.epoch || m.Epoch == r.epoch && (m.Last > r.last || m.Head > r.head)
}

func (r *room) advance(now int64, gateway string) {
	r.noteGateway(now, gateway)
	r.noteTick(now)
	r.fill(now)
	r.forget(now)
	r.letLapse(now)
	r.passOverKnown(now)
	r.callNext(now)
}

func (r *room) noteGateway(now int64, gateway string) {
	if gateway != "" {
		r.gateways[gateway] = now
	}
	maps.DeleteFunc(r.gateways, func(_ string, seen int64) bool {
		return seen+queue.GatewayLife.Milliseconds() <= now
	})
}

// noteTick holds the line after a long time without heartbeats.
func (r *room) noteTick(now int64) {
	r.hold = min(r.hold, now+max(r.timing.hold, r.timing.grace))
	r.born = min(r.born, now)
	if now-r.tick > r.timing.absent/2 {
		r.hold = max(r.hold, now+r.timing.hold)
	}
	r.tick = now
}

func (r *room) forget(now int64) {
	over := func(_ queue.VisitorID, at int64) bool { return at <= now }
	maps.DeleteFunc(r.inside, over)
	maps.DeleteFunc(r.missed, over)
	maps.DeleteFunc(r.lapsed, over)
	maps.DeleteFunc(r.spent, func(_ queue.VisitorID, t ticket) bool { return t.forget <= now })
}

func (r *room) letLapse(now int64) {
	for i, id := range byTime(r.calls) {
		if i == queue.MaxScan || r.calls[id] > now {
			return
		}
		delete(r.calls, id)
		r.lapsed[id] = now + r.timing.life
	}
}

// passOverKnown passes over places of the line that the head has passed already: after a loss.
func (r *room) passOverKnown(now int64) {
	for i, id := range byOrder(r.line) {
		if i == queue.MaxScan || r.line[id].order > r.head {
			return
		}
		delete(r.line, id)
		r.missed[id] = now + r.timing.life
	}
}

func (r *room) callNext(now int64) {
	next := append(byOrder(r.front), byOrder(r.line)...)
	left := min(r.allowance(now), queue.MaxCalls)
	for i, id := range next {
		if left == 0 || i == queue.MaxScan {
			return
		}
		w, fromFront := r.front[id]
		if !fromFront {
			w = r.line[id]
			r.raise(w.order)
		}
		r.takeOut(id)
		if !r.present(w, now) {
			r.missed[id] = now + r.timing.life
			continue
		}
		r.calls[id] = now + r.timing.window
		r.credit -= queue.Units
		r.called++
		left--
	}
}

func (r *room) snapshot(now int64) queue.Snapshot {
	f := queue.Snapshot{
		Now: now, Epoch: r.epoch, Last: r.last, Head: r.head, HeadNum: r.headNumber, Hold: r.hold, Born: r.born, Control: r.control,
		Ended: r.endedLately(now), Waiting: int64(len(r.line)), Front: int64(len(r.front)), Calls: live(r.calls, now), Inside: live(r.inside, now),
		Joined: r.joined, Called: r.called, Admitted: r.admitted, Finished: r.finished, Left: r.left,
	}
	for _, seen := range r.gateways {
		if seen+queue.GatewayLife.Milliseconds() > now {
			f.Gateways++
		}
	}
	var orders []queue.Order
	for _, id := range byOrder(r.line) {
		orders = append(orders, r.line[id].order)
	}
	f.Sketch = queue.Sketch{
		First: orders[:min(len(orders), queue.SketchExact)], Waiting: f.Waiting, End: queue.OrderOf(r.epoch, r.last),
	}
	for _, rank := range queue.SketchRanks(f.Waiting) {
		f.Sketch.Samples = append(f.Sketch.Samples, orders[rank])
	}
	return f
}

// endedLately is the visitors whose tickets have just ended for good, the latest first.
func (r *room) endedLately(now int64) []queue.VisitorID {
	ended := map[queue.VisitorID]int64{}
	for id, t := range r.spent {
		if t.ended && t.forget > now+r.timing.life-queue.EndedFor.Milliseconds() {
			ended[id] = t.forget
		}
	}
	ids := byTime(ended)
	slices.Reverse(ids)
	return ids[:min(len(ids), queue.MaxEnded)]
}

// begin makes a room from a watermark.
func begin(timing millis, now int64, m queue.Watermark) *room {
	r := &room{
		timing: timing,
		epoch:  queue.NextEpoch(now, m.Epoch, max(m.Head, queue.OrderOf(m.Epoch, m.Ceiling))),
		last:   queue.CarryNumber(0, m.Ceiling), head: m.Head, headNumber: m.HeadNumber, control: m.Control,
		mark: now, tick: now, born: now, hold: now + timing.hold,
		line: map[queue.VisitorID]waiting{}, front: map[queue.VisitorID]waiting{},
		calls: map[queue.VisitorID]int64{}, missed: map[queue.VisitorID]int64{}, lapsed: map[queue.VisitorID]int64{},
		inside: map[queue.VisitorID]int64{}, spent: map[queue.VisitorID]ticket{}, gateways: map[string]int64{},
	}
	if m.Epoch == 0 {
		r.hold = now + timing.grace
	}
	return r
}

// heal brings a room that is behind m up to it.
func (r *room) heal(now int64, m queue.Watermark) {
	highest := max(r.head, m.Head, queue.OrderOf(r.epoch, r.last), queue.OrderOf(m.Epoch, m.Ceiling))
	r.epoch = queue.NextEpoch(now, max(r.epoch, m.Epoch), highest)
	r.credit, r.mark, r.tick, r.born = 0, now, now, now
	r.hold = max(r.hold, now+r.timing.hold)
	r.last = queue.CarryNumber(0, r.last)
	r.catchUp(m)
	r.newerControl(m)
}

// learn takes from a watermark that is not ahead what the room may lack.
func (r *room) learn(m queue.Watermark) {
	if m.Epoch != 0 && m.Epoch < r.epoch {
		r.catchUp(m)
		r.hold = max(r.hold, r.born+r.timing.hold)
	}
	r.newerControl(m)
}

func (r *room) catchUp(m queue.Watermark) {
	r.last = queue.CarryNumber(r.last, m.Ceiling)
	if m.Head > r.head {
		r.head, r.headNumber = m.Head, m.HeadNumber
	}
}

func (r *room) newerControl(m queue.Watermark) {
	if m.Control.Version > r.control.Version {
		r.control = m.Control
	}
}
