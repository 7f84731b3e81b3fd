package model

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// waiting is a place in the line or in front of it, which has no lanes. seen is the time of its last heartbeat; 0: away;
// negative: given then and never heard of since.
type waiting struct {
	order queue.Order
	seen  int64
	lane  uint8
}

// asker is a visitor at the door: when it asked first, and last.
type asker struct{ first, last int64 }

// ending is when a ticket ended, and why.
type ending struct {
	at  int64
	why queue.Reason
}

// number is a number with its epoch.
type number struct{ epoch, number uint64 }

type times = map[queue.VisitorID]int64

// The groups of stays, by what has been told of them.
const (
	fresh   = 0 // only that it was let in at once
	inside1 = 1 // 1 to 8: so many requests; 8: or more
	inside2 = 2
	inside8 = 8
	served  = 9 // a booking
	groups  = 10
)

// room is the state that the specification names, under the same names.
type room struct {
	now int64 // of the verb under way

	epoch, last, given       uint64
	heads                    [queue.Lanes]queue.Order
	headNumbers              [queue.Lanes]uint64
	credit, callcredit, mark int64
	tick, hold, born, made   int64
	format                   int
	document                 queue.Document
	opening                  queue.Opening
	cur                      [queue.Lanes]int64
	judgement                queue.Verdict
	curves                   [queue.Curves]queue.Curve

	joined, called, admitted, finished, left int64

	line, front                  map[queue.VisitorID]waiting
	calls, missed, lapsed, again times
	asking                       map[queue.VisitorID]asker
	spent                        times // when the stay began
	stays                        [groups]times
	ended                        map[queue.VisitorID]ending
	orders                       map[queue.VisitorID]queue.Order
	refs                         map[queue.Code]int64
	codes                        map[queue.Code]map[queue.VisitorID]number
	gateways                     map[string]int64
	samples                      map[string]queue.Sample
}

// newRoom has no place, no figure and a plan of no steps.
func newRoom(now int64) *room {
	r := &room{
		now: now, format: 1, mark: now, tick: now, born: now,
		opening: queue.NewOpening(), judgement: queue.Verdict{Factor: 1000},
		line: map[queue.VisitorID]waiting{}, front: map[queue.VisitorID]waiting{},
		calls: times{}, missed: times{}, lapsed: times{}, again: times{}, spent: times{},
		asking: map[queue.VisitorID]asker{}, ended: map[queue.VisitorID]ending{}, orders: map[queue.VisitorID]queue.Order{},
		refs: map[queue.Code]int64{}, codes: map[queue.Code]map[queue.VisitorID]number{},
		gateways: map[string]int64{}, samples: map[string]queue.Sample{},
	}
	for g := range r.stays {
		r.stays[g] = times{}
	}
	return r
}

// The sets that a visitor is in at most one of; of asking and spent the first is meant.
const (
	setNone   = ""
	setLine   = "line"
	setFront  = "front"
	setCalls  = "calls"
	setAsking = "asking"
	setMissed = "missed"
	setLapsed = "lapsed"
	setSpent  = "spent"
	setEnded  = "ended"
)

// setOf is the set that a visitor is in.
func (r *room) setOf(id queue.VisitorID) string {
	switch {
	case has(r.line, id):
		return setLine
	case has(r.front, id):
		return setFront
	case has(r.calls, id):
		return setCalls
	case has(r.asking, id):
		return setAsking
	case has(r.missed, id):
		return setMissed
	case has(r.lapsed, id):
		return setLapsed
	case has(r.spent, id):
		return setSpent
	case has(r.ended, id):
		return setEnded
	}
	return setNone
}

// known reports whether the id is, or was, a visitor's.
func (r *room) known(id queue.VisitorID) bool {
	if r.setOf(id) != setNone || has(r.again, id) {
		return true
	}
	for _, users := range r.codes {
		if has(users, id) {
			return true
		}
	}
	return false
}

