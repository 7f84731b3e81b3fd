package queuetest

import "github.com/einlass/einlass/pkg/queue"

var staying = []scenario{
	{"a claim in time turns the call into a stay", func(l *line) {
		p := l.callOne(0)
		before := l.snapshot()
		l.step(windowMS - 1)
		l.wantUntil("claim", l.claim(p), queue.StateInside, l.now()+idleMS)
		f := l.snapshot()
		want(l, "admitted", f.Admitted, before.Admitted+1)
		want(l, "called", f.Called, before.Called)
		want(l, "calls", f.Calls, 0)
		want(l, "inside", f.Inside, 1)
	}},
	{"a copied ticket gets the same stay, not a second one", func(l *line) {
		p := l.callOne(0)
		first := l.claim(p)
		for range 5 {
			l.clock.Step(10_000)
			l.wantUntil("copy", l.claim(p), queue.StateInside, first.Until)
			l.wantUntil("heartbeat of a copy", l.keep(p), queue.StateInside, first.Until)
			l.wantUntil("page of a copy closed", l.away(p), queue.StateInside, first.Until)
			want(l, "arrival of a copy", l.join(p.Visitor)[0], taken())
		}
		f := l.snapshot()
		want(l, "admitted", f.Admitted, 1)
		want(l, "inside", f.Inside, 1)
	}},
	{"one ticket twice in a batch of claims gets one stay", func(l *line) {
		p := l.callOne(0)
		reply, err := l.store.Claim(l.Context(), []queue.Place{p, p})
		l.must("claim", err)
		want(l, "second", reply.Standings[1], reply.Standings[0])
		want(l, "admitted", l.snapshot().Admitted, 1)
	}},
	{"a ticket whose stay has ended is spent", func(l *line) {
		p := l.callOne(0)
		end := l.claim(p).Until
		l.clock.Set(end - 1)
		l.wantUntil("a moment before", l.claim(p), queue.StateInside, end)
		want(l, "inside", l.advance().Inside, 1)
		l.clock.Set(end)
		want(l, "inside before a tick removes it", l.snapshot().Inside, 0)
		l.wantState("claim", l.claim(p), queue.StateSpent)
		l.wantState("heartbeat", l.keep(p), queue.StateSpent)
		l.advance()
		l.wantState("claim after a tick", l.claim(p), queue.StateSpent)
		l.wantState("heartbeat after a tick", l.keep(p), queue.StateSpent)
		l.wantState("page closed after a tick", l.away(p), queue.StateSpent)
		want(l, "front", l.snapshot().Front+l.snapshot().Waiting, 0)
	}},
	{"a spent ticket is remembered for its life", func(l *line) {
		p := l.callOne(0)
		l.claim(p)
		claimed := l.now()
		l.clock.Set(claimed + lifeMS - 1)
		l.advance()
		l.wantState("remembered", l.keep(p), queue.StateSpent)
		l.clock.Step(1)
		l.wantState("before a tick removes it", l.keep(p), queue.StateSpent)
		l.advance()
		l.wantState("forgotten", l.keep(p), queue.StateFront)
	}},
	{"activity extends a stay", func(l *line) {
		p := l.callOne(0)
		l.claim(p)
		l.clock.Step(1000)
		l.wantUntil("renewed", l.renew(p.Visitor, 0), queue.StateInside, l.now()+idleMS)
		l.wantUntil("claimed again", l.claim(p), queue.StateInside, l.now()+idleMS)
		f := l.snapshot()
		want(l, "inside", f.Inside, 1)
		want(l, "admitted", f.Admitted, 1)
	}},
	{"the cap bounds a stay and never shortens it", func(l *line) {
		p := l.callOne(0)
		end := l.claim(p).Until
		l.clock.Step(1000)
		l.wantUntil("cap before the end", l.renew(p.Visitor, end-1), queue.StateInside, end)
		l.wantUntil("cap past the end", l.renew(p.Visitor, end+1), queue.StateInside, end+1)
		l.wantUntil("cap far off", l.renew(p.Visitor, end+idleMS), queue.StateInside, l.now()+idleMS)
		l.clock.Step(-500)
		l.wantUntil("after a step back", l.renew(p.Visitor, 0), queue.StateInside, l.now()+500+idleMS)
	}},
	{"a cap that is over makes a stay that is over", func(l *line) {
		l.wantUntil("renewed", l.renew(Visitor(0), l.now()), queue.StateInside, l.now())
		want(l, "inside", l.snapshot().Inside, 0)
		l.wantState("spent", l.keep(queue.Place{Visitor: Visitor(0), Epoch: 1, Number: 1}), queue.StateSpent)
	}},
	{"renewing revives a stay whose end has passed", func(l *line) {
		p := l.callOne(0)
		end := l.claim(p).Until
		l.clock.Set(end)
		l.advance()
		l.wantState("over", l.keep(p), queue.StateSpent)
		l.wantUntil("revived", l.renew(p.Visitor, 0), queue.StateInside, l.now()+idleMS)
		want(l, "inside", l.snapshot().Inside, 1)
		want(l, "admitted", l.snapshot().Admitted, 1)
	}},
	{"renewing an unknown stay restores it and spends the ticket", func(l *line) {
		l.wantUntil("renewed", l.renew(Visitor(0), 0), queue.StateInside, l.now()+idleMS)
		f := l.snapshot()
		want(l, "inside", f.Inside, 1)
		want(l, "admitted", f.Admitted, 0)
		want(l, "last", f.Last, 0)
		p := queue.Place{Visitor: Visitor(0), Epoch: f.Epoch, Number: 1}
		l.wantUntil("its ticket", l.keep(p), queue.StateInside, l.now()+idleMS)
	}},
	{"renewing takes the visitor out of every waiting set", func(l *line) {
		for set, p := range l.oneInEverySet() {
			if set == "ended" {
				continue
			}
			l.wantUntil(set, l.renew(p.Visitor, 0), queue.StateInside, l.now()+idleMS)
			l.wantUntil(set+"'s ticket", l.keep(p), queue.StateInside, l.now()+idleMS)
		}
		f := l.snapshot()
		want(l, "waiting, in front and called", f.Waiting+f.Front+f.Calls, 0)
		want(l, "inside", f.Inside, 7)
		l.step(idleMS)
		f = l.advance()
		want(l, "inside at the end", f.Inside, 0)
	}},
	{"a renewed ticket is remembered for its life or as long as the stay", func(l *line) {
		p := queue.Place{Visitor: Visitor(0), Epoch: l.snapshot().Epoch, Number: 1}
		l.renew(p.Visitor, 0)
		renewed := l.now()
		l.clock.Set(renewed + lifeMS - 1)
		l.advance()
		l.wantState("remembered", l.keep(p), queue.StateSpent)
		l.clock.Step(1)
		l.advance()
		l.wantState("forgotten", l.keep(p), queue.StateWaiting)

		// A clock that steps back by more than the ticket's life leaves a stay that outlives it.
		q := queue.Place{Visitor: Visitor(1), Epoch: l.snapshot().Epoch, Number: 2}
		end := l.renew(q.Visitor, 0).Until
		l.step(-2 * lifeMS)
		l.wantUntil("renewed", l.renew(q.Visitor, 0), queue.StateInside, end)
		l.clock.Set(end - 1)
		l.advance()
		l.wantUntil("a moment before the end", l.keep(q), queue.StateInside, end)
		l.clock.Step(1)
		l.wantState("at the end", l.keep(q), queue.StateSpent)
		l.advance()
		l.wantState("forgotten with it", l.keep(q), queue.StateWaiting)
	}},
	{"one visitor twice in a batch of renewals has one stay", func(l *line) {
		stays := []queue.Stay{{Visitor: Visitor(0), Cap: l.now() + 5}, {Visitor: Visitor(0), Cap: l.now() + 9}}
		reply, err := l.store.Renew(l.Context(), stays)
		l.must("renew", err)
		l.wantUntil("first", reply.Standings[0], queue.StateInside, l.now()+5)
		l.wantUntil("second", reply.Standings[1], queue.StateInside, l.now()+9)
		want(l, "inside", l.snapshot().Inside, 1)
	}},
}

