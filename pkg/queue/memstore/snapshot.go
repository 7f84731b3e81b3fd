package memstore

import (
	"maps"

	"github.com/einlass/einlass/pkg/queue"
)

// snapshot reads. Of what the room changes it shares nothing; sketches and the plan are replaced, never changed: a plan may be
// 44 KB, and every gateway takes a snapshot four times a second.
func (r *room) snapshot() queue.Snapshot {
	f := queue.Snapshot{
		Now: r.now, Hold: r.Hold, Born: r.Born, Made: r.Made, Tick: r.Tick,
		Epoch: r.Epoch, Last: r.Last, Given: r.Given, Heads: r.Heads, HeadNumbers: r.HeadNumbers,
		Credit: r.Credit, CallCredit: r.CallCredit, Mark: r.Mark, Format: r.Format,
		Document: r.Document, Opening: r.Opening.Clone(), Curves: r.Curves,
		Judgement: r.Judgement, Samples: maps.Clone(r.samples),
		Waiting: r.waiting(), Front: r.above(r.front), Calls: r.openCalls(), Asking: int64(r.asking.len()), Live: r.liveStays(), Unbooked: r.unbooked(),
		Counted: r.counted(), CallChance: r.chances(queue.CurveCall)[0],
		Joined: r.Joined, Called: r.Called, Admitted: r.Admitted, Finished: r.Finished, Left: r.Left,
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

// endedLately is the visitors whose tickets have just ended, the latest first.
func (r *room) endedLately() (ids []queue.VisitorID) {
	before := int(until(r.ended, r.now-queue.EndedFor))
	for rank := r.ended.len() - 1; rank >= before && len(ids) < queue.MaxEnded; rank-- {
		_, ref := r.ended.at(rank)
		ids = append(ids, r.slab.at(ref).id)
	}
	return ids
}

// keptSketch is a lane's sketch, and what it was made of.
type keptSketch struct {
	queue.Sketch
	moved uint64
	floor queue.Order
}

// sketch is that of one lane; the zero sketch if it has no places. It is made anew when the line has changed: a few hundred
// ranks of a tree that counts cost less than the rest of a snapshot, so that it is never old.
func (r *room) sketch(lane int) queue.Sketch {
	kept, floor := &r.sketches[lane], r.Opening.Floor
	if kept.moved != r.moved[lane] || kept.floor != floor {
		*kept = keptSketch{Sketch: sketchOf(r.lines[lane], floor), moved: r.moved[lane], floor: floor}
	}
	s := kept.Sketch
	if s.Waiting > 0 {
		s.End = queue.OrderOf(r.Epoch, r.Last)
	}
	return s
}

// sketchOf makes the sketch of a line above a floor, without its end.
func sketchOf(line *tree, floor queue.Order) (s queue.Sketch) {
	skip := line.upTo(uint64(floor))
	s.Waiting = int64(line.len() - skip)
	if s.Waiting == 0 {
		return queue.Sketch{}
	}
	s.First = make([]queue.Order, 0, min(s.Waiting, queue.SketchExact))
	line.from(skip, func(key uint64, _ uint32) bool {
		s.First = append(s.First, queue.Order(key))
		return len(s.First) < queue.SketchExact
	})
	ranks := queue.SketchRanks(s.Waiting)
	if len(ranks) > 0 {
		s.Samples = make([]queue.Order, 0, len(ranks))
	}
	for _, rank := range ranks {
		key, _ := line.at(skip + int(rank))
		s.Samples = append(s.Samples, queue.Order(key))
	}
	return s
}
