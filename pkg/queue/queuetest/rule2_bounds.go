package queuetest

import (
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

var bounding = []scenario{
	{"open calls count as inside until they are over", func(l *line) {
		l.bound(3)
		l.wait(0, 6)
		l.fill(10)
		f := l.advance()
		want(l, "called", f.Called, 3)
		want(l, "calls", f.Calls, 3)
		l.step(windowMS - 1)
		want(l, "called while the calls are open", l.advance().Called, 3)
		l.clock.Step(1)
		f = l.advance()
		want(l, "called when they are over", f.Called, 6)
		want(l, "calls", f.Calls, 3)
	}},
	{"stays count as inside until they end", func(l *line) {
		l.bound(2)
		l.fill(10)
		p := l.waitInside(0, 2, 2)
		l.step(idleMS - 1)
		l.keepAll(p)
		want(l, "called while the stays live", l.advance().Called, 2)
		l.clock.Step(1)
		f := l.advance()
		want(l, "called when they have ended", f.Called, 4)
		want(l, "inside", f.Inside, 0)
		want(l, "calls", f.Calls, 2)
	}},
	{"an arrival does not count a stay that has ended and that no tick has removed yet", func(l *line) {
		l.bound(1)
		l.fill(10)
		l.join(Visitor(0))
		l.step(idleMS - 1)
		p := l.wait(1, 1)
		l.leaveAll(p)
		l.clock.Step(1)
		want(l, "state", l.join(Visitor(2))[0].State, queue.StateInside)
	}},
	{"a claimed call moves from calls to inside", func(l *line) {
		l.bound(2)
		p := l.wait(0, 4)
		l.fill(10)
		l.advance()
		l.claim(p[0])
		f := l.advance()
		want(l, "calls", f.Calls, 1)
		want(l, "inside", f.Inside, 1)
		want(l, "called", f.Called, 2)
	}},
	{"a finish or a leave makes room", func(l *line) {
		l.bound(2)
		p := l.wait(0, 6)
		l.fill(10)
		l.advance()
		l.claim(p[0])
		l.finish(p[0].Visitor)
		want(l, "called after a finish", l.advance().Called, 3)
		l.leave(p[1].Visitor)
		want(l, "called after an open call was given up", l.advance().Called, 4)
	}},
	{"a bound below what is inside calls nobody and no bound calls all", func(l *line) {
		p := l.wait(0, 9)
		l.fill(6)
		want(l, "called", l.advance().Called, 6)
		l.bound(2)
		l.fill(3)
		want(l, "called over the bound", l.advance().Called, 6)
		l.leaveAll(p[:4])
		want(l, "called at the bound", l.advance().Called, 6)
		l.bound(0)
		want(l, "called without a bound", l.advance().Called, 9)
	}},
	{"unknown stays that are renewed count as inside", func(l *line) {
		l.bound(3)
		l.wait(0, 5)
		l.renew(Visitor(100), 0)
		l.renew(Visitor(101), 0)
		l.fill(10)
		f := l.advance()
		want(l, "called", f.Called, 1)
		want(l, "inside", f.Inside, 2)
	}},
	{"one tick calls at most MaxCalls", func(l *line) {
		l.wait(0, queue.MaxCalls+5)
		l.fill(queue.MaxCalls + 5)
		want(l, "called", l.advance().Called, queue.MaxCalls)
		want(l, "called by the next", l.advance().Called, queue.MaxCalls+5)
	}},
	{"one tick looks at no more than MaxScan places", func(l *line) {
		p := l.wait(0, queue.MaxScan+1)
		l.step(absentMS)
		l.keepAll(p[queue.MaxScan:])
		l.fill(1)
		f := l.advance()
		want(l, "called", f.Called, 0)
		want(l, "waiting", f.Waiting, 1)
		want(l, "head", f.Head, p[queue.MaxScan-1].Order())
		want(l, "called by the next", l.advance().Called, 1)
	}},
	{"places called count among those looked at", func(l *line) {
		p := l.wait(0, queue.MaxScan+2)
		l.step(absentMS)
		l.keepAll(p[:2])
		l.keepAll(p[queue.MaxScan:])
		l.fill(10)
		f := l.advance()
		want(l, "called", f.Called, 2)
		want(l, "waiting", f.Waiting, 2)
	}},
	{"the front counts among the places looked at", func(l *line) {
		p := l.wait(0, queue.MaxScan+1)
		l.step(absentMS)
		l.keepAll(p[queue.MaxScan:])
		l.fill(1)
		l.advance()
		l.advance()
		l.keepAll(p[:queue.MaxScan])
		want(l, "front", l.snapshot().Front, queue.MaxScan)
		q := l.wait(queue.MaxScan+1, 1)
		l.step(absentMS)
		l.keepAll(q)
		l.fill(1)
		f := l.advance()
		want(l, "called", f.Called, 1)
		want(l, "front", f.Front, 0)
		want(l, "waiting", f.Waiting, 1)
		want(l, "called by the next", l.advance().Called, 2)
	}},
	{"one tick lets no more than MaxScan calls lapse, the earliest first, then by id", func(l *line) {
		const late = 3
		ids := visitors(0, queue.MaxScan+late)
		l.join(ids[0])
		l.fill(1)
		l.advance()
		l.clock.Step(1)
		l.wait(1, queue.MaxScan+late-1)
		l.fill(queue.MaxScan + late)
		for range 1 + queue.MaxScan/queue.MaxCalls {
			l.advance()
		}
		want(l, "calls", l.snapshot().Calls, queue.MaxScan+late)
		l.step(windowMS)
		want(l, "live calls", l.advance().Calls, 0)
		// A call that is over but has not lapsed is no longer live, yet the window before its end is still open to
		// a clock that steps back.
		l.step(-windowMS)
		want(l, "not lapsed", l.snapshot().Calls, late)
		rest := slices.SortedFunc(slices.Values(ids[1:]), byID)
		for i, id := range rest {
			s := l.keep(queue.Place{Visitor: id, Epoch: l.snapshot().Epoch, Number: 1})
			if lapsed := i < len(rest)-late; (s.State == queue.StateMissed) != lapsed {
				l.Fatalf("call %d by id is %v", i, s.State)
			}
		}
		l.wantState("the earliest", l.keep(queue.Place{Visitor: ids[0], Epoch: l.snapshot().Epoch, Number: 1}), queue.StateMissed)
	}},
}

// bound sets MaxInside.
func (l *line) bound(n int64) {
	l.Helper()
	l.set(func(c *queue.Control) { c.Pace.MaxInside = n })
}