var ending = []scenario{
	{"a visitor that finishes or leaves has spent the ticket for good", func(l *line) {
		for _, end := range []func(...queue.VisitorID){l.finish, l.leave} {
			p := l.callOne(int(l.snapshot().Last))
			l.claim(p)
			end(p.Visitor)
			l.wantState("heartbeat", l.keep(p), queue.StateSpent)
			l.wantState("page closed", l.away(p), queue.StateSpent)
			l.wantState("claim", l.claim(p), queue.StateSpent)
			l.wantState("renewal", l.renew(p.Visitor, 0), queue.StateSpent)
			want(l, "arrival", l.join(p.Visitor)[0], taken())
			want(l, "inside", l.snapshot().Inside, 0)
		}
	}},
	{"leaving takes the visitor out of every set", func(l *line) { l.endEverySet(l.leave) }},
	{"finishing takes the visitor out of every set", func(l *line) { l.endEverySet(l.finish) }},
	{"leaving and finishing are counted apart and once a visitor", func(l *line) {
		ids := visitors(0, 4)
		l.finish(ids[0], ids[1], ids[0])
		l.leave(ids[1], ids[2], ids[3], ids[3])
		l.finish(ids[3], ids[0])
		l.leave(ids[0])
		f := l.snapshot()
		want(l, "finished", f.Finished, 2)
		want(l, "left", f.Left, 2)
		want(l, "admitted", f.Admitted, 0)
	}},
	{"a visitor whose ticket is spent but not ended is counted", func(l *line) {
		l.renew(Visitor(0), l.now())
		l.renew(Visitor(1), l.now())
		l.clock.Step(1)
		l.advance()
		l.finish(Visitor(0))
		l.leave(Visitor(1))
		want(l, "finished", l.snapshot().Finished, 1)
		want(l, "left", l.snapshot().Left, 1)
	}},
	{"an ended ticket is remembered for its life, from the last time it was ended", func(l *line) {
		p := l.wait(0, 1)[0]
		l.leave(p.Visitor)
		l.step(lifeMS - 1)
		l.advance()
		l.wantState("remembered", l.keep(p), queue.StateSpent)
		l.finish(p.Visitor)
		l.step(lifeMS - 1)
		l.advance()
		l.wantState("remembered anew", l.keep(p), queue.StateSpent)
		l.clock.Step(1)
		l.wantState("before a tick removes it", l.keep(p), queue.StateSpent)
		l.advance()
		l.wantState("forgotten", l.keep(p), queue.StateWaiting)
		want(l, "left", l.snapshot().Left, 1)
		want(l, "finished", l.snapshot().Finished, 0)
		l.finish(p.Visitor)
		want(l, "finished after it was forgotten", l.snapshot().Finished, 1)
	}},
}

// endEverySet ends a visitor in each set and checks that all sets are empty.
func (l *line) endEverySet(end func(...queue.VisitorID)) {
	l.Helper()
	places := l.oneInEverySet()
	for set, p := range places {
		end(p.Visitor)
		l.wantState(set, l.keep(p), queue.StateSpent)
	}
	f := l.snapshot()
	want(l, "waiting, in front, called and inside", f.Waiting+f.Front+f.Calls+f.Inside, 0)
	l.fill(10)
	before := l.snapshot().Called
	want(l, "called afterwards", l.advance().Called, before)
	for set, p := range places {
		l.wantState(set, l.keep(p), queue.StateSpent)
	}
}
