package queuetest

import (
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

var pacing = []scenario{
	{"the bucket of entries holds the burst and ten seconds of pace, that of calls three bursts", func(l *line) {
		l.setPace(func(p *queue.Pace) { p.Rate, p.Burst = 60, 4 })
		f := l.advance()
		want(l, "credit at once", f.Credit, 0)
		l.clock.Step(3999)
		f = l.advance()
		want(l, "credit after 4 s", f.Credit, 3_999*60_000)
		want(l, "credit of calls", f.CallCredit, 3*3_999*60_000)
		want(l, "mark", f.Mark, f.Now)
		l.clock.Step(29_000)
		f = l.advance()
		want(l, "full credit", f.Credit, 4*queue.Units+10_000_000*60)
		want(l, "full credit of calls", f.CallCredit, 3*4*queue.Units)
		l.clock.Step(366 * 24 * 3_600_000)
		want(l, "credit after a year", l.advance().Credit, 14*queue.Units)
	}},
	{"a smaller bucket takes the excess away at once, and a change is paid at the old pace until now", func(l *line) {
		l.setPace(func(p *queue.Pace) { p.Rate, p.Burst = 60, 100 })
		l.clock.Step(5000)
		l.setPace(func(p *queue.Pace) { p.Rate = 6 })
		want(l, "credit", l.snapshot().Credit, 5*queue.Units)
		l.setPace(func(p *queue.Pace) { p.Burst = 1 })
		f := l.snapshot()
		want(l, "credit of a smaller bucket", f.Credit, 2*queue.Units)
		want(l, "credit of calls", f.CallCredit, 3*queue.Units)
	}},
	{"a clock that is set back pays nothing for it, and goes on from there", func(l *line) {
		l.setPace(func(p *queue.Pace) { p.Rate = 60 })
		l.clock.Step(-50_000)
		want(l, "credit", l.advance().Credit, 0)
		l.clock.Step(1000)
		want(l, "credit then", l.advance().Credit, queue.Units)
	}},
	{"pace is paid at the entry, once a ticket, and a call that lapses costs none", func(l *line) {
		p := l.wait(1, 2)
		f := l.call(2)
		want(l, "credit after the calls", f.Credit, 2*queue.Units)
		want(l, "credit of calls", f.CallCredit, 4*queue.Units)
		l.claim(p[0])
		f = l.snapshot()
		want(l, "credit after an entry", f.Credit, queue.Units)
		want(l, "credit of calls then", f.CallCredit, 4*queue.Units)
		want(l, "admitted", f.Admitted, 1)
		l.claim(p[0])
		want(l, "credit after a copy of the ticket", l.snapshot().Credit, queue.Units)
		l.step(windowMS)
		want(l, "credit after a lapse", l.advance().Credit, queue.Units)
	}},
	{"a claim fills the bucket before it looks", func(l *line) {
		p := l.wait(1, 2)
		l.call(2)
		l.claim(p[0])
		l.setPace(func(p *queue.Pace) { p.Burst, p.Rate = 1, 60 })
		l.claim(p[1])
		p = l.wait(3, 1)
		l.call(1)
		l.setPace(func(p *queue.Pace) { p.Burst, p.Rate = 1, 60 })
		q := l.wait(4, 1)[0]
		l.claim(p[0])
		want(l, "credit", l.snapshot().Credit, 0)
		l.clock.Step(999)
		l.advance()
		want(l, "called ahead of the pace", l.keep(q).State, queue.StateCalled) // Lead
		l.wantState("claim before it is paid", l.claim(q), queue.StateFull, queue.ReasonNone)
		l.clock.Step(1)
		want(l, "claim when it is", l.claim(q).State, queue.StateInside)
	}},
	{"calls have a bucket of their own", func(l *line) {
		l.wait(0, 20)
		l.setPace(func(p *queue.Pace) { p.Rate, p.Burst = 6000, 2 }) // an entry in 10 ms
		l.clock.Step(10_000)
		want(l, "called at once", l.advance().Called, 6)
		l.clock.Step(10)
		want(l, "called 10 ms later", l.advance().Called, 9)
	}},
	{"calls run ahead of the pace by the lead", func(l *line) {
		l.setPace(func(p *queue.Pace) { p.Rate, p.Burst = 60, 9 })
		l.wait(1, 5)
		l.clock.Step(1000) // 1000 permille, and 1500 by the lead: two calls of 914
		f := l.advance()
		want(l, "called", f.Called, 2)
		want(l, "chance of a call", f.CallChance, 914)
	}},
	{"open calls take what they are expected to use of the pace, by their age", func(l *line) {
		l.wait(0, 1)
		l.call(1)
		l.wait(1, 9)
		l.setPace(func(p *queue.Pace) { p.Rate, p.Burst = 1, 9 })
		want(l, "called beside a new call", l.advance().Called, 1) // 1025 - 914
		l.clock.Step(4999)
		want(l, "called beside one of 5 s", l.advance().Called, 1) // 1108 - 783
		l.clock.Step(5001)
		want(l, "called beside one of 10 s", l.advance().Called, 1) // 1191 - 417
		l.wait(20, 1)
		l.clock.Step(4999)
		want(l, "called beside one of nearly 15 s", l.advance().Called, 1) // 1274 - 417
		l.clock.Step(1)
		want(l, "called beside one of 15 s", l.advance().Called, 2) // 1275 - 271
	}},
	{"whoever stands at the door takes the pace of an entry", func(l *line) {
		intoDoor(l)
		l.wait(5, 1)
		for n, calls := range []int64{0, 0, 1} {
			l.fill(int64(n))
			l.setPace(func(p *queue.Pace) { p.MaxInside, p.Rate = 4, 1 })
			want(l, fmt.Sprintf("calls with %d entries paid", n), l.advance().Calls, calls)
		}
	}},
}

var counting = []scenario{
	{"stays count in full while they are active, then by the chance of another request", func(l *line) {
		l.enter(1)
		want(l, "at once", l.snapshot().Counted, 1000)
		for _, at := range []struct{ age, counted int64 }{
			{4_999, 1000}, {5_000, 895}, {9_999, 895}, {10_000, 869}, {15_000, 836}, {30_000, 792}, {120_000, 625}, {239_999, 250}, {240_000, 0},
		} {
			l.clock.Set(l.find(queue.OrderOf(l.snapshot().Epoch, 1)).At + at.age)
			f := l.snapshot()
			if f.Counted != at.counted {
				l.Errorf("at the age of %d ms %d are counted, want %d", at.age, f.Counted, at.counted)
			}
			want(l, "live", f.Live, 1)
		}
		l.clock.Set(l.find(queue.OrderOf(l.snapshot().Epoch, 1)).At + idleMS)
		want(l, "live when idle", l.snapshot().Live, 0)
	}},
	{"stays that are not confirmed count by their chance, until Confirm", func(l *line) {
		l.fill(1)
		l.setPace(func(p *queue.Pace) { p.Rate = 1 })
		j := l.join(1)
		want(l, "state", j.State, queue.StateInside)
		for _, at := range []struct{ age, counted int64 }{
			{0, 784}, {1_999, 784}, {2_000, 460}, {5_000, 190}, {10_000, 50}, {confirmMS - 1, 50}, {confirmMS, 0},
		} {
			l.clock.Set(j.Started + at.age)
			if got := l.snapshot().Counted; got != at.counted {
				l.Errorf("at the age of %d ms %d are counted, want %d", at.age, got, at.counted)
			}
		}
		want(l, "live", l.snapshot().Live, 1)
	}},
	{"a strict room counts every live stay in full, and those not confirmed until Confirm", func(l *line) {
		l.setPace(func(p *queue.Pace) { p.Strict = true })
		l.enter(1)
		l.fill(1)
		l.setPace(func(p *queue.Pace) { p.Rate = 1 })
		l.join(2)
		want(l, "counted", l.snapshot().Counted, 2000)
		l.clock.Step(confirmMS)
		want(l, "counted behind Confirm", l.snapshot().Counted, 1000)
		l.clock.Step(idleMS - confirmMS - 2)
		want(l, "counted just before Idle", l.snapshot().Counted, 1000)
		l.clock.Step(1)
		want(l, "counted behind Idle", l.snapshot().Counted, 0)
	}},
	{"ages of a clock that was set back count as new", func(l *line) {
		l.enter(1)
		l.clock.Step(-20_000)
		want(l, "counted", l.snapshot().Counted, 1000)
		want(l, "live", l.snapshot().Live, 1)
	}},
	{"nobody is called into a room that is full, counting who is expected", func(l *line) {
		l.enter(1)
		l.setPace(func(p *queue.Pace) { p.MaxInside = 2 })
		places := l.wait(10, 5)
		want(l, "called for one seat", l.call(5).Calls, 1)
		l.clock.Step(5000) // 2000 - 895 inside - 586 called
		want(l, "calls then", l.call(3).Calls, 1)
		l.clock.Step(5001) // 2000 - 869 - 417 or less: less than a call of 914
		want(l, "calls at last", l.call(3).Calls, 1)
		l.keepAll(places[1:])
		l.clock.Step(10_000) // 2025 - 807 - 145
		want(l, "calls at last", l.call(3).Calls, 2)
	}},
	{"seats are called ahead by the lead", func(l *line) {
		l.wait(1, 9)
		l.fill(5)
		l.setPace(func(p *queue.Pace) { p.Rate, p.MaxInside = 60, 2 })
		want(l, "called for two seats, and for 1500 ms of an entry a second", l.advance().Called, 3) // 3500 of 914 each
	}},
	{"nobody enters above the bound, and who asked first enters first", func(l *line) {
		p := l.wait(1, 4)
		l.call(4)
		l.setPace(func(p *queue.Pace) { p.MaxInside = 1 })
		want(l, "first", l.claim(p[0]).State, queue.StateInside)
		l.clock.Step(1)
		l.wantState("second", l.claim(p[3]), queue.StateFull, queue.ReasonNone)
		l.clock.Step(1)
		l.wantState("third", l.claim(p[1]), queue.StateFull, queue.ReasonNone)
		f := l.snapshot()
		want(l, "asking", f.Asking, 2)
		want(l, "calls", f.Calls, 1)
		l.finish(1)
		l.wantState("third when a seat is free", l.claim(p[1]), queue.StateFull, queue.ReasonNone)
		l.wantState("one that did not ask before", l.claim(p[2]), queue.StateFull, queue.ReasonNone)
		want(l, "second", l.claim(p[3]).State, queue.StateInside)
		l.wantState("third behind it", l.claim(p[1]), queue.StateFull, queue.ReasonNone)
	}},
	{"each entry of a batch counts in full", func(l *line) {
		p := l.wait(1, 4)
		l.call(4)
		l.setPace(func(p *queue.Pace) { p.MaxInside = 2 })
		for i, s := range l.claimAll(p...) {
			state := queue.StateInside
			if i > 1 {
				state = queue.StateFull
			}
			want(l, "state", s.State, state)
		}
	}},
	{"an entry must be paid for all at the door before it", func(l *line) {
		p := l.wait(1, 3)
		l.call(3)
		l.setPace(func(p *queue.Pace) { p.MaxInside, p.Burst = 1, 2 })
		l.claim(p[0])
		l.claim(p[1])
		l.clock.Step(1)
		l.setPace(func(p *queue.Pace) { p.MaxInside = 9 })
		l.wantState("second at the door, with one entry paid", l.claim(p[2]), queue.StateFull, queue.ReasonNone)
		want(l, "first", l.claim(p[1]).State, queue.StateInside)
		l.wantState("second, with none", l.claim(p[2]), queue.StateFull, queue.ReasonNone)
	}},
	{"who asks again within Confirm keeps the turn, else the call stands as of then", func(l *line) {
		s := intoDoor(l)
		l.clock.Step(confirmMS - 1)
		l.advance()
		l.wantState("keep", l.keep(s.place), queue.StateFull, queue.ReasonNone)
		l.wantState("claim", l.claim(s.place), queue.StateFull, queue.ReasonNone)
		asked := l.now()
		l.clock.Step(confirmMS)
		f := l.advance()
		want(l, "asking", f.Asking, 0)
		want(l, "calls", f.Calls, 1)
		l.wants("keep", l.keep(s.place), queue.Standing{State: queue.StateCalled, Until: asked + windowMS})
	}},
	{"a resume that does not ask again just leaves the door", func(l *line) {
		s := intoDoorToResume(l)
		l.clock.Step(confirmMS)
		f := l.advance()
		want(l, "asking", f.Asking, 0)
		want(l, "calls", f.Calls, 0)
		l.wantState("keep", l.keep(s.place), queue.StateMissed, queue.ReasonOver)
	}},
	{"a stay that ran out is resumed before every new call, and pays no pace", func(l *line) {
		s := intoStayOver(l)
		p := l.wait(5, 1)[0]
		l.call(1)
		l.enterFull(2)
		l.wantState("resume", l.claim(s.place), queue.StateFull, queue.ReasonNone)
		l.clock.Step(1)
		l.wantState("call", l.claim(p), queue.StateFull, queue.ReasonNone)
		l.finish(2)
		credit := l.snapshot().Credit
		l.wantState("call before it", l.claim(p), queue.StateFull, queue.ReasonNone)
		l.wants("resume", l.claim(s.place), queue.Standing{State: queue.StateInside, Until: l.now() + idleMS, Started: s.began})
		f := l.snapshot()
		want(l, "credit", f.Credit, credit)
		want(l, "admitted", f.Admitted, 2)
	}},
}
