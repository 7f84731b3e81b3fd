package queuetest

import (
	"math/rand/v2"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

var calling = []scenario{
	{"places are called in order of number whatever the order of heartbeats", func(l *line) {
		p := l.wait(0, 40)
		r := rand.New(rand.NewPCG(1, 1))
		for called := 0; called < len(p); {
			for _, i := range r.Perm(len(p) - called) {
				l.wantState("not yet", l.keep(p[called+i]), queue.StateWaiting)
			}
			n := 1 + r.IntN(5)
			l.fill(int64(n))
			f := l.advance()
			for range min(n, len(p)-called) {
				l.wantUntil("next", l.keep(p[called]), queue.StateCalled, l.now()+windowMS)
				called++
			}
			want(l, "head", f.Head, p[called-1].Order())
			want(l, "head's number", f.HeadNum, p[called-1].Number)
			want(l, "called", f.Called, int64(called))
		}
	}},
	{"the front is called before the line, by order", func(l *line) {
		p := l.wait(0, 5)
		for _, q := range p[:3] {
			l.away(q)
		}
		l.fill(1)
		l.advance()
		l.wantUntil("the first present one", l.keep(p[3]), queue.StateCalled, l.now()+windowMS)
		for _, i := range []int{2, 0, 1} {
			l.wantState("back", l.keep(p[i]), queue.StateFront)
		}
		head := l.snapshot().Head
		for i := range 3 {
			l.fill(1)
			f := l.advance()
			l.wantUntil("next of the front", l.keep(p[i]), queue.StateCalled, l.now()+windowMS)
			want(l, "front", f.Front, int64(2-i))
			want(l, "head", f.Head, head)
		}
		l.wantState("in line", l.keep(p[4]), queue.StateWaiting)
		l.fill(1)
		l.advance()
		l.wantUntil("then the line", l.keep(p[4]), queue.StateCalled, l.now()+windowMS)
	}},
	{"places of the same order are called by id", func(l *line) {
		epoch := l.snapshot().Epoch
		ids := visitors(0, 20)
		var beats []queue.Beat
		for _, id := range ids {
			beats = append(beats, queue.Beat{Place: queue.Place{Visitor: id, Epoch: epoch - 1, Number: 7}})
		}
		_, err := l.store.Keep(l.Context(), beats)
		l.must("keep", err)
		l.clock.Step(holdMS)
		l.fill(1)
		l.advance()
		first := slices.MinFunc(ids, byID)
		for i, id := range ids {
			s := l.keep(beats[i].Place)
			if (s.State == queue.StateCalled) != (id == first) {
				l.Errorf("place %v is %v, the smallest id is %v", id, s.State, first)
			}
		}
	}},
	{"a call and a straight way in raise the head, a repeated tick does not", func(l *line) {
		p := l.wait(0, 3)
		l.fill(2)
		want(l, "head", l.advance().Head, p[1].Order())
		want(l, "head after another tick", l.advance().Head, p[1].Order())
		l.leave(p[2].Visitor)
		want(l, "head after a place was given up", l.advance().Head, p[1].Order())
		l.fill(1)
		j := l.join(Visitor(9))
		want(l, "head", l.snapshot().Head, j[0].Place.Order())
		want(l, "head's number", l.snapshot().HeadNum, 4)
	}},
	{"a place that left is not called and its number is not given again", func(l *line) {
		p := l.wait(0, 4)
		l.leave(p[1].Visitor, p[3].Visitor)
		want(l, "number", l.wait(9, 1)[0].Number, 5)
		l.fill(2)
		f := l.advance()
		want(l, "head", f.Head, p[2].Order())
		l.wantUntil("third", l.keep(p[2]), queue.StateCalled, l.now()+windowMS)
		l.wantState("gave up", l.keep(p[1]), queue.StateSpent)
	}},
	{"the number of a head from an earlier epoch stays what it was", func(l *line) {
		p := l.wait(0, 2)
		l.fill(1)
		f := l.advance()
		m := watermark(f)
		m.Last, m.Ceiling = 10, 10
		l.restore(m)
		l.clock.Step(holdMS)
		l.keep(p[1])
		l.fill(1)
		f = l.advance()
		want(l, "head", f.Head, p[1].Order())
		want(l, "head's number", f.HeadNum, 1)
		q := l.wait(5, 1)[0]
		l.fill(1)
		f = l.advance()
		want(l, "number", q.Number, 11)
		want(l, "head", f.Head, q.Order())
		want(l, "head's number", f.HeadNum, 11)
	}},
	{"a call's deadline is the claim window from the call on", func(l *line) {
		p := l.wait(0, 1)[0]
		l.fill(1)
		l.advance()
		end := l.now() + windowMS
		for range 3 {
			l.clock.Step(1000)
			l.wantUntil("called", l.keep(p), queue.StateCalled, end)
			l.wantUntil("called, closing the page", l.away(p), queue.StateCalled, end)
			l.advance()
		}
	}},
}