// takeOut removes the visitor from the sets of those who wait, and from asking. Its order is remembered.
func (r *room) takeOut(id queue.VisitorID) {
	for _, set := range []map[queue.VisitorID]waiting{r.line, r.front} {
		if w, ok := set[id]; ok {
			r.orders[id] = w.order
			delete(set, id)
		}
	}
	delete(r.calls, id)
	delete(r.asking, id)
	delete(r.missed, id)
	delete(r.lapsed, id)
}

// end ends a ticket for good: it is out of every set. It answers whether it was not ended before; if it was, the first reason
// stays.
func (r *room) end(id queue.VisitorID, why queue.Reason) (first bool) {
	before, ended := r.ended[id]
	if ended {
		why = before.why
	}
	r.takeOut(id)
	r.forgetStay(id)
	delete(r.again, id)
	r.ended[id] = ending{at: r.now, why: why}
	return !ended
}

// forgetStay removes the visitor from the sets of stays.
func (r *room) forgetStay(id queue.VisitorID) {
	delete(r.spent, id)
	for g := range r.stays {
		delete(r.stays[g], id)
	}
}

// raise lifts the head of a lane.
func (r *room) raise(lane uint8, o queue.Order) {
	if o > r.heads[lane] {
		r.heads[lane] = o
		r.headNumbers[lane] = r.shown(o, r.headNumbers[lane])
	}
}

// shown is the number that is shown for a head: that of the draw's place, or of the epoch; else the one before.
func (r *room) shown(o queue.Order, before uint64) uint64 {
	for i := range r.opening.Draws {
		if d := &r.opening.Draws[i]; d.Known && d.Holds(o) {
			return d.Segments[0].First + uint64(o-d.Base)
		}
	}
	if zero := queue.OrderOf(r.epoch, 0); o > zero {
		return uint64(o - zero)
	}
	return before
}

// ms are the durations of the room's timing, in milliseconds.
type ms struct{ absent, confirm, window, lead, active, page, idle, max, resume, life, hold, grace int64 }

func millisOf(t *queue.Timing) ms {
	return ms{
		absent: t.Absent.Milliseconds(), confirm: t.Confirm.Milliseconds(), window: t.Window.Milliseconds(),
		lead: t.Lead.Milliseconds(), active: t.Active.Milliseconds(), page: t.Page.Milliseconds(), idle: t.Idle.Milliseconds(),
		max: t.Max.Milliseconds(), resume: t.Resume.Milliseconds(), life: t.Life.Milliseconds(),
		hold: t.Hold.Milliseconds(), grace: t.Grace.Milliseconds(),
	}
}

func (r *room) timing() ms { return millisOf(&r.document.Timing) }

// present reports whether somebody is there who would claim a call.
func (r *room) present(w waiting) bool {
	if w.seen < 0 {
		return -w.seen+r.timing().confirm > r.now
	}
	return w.seen > 0 && w.seen+r.timing().absent > r.now
}

// above counts the places of a set that the floor has not ended.
func (r *room) above(set map[queue.VisitorID]waiting) (n int64) {
	for _, w := range set {
		if w.order > r.opening.Floor {
			n++
		}
	}
	return n
}

func has[K comparable, V any](set map[K]V, k K) bool {
	_, ok := set[k]
	return ok
}

// byOrder is the visitors of a set by order, then by id.
func byOrder(set map[queue.VisitorID]waiting) []queue.VisitorID {
	return slices.SortedFunc(maps.Keys(set), func(a, b queue.VisitorID) int {
		return cmp.Or(cmp.Compare(set[a].order, set[b].order), byID(a, b))
	})
}

// inLane is the places of one lane.
func (r *room) inLane(lane int) map[queue.VisitorID]waiting {
	places := map[queue.VisitorID]waiting{}
	for id, w := range r.line {
		if int(w.lane) == lane {
			places[id] = w
		}
	}
	return places
}

// byTime is the visitors of a set by time, then by id.
func byTime(set times) []queue.VisitorID {
	return slices.SortedFunc(maps.Keys(set), func(a, b queue.VisitorID) int {
		return cmp.Or(cmp.Compare(set[a], set[b]), byID(a, b))
	})
}

func byID(a, b queue.VisitorID) int { return bytes.Compare(a[:], b[:]) }
