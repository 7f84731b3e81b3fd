package queuetest

import "github.com/einlass/einlass/pkg/queue"

var absence = []scenario{
	{"after more than half the absence without heartbeats, no place is passed over before a hold has let heartbeats arrive", func(l *line) {
		p := l.wait(0, 3)
		l.fill(3)
		l.clock.Set(l.snapshot().Born + absentMS/2)
		want(l, "hold after half the absence", l.advance().Hold, l.snapshot().Born+graceMS)
		q := l.wait(3, 1)
		l.clock.Step(absentMS)
		l.keep(q[0])
		f := l.advance()
		want(l, "hold after more than half", f.Hold, l.now()+holdMS)
		want(l, "called at once", f.Called, 3)
		want(l, "waiting", f.Waiting, 1)
		l.clock.Step(holdMS - 1)
		want(l, "hold after the next tick", l.advance().Hold, f.Hold)
		want(l, "called in the hold", l.snapshot().Called, 3)
		l.wantState("somebody called", l.keep(p[0]), queue.StateMissed)
	}},
	{"a clock that steps back prolongs no hold", func(l *line) {
		l.wait(0, 1)
		l.fill(1)
		l.restore(queue.Watermark{Epoch: l.snapshot().Epoch + 1, Ceiling: 5, Control: suiteControl()})
		want(l, "hold", l.advance().Hold, l.now()+holdMS)
		l.clock.Step(-20_000)
		want(l, "hold after the step", l.advance().Hold, l.now()+holdMS)
	}},
	{"an arrival or a change of the controls does not prevent the hold after a time without heartbeats", func(l *line) {
		l.wait(0, 1)
		l.fill(1)
		l.clock.Step(absentMS/2 + 1)
		l.join(Visitor(1))
		l.set(func(c *queue.Control) { c.Message = "gleich" })
		want(l, "hold", l.advance().Hold, l.now()+holdMS)
	}},
	{"a place is present until the very end of the absence", func(l *line) {
		l.wait(0, 2)
		joined := l.now()
		l.fill(1)
		l.step(joined + absentMS - 1 - l.now())
		want(l, "called a moment before the end", l.advance().Called, 1)
		l.fill(1) // a millisecond
		f := l.advance()
		want(l, "called at the end", f.Called, 1)
		want(l, "waiting", f.Waiting, 0)
	}},
	{"a heartbeat starts the absence anew", func(l *line) {
		p := l.wait(0, 1)
		for range 5 {
			l.step(absentMS - 1)
			l.wantState("heartbeat", l.keep(p[0]), queue.StateWaiting)
		}
		l.step(absentMS - 2)
		l.fill(1)
		want(l, "called", l.advance().Called, 1)
	}},
	{"a heartbeat in time counts although the place was absent before it", func(l *line) {
		p := l.wait(0, 1)
		l.step(10 * absentMS)
		l.wantState("late heartbeat", l.keep(p[0]), queue.StateWaiting)
		l.fill(1)
		want(l, "called", l.advance().Called, 1)
	}},
	{"an absent place is passed over and uses up no call", func(l *line) {
		p := l.wait(0, 3)
		l.step(absentMS)
		l.keep(p[2])
		l.fill(1)
		f := l.advance()
		want(l, "called", f.Called, 1)
		want(l, "waiting", f.Waiting, 0)
		want(l, "head", f.Head, p[2].Order())
		l.wantUntil("the present one", l.keep(p[2]), queue.StateCalled, l.now()+windowMS)
		l.wantState("the absent one", l.away(p[0]), queue.StateMissed)
	}},
	{"nobody is passed over while nobody may be called", func(l *line) {
		p := l.wait(0, 2)
		l.away(p[0])
		f := l.advance()
		want(l, "waiting without a call to give", f.Waiting, 2)
		want(l, "head", f.Head, 0)
		l.fill(1)
		l.set(func(c *queue.Control) { c.Mode = queue.ModePause })
		want(l, "waiting in a pause", l.advance().Waiting, 2)
		l.set(func(c *queue.Control) { c.Mode = queue.ModeRun })
		f = l.advance()
		want(l, "waiting", f.Waiting, 0)
		l.wantState("passed over", l.away(p[0]), queue.StateMissed)
	}},
	{"nobody is passed over behind the last call", func(l *line) {
		p := l.wait(0, 3)
		l.away(p[1])
		l.fill(1)
		f := l.advance()
		want(l, "waiting", f.Waiting, 2)
		want(l, "head", f.Head, p[0].Order())
	}},
	{"closing the page makes a place absent at once and does not give it up", func(l *line) {
		p := l.wait(0, 2)
		l.wantState("away", l.away(p[0]), queue.StateWaiting)
		want(l, "waiting", l.snapshot().Waiting, 2)
		l.fill(1)
		l.advance()
		l.wantUntil("the next", l.keep(p[1]), queue.StateCalled, l.now()+windowMS)
		l.wantState("back", l.keep(p[0]), queue.StateFront)
	}},
	{"a visitor that reopens the page in time keeps the place", func(l *line) {
		p := l.wait(0, 2)
		l.away(p[0])
		l.wantState("back", l.keep(p[0]), queue.StateWaiting)
		l.fill(1)
		l.advance()
		l.wantUntil("first", l.keep(p[0]), queue.StateCalled, l.now()+windowMS)
	}},
	{"a place that was passed over comes back to the front with its old number", func(l *line) {
		for _, back := range []func(queue.Place) queue.Standing{l.keep, l.claim} {
			first := int(l.snapshot().Last)
			p := l.wait(first, 3)
			l.away(p[0])
			l.fill(1)
			l.advance()
			l.wantState("back", back(p[0]), queue.StateFront)
			l.wantState("again", back(p[0]), queue.StateFront)
			f := l.snapshot()
			want(l, "front", f.Front, 1)
			want(l, "waiting", f.Waiting, 1)
			l.fill(1)
			l.advance()
			l.wantUntil("before the line", l.keep(p[0]), queue.StateCalled, l.now()+windowMS)
			l.leaveAll(p)
		}
	}},
	{"the report of a closed page does not bring back a place that was passed over", func(l *line) {
		p := l.missOne(0)
		l.wantState("away", l.away(p), queue.StateMissed)
		want(l, "front", l.snapshot().Front, 0)
	}},
	{"a place in front can be absent, present and away like any other", func(l *line) {
		for n, absent := range []func(queue.Place){
			func(p queue.Place) { l.wantState("away", l.away(p), queue.StateFront) },
			func(queue.Place) { l.step(absentMS - 1) }, // and a millisecond of filling
		} {
			p := l.backOne(n)
			absent(p)
			head := l.snapshot().Head
			l.fill(1)
			f := l.advance()
			want(l, "front", f.Front, 0)
			want(l, "calls", f.Calls, 0)
			want(l, "head", f.Head, head)
			l.wantState("back once more", l.keep(p), queue.StateFront)
			l.step(absentMS - 1)
			want(l, "front", l.advance().Front, 0)
			l.wantUntil("called", l.keep(p), queue.StateCalled, l.now()+windowMS)
			l.leave(p.Visitor)
		}
	}},
	{"a claim of a waiting place counts as its heartbeat", func(l *line) {
		p := l.backOne(0)
		q := l.wait(1, 1)[0]
		l.step(absentMS - 3)
		l.wantState("front", l.claim(p), queue.StateFront)
		l.wantState("line", l.claim(q), queue.StateWaiting)
		l.step(absentMS - 3)
		l.fill(2)
		before := l.snapshot().Called
		want(l, "called", l.advance().Called, before+2)
	}},
	{"a missed place is remembered for the life of the ticket", func(l *line) {
		p := l.missOne(0)
		missed := l.now()
		l.clock.Set(missed + lifeMS - 1)
		l.advance()
		l.wantState("remembered", l.away(p), queue.StateMissed)
		want(l, "a new arrival of the id", l.join(p.Visitor)[0], taken())
		l.clock.Step(1)
		want(l, "before a tick removes it", l.join(p.Visitor)[0], taken())
		l.advance()
		want(l, "a new arrival of the forgotten id", l.join(p.Visitor)[0].State, queue.StateWaiting)
	}},
}

