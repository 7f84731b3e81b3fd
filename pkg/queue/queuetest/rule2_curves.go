package queuetest

import (
	"github.com/einlass/einlass/pkg/queue"
)

var learning = []scenario{
	{"a claim teaches the curve of calls, granted or not", func(l *line) {
		p := l.wait(1, 3)
		l.call(3)
		l.setPace(func(p *queue.Pace) { p.MaxInside = 1 })
		l.clock.Step(2000)
		l.claim(p[0])
		l.clock.Step(3000)
		l.claim(p[1])
		f := l.snapshot()
		want(l, "claimed at 2 s", f.Curves[queue.CurveCall].Back[1], 1)
		want(l, "claimed at 5 s", f.Curves[queue.CurveCall].Back[2], 1)
		l.clock.Step(windowMS - 5001)
		l.claim(p[2])
		want(l, "claimed at the end", l.snapshot().Curves[queue.CurveCall].Back[6], 1)
	}},
	{"a tick teaches the curve of calls what has outlived its buckets", func(l *line) {
		p := l.wait(1, 2)
		l.call(2)
		l.clock.Step(1999)
		want(l, "before 2 s", l.advance().Curves[queue.CurveCall].Surv[0], 0)
		l.clock.Step(1)
		want(l, "at 2 s", l.advance().Curves[queue.CurveCall].Surv[0], 2)
		l.claim(p[0])
		l.clock.Step(8000)
		f := l.advance()
		want(l, "once", f.Curves[queue.CurveCall].Surv[0], 2)
		want(l, "at 5 s", f.Curves[queue.CurveCall].Surv[1], 1)
		want(l, "at 10 s", f.Curves[queue.CurveCall].Surv[2], 1)
		want(l, "at 15 s", f.Curves[queue.CurveCall].Surv[3], 0)
		l.clock.Step(20_000)
		l.advance()
		l.clock.Step(windowMS - 30_000)
		f = l.advance()
		want(l, "at the window's end", f.Curves[queue.CurveCall].Surv[6], 1)
		want(l, "behind it", f.Curves[queue.CurveCall].Surv[7], 0)
	}},
	{"the chance of a new call is learned", func(l *line) {
		l.enter(1)
		want(l, "claimed at once", l.snapshot().CallChance, 919) // 4 of 6.4 and 1 of 1 in the first bucket
		l.wait(2, 1)
		l.call(1)
		l.clock.Step(2000)
		f := l.advance()
		want(l, "used", f.Curves[queue.CurveCall].Back[0], 1)
		want(l, "outlived", f.Curves[queue.CurveCall].Surv[0], 1)
		want(l, "then", f.CallChance, 912)
	}},
	{"a call counts as a fifth of an entry at least, however seldom calls are claimed", func(l *line) {
		m := l.remembered()
		for j := range queue.CurveBuckets {
			m.Curves[queue.CurveCall].Surv[j] = 255
		}
		l.store.Lose()
		l.restore(m)
		l.endHold()
		l.fill(4)
		l.setPace(func(p *queue.Pace) { p.Rate = 1 })
		for n := 1; n <= 3; n++ { // straight in, so that one entry is left, and nine calls
			want(l, "arrival", l.join(n).State, queue.StateInside)
		}
		l.setPace(func(p *queue.Pace) { p.Rate = 0 })
		l.wait(4, 12)
		l.setPace(func(p *queue.Pace) { p.Rate = 1 })
		f := l.advance()
		want(l, "the chance is lower", f.CallChance < 100, true)
		want(l, "calls", f.Calls, 5)
	}},
	{"each request of a stay teaches the curve of those before it: an arrival that is let in is the first, as a claim is", func(l *line) {
		l.enter(2)
		claimed := l.now()
		for i := range 2 {
			l.clock.Step(3000)
			l.renew(2, claimed, l.now())
			want(l, "curve of a stay that was claimed", l.snapshot().Curves[queue.CurveInside1+queue.CurveKind(i)].Back[1], 1)
		}
		l.finish(2)
		had := l.snapshot().Curves
		l.fill(1)
		l.setPace(func(p *queue.Pace) { p.Rate = 1 })
		began := l.join(1).Started
		at := began
		for i := range 10 {
			at += 3000
			l.clock.Set(at)
			l.wants("renew", l.renew(1, began, at), queue.Standing{State: queue.StateInside, Until: at + idleMS, Started: began})
			f := l.snapshot()
			kind := queue.CurveFresh // of stays whose arrival alone is known
			if i > 0 {
				kind = min(queue.CurveInside1+queue.CurveKind(i), queue.CurveInside8)
			}
			want(l, "curve", f.Curves[kind].Back[1], had[kind].Back[1]+int64(max(1, i-6)))
		}
		want(l, "curve of the served", l.snapshot().Curves[queue.CurveServed], queue.Curve{})
	}},
	{"a request that finishes a live stay teaches its curve, an older one does not", func(l *line) {
		l.enter(1)
		l.enter(2)
		l.clock.Step(20_000)
		l.finish(1)
		want(l, "curve", l.snapshot().Curves[queue.CurveInside1].Back[5], 1)
		l.step(idleMS)
		l.finish(2)
		f := l.snapshot()
		for j := 6; j < queue.CurveBuckets; j++ {
			want(l, "curve behind it", f.Curves[queue.CurveInside1].Back[j], 0)
		}
	}},
	{"stays that live past a bucket teach their curve, up to Idle", func(l *line) {
		l.enter(1)
		l.step(idleMS)
		f := l.advance()
		for j := range queue.CurveBuckets {
			n := int64(0)
			if queue.CurveEdge(j) < idleMS {
				n = 1
			}
			want(l, "outlived", f.Curves[queue.CurveInside1].Surv[j], n)
		}
	}},
	{"a served stay is counted by a curve of its own", func(l *line) {
		m := watermark(ptr(l.snapshot()))
		m.Curves[queue.CurveServed].Surv = [queue.CurveBuckets]int64{0, 0, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200}
		l.store.Lose()
		l.restore(m)
		l.endHold()
		l.enter(1)
		l.report(booked(1, 1, 1))
		l.clock.Step(5000)
		if got := l.snapshot().Counted; got > 120 {
			l.Errorf("%d are counted, want few: nobody who has booked comes back", got)
		}
	}},
	{"a bucket with 256 observations is halved", func(l *line) {
		m := watermark(ptr(l.snapshot()))
		m.Curves[queue.CurveCall].Back[0], m.Curves[queue.CurveCall].Surv[0] = 200, 55
		l.store.Lose()
		l.restore(m)
		l.endHold()
		l.enter(1)
		c := l.snapshot().Curves[queue.CurveCall]
		want(l, "used", c.Back[0], 100)
		want(l, "outlived", c.Surv[0], 27)
	}},
	{"a clock that was set back teaches nothing", func(l *line) {
		p := l.wait(1, 1)[0]
		l.call(1)
		l.clock.Step(-1)
		want(l, "claim", l.claim(p).State, queue.StateInside)
		want(l, "curve", l.snapshot().Curves[queue.CurveCall], queue.Curve{})
	}},
}

