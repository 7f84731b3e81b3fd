package memstore

import "github.com/einlass/einlass/pkg/queue"

// figures are what a room knows that is no set, under the names of the specification. They are written to the state files
// as JSON.
type figures struct {
	Epoch, Last, Given       uint64
	Heads                    [queue.Lanes]queue.Order
	HeadNumbers              [queue.Lanes]uint64
	Credit, CallCredit, Mark int64
	Tick, Hold, Born, Made   int64
	Format                   int
	Document                 queue.Document
	Opening                  queue.Opening
	Cur                      [queue.Lanes]int64
	Judgement                queue.Verdict
	Curves                   [queue.Curves]queue.Curve

	Joined, Called, Admitted, Finished, Left int64
	// Resets counts how often the codes were emptied.
	Resets uint64
}

// room is one line in memory. Its methods are the transitions of the specification; the caller holds the lock.
type room struct {
	now int64 // of the verb under way
	figures
	*visitors
	refs  *references
	codes *codes

	gateways map[string]int64
	samples  map[string]queue.Sample
	sketches [queue.Lanes]keptSketch

	// What follows from the document.
	t     millis
	steps []queue.Step // in order
}

// newRoom has no place, no figure and a plan of no steps.
func newRoom(now int64) *room {
	return &room{
		now: now,
		figures: figures{
			Format: 1, Mark: now, Tick: now, Born: now, Opening: queue.NewOpening(), Judgement: queue.Verdict{Factor: 1000},
		},
		visitors: newVisitors(), refs: newReferences(), codes: newCodes(nil),
		gateways: map[string]int64{}, samples: map[string]queue.Sample{},
	}
}

// millis are the durations of a timing, in milliseconds.
type millis struct {
	absent, confirm, window, lead, active, page, idle, max, resume, life, hold, grace int64
}

func millisOf(t *queue.Timing) millis {
	return millis{
		absent: t.Absent.Milliseconds(), confirm: t.Confirm.Milliseconds(), window: t.Window.Milliseconds(),
		lead: t.Lead.Milliseconds(), active: t.Active.Milliseconds(), page: t.Page.Milliseconds(), idle: t.Idle.Milliseconds(),
		max: t.Max.Milliseconds(), resume: t.Resume.Milliseconds(), life: t.Life.Milliseconds(),
		hold: t.Hold.Milliseconds(), grace: t.Grace.Milliseconds(),
	}
}

// useDocument puts a document in force that nobody else changes.
func (r *room) useDocument(d queue.Document) {
	r.Document = d
	r.t = millisOf(&d.Timing)
	r.steps = queue.InOrder(d.Plan)
}

// present reports whether somebody is there who would claim a call. A place that was given just now counts: an unclaimed
// call costs nothing.
func (r *room) present(seen int64) bool {
	if seen < 0 {
		return -seen+r.t.confirm > r.now
	}
	return seen > 0 && seen+r.t.absent > r.now
}

// above counts the places of a tree by order that the floor has not ended.
func (r *room) above(t *tree) int64 { return int64(t.len() - t.upTo(uint64(r.Opening.Floor))) }

// waiting counts the places in the lines.
func (r *room) waiting() (n int64) {
	for _, line := range r.lines {
		n += r.above(line)
	}
	return n
}

// nobodyWaits: an arrival that goes straight in overtakes nobody.
func (r *room) nobodyWaits() bool {
	for _, line := range r.lines {
		if line.len() > 0 {
			return false
		}
	}
	return r.front.len() == 0 && r.asking.len() == 0
}

// raise lifts the head of a lane.
func (r *room) raise(lane uint8, o queue.Order) {
	if o > r.Heads[lane] {
		r.Heads[lane] = o
		r.HeadNumbers[lane] = r.shown(o, r.HeadNumbers[lane])
	}
}

// shown is the number that is shown for a head: that of the draw's place, or of the epoch; else the one before.
func (r *room) shown(o queue.Order, before uint64) uint64 {
	for i := range r.Opening.Draws {
		if d := &r.Opening.Draws[i]; d.Known && d.Holds(o) {
			return d.Segments[0].First + uint64(o-d.Base)
		}
	}
	if zero := queue.OrderOf(r.Epoch, 0); o > zero {
		return uint64(o - zero)
	}
	return before
}

// takeOut takes a place out that the floor has ended: the floor remembers it.
func (r *room) takeOut(ref uint32) {
	r.move(ref, inNone, 0)
	r.forget(ref)
}

// end ends a ticket for good: it is out of every set. It answers whether it was not ended before; if it was, the first
// reason stays.
func (r *room) end(id queue.VisitorID, why queue.Reason) (first bool) {
	ref := r.take(id)
	rec := r.slab.at(ref)
	first = rec.set() != inEnded
	r.forgetStay(ref)
	r.clearAgain(ref)
	r.move(ref, inEnded, r.now)
	if first {
		rec.setWhy(why)
	}
	return first
}
