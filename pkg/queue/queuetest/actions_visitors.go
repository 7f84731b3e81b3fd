package queuetest

import (
	"context"

	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/queue"
)

// The verbs about visitors, with values that are drawn.

// drawID draws a visitor: a new one or, more often, a known one.
func (d *history) drawID(rt *rapid.T) queue.VisitorID {
	if n := len(d.holders); n > 0 && below(rt, "known", 3) > 0 {
		if id := d.holders[n-1-below(rt, "visitor", n)]; d.valid(id) {
			return id
		}
	}
	return d.freshID()
}

func (d *history) drawIDs(rt *rapid.T, most int) (ids []queue.VisitorID) {
	for range 1 + below(rt, "entries", most) {
		ids = append(ids, d.drawID(rt))
	}
	return ids
}

// drawCode draws a code with how often it may be used; mostly none.
func drawCode(rt *rapid.T) useOf {
	if below(rt, "with code", 5) < 4 {
		return useOf{}
	}
	return useOf{queue.Code{15: byte(1 + below(rt, "code", 2))}, sample(rt, "uses", []uint8{1, 2, queue.MaxUses})}
}

func drawLane(rt *rapid.T) uint8 {
	return sample(rt, "lane", []uint8{0, 0, 0, 1, 2, queue.Lanes - 1})
}

func (d *history) playJoin(rt *rapid.T) {
	d.rt = rt
	var arrivals []queue.Arrival
	for _, id := range d.drawIDs(rt, 4) {
		a := queue.Arrival{Visitor: id, Lane: d.tickets[id].Lane, Code: d.codes[id].code, Uses: d.codes[id].uses}
		if _, ok := d.tickets[id]; !ok || below(rt, "otherwise", 6) == 5 {
			u := drawCode(rt)
			a.Lane, a.Code, a.Uses = drawLane(rt), u.code, u.uses
		}
		arrivals = append(arrivals, a)
	}
	d.join(arrivals)
}

func (d *history) join(arrivals []queue.Arrival) {
	reply, err := both(d, "join", func(s queue.Store) (queue.JoinReply, error) {
		return s.Join(context.Background(), arrivals)
	}, differ)
	if err != nil {
		return
	}
	for i, j := range reply.Places {
		if j.State == queue.StateTaken || j.State == queue.StateRefused {
			continue
		}
		d.codes[j.Place.Visitor] = useOf{arrivals[i].Code, arrivals[i].Uses}
		d.hold(j.Place)
		d.standing(j.Place.Visitor, j.Standing)
	}
}

// drawPlaces draws tickets that were given, some of them twice, and some with a wrong order: before a draw or after it, far
// away, or like another's.
func (d *history) drawPlaces(rt *rapid.T) (places []queue.Place) {
	if len(d.holders) == 0 {
		rt.Skip("nobody holds a ticket")
	}
	for range 1 + below(rt, "entries", 4) {
		i := below(rt, "visitor", len(d.holders))
		if id := d.holders[i]; d.valid(id) {
			places = append(places, d.presented(rt, d.tickets[id]))
		}
	}
	if len(places) == 0 {
		rt.Skip("no ticket is valid any more")
	}
	return places
}

// presented is how a ticket is shown.
func (d *history) presented(rt *rapid.T, p queue.Place) queue.Place {
	if d.honest {
		return d.ordered(p)
	}
	switch below(rt, "presented", 16) {
	case 12:
		return p // the order of its number
	case 13:
		p.Order = queue.Order(max(1, int64(p.Order)+between(rt, "order off", -5, 5)))
	case 14:
		p.Order = queue.Order(rapid.Uint64Range(1, uint64(queue.OrderOf(farthestTicket, 0))-1).Draw(rt, "order"))
	case 15:
		p.Lane = drawLane(rt)
	default:
		return d.ordered(p)
	}
	return p
}

// drawMapping draws how many seeds the caller knows: mostly all.
func (d *history) drawMapping(rt *rapid.T) uint64 {
	m := d.known.Opening.Mapping
	if d.honest {
		return m
	}
	switch below(rt, "mapping", 16) {
	case 14:
		m++
	case 15:
		m -= min(m, 1)
	}
	return m
}

func (d *history) playKeep(rt *rapid.T) {
	d.rt = rt
	var beats []queue.Beat
	for _, p := range d.drawPlaces(rt) {
		beats = append(beats, d.drawBeat(rt, p))
	}
	d.keep(d.drawMapping(rt), beats)
}

func (d *history) drawBeat(rt *rapid.T, p queue.Place) queue.Beat {
	u := d.codes[p.Visitor]
	if below(rt, "other code", 16) == 15 {
		u = drawCode(rt)
	}
	return queue.Beat{Place: p, Away: below(rt, "away", 4) == 3, Code: u.code, Uses: u.uses}
}

func (d *history) keep(mapping uint64, beats []queue.Beat) {
	ids := make([]queue.VisitorID, len(beats))
	for i, b := range beats {
		ids[i] = b.Place.Visitor
	}
	d.standings("keep", ids, func(s queue.Store) (queue.KeepReply, error) {
		return s.Keep(context.Background(), mapping, beats)
	})
}

func (d *history) playClaim(rt *rapid.T) {
	d.rt = rt
	d.claim(d.drawMapping(rt), d.drawPlaces(rt))
}

