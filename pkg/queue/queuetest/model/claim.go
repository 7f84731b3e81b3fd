package model

import (
	"cmp"
	"maps"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// door lets in those who may enter. counted is C when the batch began, and 1000 more for each entry of it.
type door struct {
	*room
	counted int64
}

func (r *room) claimAll(mapping uint64, places []queue.Place) (standings []queue.Standing) {
	r.fill()
	d := &door{room: r, counted: r.counted()}
	for i := range places {
		standings = append(standings, d.claim(mapping, &places[i]))
	}
	return standings
}

func (d *door) claim(mapping uint64, p *queue.Place) queue.Standing {
	id := p.Visitor
	switch d.setOf(id) {
	case setCalls:
		return d.claimCall(mapping, p)
	case setAsking:
		if has(d.spent, id) && !d.over(id) {
			delete(d.asking, id) // too late to be resumed
			return d.standing(id)
		}
		return d.ask(id)
	case setMissed, setLapsed:
		if s, stop := d.guard(mapping, p); stop {
			return s
		}
		return d.toFront(p)
	case setSpent:
		if d.over(id) {
			return d.ask(id)
		}
	}
	return d.keep(mapping, queue.Beat{Place: *p})
}

// claimCall turns a call into a stay. A call that is over puts the place to the front, once.
func (d *door) claimCall(mapping uint64, p *queue.Place) queue.Standing {
	id := p.Visitor
	if at := d.calls[id]; d.callAlive(at) {
		d.curves[queue.CurveCall].Came(d.now-at, d.timing().window)
		return d.ask(id)
	}
	if has(d.again, id) {
		d.end(id, queue.ReasonTwice)
		return spentBy(queue.ReasonTwice)
	}
	if s, stop := d.guard(mapping, p); stop {
		return s
	}
	d.again[id] = d.now
	return d.toFront(p)
}

// ask lets a visitor in whose turn it is, or lets it stand at the door behind all who asked before.
func (d *door) ask(id queue.VisitorID) queue.Standing {
	n := d.before(id)
	if d.mayEnter(n, d.counted, has(d.spent, id)) {
		return d.enter(id)
	}
	first := d.now
	if a, ok := d.asking[id]; ok {
		first = a.first
	}
	delete(d.calls, id)
	d.asking[id] = asker{first: first, last: d.now}
	return d.standing(id)
}

// before is how many stand at the door before a visitor: all, if it does not stand there yet.
func (r *room) before(id queue.VisitorID) int64 {
	if i := slices.Index(r.atDoor(), id); i >= 0 {
		return int64(i)
	}
	return int64(len(r.asking))
}

// atDoor is who stands at the door, by the time first asked, then by id.
func (r *room) atDoor() []queue.VisitorID {
	return slices.SortedFunc(maps.Keys(r.asking), func(a, b queue.VisitorID) int {
		return cmp.Or(cmp.Compare(r.asking[a].first, r.asking[b].first), byID(a, b))
	})
}

// enter begins a stay, or resumes one. Pace is paid here, once a ticket.
func (d *door) enter(id queue.VisitorID) queue.Standing {
	delete(d.calls, id)
	delete(d.asking, id)
	if !has(d.spent, id) {
		d.spent[id] = d.now
		d.credit -= queue.Units
		d.admitted++
	}
	d.tell(id, d.nextGroup(id), d.now)
	d.counted += 1000
	return d.insideStanding(id)
}
