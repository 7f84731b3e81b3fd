package memstore

import "github.com/einlass/einlass/pkg/queue"

// stay is what a ticket has bought.
type stay struct {
	began int64
	// told is the last request of it that was told, group how many were, or that it has booked.
	told  int64
	group int8
}

// The groups of stays, by what has been told of them.
const (
	forgotten = -1 // too long ago to be remembered
	fresh     = 0  // only that it was let in at once
	inside1   = 1  // 1 to 8: so many requests; 8: or more
	inside2   = 2
	inside8   = 8
	served    = 9 // a booking
	groups    = 10
)

// visitors are the sets of a room. Each is kept by visitor, and in a tree by what its members are looked for in order: their
// orders, or when something happened.
type visitors struct {
	slab  slab
	index map[queue.VisitorID]uint32
	stays map[uint32]stay
	asked map[uint32]int64 // when those at the door asked last
	again map[uint32]int64 // who has had its one return after a lapse, and since when

	lines                                [queue.Lanes]*tree // by order
	front                                *tree              // by order
	orders                               *tree              // by order: who has left the line, or went straight in
	calls, asking, missed, lapsed, ended *tree              // by time
	askedLast, returned                  *tree              // by asked and again
	spent                                *tree              // by when the stay began
	told                                 [groups]*tree      // by the last request told

	moved   [queue.Lanes]uint64 // counts the changes of each line
	changed *changes
}

func newVisitors() *visitors {
	v := &visitors{
		index: map[queue.VisitorID]uint32{}, stays: map[uint32]stay{}, asked: map[uint32]int64{}, again: map[uint32]int64{},
	}
	for _, t := range []**tree{
		&v.front, &v.orders, &v.calls, &v.asking, &v.missed, &v.lapsed, &v.ended, &v.askedLast, &v.returned, &v.spent,
	} {
		*t = newTree(&v.slab)
	}
	for i := range v.lines {
		v.lines[i] = newTree(&v.slab)
	}
	for i := range v.told {
		v.told[i] = newTree(&v.slab)
	}
	return v
}

// find is the visitor's reference and record, or nil.
func (v *visitors) find(id queue.VisitorID) (uint32, *record) {
	ref, ok := v.index[id]
	if !ok {
		return 0, nil
	}
	return ref, v.slab.at(ref)
}

// take is the visitor's reference, which is made for one that is unknown.
func (v *visitors) take(id queue.VisitorID) uint32 {
	ref, ok := v.index[id]
	if !ok {
		ref = v.slab.take(id)
		v.index[id] = ref
	}
	return ref
}

// treeOf is the tree of the set that a record is in, and its key there; nil: it has none.
func (v *visitors) treeOf(rec *record) (*tree, uint64) {
	switch rec.set() {
	case inLine:
		return v.lines[rec.lane()], uint64(rec.order())
	case inFront:
		return v.front, uint64(rec.order())
	case inCalls:
		return v.calls, uint64(rec.at)
	case inAsking:
		return v.asking, uint64(rec.at)
	case inMissed:
		return v.missed, uint64(rec.at)
	case inLapsed:
		return v.lapsed, uint64(rec.at)
	case inEnded:
		return v.ended, uint64(rec.at)
	}
	return nil, 0
}

// leave takes the record out of its set, and out of orders.
func (v *visitors) leave(ref uint32) {
	rec := v.slab.at(ref)
	if t, key := v.treeOf(rec); t != nil {
		t.remove(key, ref)
	}
	switch rec.set() {
	case inLine:
		v.moved[rec.lane()]++
	case inAsking:
		v.askedLast.remove(uint64(v.asked[ref]), ref)
		delete(v.asked, ref)
	}
	if !rec.set().waits() && rec.order() > 0 {
		v.orders.remove(uint64(rec.order()), ref)
	}
	rec.setSet(inNone)
}

