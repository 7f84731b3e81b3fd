package queuetest

import "github.com/einlass/einlass/pkg/queue"

var joining = []scenario{
	{"numbers start at one and are dense across batches", func(l *line) {
		next := uint64(1)
		for batch, n := range []int{1, 3, queue.MaxBatch, 2} {
			for i, p := range l.wait(1000*batch, n) {
				want(l, "number", p, queue.Place{Visitor: Visitor(1000*batch + i), Epoch: l.snapshot().Epoch, Number: next})
				next++
			}
		}
		f := l.snapshot()
		want(l, "last", f.Last, next-1)
		want(l, "joined", f.Joined, int64(next-1))
		want(l, "waiting", f.Waiting, int64(next-1))
	}},
	{"the reply counts the places in the line after the batch", func(l *line) {
		l.wait(0, 3)
		reply, err := l.store.Join(l.Context(), visitors(2, 3))
		l.must("join", err)
		want(l, "waiting", reply.Waiting, 5)
	}},
	{"a repeated arrival keeps its number and counts as a heartbeat", func(l *line) {
		p := l.wait(0, 2)
		l.step(absentMS - 1)
		again := l.join(Visitor(1), Visitor(0))
		want(l, "second again", again[0], queue.Joined{Standing: queue.Standing{State: queue.StateWaiting}, Place: p[1]})
		want(l, "first again", again[1], queue.Joined{Standing: queue.Standing{State: queue.StateWaiting}, Place: p[0]})
		want(l, "joined", l.snapshot().Joined, 2)
		want(l, "last", l.snapshot().Last, 2)
		l.fill(2)
		want(l, "called", l.advance().Called, 2)
	}},
	{"a repeated arrival brings back a place that is away", func(l *line) {
		p := l.wait(0, 1)
		l.away(p[0])
		l.join(Visitor(0))
		l.fill(1)
		want(l, "called", l.advance().Called, 1)
	}},
	{"one id twice in a batch gets one place", func(l *line) {
		j := l.join(Visitor(0), Visitor(1), Visitor(0))
		want(l, "second answer", j[2], j[0])
		want(l, "last", l.snapshot().Last, 2)
		want(l, "waiting", l.snapshot().Waiting, 2)
	}},
	{"an id that went straight in twice in a batch answers taken the second time", func(l *line) {
		l.fill(2)
		j := l.join(Visitor(0), Visitor(0), Visitor(1))
		l.wantUntil("first", j[0].Standing, queue.StateInside, l.now()+idleMS)
		want(l, "second", j[1], taken())
		l.wantUntil("third", j[2].Standing, queue.StateInside, l.now()+idleMS)
		want(l, "numbers given", l.snapshot().Last, 2)
	}},
	{"an id that is known anywhere but in the line answers taken", func(l *line) {
		places := l.oneInEverySet()
		before := l.snapshot()
		for set, p := range places {
			answer := taken()
			if set == "line" {
				answer = queue.Joined{Standing: queue.Standing{State: queue.StateWaiting}, Place: p}
			}
			want(l, set, l.join(p.Visitor)[0], answer)
		}
		want(l, "last", l.snapshot().Last, before.Last)
		want(l, "joined", l.snapshot().Joined, before.Joined)
	}},
	{"an id in the line from an earlier epoch answers taken and its seen time stays", func(l *line) {
		p := l.wait(0, 1)
		f := l.snapshot()
		m := watermark(f)
		m.Last, m.Ceiling = m.Last+5, m.Last+5
		l.restore(m)
		l.step(absentMS)
		want(l, "join", l.join(Visitor(0))[0], taken())
		l.fill(1)
		f = l.advance()
		want(l, "called", f.Called, 0)
		l.wantState("absent all the while", l.away(p[0]), queue.StateMissed)
	}},
	{"an order where two epochs meet belongs to the earlier one", func(l *line) {
		p := queue.Place{Visitor: Visitor(0), Epoch: l.snapshot().Epoch - 1, Number: 1 << 22}
		want(l, "order", p.Order(), queue.OrderOf(l.snapshot().Epoch, 0))
		l.wantState("known again", l.keep(p), queue.StateWaiting)
		want(l, "join", l.join(p.Visitor)[0], taken())
	}},
	{"an arrival that finds room and an empty line goes straight in", func(l *line) {
		l.fill(3)
		j := l.join(visitors(0, 5)...)
		for i := range 3 {
			l.wantUntil("within the pace", j[i].Standing, queue.StateInside, l.now()+idleMS)
		}
		for i := 3; i < 5; i++ {
			l.wantState("beyond the pace", j[i].Standing, queue.StateWaiting)
		}
		f := l.snapshot()
		want(l, "numbers", j[4].Place.Number, 5)
		want(l, "head", f.Head, j[2].Place.Order())
		want(l, "head's number", f.HeadNum, 3)
		want(l, "called", f.Called, 3)
		want(l, "admitted", f.Admitted, 3)
		want(l, "joined", f.Joined, 5)
		want(l, "inside", f.Inside, 3)
		want(l, "calls", f.Calls, 0)
		want(l, "waiting", f.Waiting, 2)
		want(l, "left of the bucket: called later", l.advance().Called, 3)
	}},
	{"an arrival that went straight in has spent its ticket", func(l *line) {
		l.fill(1)
		j := l.join(Visitor(0))
		l.wantUntil("claim", l.claim(j[0].Place), queue.StateInside, l.now()+idleMS)
		l.step(idleMS)
		l.wantState("after the stay", l.keep(j[0].Place), queue.StateSpent)
		l.step(lifeMS - idleMS - 1)
		l.advance()
		l.wantState("a moment before it is forgotten", l.keep(j[0].Place), queue.StateSpent)
		l.clock.Step(1)
		l.advance()
		l.wantState("forgotten", l.keep(j[0].Place), queue.StateFront)
	}},
	{"nobody goes straight in past a waiting line", func(l *line) {
		l.wait(0, 1)
		l.fill(5)
		l.wait(1, 2)
		want(l, "called", l.snapshot().Called, 0)
	}},
	{"nobody goes straight in past a line of absent places", func(l *line) {
		p := l.wait(0, 1)
		l.away(p[0])
		l.fill(5)
		l.wait(1, 1)
	}},
	{"nobody goes straight in past a place in front", func(l *line) {
		l.backOne(0)
		l.fill(5)
		l.wait(1, 1)
	}},
	{"nobody goes straight in during the hold, in a pause, without pace or past the bound", func(l *line) {
		l.fill(4)
		l.set(func(c *queue.Control) { c.Mode = queue.ModePause })
		l.leaveAll(l.wait(0, 1))
		l.set(func(c *queue.Control) { c.Mode, c.Pace.MaxInside = queue.ModeRun, 1 })
		j := l.join(visitors(1, 2)...)
		l.wantUntil("first", j[0].Standing, queue.StateInside, l.now()+idleMS)
		l.wantState("second", j[1].Standing, queue.StateWaiting)
	}},
	{"an arrival fills the bucket before it takes a call from it", func(l *line) {
		l.setPace(queue.Pace{Rate: 60, Burst: 2})
		l.clock.Step(999)
		l.leaveAll(l.wait(0, 1))
		l.clock.Step(1)
		l.wantUntil("after a second", l.join(Visitor(1))[0].Standing, queue.StateInside, l.now()+idleMS)
		l.wantState("at once again", l.join(Visitor(2))[0].Standing, queue.StateWaiting)
	}},
}

