package queuetest

import (
	"github.com/einlass/einlass/pkg/queue"
)

var moving = []scenario{
	{"a hand-over takes the code with it", func(l *line) {
		code := queue.Arrival{Visitor: Visitor(1), Code: queue.Code{4}, Uses: 1}
		place := l.arrive(code)[0].Place
		l.move(queue.Move{Act: queue.ActHand, Visitor: Visitor(1), To: Visitor(2)})
		want(l, "the old id", l.arrive(code)[0].State, queue.StateTaken)
		code.Visitor = Visitor(2)
		want(l, "number of the new one", l.arrive(code)[0].Place.Number, place.Number)
	}},
	{"of two places of one order in two lanes that of the lower id is found", func(l *line) {
		epoch := l.snapshot().Epoch
		for n := range uint64(8) { // ids in no order, so that the lower one is in either lane
			order := queue.OrderOf(epoch, n+1)
			a := queue.Place{Visitor: Visitor(int(2 * n)), Epoch: epoch, Number: n + 1, Order: order}
			b := queue.Place{Visitor: Visitor(int(2*n + 1)), Epoch: epoch, Number: n + 1, Order: order, Lane: 3}
			l.keep(a)
			l.keep(b)
			low := a.Visitor
			if string(b.Visitor[:]) < string(a.Visitor[:]) {
				low = b.Visitor
			}
			want(l, "found", l.find(order).Visitor, low)
		}
	}},
	{"an operator puts a place to the front, and forgets that it has lapsed", func(l *line) {
		for what, into := range byName(map[string]func(*line) spot{
			"line": intoLine, "missed": intoMissed, "lapsed": intoLapsed, "calls": intoCalls, "calls after a lapse": intoAgain,
		}) {
			s := into(l)
			moved := l.move(queue.Move{Act: queue.ActFront, Visitor: Visitor(1)})
			l.wantState("front out of "+what, moved.Standing, queue.StateFront, queue.ReasonNone)
			found := l.find(s.place.Order)
			want(l, "set", found.Set, "front")
			want(l, "seen", found.At, l.now())
			l.restart()
		}
	}},
	{"nothing else comes to the front", func(l *line) {
		for what, into := range byName(map[string]func(*line) spot{
			"asking": intoDoor, "spent": intoStay, "front": intoFrontAgain, "ended": intoEnded,
		}) {
			s := into(l)
			before := l.keep(s.place)
			moved := l.move(queue.Move{Act: queue.ActFront, Visitor: Visitor(1)})
			l.wants("front out of "+what, moved.Standing, before)
			want(l, "set", l.find(s.place.Order).Set, what)
			l.restart()
		}
		_, err := l.store.Move(l.Context(), queue.Move{Act: queue.ActFront, Visitor: Visitor(99), Ref: queue.Code{1}})
		l.wantErr("unknown", err, queue.ErrUnknown)
		intoMissed(l)
		l.plan(queue.Step{Rank: 1, Floor: true})
		l.wantState("below the floor", l.move(queue.Move{Act: queue.ActFront, Visitor: Visitor(1)}).Standing, queue.StateMissed, queue.ReasonAbsent)
	}},
	{"an act takes effect once for each reference", func(l *line) {
		s := intoMissed(l)
		m := queue.Move{Act: queue.ActFront, Visitor: Visitor(1), Ref: queue.Code{5}}
		do := func() queue.Moved {
			l.Helper()
			moved, err := l.store.Move(l.Context(), m)
			l.must("move", err)
			return moved
		}
		l.wantState("first", do().Standing, queue.StateFront, queue.ReasonNone)
		l.call(1)
		l.wants("again", do().Standing, queue.Standing{State: queue.StateCalled, Until: l.now() + windowMS})
		l.report(queue.Outcome{Kind: queue.Booked, Count: 1, Ref: queue.Code{5}})
		want(l, "a booking of that reference", l.snapshot().Opening.Reports, 0)
		l.step(lifeMS)
		l.advance()
		l.wantState("when it is forgotten", do().Standing, queue.StateFront, queue.ReasonNone)
		want(l, "set", l.find(s.place.Order).Set, "front")
	}},
	{"an operator removes a place and ends a stay", func(l *line) {
		p := l.wait(1, 1)[0]
		l.wantState("removed", l.move(queue.Move{Act: queue.ActRemove, Visitor: Visitor(1)}).Standing, queue.StateSpent, queue.ReasonRemoved)
		l.wantState("keep", l.keep(p), queue.StateSpent, queue.ReasonRemoved)
		l.wantState("removed twice", l.move(queue.Move{Act: queue.ActRemove, Visitor: Visitor(1)}).Standing, queue.StateSpent, queue.ReasonRemoved)
		p = l.enter(2)
		l.clock.Step(1000)
		curves := l.snapshot().Curves
		l.wantState("ended", l.move(queue.Move{Act: queue.ActEnd, Visitor: Visitor(2)}).Standing, queue.StateSpent, queue.ReasonFinished)
		l.wantState("claim", l.claim(p), queue.StateSpent, queue.ReasonFinished)
		f := l.snapshot()
		want(l, "left", f.Left, 1)
		want(l, "finished", f.Finished, 0)
		want(l, "curves", f.Curves == curves, true)
		l.wantState("not known", l.move(queue.Move{Act: queue.ActRemove, Visitor: Visitor(99)}).Standing, queue.StateSpent, queue.ReasonRemoved)
	}},
	{"an operator ends all stays, 4096 a call, and no place", func(l *line) {
		l.setPace(func(p *queue.Pace) { p.Rate, p.Burst = queue.MaxRate, queue.MaxBurst })
		for n := 0; n < queue.MaxScan+5; n += 512 {
			l.clock.Step(1000)
			var arrivals []queue.Arrival
			for _, id := range visitors(n, min(512, queue.MaxScan+5-n)) {
				arrivals = append(arrivals, queue.Arrival{Visitor: id})
			}
			l.arrive(arrivals...)
		}
		l.setPace(func(p *queue.Pace) { p.Rate = 0 })
		p := l.wait(100_000, 1)[0]
		inside := l.snapshot().Live
		all := queue.Move{Act: queue.ActEnd}
		moved := l.move(all)
		want(l, "inside", inside, queue.MaxScan+5)
		want(l, "left", moved.Left, 5)
		want(l, "live", l.snapshot().Live, 5)
		want(l, "left then", l.move(all).Left, 0)
		f := l.snapshot()
		want(l, "live then", f.Live, 0)
		want(l, "finished", f.Finished, 0)
		l.waiting("place", l.keep(p))
	}},
	{"one place, one stay, before and after a hand-over", func(l *line) {
		for what, into := range byName(map[string]func(*line) spot{
			"line": intoLine, "front": intoFront, "calls": intoCalls, "calls after a lapse": intoAgain, "asking": intoDoor,
			"missed": intoMissed, "lapsed": intoLapsed, "spent": intoStay, "over": intoStayOver, "asking for a resume": intoDoorToResume,
		}) {
			s := into(l)
			before, counted := l.find(s.place.Order), l.snapshot().Counted
			moved := l.move(queue.Move{Act: queue.ActHand, Visitor: Visitor(1), To: Visitor(8)})
			l.wantState("the old id in "+what, moved.Standing, queue.StateSpent, queue.ReasonMoved)
			after := l.find(s.place.Order)
			want(l, "new id", after.Visitor, Visitor(8))
			before.Visitor = Visitor(8)
			want(l, "what goes on", after, before)
			l.wantState("keep of the old id", l.keep(s.place), queue.StateSpent, queue.ReasonMoved)
			want(l, "arrival under the old id", l.join(1).State, queue.StateTaken)
			f := l.snapshot()
			want(l, "counted", f.Counted, counted)
			want(l, "left", f.Left+f.Finished, 0)
			l.restart()
		}
	}},
	{"a hand-over takes the codes along, and whether the place was heard of", func(l *line) {
		a := queue.Arrival{Visitor: Visitor(1), Code: queue.Code{1}, Uses: 1}
		j := l.arrive(a)[0]
		l.move(queue.Move{Act: queue.ActHand, Visitor: Visitor(1), To: Visitor(8)})
		a.Visitor = Visitor(8)
		j.Place.Visitor = Visitor(8)
		want(l, "arrival under the new id", l.arrive(a)[0], j)
		a.Visitor = Visitor(9)
		want(l, "another with the code", l.arrive(a)[0].Reason, queue.ReasonCode)
		l.clock.Step(confirmMS)
		l.call(1)
		l.wantState("not heard of", l.away(j.Place), queue.StateMissed, queue.ReasonAbsent)
	}},
	{"a place is not handed over to an id of which only a code in a lobby is known", func(l *line) {
		l.wait(1, 1)
		l.plan(queue.Step{Rank: 1, Phase: queue.PhaseLobby})
		l.arrive(queue.Arrival{Visitor: Visitor(2), Code: queue.Code{1}, Uses: 1})
		moved := l.move(queue.Move{Act: queue.ActHand, Visitor: Visitor(1), To: Visitor(2)})
		l.wantState("hand-over", moved.Standing, queue.StateTaken, queue.ReasonNone)
	}},
	{"a hand-over to an id that is known, or of one that is not, changes nothing", func(l *line) {
		l.wait(1, 2)
		l.leave(2)
		m := queue.Move{Act: queue.ActHand, Visitor: Visitor(1), To: Visitor(2), Ref: queue.Code{4}}
		l.unchanged("a hand-over", func() {
			moved, err := l.store.Move(l.Context(), m)
			l.must("move", err)
			want(l, "to an id that was known", moved, queue.Moved{Standing: queue.Standing{State: queue.StateTaken}})
		})
		m.Visitor = Visitor(99)
		_, err := l.store.Move(l.Context(), m)
		l.wantErr("of an unknown id", err, queue.ErrUnknown)
		m.Visitor, m.To = Visitor(1), Visitor(3)
		moved, err := l.store.Move(l.Context(), m)
		l.must("move", err)
		l.wantState("with the same reference", moved.Standing, queue.StateSpent, queue.ReasonMoved)
		moved = l.move(queue.Move{Act: queue.ActHand, Visitor: Visitor(2), To: Visitor(4)})
		l.wantState("of an ended ticket", moved.Standing, queue.StateSpent, queue.ReasonLeft)
		want(l, "its new id", l.join(4).State, queue.StateWaiting)
	}},
}