// enter puts a record that has left its set into one. Its order is remembered when it does not wait.
func (v *visitors) enter(ref uint32, to set, at int64) {
	rec := v.slab.at(ref)
	rec.setSet(to)
	rec.at = at
	if t, key := v.treeOf(rec); t != nil {
		t.insert(key, ref)
	}
	switch {
	case to == inLine:
		v.moved[rec.lane()]++
	case to != inFront && rec.order() > 0:
		v.orders.insert(uint64(rec.order()), ref)
	}
}

// move takes the record from its set to another.
func (v *visitors) move(ref uint32, to set, at int64) {
	v.leave(ref)
	v.enter(ref, to, at)
	v.changed.visitor(ref)
}

// place takes the record from its set to another, at an order and in a lane.
func (v *visitors) place(ref uint32, to set, o queue.Order, lane uint8, at int64) {
	v.leave(ref)
	v.slab.at(ref).setPlace(o, lane)
	v.enter(ref, to, at)
	if to != inLine { // a place in the line comes back with its ticket
		v.changed.visitor(ref)
	}
}

// askAt notes that a visitor stands at the door.
func (v *visitors) askAt(ref uint32, first, last int64) {
	v.move(ref, inAsking, first)
	v.asked[ref] = last
	v.askedLast.insert(uint64(last), ref)
}

// begin notes when a ticket bought its stay.
func (v *visitors) begin(ref uint32, began int64) {
	v.stays[ref] = stay{began: began, group: forgotten}
	v.spent.insert(uint64(began), ref)
	v.changed.visitor(ref)
}

// tell moves a stay to a group, with its last request at a time.
func (v *visitors) tell(ref uint32, group int8, at int64) {
	s := v.stays[ref]
	v.untell(ref, &s)
	s.group, s.told = group, at
	v.stays[ref] = s
	v.told[group].insert(uint64(at), ref)
	v.changed.visitor(ref)
}

func (v *visitors) untell(ref uint32, s *stay) {
	if s.group != forgotten {
		v.told[s.group].remove(uint64(s.told), ref)
		s.group, s.told = forgotten, 0
	}
}

// forgetStay removes the visitor from the sets of stays.
func (v *visitors) forgetStay(ref uint32) {
	if s, ok := v.stays[ref]; ok {
		v.untell(ref, &s)
		v.spent.remove(uint64(s.began), ref)
		delete(v.stays, ref)
		v.changed.visitor(ref)
	}
}

func (v *visitors) setAgain(ref uint32, at int64) {
	v.clearAgain(ref)
	v.again[ref] = at
	v.returned.insert(uint64(at), ref)
	v.changed.visitor(ref)
}

func (v *visitors) clearAgain(ref uint32) {
	if at, ok := v.again[ref]; ok {
		v.returned.remove(uint64(at), ref)
		delete(v.again, ref)
		v.changed.visitor(ref)
	}
}

// forget makes a visitor unknown that is in no set any more, unless its return is remembered.
func (v *visitors) forget(ref uint32) {
	rec := v.slab.at(ref)
	if _, ok := v.again[ref]; ok || rec.set() != inNone {
		return
	}
	v.leave(ref) // out of orders
	delete(v.index, rec.id)
	v.slab.give(ref)
}

// rename lets a visitor go on under another id, which is unknown: equal keys are ordered by id.
func (v *visitors) rename(ref uint32, to queue.VisitorID) {
	rec := v.slab.at(ref)
	in, at := rec.set(), rec.at
	asked := v.asked[ref]
	again, returned := v.again[ref]
	s, bought := v.stays[ref]
	v.leave(ref)
	v.clearAgain(ref)
	v.forgetStay(ref)
	delete(v.index, rec.id)
	rec.id = to
	v.index[to] = ref
	if in == inAsking {
		v.askAt(ref, at, asked)
	} else {
		v.enter(ref, in, at)
	}
	if returned {
		v.setAgain(ref, again)
	}
	if bought {
		v.begin(ref, s.began)
		if s.group != forgotten {
			v.tell(ref, s.group, s.told)
		}
	}
	v.changed.visitor(ref)
}