var lapsing = []scenario{
	{"a call is open until the very end of the claim window", func(l *line) {
		p := l.callOne(0)
		end := l.now() + windowMS
		l.clock.Set(end - 1)
		want(l, "calls", l.advance().Calls, 1)
		l.wantUntil("a moment before", l.keep(p), queue.StateCalled, end)
		l.clock.Set(end)
		want(l, "calls before a tick lets it lapse", l.snapshot().Calls, 0)
		l.wantState("over", l.keep(p), queue.StateMissed)
		l.wantState("over, away", l.away(p), queue.StateMissed)
		want(l, "calls", l.advance().Calls, 0)
		l.wantState("lapsed", l.keep(p), queue.StateMissed)
	}},
	{"a heartbeat does not bring back a place whose call lapsed, a claim does", func(l *line) {
		p := l.lapseOne(0)
		l.wantState("heartbeat", l.keep(p), queue.StateMissed)
		l.wantState("page closed", l.away(p), queue.StateMissed)
		want(l, "front", l.snapshot().Front, 0)
		l.wantState("claim", l.claim(p), queue.StateFront)
		want(l, "front", l.snapshot().Front, 1)
		l.wantState("heartbeat in front", l.keep(p), queue.StateFront)
		l.fill(1)
		l.advance()
		l.wantUntil("called again", l.keep(p), queue.StateCalled, l.now()+windowMS)
		l.wantUntil("claimed", l.claim(p), queue.StateInside, l.now()+idleMS)
	}},
	{"a claim at the deadline moves the place to the front, also before a tick lets the call lapse", func(l *line) {
		p := l.callOne(0)
		admitted := l.snapshot().Admitted
		l.step(windowMS)
		l.wantState("claim", l.claim(p), queue.StateFront)
		f := l.advance()
		want(l, "admitted", f.Admitted, admitted)
		want(l, "front", f.Front, 1)
		want(l, "calls", f.Calls, 0)
	}},
	{"a place that came back by a late claim is called before those in the line", func(l *line) {
		p := l.lapseOne(0)
		q := l.wait(1, 2)
		l.wantState("claim", l.claim(p), queue.StateFront)
		l.fill(1)
		l.advance()
		l.wantUntil("the late one", l.keep(p), queue.StateCalled, l.now()+windowMS)
		l.wantState("the first in line", l.keep(q[0]), queue.StateWaiting)
	}},
	{"a lapsed call is remembered for the life of the ticket", func(l *line) {
		p := l.lapseOne(0)
		lapsed := l.now()
		l.clock.Set(lapsed + lifeMS - 1)
		l.advance()
		l.wantState("remembered", l.keep(p), queue.StateMissed)
		l.clock.Step(1)
		l.wantState("before a tick removes it", l.keep(p), queue.StateMissed)
		l.advance()
		l.wantState("forgotten and restored by the ticket", l.keep(p), queue.StateFront)
	}},
	{"a lapsed call is remembered from the tick that let it lapse", func(l *line) {
		p := l.callOne(0)
		l.clock.Step(windowMS + 5_000)
		l.advance()
		l.step(lifeMS - 1)
		l.advance()
		l.wantState("remembered", l.keep(p), queue.StateMissed)
	}},
}
