package journal

import (
	"maps"

	"github.com/einlass/einlass/pkg/queue"
)

// quota follows what is booked and who may still book.
type quota struct {
	// unbooked are stays that certainly may still book.
	unbooked crowd
	refs     map[ID]counted
	booked   map[queue.VisitorID]int64 // when, of visitors that are in no place
	known    bool
	// low and high bound what may be booked, and reports how often that may have been told.
	low, high int64
	reports   uint64
	recent    []booking // where it is not known whether a snapshot has them
	loose     int64     // until when reports without an answer may come through
	entries   booking   // how many came in at the latest time that somebody did
	moved     bool      // since the last snapshot booked moved by more than the stays had put by for it
}

// counted is when a reference was told, and in which generation.
type counted struct {
	at         int64
	generation uint32
	doubtful   bool // it was told again when the store may or may not have known it, so since when it does is not known
}

type booking struct{ at, count int64 } // at: by when it took effect

func newQuota() quota {
	return quota{unbooked: newCrowd(), refs: map[ID]counted{}, booked: map[queue.VisitorID]int64{}}
}

func (q *quota) forget() {
	q.known = false
	q.unbooked.clear()
}

// entered notes that somebody came in.
func (q *quota) entered(at int64) {
	if q.entries.at != at {
		q.entries = booking{at: at}
	}
	q.entries.count++
}

// sweep forgets the references that were told before a time.
func (q *quota) sweep(before int64) {
	for ref, c := range q.refs {
		if c.at < before {
			delete(q.refs, ref)
		}
	}
	maps.DeleteFunc(q.booked, func(_ queue.VisitorID, at int64) bool { return at < before })
}

// reported notes a report. One whose reference was told before a loss may count again, or not.
func (v *Invariants) reported(e *Event) {
	q, o := &v.quota, e.Report
	id := queue.VisitorID(e.Visitor)
	if queue.OutcomeKind(o.Kind) == queue.Booked {
		if p := v.places.find(id); p != nil {
			p.served = true
		} else {
			q.booked[id] = e.At
		}
	}
	c, told := q.refs[o.Ref]
	told = told && o.Ref != (ID{})
	if told && !c.doubtful && c.generation == v.generation && c.at+v.ms.life > e.At {
		return
	}
	q.count(e, told, v.cfg.Ordered)
	if o.Ref != (ID{}) {
		q.refs[o.Ref] = counted{at: e.At, generation: v.generation, doubtful: told}
	}
	q.unbooked.leave(id)
	if queue.OutcomeKind(o.Kind) != queue.Booked || v.marks == nil || o.Count > v.marks.Per {
		q.moved = true
	}
}

// count moves the bounds by one report.
func (q *quota) count(e *Event, perhaps, ordered bool) {
	o := e.Report
	q.reports++
	switch queue.OutcomeKind(o.Kind) {
	case queue.Booked:
		q.high += o.Count
		if !perhaps {
			q.low += o.Count
		}
	case queue.Freed:
		q.low = max(0, q.low-o.Count)
		if ordered && !perhaps {
			q.high = max(0, q.high-o.Count)
		}
	case queue.Total:
		if perhaps || !ordered {
			q.low, q.high = min(q.low, o.Count), max(q.high, o.Count)
		} else {
			q.low, q.high = o.Count, o.Count
		}
	}
	if !ordered {
		q.recent = append(q.recent, booking{e.by(), o.Count})
	}
}

// checkQuota holds the figures of a snapshot against those of the one before and what was told.
func (v *Invariants) checkQuota(e *Event, old *Marks) {
	v.checkBooked(e, old)
	q, f := &v.quota, e.Snapshot
	if old != nil && f.Quota >= 0 && f.Called > old.Called && f.Cursor == old.Cursor && !q.moved && !v.places.revived {
		// Since the last call nothing has come to those who may book; what is booked was theirs.
		open := v.quota.unbooked.others(e.At, queue.VisitorID{}) + f.Calls + f.Asking
		if !v.cfg.Ordered && q.entries.at == e.At {
			open -= q.entries.count // the snapshot may count them as called
		}
		booked := min(f.Booked, old.Booked)
		if open > 0 && booked+open*f.Per > f.Quota && (open > 1 || booked >= f.Quota) {
			v.report(RuleQuota, e, "%d of %d are booked and %d are called or inside, who may book %d each", booked, f.Quota, open, f.Per)
		}
	}
	q.moved = false
}

// checkBooked: what is booked has moved by what was told, each reference once.
func (v *Invariants) checkBooked(e *Event, old *Marks) {
	q, f := &v.quota, e.Snapshot
	loose := q.loose != 0 && e.At <= q.loose
	if q.known && !loose && q.loose == 0 && old != nil && f.Cursor == old.Cursor {
		switch {
		case f.Reports > q.reports:
			v.report(RuleQuota, e, "%d reports were counted, %d were told", f.Reports, q.reports)
			q.known = false
		case f.Booked > q.high || v.cfg.Ordered && f.Booked < q.low:
			v.report(RuleQuota, e, "%d are booked, %d to %d were told", f.Booked, q.low, q.high)
			q.known = false
		}
		if q.known && !v.cfg.Ordered {
			return
		}
	}
	if !loose {
		q.loose = 0
	}
	q.known = !loose
	q.low, q.high, q.reports = f.Booked, f.Booked, f.Reports
	rest := q.recent[:0]
	for _, b := range q.recent {
		if b.at+slack >= e.At {
			rest = append(rest, b)
			q.high += b.count
			q.reports++
		}
	}
	q.recent = rest
}
