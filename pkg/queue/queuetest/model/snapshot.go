package model

import (
	"maps"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// snapshot reads. It shares nothing with the room.
func (r *room) snapshot() queue.Snapshot {
	f := queue.Snapshot{
		Now: r.now, Hold: r.hold, Born: r.born, Made: r.made, Tick: r.tick,
		Epoch: r.epoch, Last: r.last, Given: r.given, Heads: r.heads, HeadNumbers: r.headNumbers,
		Credit: r.credit, CallCredit: r.callcredit, Mark: r.mark, Format: r.format,
		Document: cloneDocument(&r.document), Opening: r.opening.Clone(), Curves: r.curves,
		Judgement: r.judgement, Samples: maps.Clone(r.samples),
		Waiting: r.above(r.line), Front: r.above(r.front), Calls: r.openCalls(), Asking: int64(len(r.asking)), Live: r.liveStays(), Unbooked: r.unbooked(),
		Counted: r.counted(), CallChance: r.chances(queue.CurveCall)[0],
		Joined: r.joined, Called: r.called, Admitted: r.admitted, Finished: r.finished, Left: r.left,
		Ended: r.endedLately(),
	}
	for _, seen := range r.gateways {
		if seen+queue.GatewayLife > r.now {
			f.Gateways++
		}
	}
	for lane := range f.Sketches {
		f.Sketches[lane] = r.sketch(lane)
	}
	return f
}

// liveStays counts them by their last requests alone: no request is told after a stay's Max, so it ages out.
func (r *room) liveStays() (n int64) {
	for g := range r.stays {
		for _, at := range r.stays[g] {
			if at+r.timing().idle > r.now {
				n++
			}
		}
	}
	return n
}

// endedLately is the visitors whose tickets have just ended, the latest first.
func (r *room) endedLately() []queue.VisitorID {
	at := times{}
	for id, e := range r.ended {
		if e.at+queue.EndedFor > r.now {
			at[id] = e.at
		}
	}
	ids := byTime(at)
	slices.Reverse(ids)
	return ids[:min(len(ids), queue.MaxEnded)]
}

// sketch is that of one lane; the zero sketch if it has no places.
func (r *room) sketch(lane int) (s queue.Sketch) {
	var orders []queue.Order
	for _, id := range byOrder(r.inLane(lane)) {
		if order := r.line[id].order; order > r.opening.Floor {
			orders = append(orders, order)
		}
	}
	if len(orders) == 0 {
		return s
	}
	s = queue.Sketch{
		First: orders[:min(len(orders), queue.SketchExact)], Waiting: int64(len(orders)), End: queue.OrderOf(r.epoch, r.last),
	}
	for _, rank := range queue.SketchRanks(s.Waiting) {
		s.Samples = append(s.Samples, orders[rank])
	}
	return s
}
