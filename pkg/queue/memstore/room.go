package memstore

import "github.com/einlass/einlass/pkg/queue"

// marks are the room's figures that are not sets.
type marks struct {
	Epoch   uint64
	Last    uint64
	Head    queue.Order
	HeadNum uint64
	Control queue.Control
	Credit  int64 // units, see queue.Units
	Mark    int64 // ms, when credit was last filled
	Tick    int64 `json:"-"` // ms, of the last advance; Mark stands for it in a file
	Hold    int64 // ms
	Born    int64 // ms

	Joined, Called, Admitted, Finished, Left int64
}

// room is one line in memory. Its methods are the transitions of the specification; the caller holds the lock.
type room struct {
	marks
	timing timing
	slab   slab
	index  map[queue.VisitorID]uint32
	ends   map[uint32]int64 // end of the stay of those inside

	line, front                                  *tree // by order
	calls, missed, lapsed, spent, ended, insides *tree // by time
	gates                                        map[string]int64
}

// timing is queue.Timing in milliseconds.
type timing struct{ absent, window, idle, life, hold, grace int64 }

func newTiming(t queue.Timing) timing {
	return timing{
		absent: t.Absent.Milliseconds(), window: t.ClaimWindow.Milliseconds(), idle: t.Idle.Milliseconds(),
		life: t.TicketLife.Milliseconds(), hold: t.Hold.Milliseconds(), grace: t.Grace.Milliseconds(),
	}
}

func newRoom(t timing) *room {
	r := &room{timing: t, index: map[queue.VisitorID]uint32{}, ends: map[uint32]int64{}, gates: map[string]int64{}}
	for _, t := range []**tree{&r.line, &r.front, &r.calls, &r.missed, &r.lapsed, &r.spent, &r.ended, &r.insides} {
		*t = newTree(&r.slab)
	}
	return r
}

// treeOf is the tree a set is kept in, and whether its key is the order (else the time).
func (r *room) treeOf(s set) (t *tree, byOrder bool) {
	switch s {
	case inLine:
		return r.line, true
	case inFront:
		return r.front, true
	case inCalls:
		return r.calls, false
	case inMissed:
		return r.missed, false
	case inLapsed:
		return r.lapsed, false
	case inEnded:
		return r.ended, false
	default:
		return r.spent, false
	}
}

func keyOf(rec *record, byOrder bool) uint64 {
	if byOrder {
		return uint64(rec.order())
	}
	return uint64(rec.at)
}

// find is the visitor's reference and record, or nil.
func (r *room) find(id queue.VisitorID) (uint32, *record) {
	ref, ok := r.index[id]
	if !ok {
		return 0, nil
	}
	return ref, r.slab.at(ref)
}

// add makes an unknown visitor known.
func (r *room) add(id queue.VisitorID, s set, o queue.Order, at int64) uint32 {
	ref := r.slab.take(id)
	r.index[id] = ref
	r.enter(ref, s, o, at)
	return ref
}

// move takes the visitor from its set to another.
func (r *room) move(ref uint32, s set, at int64) {
	o := r.slab.at(ref).order()
	r.exit(ref)
	r.enter(ref, s, o, at)
}

func (r *room) enter(ref uint32, s set, o queue.Order, at int64) {
	rec := r.slab.at(ref)
	rec.put(s, o, at)
	t, byOrder := r.treeOf(s)
	t.insert(keyOf(rec, byOrder), ref)
}

func (r *room) exit(ref uint32) {
	rec := r.slab.at(ref)
	t, byOrder := r.treeOf(rec.set())
	t.remove(keyOf(rec, byOrder), ref)
}

// forget makes the visitor unknown.
func (r *room) forget(ref uint32) {
	r.exit(ref)
	r.endStay(ref)
	delete(r.index, r.slab.at(ref).id)
	r.slab.give(ref)
}

func (r *room) setStay(ref uint32, end int64) {
	r.endStay(ref)
	r.ends[ref] = end
	r.insides.insert(uint64(end), ref)
}

func (r *room) endStay(ref uint32) {
	if end, ok := r.ends[ref]; ok {
		r.insides.remove(uint64(end), ref)
		delete(r.ends, ref)
	}
}

// fill brings the bucket up to now.
func (r *room) fill(now int64) {
	p := r.Control.Pace
	full := p.Burst * queue.Units
	need, gap := max(0, full-r.Credit), max(0, now-r.Mark)
	// Compared by division: a gap since 1970 times the highest rate does not fit in 64 bits.
	if p.Rate > 0 && gap > need/p.Rate {
		r.Credit = full
	} else {
		r.Credit = min(full, r.Credit+gap*p.Rate)
	}
	r.Mark = now
}

// allowance is how many places may be called now.
func (r *room) allowance(now int64) int64 {
	if r.Control.Mode != queue.ModeRun || r.Control.Pace.Rate == 0 || now < r.Hold {
		return 0
	}
	n := r.Credit / queue.Units
	if r.Control.Pace.MaxInside > 0 {
		n = min(n, r.Control.Pace.MaxInside-r.liveStays(now)-r.liveCalls(now))
	}
	return max(0, n)
}

func (r *room) liveStays(now int64) int64 {
	return int64(r.insides.len() - r.insides.upTo(uint64(now)))
}

func (r *room) liveCalls(now int64) int64 {
	return int64(r.calls.len() - r.calls.upTo(uint64(now)))
}

// raiseHead moves the head up to o.
func (r *room) raiseHead(o queue.Order) {
	if o <= r.Head {
		return
	}
	r.Head = o
	if base := queue.OrderOf(r.Epoch, 0); o > base {
		r.HeadNum = uint64(o - base)
	}
}
