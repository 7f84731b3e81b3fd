package queuetest

import (
	"github.com/einlass/einlass/pkg/queue"
)

func insideFrom(began, told int64) queue.Standing {
	return queue.Standing{State: queue.StateInside, Until: min(told+idleMS, began+maxMS), Started: began}
}

var staying = []scenario{
	{"a copied ticket gets the same stay, not a second one", func(l *line) {
		p := l.enter(1)
		s := insideFrom(l.now(), l.now())
		l.clock.Step(2000)
		l.wants("copy", l.claim(p), s)
		l.wants("two copies", l.claimAll(p, p)[1], s)
		f := l.snapshot()
		want(l, "admitted", f.Admitted, 1)
		want(l, "live", f.Live, 1)
		want(l, "credit", f.Credit, 0)
	}},
	{"a request extends a stay from when it was made", func(l *line) {
		l.enter(1)
		began := l.now()
		l.clock.Step(10_000)
		l.wants("now", l.renew(1, began, l.now()), insideFrom(began, l.now()))
		l.wants("told late", l.renew(1, began, l.now()-4000), insideFrom(began, l.now()))
		l.wants("in the future", l.renew(1, began, l.now()+4000), insideFrom(began, l.now()))
		l.clock.Step(10_000)
		l.wants("told late, and newer", l.renew(1, began, l.now()-4000), insideFrom(began, l.now()-4000))
	}},
	{"what began when is known best by the store", func(l *line) {
		l.enter(1)
		began := l.now()
		l.clock.Step(10_000)
		l.wants("another beginning", l.renew(1, began-7, l.now()), insideFrom(began, l.now()))
	}},
	{"no stay lives beyond its Max", func(l *line) {
		p := l.enter(1)
		began := l.now()
		for l.now()+400_000 < began+maxMS {
			l.step(400_000)
			l.renew(1, began, l.now())
		}
		l.step(began + maxMS - 1 - l.now())
		l.wants("just before", l.keep(p), queue.Standing{State: queue.StateInside, Until: began + maxMS, Started: began})
		l.wants("renewed just before", l.renew(1, began, l.now()), queue.Standing{State: queue.StateInside, Until: began + maxMS, Started: began})
		l.clock.Step(1)
		l.wantState("just after", l.keep(p), queue.StateSpent, queue.ReasonExpired)
		want(l, "set", l.find(p.Order).Set, "spent")
		l.wantState("renewed", l.renew(1, began, l.now()), queue.StateSpent, queue.ReasonExpired)
		want(l, "set then", l.find(p.Order).Set, "ended")
	}},
	{"a stay may be resumed until the very end of Resume", func(l *line) {
		s := intoStay(l)
		l.step(idleMS - 1000 - 1)
		l.wants("live", l.claim(s.place), insideFrom(s.began, s.told))
		l.clock.Step(1)
		l.wantState("over", l.keep(s.place), queue.StateMissed, queue.ReasonOver)
		l.step(resumeMS - 1)
		l.wantState("still over", l.keep(s.place), queue.StateMissed, queue.ReasonOver)
		l.clock.Step(1)
		l.wantState("expired", l.claim(s.place), queue.StateSpent, queue.ReasonExpired)
	}},
	{"a stay that is resumed goes on from its beginning, and ends by its Max", func(l *line) {
		s := intoStay(l)
		for range 2 {
			l.step(s.told + idleMS + 100_000 - l.now())
			l.wants("resumed", l.claim(s.place), insideFrom(s.began, l.now()))
			s.told = l.now()
		}
		want(l, "end", l.keep(s.place).Until, s.began+maxMS)
		l.step(s.began + maxMS - l.now())
		l.wantState("behind Max", l.claim(s.place), queue.StateSpent, queue.ReasonExpired)
	}},
	{"a resume at the door that is too late leaves it", func(l *line) {
		s := intoDoorToResume(l)
		l.setPace(func(p *queue.Pace) { p.Strict = true })
		for l.now() < s.told+idleMS+resumeMS-5000 {
			l.step(5000)
			l.claim(s.place)
		}
		l.clock.Set(s.told + idleMS + resumeMS)
		l.wantState("keep", l.keep(s.place), queue.StateSpent, queue.ReasonExpired)
		want(l, "set", l.find(s.place.Order).Set, "asking")
		l.wantState("claim", l.claim(s.place), queue.StateSpent, queue.ReasonExpired)
		want(l, "set then", l.find(s.place.Order).Set, "spent")
	}},
	{"a resume keeps its turn at the door through requests of before, and leaves it with one that lets the stay live", func(l *line) {
		s := intoDoorToResume(l)
		l.wantState("a request of before", l.renew(1, s.began, s.told+1), queue.StateMissed, queue.ReasonOver)
		want(l, "set", l.find(s.place.Order).Set, "asking")
		l.wantState("keep", l.keep(s.place), queue.StateFull, queue.ReasonNone)
		l.wants("a request of now", l.renew(1, s.began, l.now()), insideFrom(s.began, l.now()))
		want(l, "at the door", l.snapshot().Asking, 0)
		want(l, "set then", l.find(s.place.Order).Set, "spent")
	}},
	{"a stay that is not known is taken in, whatever its visitor is in", func(l *line) {
		for what, into := range byName(map[string]func(*line) spot{
			"line": intoLine, "front": intoFront, "calls": intoCalls, "asking": intoDoor, "missed": intoMissed, "lapsed": intoLapsed,
		}) {
			s := into(l)
			began := l.now() - 1000
			l.wants("renew of a visitor in "+what, l.renew(1, began, l.now()), insideFrom(began, l.now()))
			l.wants("claim then", l.claim(s.place), insideFrom(began, l.now()))
			f := l.snapshot()
			want(l, "waiting", f.Waiting+f.Front+f.Calls+f.Asking, 0)
			l.restart()
		}
		began := l.now() - 1000
		l.wants("renew of an unknown visitor", l.renew(1, began, l.now()-500), insideFrom(began, l.now()-500))
		l.wants("renew from the future", l.renew(2, l.now()+500, l.now()), insideFrom(l.now(), l.now()))
		f := l.snapshot()
		want(l, "live", f.Live, 2)
		want(l, "admitted", f.Admitted, 0)
	}},
	{"a stay that is told too late is over, or expired", func(l *line) {
		now := l.now()
		l.wantState("over", l.renew(1, now-idleMS-5, now-idleMS), queue.StateMissed, queue.ReasonOver)
		l.wantState("just over", l.renew(2, now-idleMS-resumeMS-5, now-idleMS-resumeMS+1), queue.StateMissed, queue.ReasonOver)
		l.wantState("expired", l.renew(3, now-idleMS-resumeMS-5, now-idleMS-resumeMS), queue.StateSpent, queue.ReasonExpired)
		l.wantState("beyond Max", l.renew(4, now-maxMS, now), queue.StateSpent, queue.ReasonExpired)
		l.wants("expired, told of again", l.renew(3, now-idleMS-resumeMS-5, now), insideFrom(now-idleMS-resumeMS-5, now))
	}},
	{"nothing follows an end", func(l *line) {
		p := l.enter(1)
		began := l.now()
		l.finish(1)
		l.wantState("renew", l.renew(1, began, l.now()), queue.StateSpent, queue.ReasonFinished)
		l.wantState("claim", l.claim(p), queue.StateSpent, queue.ReasonFinished)
		l.leave(1)
		l.wantState("keep", l.keep(p), queue.StateSpent, queue.ReasonFinished)
		f := l.snapshot()
		want(l, "finished", f.Finished, 1)
		want(l, "left", f.Left, 0)
		want(l, "live", f.Live, 0)
	}},
	{"a fresh stay is confirmed by any request, told again or not", func(l *line) {
		l.fill(1)
		l.setPace(func(p *queue.Pace) { p.Rate = 1 })
		began := l.join(1).Started
		l.clock.Step(6000)
		want(l, "counted when not heard of", l.snapshot().Counted, 190)
		l.wants("renew of its beginning", l.renew(1, began, began), insideFrom(began, began))
		want(l, "counted when confirmed", l.snapshot().Counted, 895)
	}},
}

