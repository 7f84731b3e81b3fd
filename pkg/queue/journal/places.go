package journal

import (
	"container/heap"

	"github.com/einlass/einlass/pkg/queue"
)

// place is what is known of one live place: 184 bytes, and some 80 more in the indexes and the heap.
type place struct {
	id         queue.VisitorID
	order      queue.Order
	epoch      uint64 // with number: what its ticket says; 0: not known
	number     uint64
	seen       int64 // last heartbeat that was answered; 0: away; negative: given then and not heard of since
	passed     int64 // when the head was seen to pass it while it waited; 0: not
	until      int64 // of a call, a stay or a turn at the door; 0: not known
	began      int64 // of its stay; 0: not known
	told       int64 // its last request
	at         int64 // last event
	base       int64 // the earliest time from which the store may count the life of what it remembers
	since      int64 // in front without a gap since then, as a time
	sinceStamp int64 // and as a stamp
	looseUntil int64 // a verb without an answer may take effect until then; 0 after an answer that is later
	ahead      int64 // last shown, -1: never
	returned   int64 // Summary.Returned at that time
	generation uint32
	shownGen   uint32
	held       uint32 // 1 + how many losses there had been when a store last held it in line, in front, in calls or at the door
	steps      uint32 // of the clock, back
	state      queue.State
	reason     queue.Reason
	lane       uint8
	again      bool // it came back after its call had lapsed
	served     bool // it has booked
	resumes    bool // at the door: its stay ran out and is to be resumed
	mapped     bool // its order is the one that the draw gives
	exempt     bool // the head was past it before it was known to wait
	finished   bool // an end of it was answered before a loss; the answer has no time of its own and may have come into effect after it
}

// used is what is kept of a ticket that is spent.
type used struct {
	base       int64 // as in place
	by         int64 // when all that was answered before it has been written down
	epoch      uint64
	number     uint64
	began      int64
	generation uint32
	steps      uint32
	ended      bool // for good
}

// places are the live ones and the spent tickets.
type places struct {
	live  map[queue.VisitorID]uint32
	slab  []place
	free  []uint32
	line  [queue.Lanes]lineHeap
	spent map[queue.VisitorID]used
	// orders is who has an order, where draws can make two places have one.
	orders map[queue.Order]queue.VisitorID

	heads   [queue.Lanes]queue.Order // the highest known
	revived bool                     // a stay came in without a call, since the last snapshot
	maxAt   int64                    // the latest time seen
	sweepAt int                      // how many live places and spent tickets call for a sweep
}

const firstSweep = 1 << 16

func newPlaces() places {
	return places{
		live: map[queue.VisitorID]uint32{}, spent: map[queue.VisitorID]used{}, orders: map[queue.Order]queue.VisitorID{},
		sweepAt: firstSweep,
	}
}

func (s *places) find(id queue.VisitorID) *place {
	if ref, ok := s.live[id]; ok {
		return &s.slab[ref]
	}
	return nil
}

// add makes room for a visitor who is not live.
func (s *places) add(id queue.VisitorID) *place {
	var ref uint32
	if n := len(s.free); n > 0 {
		ref, s.free = s.free[n-1], s.free[:n-1]
	} else {
		ref = uint32(len(s.slab))
		s.slab = append(s.slab, place{})
	}
	s.slab[ref] = place{id: id, ahead: -1}
	s.live[id] = ref
	return &s.slab[ref]
}

// drop forgets a live place.
func (s *places) drop(id queue.VisitorID) {
	if ref, ok := s.live[id]; ok {
		if o := s.slab[ref].order; s.orders[o] == id {
			delete(s.orders, o)
		}
		s.slab[ref] = place{}
		s.free = append(s.free, ref)
		delete(s.live, id)
	}
}

// spend forgets a live place but for its ticket being spent.
func (s *places) spend(id queue.VisitorID, u used) {
	if p := s.find(id); p != nil {
		u.epoch, u.number, u.began = p.epoch, p.number, p.began
	} else if before, ok := s.spent[id]; ok {
		u.epoch, u.number, u.began = before.epoch, before.number, before.began
	}
	s.drop(id)
	u.ended = u.ended || s.spent[id].ended
	u.by = max(u.by, u.base+slack)
	s.spent[id] = u
}

// hand lets a live place go on under another id.
func (s *places) hand(id, to queue.VisitorID) {
	ref := s.live[id]
	p := &s.slab[ref]
	p.id = to
	delete(s.live, id)
	s.live[to] = ref
	if s.orders[p.order] == id {
		s.orders[p.order] = to
	}
}

// wait puts a place into the line.
func (s *places) wait(p *place) {
	p.passed, p.exempt = 0, p.order <= s.heads[p.lane]
	if !p.exempt {
		heap.Push(&s.line[p.lane], entry{p.order, s.live[p.id]})
	}
}

// raise lifts the head of a lane. Every place of it that it passes is noted as passed at this time.
func (s *places) raise(at int64, lane uint8, head queue.Order) (risen bool) {
	if head <= s.heads[lane] {
		return false
	}
	s.heads[lane] = head
	line := &s.line[lane]
	for len(*line) > 0 && (*line)[0].order <= head {
		e := heap.Pop(line).(entry)
		p := &s.slab[e.ref]
		if p.order != e.order || p.lane != lane || p.state != queue.StateWaiting || p.passed > 0 {
			continue
		}
		p.passed = at
	}
	return true
}

// sweep forgets what nobody has spoken of for the life of a ticket, whenever there is twice as much as after the last
// time.
func (v *Invariants) sweep() {
	s := &v.places
	if len(s.live)+len(s.spent) < s.sweepAt || v.ms.life == 0 {
		return
	}
	for id, ref := range s.live {
		p := &s.slab[ref]
		switch {
		case p.state == queue.StateInside && p.until+v.ms.resume <= s.maxAt:
			s.spend(id, used{base: p.base, generation: p.generation, steps: p.steps})
		case p.at+v.ms.life < s.maxAt && p.state != queue.StateInside:
			s.drop(id)
		}
	}
	for id, u := range s.spent {
		if u.base+v.ms.life < s.maxAt {
			delete(s.spent, id)
		}
	}
	s.sweepAt = max(firstSweep, 2*(len(s.live)+len(s.spent)))
	v.quota.sweep(s.maxAt - v.ms.life)
}

// entry is a place in the line's heap. It is stale when the place has another order or is not waiting any more.
type entry struct {
	order queue.Order
	ref   uint32
}

type lineHeap []entry

func (h lineHeap) Len() int           { return len(h) }
func (h lineHeap) Less(i, j int) bool { return h[i].order < h[j].order }
func (h lineHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *lineHeap) Push(x any)        { *h = append(*h, x.(entry)) }
func (h *lineHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	*h = old[:len(old)-1]
	return e
}
