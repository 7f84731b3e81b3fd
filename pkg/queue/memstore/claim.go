package memstore

import "github.com/einlass/einlass/pkg/queue"

// door lets in those who may enter. counted is C when the batch began, and 1000 more for each entry of it.
type door struct {
	*room
	counted int64
}

func (r *room) claimAll(mapping uint64, places []queue.Place) []queue.Standing {
	r.fill()
	d := &door{room: r}
	if r.Document.Pace.MaxInside > 0 {
		d.counted = r.counted()
	}
	standings := make([]queue.Standing, len(places))
	for i := range places {
		standings[i] = d.claim(mapping, &places[i])
	}
	return standings
}

func (d *door) claim(mapping uint64, p *queue.Place) queue.Standing {
	ref, rec := d.find(p.Visitor)
	if rec == nil {
		return d.keep(mapping, &queue.Beat{Place: *p})
	}
	switch rec.set() {
	case inCalls:
		return d.claimCall(mapping, ref, p)
	case inAsking:
		if s, resumes := d.stays[ref]; resumes && !d.over(s) {
			d.move(ref, inSpent, 0) // too late to be resumed
			return d.stayStanding(s)
		}
		return d.ask(ref)
	case inMissed, inLapsed:
		if s, stop := d.guard(mapping, p); stop {
			return s
		}
		return d.toFront(ref, p)
	case inSpent:
		if d.over(d.stays[ref]) {
			return d.ask(ref)
		}
	}
	return d.keep(mapping, &queue.Beat{Place: *p})
}

// claimCall turns a call into a stay. A call that is over puts the place to the front, once.
func (d *door) claimCall(mapping uint64, ref uint32, p *queue.Place) queue.Standing {
	if at := d.slab.at(ref).at; d.callAlive(at) {
		d.Curves[queue.CurveCall].Came(d.now-at, d.t.window)
		return d.ask(ref)
	}
	if _, returned := d.again[ref]; returned {
		d.end(p.Visitor, queue.ReasonTwice)
		return spentBy(queue.ReasonTwice)
	}
	if s, stop := d.guard(mapping, p); stop {
		return s
	}
	d.setAgain(ref, d.now)
	return d.toFront(ref, p)
}

// ask lets a visitor in whose turn it is, or lets it stand at the door behind all who asked before.
func (d *door) ask(ref uint32) queue.Standing {
	rec := d.slab.at(ref)
	n, first := d.asking.len(), d.now
	if rec.set() == inAsking {
		n, first = d.asking.rank(uint64(rec.at), ref), rec.at
	}
	if _, resumes := d.stays[ref]; d.mayEnter(int64(n), d.counted, resumes) {
		return d.enterRoom(ref)
	}
	d.askAt(ref, first, d.now)
	return d.standingOf(ref, rec)
}

// enterRoom begins a stay, or resumes one. Pace is paid here, once a ticket.
func (d *door) enterRoom(ref uint32) queue.Standing {
	d.move(ref, inSpent, 0)
	if _, resumes := d.stays[ref]; !resumes {
		d.begin(ref, d.now)
		d.Credit -= queue.Units
		d.Admitted++
	}
	d.tell(ref, d.stays[ref].next(), d.now)
	d.counted += 1000
	return d.insideStanding(d.stays[ref])
}
