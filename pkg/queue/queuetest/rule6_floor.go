package queuetest

import (
	"github.com/einlass/einlass/pkg/queue"
)

// floorOf restores the room by a gateway that remembers a floor; no tick follows.
func (l *line) floorOf(o queue.Order) {
	l.Helper()
	m := l.remembered()
	m.Opening = m.Opening.Clone()
	m.Opening.Floor = o
	l.restore(m)
}

// sinking is what a floor ends that comes with a watermark: no tick has taken it out yet.
var sinking = []scenario{
	{"the place at a floor that another gateway remembers has ended, and the one behind it has not", func(l *line) {
		for what, ask := range byName(map[string]func(queue.Place) queue.Standing{
			"keep": l.keep, "claim": l.claim, "find": func(p queue.Place) queue.Standing { return l.find(p.Order).Standing },
		}) {
			back := intoFront(l).place
			places := append([]queue.Place{back}, l.wait(2, 2)...)
			for i := range 2 {
				l.floorOf(places[i].Order)
				l.wantState(what+" of the place at the floor", ask(places[i]), queue.StateSpent, queue.ReasonFloor)
				l.waiting(what+" of the place behind it", ask(places[i+1]))
				if what != "find" {
					_, err := l.store.Find(l.Context(), places[i].Order)
					l.wantErr("find after a "+what, err, queue.ErrUnknown)
				}
			}
			l.restart()
		}
	}},
	{"a number that is given at or below a floor ends at once", func(l *line) {
		l.floorOf(queue.OrderOf(l.snapshot().Epoch, 2))
		l.settle(func(d *queue.Document) { d.Door.Limit = 1 })
		l.advance()
		var arrivals []queue.Arrival
		for _, id := range visitors(1, 4) {
			arrivals = append(arrivals, queue.Arrival{Visitor: id})
		}
		all := l.arrive(arrivals...)
		l.wantState("below", all[0].Standing, queue.StateSpent, queue.ReasonFloor)
		l.wantState("at the floor", all[1].Standing, queue.StateSpent, queue.ReasonFloor)
		l.waiting("behind", all[2].Standing)
		l.wantState("the next", all[3].Standing, queue.StateRefused, queue.ReasonLimit)
		want(l, "waiting", l.snapshot().Waiting, 1)
		l.wantState("keep of the one below", l.keep(all[0].Place), queue.StateSpent, queue.ReasonFloor)
	}},
	{"places below a floor that another gateway remembers are not counted against the limit", func(l *line) {
		intoFront(l)
		p := l.wait(2, 1)[0]
		l.settle(func(d *queue.Document) { d.Door.Limit = 1 })
		l.floorOf(p.Order)
		l.waiting("first behind the floor", l.join(9).Standing)
		want(l, "second", l.join(10).Reason, queue.ReasonLimit)
	}},
	{"below a floor the order of a place is forgotten, unless a lapse of it is remembered", func(l *line) {
		for what, sink := range byName(map[string]func(queue.Place){
			"a floor of the plan": func(queue.Place) { l.plan(queue.Step{Rank: 1, Floor: true}) },
			"a floor of a watermark, by its heartbeat": func(p queue.Place) {
				l.floorOf(p.Order)
				l.wantState("keep", l.keep(p), queue.StateSpent, queue.ReasonFloor)
			},
		}) {
			s := intoFrontAgain(l)
			sink(s.place)
			want(l, "found below "+what, l.find(s.place.Order), queue.Found{Visitor: Visitor(1), Standing: queue.Standing{State: queue.StateUnknown}})
			want(l, "arrival", l.join(1).State, queue.StateTaken)
			l.step(lifeMS)
			l.advance()
			_, err := l.store.Find(l.Context(), s.place.Order)
			l.wantErr("when the lapse is forgotten", err, queue.ErrUnknown)
			l.restart()
			p := intoFront(l).place
			sink(p)
			_, err = l.store.Find(l.Context(), p.Order)
			l.wantErr("without a lapse", err, queue.ErrUnknown)
			l.restart()
		}
	}},
}