func (d *history) claim(mapping uint64, places []queue.Place) {
	ids := make([]queue.VisitorID, len(places))
	for i, p := range places {
		ids[i] = p.Visitor
	}
	d.standings("claim", ids, func(s queue.Store) (queue.KeepReply, error) {
		return s.Claim(context.Background(), mapping, places)
	})
}

func (d *history) playRenew(rt *rapid.T) {
	d.rt = rt
	d.renew(rt, d.drawIDs(rt, 3))
}

// renew tells of requests that were made now, some time ago or in the future, of stays that began when the store said, or not.
func (d *history) renew(rt *rapid.T, ids []queue.VisitorID) {
	var stays []queue.Stay
	var told []queue.VisitorID
	now, idle := d.clock.Now(), d.timing().Idle.Milliseconds()
	for _, id := range ids {
		s := queue.Stay{Visitor: id, Started: d.started[id], At: now}
		if d.honest {
			if s.Started > 0 && s.Started+d.timing().Max.Milliseconds() > now {
				stays, told = append(stays, s), append(told, id)
			}
			continue
		}
		if s.Started == 0 || below(rt, "began otherwise", 8) == 7 {
			s.Started = now - between(rt, "began before", -10, 2*idle)
		}
		if below(rt, "late", 3) == 2 {
			s.At -= between(rt, "made before", -5, 3*idle)
		}
		s.At, s.Started = max(1, s.At), max(1, s.Started)
		stays, told = append(stays, s), append(told, id)
	}
	if len(stays) == 0 {
		rt.Skip("nobody has a pass")
	}
	d.standings("renew", told, func(s queue.Store) (queue.KeepReply, error) { return s.Renew(context.Background(), stays) })
}

func (d *history) playReport(rt *rapid.T) {
	d.rt = rt
	var outcomes []queue.Outcome
	for _, id := range d.drawIDs(rt, 4) {
		outcomes = append(outcomes, queue.Outcome{
			Kind:    sample(rt, "outcome", []queue.OutcomeKind{queue.Booked, queue.Booked, queue.Finished, queue.Freed, queue.Total}),
			Visitor: id, Count: sample(rt, "count", []int64{1, 2, 0, 7, queue.MaxInsideLimit}), Ref: d.drawRef(rt),
		})
	}
	d.report(drawTeller(rt), outcomes)
}

// drawTeller draws the gateway that tells of bookings, of few; at times it knows of more than the room.
func drawTeller(rt *rapid.T) queue.Tally {
	t := queue.Tally{Gateway: sample(rt, "teller", []string{"", "a", "b", "c"})}
	if below(rt, "teller knows", 3) == 0 {
		t.Reports = uint64(between(rt, "told", 1, 4))
	}
	return t
}

// drawRef draws a reference, of few.
func (d *history) drawRef(rt *rapid.T) queue.Code {
	if below(rt, "ref again", 3) == 0 {
		return queue.Code{0: 1, 15: byte(below(rt, "ref", 4))}
	}
	return queue.Code(d.freshID())
}

func (d *history) report(teller queue.Tally, outcomes []queue.Outcome) {
	_, _ = both(d, "report", func(s queue.Store) (queue.Reported, error) {
		return s.Report(context.Background(), teller, outcomes)
	}, differ)
	for _, o := range outcomes {
		d.ends(o.Visitor, d.clock.Now()+d.timing().Life.Milliseconds())
	}
}

func (d *history) playLeave(rt *rapid.T) {
	d.rt = rt
	d.leave(d.drawIDs(rt, 3))
}

func (d *history) leave(ids []queue.VisitorID) {
	_, _ = both(d, "leave", func(s queue.Store) (struct{}, error) {
		return only(s.Leave(context.Background(), ids))
	}, differ)
	for _, id := range ids {
		d.ends(id, d.clock.Now()+d.timing().Life.Milliseconds())
		d.ends(id, d.clock.Now()+queue.EndedFor)
	}
}

func (d *history) playFind(rt *rapid.T) {
	d.rt = rt
	d.find(d.drawPlaces(rt)[0].Order)
}

func (d *history) find(o queue.Order) {
	_, _ = both(d, "find", func(s queue.Store) (queue.Found, error) { return s.Find(context.Background(), o) }, differ)
}

func (d *history) playMove(rt *rapid.T) {
	d.rt = rt
	m := queue.Move{
		Act:     sample(rt, "act", []queue.Act{queue.ActFront, queue.ActFront, queue.ActHand, queue.ActHand, queue.ActRemove, queue.ActEnd}),
		Visitor: d.drawID(rt), Ref: d.drawRef(rt), To: d.drawID(rt),
	}
	if m.To == m.Visitor {
		m.To = d.freshID()
	}
	if d.honest {
		m.Ref = queue.Code(d.freshID()) // hashes of acts are never those of bookings
	}
	if m.Act == queue.ActEnd && below(rt, "all", 3) == 2 {
		m.Visitor = nobody
	}
	moved, err := both(d, "move", func(s queue.Store) (queue.Moved, error) { return s.Move(context.Background(), m) }, differ)
	if p, ok := d.tickets[m.Visitor]; ok && err == nil && m.Act == queue.ActHand && moved.State != queue.StateTaken {
		p.Visitor = m.To
		d.codes[m.To], d.started[m.To] = d.codes[m.Visitor], d.started[m.Visitor]
		d.hold(p)
		if d.started[m.To] != 0 {
			d.issued[m.To] = d.issued[m.Visitor] // a ticket that is used lives no longer by it
		}
		d.standing(m.To, moved.Standing)
	}
}