var reporting = []scenario{
	{"a booking counts once by its reference, and its stay counts as served", func(l *line) {
		l.enter(1)
		l.report(booked(1, 2, 1), booked(1, 2, 1))
		l.report(booked(1, 2, 1), booked(2, 3, 2))
		o := l.snapshot().Opening
		want(l, "booked", o.Booked, 5)
		want(l, "reports", o.Reports, 2)
		l.clock.Step(1000)
		l.renew(1, 1, l.now())
		f := l.snapshot()
		want(l, "curve of the served", f.Curves[queue.CurveServed].Back[0], 1)
		want(l, "curve of the others", f.Curves[queue.CurveInside1].Back[0], 0)
		l.clock.Step(1000)
		l.renew(1, 1, l.now())
		want(l, "curve of the served, once more", l.snapshot().Curves[queue.CurveServed].Back[0], 2)
		l.step(lifeMS - 2001)
		l.report(booked(1, 2, 1))
		want(l, "booked a life later", l.snapshot().Opening.Booked, 5)
		l.clock.Step(1)
		l.advance()
		l.report(booked(1, 2, 1))
		want(l, "booked when it is forgotten", l.snapshot().Opening.Booked, 7)
	}},
	{"a booking of nothing moves its stay to the served, and is no report", func(l *line) {
		l.enter(1)
		l.report(booked(1, 0, 1), booked(2, 0, 2))
		o := l.snapshot().Opening
		want(l, "booked", o.Booked, 0)
		want(l, "reports", o.Reports, 0)
		l.report(queue.Outcome{Kind: queue.Freed, Ref: queue.Code{3}})
		want(l, "reports of nothing that is free", l.snapshot().Opening.Reports, 0)
		l.clock.Step(1000)
		l.renew(1, 1, l.now())
		f := l.snapshot()
		want(l, "curve of the served", f.Curves[queue.CurveServed].Back[0], 1)
		l.report(queue.Outcome{Kind: queue.Total})
		want(l, "reports with a correction to nothing", l.snapshot().Opening.Reports, 1)
	}},
	{"a visitor who has booked and whose stay is not known comes in as served", func(l *line) {
		l.report(booked(1, 1, 1), booked(2, 0, 2), queue.Outcome{Kind: queue.Freed, Visitor: Visitor(3), Count: 1, Ref: queue.Code{9}})
		l.report(queue.Outcome{Kind: queue.Booked, Count: 1, Ref: queue.Code{8}}) // of nobody
		l.report(booked(1, 1, 1))
		o := l.snapshot().Opening
		want(l, "booked", o.Booked, 1)
		want(l, "reports", o.Reports, 3)
		for n, kind := range map[int]queue.CurveKind{1: queue.CurveServed, 2: queue.CurveServed, 3: queue.CurveInside1} {
			l.renew(n, l.now()-1, l.now())
			l.clock.Step(1000)
			before := l.snapshot().Curves[kind].Back[0]
			l.renew(n, l.now()-1, l.now())
			want(l, "back of its kind", l.snapshot().Curves[kind].Back[0], before+1)
		}
	}},
	{"that a visitor has booked is remembered for a life after it was told last", func(l *line) {
		l.report(booked(1, 1, 1), booked(2, 1, 2))
		l.step(lifeMS - 1)
		l.report(booked(1, 1, 3))
		l.step(1)
		l.advance()
		curves := func(n int) (served int64) {
			l.renew(n, l.now()-1, l.now())
			l.clock.Step(1000)
			before := l.snapshot().Curves[queue.CurveServed].Back[0]
			l.renew(n, l.now()-1, l.now())
			return l.snapshot().Curves[queue.CurveServed].Back[0] - before
		}
		want(l, "served, told again", curves(1), 1)
		want(l, "served, told a life ago", curves(2), 0)
	}},
	{"nobody is remembered as one who has booked behind the end", func(l *line) {
		l.finish(1)
		l.clock.Step(1000)
		l.report(booked(1, 1, 1))
		l.step(lifeMS - 1000)
		l.advance()
		l.renew(1, l.now()-1, l.now())
		l.clock.Step(1000)
		l.renew(1, l.now()-1, l.now())
		want(l, "back of the served", l.snapshot().Curves[queue.CurveServed].Back[0], 0)
	}},
	{"what is freed is given back, never below nothing", func(l *line) {
		freed := func(count int64, ref byte) queue.Outcome {
			return queue.Outcome{Kind: queue.Freed, Count: count, Ref: queue.Code{ref}}
		}
		l.report(booked(1, 5, 1))
		l.report(freed(2, 2), freed(2, 2))
		want(l, "booked", l.snapshot().Opening.Booked, 3)
		l.report(freed(9, 3))
		o := l.snapshot().Opening
		want(l, "booked then", o.Booked, 0)
		want(l, "reports", o.Reports, 3)
	}},
	{"a total replaces the count; with a reference it does so once", func(l *line) {
		total := queue.Outcome{Kind: queue.Total, Count: 7}
		l.report(booked(1, 5, 1), total, booked(1, 1, 2))
		want(l, "booked", l.snapshot().Opening.Booked, 8)
		l.report(total)
		want(l, "booked again", l.snapshot().Opening.Booked, 7)
		total.Ref = queue.Code{8}
		l.report(total, booked(1, 1, 3), total)
		want(l, "booked with a reference", l.snapshot().Opening.Booked, 8)
		want(l, "reports", l.snapshot().Opening.Reports, 6)
	}},
	{"the booking and the end of one answer are one step", func(l *line) {
		l.enter(1)
		l.report(booked(1, 1, 1), queue.Outcome{Kind: queue.Finished, Visitor: Visitor(1), Ref: queue.Code{0: 3, 15: 1}})
		f := l.snapshot()
		want(l, "booked", f.Opening.Booked, 1)
		want(l, "finished", f.Finished, 1)
		want(l, "live", f.Live, 0)
		want(l, "curve of the served", f.Curves[queue.CurveServed].Back[0], 1)
	}},
	{"leaving and finishing are counted apart and once a visitor, known or not", func(l *line) {
		p := l.wait(1, 3)
		l.leave(1, 1, 2)
		l.finish(3)
		l.finish(3)
		l.finish(1)
		l.leave(77)
		f := l.snapshot()
		want(l, "left", f.Left, 3)
		want(l, "finished", f.Finished, 1)
		want(l, "waiting", f.Waiting, 0)
		l.wantState("first", l.keep(p[0]), queue.StateSpent, queue.ReasonLeft)
		l.wantState("third", l.keep(p[2]), queue.StateSpent, queue.ReasonFinished)
		want(l, "arrival of one that was not known", l.join(77).State, queue.StateTaken)
	}},
	{"whoever leaves gives up its place wherever it is", func(l *line) {
		for what, into := range byName(map[string]func(*line) spot{
			"line": intoLine, "front": intoFront, "calls": intoCalls, "again": intoAgain, "asking": intoDoor, "missed": intoMissed,
			"lapsed": intoLapsed, "inside": intoStay, "asking for a resume": intoDoorToResume,
		}) {
			s := into(l)
			l.leave(1)
			l.wantState(what, l.claim(s.place), queue.StateSpent, queue.ReasonLeft)
			found := l.find(s.place.Order)
			want(l, "set", found.Set, "ended")
			want(l, "time", found.At, l.now())
			f := l.snapshot()
			want(l, "waiting", f.Waiting+f.Front+f.Calls+f.Asking, 0)
			l.restart()
		}
	}},
}