var quotas = []scenario{
	{"no more are called than find a slot, and those called and inside keep theirs", func(l *line) {
		l.plan(queue.Step{Rank: 1, SetQuota: true, Quota: 7, Per: 2})
		p := l.wait(1, 9)
		want(l, "calls of 7 slots, 2 each", l.call(9).Calls, 3)
		l.claim(p[0])
		want(l, "calls beside a stay", l.call(9).Calls, 2)
		l.report(booked(1, 1, 1)) // 6 left, 2 called
		want(l, "calls beside a booking of 1", l.call(9).Calls, 3)
		l.report(queue.Outcome{Kind: queue.Freed, Count: 9, Ref: queue.Code{1}})
		want(l, "calls when it is freed", l.call(9).Calls, 3)
		l.leave(2, 3, 4)
		l.report(queue.Outcome{Kind: queue.Total, Count: 6})
		want(l, "calls for an odd last slot", l.call(9).Calls, 1)
		want(l, "calls beside it", l.call(9).Calls, 1)
		l.leave(5)
		l.report(queue.Outcome{Kind: queue.Total, Count: 7})
		want(l, "calls when all is booked", l.call(9).Calls, 0)
	}},
	{"a stay that is not confirmed keeps its slot until Confirm", func(l *line) {
		l.plan(queue.Step{Rank: 1, SetQuota: true, Quota: 1, Per: 1})
		l.fill(9)
		l.setPace(func(p *queue.Pace) { p.Rate = 1 })
		want(l, "first", l.join(1).State, queue.StateInside)
		p := l.wait(2, 1)[0]
		l.clock.Step(confirmMS - 1)
		l.keep(p)
		want(l, "calls just before Confirm", l.advance().Calls, 0)
		l.clock.Step(1)
		want(l, "calls just behind it", l.advance().Calls, 1)
	}},
	{"whoever stands at the door keeps a slot, and a resume takes none", func(l *line) {
		l.plan(queue.Step{Rank: 1, SetQuota: true, Quota: 2, Per: 1})
		s := intoDoor(l)
		l.setPace(func(p *queue.Pace) { p.MaxInside = 0 })
		l.wait(5, 1)
		want(l, "calls beside a stay and one at the door", l.call(3).Calls, 0)
		want(l, "claim", l.claim(s.place).State, queue.StateInside)
		l.report(booked(1, 1, 1), booked(2, 1, 2))
		l.step(idleMS)
		want(l, "resume when all is booked", l.claim(s.place).State, queue.StateInside)
	}},
	{"an arrival goes straight in only if it finds a slot", func(l *line) {
		l.plan(queue.Step{Rank: 1, SetQuota: true, Quota: 3, Per: 2})
		l.fill(9)
		l.setPace(func(p *queue.Pace) { p.Rate = 1 })
		joined := l.arrive(queue.Arrival{Visitor: Visitor(1)}, queue.Arrival{Visitor: Visitor(2)})
		want(l, "first", joined[0].State, queue.StateInside)
		l.waiting("second", joined[1].Standing)
	}},
}
