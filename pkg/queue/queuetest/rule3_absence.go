package queuetest

import (
	"github.com/einlass/einlass/pkg/queue"
)

var absence = []scenario{
	{"a place is present until the very end of the absence", func(l *line) {
		p := l.wait(1, 1)[0]
		l.keep(p)
		l.step(absentMS - 2)
		l.call(1) // the clock steps by 1
		want(l, "just before", l.keep(p).State, queue.StateCalled)
		l.restart()
		p = l.wait(1, 1)[0]
		l.keep(p)
		l.step(absentMS - 1)
		l.call(1)
		l.wantState("just after", l.away(p), queue.StateMissed, queue.ReasonAbsent)
	}},
	{"a place that was not heard of is present until the very end of Confirm", func(l *line) {
		l.wait(1, 1)
		l.clock.Step(confirmMS - 1)
		l.call(1)
		f := l.snapshot()
		want(l, "calls at the end", f.Calls, 0)
		want(l, "waiting at the end", f.Waiting, 0)
	}},
	{"closing the page makes a place absent at once and does not give it up", func(l *line) {
		places := l.wait(1, 2)
		l.away(places[0])
		l.call(1)
		l.wantState("absent", l.away(places[0]), queue.StateMissed, queue.ReasonAbsent)
		want(l, "next", l.keep(places[1]).State, queue.StateCalled)
		l.wantState("back", l.keep(places[0]), queue.StateFront, queue.ReasonNone)
		l.call(1)
		want(l, "then", l.keep(places[0]).State, queue.StateCalled)
	}},
	{"absent places use up no call and no credit", func(l *line) {
		places := l.wait(1, 4)
		l.away(places[0])
		l.away(places[2])
		f := l.call(2)
		want(l, "called", f.Called, 2)
		want(l, "credit of calls", f.CallCredit, 4*queue.Units)
		want(l, "last", l.keep(places[3]).State, queue.StateCalled)
		want(l, "head", f.Heads[0], places[3].Order)
	}},
	{"an absent place in front is passed over, and comes back there", func(l *line) {
		s := intoFront(l)
		l.away(s.place)
		p := l.wait(9, 1)[0]
		l.call(1)
		want(l, "next", l.keep(p).State, queue.StateCalled)
		l.wantState("absent", l.away(s.place), queue.StateMissed, queue.ReasonAbsent)
		l.wantState("back", l.claim(s.place), queue.StateFront, queue.ReasonNone)
	}},
	{"a call is open until the very end of the window", func(l *line) {
		s := intoCalls(l)
		l.clock.Step(windowMS - 1)
		l.advance()
		l.wants("just before", l.keep(s.place), queue.Standing{State: queue.StateCalled, Until: s.told + windowMS})
		l.clock.Step(1)
		l.wantState("over, without a tick", l.keep(s.place), queue.StateMissed, queue.ReasonLapsed)
		want(l, "calls", l.snapshot().Calls, 0)
		want(l, "set", l.find(s.place.Order).Set, "calls")
		l.advance()
		want(l, "set after a tick", l.find(s.place.Order).Set, "lapsed")
	}},
	{"a lapsed call comes back to the front once, and its second lapse ends the ticket", func(l *line) {
		s := intoAgain(l)
		l.step(windowMS)
		f := l.advance()
		want(l, "ended", len(f.Ended), 1)
		l.wantState("keep", l.keep(s.place), queue.StateSpent, queue.ReasonTwice)
		want(l, "left", f.Left, 0)
		want(l, "new arrival", l.join(1).State, queue.StateTaken)
	}},
	{"a call that is over is put in front by its claim, noting that it has lapsed", func(l *line) {
		s := intoCallsOver(l)
		l.claim(s.place)
		l.advance()
		l.endHold()
		l.call(1)
		l.wants("called again", l.keep(s.place), queue.Standing{State: queue.StateCalled, Reason: queue.ReasonAgain, Until: l.now() + windowMS})
	}},
	{"a call that is over stays as it is while a guard stops its ticket", func(l *line) {
		l.reveal1(1)
		l.endHold()
		s := intoCallsOver(l)
		l.mapping--
		l.wantState("claim", l.claim(s.place), queue.StateUnknown, queue.ReasonNone)
		want(l, "set", l.find(s.place.Order).Set, "calls")
		l.mapping++
		l.wantState("claim then", l.claim(s.place), queue.StateFront, queue.ReasonAgain)
	}},
	{"a place that the head has passed while nobody ticked is missed at the next tick", func(l *line) {
		places := l.wait(1, 3)
		m := watermark(ptr(l.snapshot()))
		m.Heads[0], m.HeadNumbers[0] = places[1].Order, 2
		l.restore(m)
		f := l.advance()
		want(l, "waiting", f.Waiting, 1)
		l.wantState("passed", l.away(places[1]), queue.StateMissed, queue.ReasonAbsent)
		l.waiting("not passed", l.away(places[2]))
	}},
}
