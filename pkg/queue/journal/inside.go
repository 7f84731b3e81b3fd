package journal

import (
	"bytes"

	"github.com/einlass/einlass/pkg/queue"
)

// exact is what counted as inside directly before an entry, where the journal tells: a snapshot of the same time, and nothing
// but entries since.
type exact struct {
	kind    Kind // of the entries, empty: none yet
	at      int64
	counted int64 // permille, with those who came in since
	known   bool
}

// after notes an event that has been checked.
func (x *exact) after(e *Event) {
	switch {
	case e.Kind == Snapshot:
		*x = exact{at: e.At, counted: e.Snapshot.Counted, known: true}
	case e.At != x.at || e.Kind != Claim && e.Kind != Join || x.kind != "" && x.kind != e.Kind:
		x.known = false
	default:
		x.kind = e.Kind
	}
}

// entered checks that there was a seat for somebody who is let in, by a call, straight or to resume a stay. p is nil for an
// arrival.
func (v *Invariants) entered(e *Event, p *place) {
	v.quota.entered(e.At)
	if v.old || v.marks == nil || v.marks.Pace.MaxInside == 0 || v.document >= 0 && v.marks.Version != v.document {
		return
	}
	bound, before := v.marks.Pace.MaxInside, v.before(p)
	if v.exactly(e) {
		if v.exact.counted+1000*(before+1) > 1000*bound {
			v.report(RuleInside, e, "%d permille were inside and %d at the door before, with a bound of %d",
				v.exact.counted, before, bound)
		}
		if e.Kind == Claim {
			v.exact.counted += 1000
		}
		return
	}
	if n := v.active.others(e.At, queue.VisitorID(e.Visitor)); n+before+1 > bound {
		v.report(RuleInside, e, "%d had made a request within the last seconds and %d were at the door before, with a bound of %d",
			n, before, bound)
	}
}

// exactly reports whether it is known what counted as inside before the event.
func (v *Invariants) exactly(e *Event) bool {
	x := &v.exact
	return v.cfg.Ordered && x.known && x.at == e.At && (x.kind == "" || x.kind == e.Kind) && v.ms.active > 0
}

// door is who certainly stands at the door, with the times of the first and the last claim that was answered so.
type door struct{ asking []asker }

type asker struct {
	id          queue.VisitorID
	first, last int64
	// since is set where the turn may have begun before first: the visitor stood at the door before a loss that the store
	// may have come through, or asked too late, and the store may not have noticed, which it does with the next tick.
	since bool
}

// note takes over an answer about a visitor.
func (d *door) note(p *place, e *Event, confirm int64) {
	if queue.State(e.State) != queue.StateFull {
		d.leave(p.id)
		return
	}
	if e.Kind != Claim {
		return
	}
	// Who has not asked again is called still, but may have lost its turn at the door.
	rest := d.asking[:0]
	at := -1
	for _, a := range d.asking {
		if a.id != p.id && a.last+confirm <= e.At {
			continue
		}
		if a.id == p.id {
			at = len(rest)
		}
		rest = append(rest, a)
	}
	d.asking = rest
	switch {
	case at >= 0 && d.asking[at].last+confirm > e.At:
		d.asking[at].last = e.At
	case at >= 0:
		d.asking[at] = asker{p.id, e.At, e.At, true} // it may have begun anew
	default:
		d.asking = append(d.asking, asker{p.id, e.At, e.At, p.state == queue.StateFull})
	}
}

func (d *door) leave(id queue.VisitorID) {
	for i, a := range d.asking {
		if a.id == id {
			d.asking = append(d.asking[:i], d.asking[i+1:]...)
			return
		}
	}
}

func (d *door) hand(id, to queue.VisitorID) {
	for i := range d.asking {
		if d.asking[i].id == id {
			d.asking[i].id = to
		}
	}
}

// before is how many certainly stand at the door before a visitor, by the time first asked, then by id.
func (v *Invariants) before(p *place) (n int64) {
	if p == nil || p.generation != v.generation || p.looseUntil != 0 || v.tied {
		return 0
	}
	mine := asker{id: p.id, first: v.at + 1}
	for _, a := range v.door.asking {
		if a.id == p.id {
			mine = a
		}
	}
	if mine.since || p.state == queue.StateFull && mine.first > v.at {
		return 0 // since when is not known
	}
	for _, a := range v.door.asking {
		earlier := a.first < mine.first || a.first == mine.first && bytes.Compare(a.id[:], mine.id[:]) < 0
		if a.id != p.id && earlier && a.last+v.ms.confirm > v.at {
			n++
		}
	}
	return n
}