func (l *line) leaveAll(places []queue.Place) {
	l.Helper()
	for _, p := range places {
		l.leave(p.Visitor)
	}
}

// missOne makes visitor n join and be passed over while away. No other visitor may be waiting. Afterwards none is, and the
// bucket is empty: another visitor used the call and gave the place up.
func (l *line) missOne(n int) queue.Place {
	l.Helper()
	helper := 1_000_000 + n
	p, q := l.wait(n, 1)[0], l.wait(helper, 1)[0]
	l.wantState("away", l.away(p), queue.StateWaiting)
	l.fill(1)
	l.advance()
	l.wantUntil("the next in line", l.keep(q), queue.StateCalled, l.now()+windowMS)
	l.leave(q.Visitor)
	return p
}

// callOne makes visitor n join and be called. No other visitor may be waiting. The bucket is empty afterwards.
func (l *line) callOne(n int) queue.Place {
	l.Helper()
	p := l.wait(n, 1)[0]
	l.fill(1)
	l.advance()
	l.wantUntil("the only one", l.keep(p), queue.StateCalled, l.now()+windowMS)
	return p
}

// lapseOne makes visitor n join, be called and not claim.
func (l *line) lapseOne(n int) queue.Place {
	l.Helper()
	p := l.callOne(n)
	l.step(windowMS)
	want(l, "calls after the claim window", l.advance().Calls, 0)
	return p
}

// backOne makes visitor n join, be passed over and come back to the front.
func (l *line) backOne(n int) queue.Place {
	l.Helper()
	p := l.missOne(n)
	l.wantState("back", l.keep(p), queue.StateFront)
	return p
}

// oneInEverySet makes one visitor for each set, and returns their places by the set's name. Visitors that were given no
// number have one that the room has never given. The bucket is empty afterwards.
func (l *line) oneInEverySet() map[string]queue.Place {
	l.Helper()
	never := func(n int) queue.Place {
		return queue.Place{Visitor: Visitor(n), Epoch: l.snapshot().Epoch, Number: 1000}
	}
	at := map[string]queue.Place{"lapsed": l.lapseOne(0), "spent": never(1), "inside": never(2), "ended": never(3)}
	l.renew(at["spent"].Visitor, l.now()+1)
	l.renew(at["inside"].Visitor, 0)
	l.leave(at["ended"].Visitor)
	at["calls"] = l.callOne(4)
	at["missed"] = l.missOne(5)
	at["front"] = l.backOne(6)
	at["line"] = l.wait(7, 1)[0]
	return at
}
