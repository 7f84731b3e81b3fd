package queuetest

import (
	"math/rand/v2"

	"github.com/einlass/einlass/pkg/queue"
)

var pacing = []scenario{
	{"the bucket of a new room is empty", func(l *line) {
		l.setPace(queue.Pace{Rate: queue.MaxRate, Burst: 10})
		l.wait(0, 1)
		want(l, "called", l.advance().Called, 0)
	}},
	{"a call is made in the millisecond that completes it and not before", func(l *line) {
		l.wait(0, 10)
		l.setPace(queue.Pace{Rate: 60, Burst: 10})
		for n := range int64(10) {
			l.clock.Step(999)
			want(l, "called a moment before", l.advance().Called, n)
			l.clock.Step(1)
			want(l, "called", l.advance().Called, n+1)
		}
	}},
	{"parts of a call are not lost between ticks", func(l *line) {
		l.wait(0, 10)
		l.setPace(queue.Pace{Rate: 7, Burst: 2})
		r := rand.New(rand.NewPCG(2, 2))
		for start := l.now(); l.now() < start+absentMS-50; l.clock.Step(1 + r.Int64N(50)) {
			want(l, "called", l.advance().Called, (l.now()-start)*7/queue.Units)
		}
		want(l, "called in a minute less a moment", l.advance().Called, 6)
	}},
	{"a time without calls fills the bucket to the burst and no further", func(l *line) {
		l.setPace(queue.Pace{Rate: 600, Burst: 5})
		l.step(idleMS)
		l.advance()
		l.step(idleMS)
		j := l.join(visitors(0, 7)...)
		l.wantUntil("fifth", j[4].Standing, queue.StateInside, l.now()+idleMS)
		l.wantState("sixth", j[5].Standing, queue.StateWaiting)
		l.clock.Step(99)
		want(l, "called before the next is due", l.advance().Called, 5)
		l.clock.Step(1)
		want(l, "called when it is due", l.advance().Called, 6)
	}},
	{"repeated ticks, also of many gateways, make no further calls", func(l *line) {
		l.wait(0, 30)
		l.fill(10)
		for i := range 20 {
			f, err := l.store.Advance(l.Context(), queue.Watermark{Gateway: string(rune('a' + i))})
			l.must("advance", err)
			want(l, "called", f.Called, 10)
		}
	}},
	{"a change of the rate counts from the change on", func(l *line) {
		l.wait(0, 30)
		l.setPace(queue.Pace{Rate: 60, Burst: 10})
		l.clock.Step(2500)
		l.setPace(queue.Pace{Rate: 600, Burst: 10})
		want(l, "called at the old rate", l.advance().Called, 2)
		l.clock.Step(50) // half a call of the old rate and half a call of the new
		want(l, "called with the half from before", l.advance().Called, 3)
		l.clock.Step(300)
		l.setPace(queue.Pace{Rate: 0, Burst: 10})
		l.clock.Step(10_000)
		want(l, "called at no rate", l.advance().Called, 3)
		l.setPace(queue.Pace{Rate: 1, Burst: 10})
		want(l, "called with what was saved up", l.advance().Called, 6)
	}},
	{"a smaller burst takes back what was saved up, a larger gives nothing", func(l *line) {
		l.wait(0, 30)
		l.fill(10)
		l.setPace(queue.Pace{Rate: 1, Burst: 1000})
		l.setPace(queue.Pace{Rate: 1, Burst: 4})
		l.setPace(queue.Pace{Rate: 1, Burst: 1000})
		want(l, "called", l.advance().Called, 4)
	}},
	{"a rate of 0 calls nobody and lets nobody straight in, whatever was saved up", func(l *line) {
		p := l.wait(0, 2)
		l.fill(10)
		l.setPace(queue.Pace{Rate: 0, Burst: 10})
		want(l, "called", l.advance().Called, 0)
		l.leave(p[0].Visitor, p[1].Visitor)
		l.wantState("arrival", l.join(Visitor(2))[0].Standing, queue.StateWaiting)
	}},
	{"a pause calls nobody and goes on filling the bucket", func(l *line) {
		p := l.wait(0, 5)
		l.fill(1)
		l.advance()
		l.set(func(c *queue.Control) { c.Mode, c.Pace = queue.ModePause, queue.Pace{Rate: 60, Burst: 2} })
		l.clock.Step(1000)
		want(l, "called in the pause", l.advance().Called, 1)
		l.wantUntil("a called place may claim", l.claim(p[0]), queue.StateInside, l.now()+idleMS)
		l.clock.Step(30_000)
		l.set(func(c *queue.Control) { c.Mode = queue.ModeRun })
		want(l, "called after the pause", l.advance().Called, 3)
	}},
	{"a clock that steps back adds nothing and takes nothing", func(l *line) {
		l.wait(0, 30)
		l.clock.Step(10_000) // the step back stays after the hold
		l.setPace(queue.Pace{Rate: 60, Burst: 10})
		l.clock.Step(1500)
		want(l, "called", l.advance().Called, 1)
		l.clock.Step(-10_000)
		want(l, "called after the step", l.advance().Called, 1)
		l.clock.Step(499)
		want(l, "called before the half call is complete", l.advance().Called, 1)
		l.clock.Step(1)
		want(l, "called with the half from before", l.advance().Called, 2)
	}},
	{"a clock that leaps ahead fills the bucket to the burst and no further", func(l *line) {
		for _, leap := range []int64{year, 40 * year} {
			l.setPace(queue.Pace{Rate: queue.MaxRate, Burst: 2})
			l.clock.Step(leap)
			before := l.snapshot().Called
			p := l.waitInside(int(leap/year), 2, 1)
			want(l, "called", l.advance().Called, before+2)
			l.leaveAll(p)
		}
	}},
	{"in any span no more are called than burst and rate allow", func(l *line) {
		const rate, burst = 1234, 7
		l.setPace(queue.Pace{Rate: rate, Burst: burst})
		r := rand.New(rand.NewPCG(3, 3))
		type sample struct{ at, called int64 }
		var seen []sample
		for n := range 400 {
			l.clock.Step(r.Int64N(300))
			l.join(visitors(10*n, 1+r.IntN(8))...)
			f := l.advance()
			for _, s := range seen {
				if bound := burst + rate*(f.Now-s.at)/queue.Units; f.Called-s.called > bound {
					l.Fatalf("%d called in %d ms, want at most %d", f.Called-s.called, f.Now-s.at, bound)
				}
			}
			seen = append(seen, sample{f.Now, f.Called})
		}
		last := seen[len(seen)-1]
		if least := rate * (last.at - seen[0].at) / queue.Units * 9 / 10; last.called < least {
			l.Errorf("only %d called in %d ms, want at least %d", last.called, last.at-seen[0].at, least)
		}
	}},
}

const year = 365 * 24 * 3_600_000

// waitInside joins inside visitors that go straight in and waiting others that do not, and returns the places of the others.
func (l *line) waitInside(batch, inside, waiting int) []queue.Place {
	l.Helper()
	var places []queue.Place
	for i, j := range l.join(visitors(1000*batch, inside+waiting)...) {
		if i < inside {
			l.wantUntil("straight in", j.Standing, queue.StateInside, l.now()+idleMS)
			continue
		}
		l.wantState("too many", j.Standing, queue.StateWaiting)
		places = append(places, j.Place)
	}
	return places
}