var forgetting = []scenario{
	{"a spent ticket is remembered for its life and the time of a resume", func(l *line) {
		p := l.enter(1)
		began := l.now()
		l.step(lifeMS + resumeMS - 1)
		l.advance()
		l.wantState("just before", l.keep(p), queue.StateSpent, queue.ReasonExpired)
		l.clock.Set(began + lifeMS + resumeMS)
		l.advance()
		l.wantState("just after", l.keep(p), queue.StateFront, queue.ReasonNone)
	}},
	{"missed, lapsed and ended are remembered for a life", func(l *line) {
		for what, into := range byName(map[string]func(*line) spot{"missed": intoMissed, "lapsed": intoLapsed, "ended": intoEnded}) {
			s := into(l)
			at := l.find(s.place.Order).At
			l.step(at + lifeMS - 1 - l.now())
			l.advance()
			want(l, what+" just before", l.find(s.place.Order).Set, what)
			l.clock.Set(at + lifeMS)
			l.advance()
			_, err := l.store.Find(l.Context(), s.place.Order)
			l.wantErr(what+" just after", err, queue.ErrUnknown)
			l.restart()
		}
	}},
	{"that a call has lapsed is remembered for a life", func(l *line) {
		s := intoFrontAgain(l)
		lapsed := l.now()
		l.step(lifeMS - 1)
		l.advance()
		l.wantState("just before", l.keep(s.place), queue.StateFront, queue.ReasonAgain)
		l.clock.Set(lapsed + lifeMS)
		l.advance()
		l.wantState("just after", l.keep(s.place), queue.StateFront, queue.ReasonNone)
	}},
	{"a ticket that has ended leaves no lapse behind, whatever the clock does", func(l *line) {
		lapse := func() {
			l.endHold()
			l.call(1)
			l.step(windowMS)
			l.advance()
		}
		for what, end := range byName(map[string]func(){
			"left": func() { l.leave(1) }, "finished": func() { l.finish(1) }, "lapsed twice": lapse,
			"was removed": func() { l.move(queue.Move{Act: queue.ActRemove, Visitor: Visitor(1)}) },
		}) {
			s := intoFrontAgain(l)
			l.clock.Step(-2 * windowMS)
			l.advance()
			end()
			l.step(lifeMS)
			l.advance()
			_, err := l.store.Find(l.Context(), s.place.Order)
			l.wantErr("find of one that "+what, err, queue.ErrUnknown)
			l.wantState("its ticket", l.keep(s.place), queue.StateFront, queue.ReasonNone)
			l.restart()
		}
	}},
	{"a stay is forgotten with its ticket, however late its last request", func(l *line) {
		l.settle(func(d *queue.Document) { d.Timing.Life = d.Timing.Max })
		p := l.enter(1)
		began := l.now()
		for l.now() < began+maxMS-1 {
			l.step(min(400_000, began+maxMS-1-l.now()))
			l.renew(1, began, l.now())
		}
		l.step(resumeMS)
		want(l, "live just before", l.advance().Live, 1)
		l.clock.Step(1)
		want(l, "live just after", l.advance().Live, 0)
		l.wantState("its ticket", l.keep(p), queue.StateFront, queue.ReasonNone)
	}},
	{"a lapse keeps the order of its visitor when nothing else is known any more", func(l *line) {
		s := intoFrontAgain(l)
		l.clock.Step(-5000) // so that it is missed before it has lapsed
		l.advance()
		l.away(s.place)
		l.call(1)
		l.wantState("passed over", l.away(s.place), queue.StateMissed, queue.ReasonAbsent)
		l.step(lifeMS)
		l.advance()
		want(l, "found", l.find(s.place.Order), queue.Found{Visitor: Visitor(1), Standing: queue.Standing{State: queue.StateUnknown}})
		l.wantState("its ticket", l.keep(s.place), queue.StateFront, queue.ReasonAgain)
	}},
	{"a lapse that is forgotten takes nothing else of its visitor along", func(l *line) {
		for what, then := range byName(map[string]func(queue.Place){
			"spent": func(p queue.Place) {
				l.call(1)
				l.claim(p)
			},
			"missed": func(p queue.Place) {
				l.away(p)
				l.call(1)
			},
			"ended": func(queue.Place) { l.leave(1) },
		}) {
			s := intoFrontAgain(l)
			lapsed := l.now()
			l.clock.Step(5000)
			then(s.place)
			l.step(lapsed + lifeMS - l.now())
			l.advance()
			want(l, "set", l.find(s.place.Order).Set, what)
			l.restart()
		}
	}},
	{"a stay is forgotten when it can no longer be resumed, and its ticket stays spent", func(l *line) {
		s := intoStayExpired(l)
		want(l, "set", l.find(s.place.Order).Set, "spent")
		l.advance()
		l.wantState("keep", l.keep(s.place), queue.StateSpent, queue.ReasonExpired)
		l.wants("a later request of it", l.renew(1, 1, l.now()), insideFrom(s.began, l.now()))
	}},
}
