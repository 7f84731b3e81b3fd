package queuetest

import (
	"bytes"
	"reflect"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

var reading = []scenario{
	{"reading the snapshot changes nothing", func(l *line) {
		places := l.oneInEverySet()
		l.away(places["line"])
		l.setPace(queue.Pace{Rate: 60, Burst: 10})
		for range 8 {
			l.step(windowMS / 4)
			f := l.snapshot()
			sameSnapshot(l, "second reading", l.snapshot(), f)
		}
		f := l.snapshot()
		want(l, "waiting", f.Waiting, 1)
		want(l, "front", f.Front, 1)
		l.wantState("nobody was passed over", l.away(places["line"]), queue.StateWaiting)
	}},
	{"what a tick answers is the snapshot", func(l *line) {
		l.oneInEverySet()
		l.fill(5)
		f := l.advance()
		sameSnapshot(l, "snapshot", l.snapshot(), f)
	}},
	{"the snapshot counts open calls and stays at its own time", func(l *line) {
		l.callOne(0)
		l.renew(Visitor(1), l.now()+windowMS)
		start := l.now()
		for _, at := range []struct{ ms, calls, inside int64 }{{0, 1, 1}, {windowMS - 1, 1, 1}, {windowMS, 0, 0}} {
			l.clock.Set(start + at.ms)
			f := l.snapshot()
			want(l, "calls", f.Calls, at.calls)
			want(l, "inside", f.Inside, at.inside)
		}
	}},
	{"the snapshot follows the controls", func(l *line) {
		c := l.set(func(c *queue.Control) { c.Message, c.Pace.MaxInside = "Grüß Gott", 77 })
		want(l, "controls", l.snapshot().Control, c)
		want(l, "controls of a tick", l.advance().Control, c)
	}},
	{"gateways count as long as they tick", func(l *line) {
		life := queue.GatewayLife.Milliseconds()
		tick := func(gateway string) queue.Snapshot {
			f, err := l.store.Advance(l.Context(), queue.Watermark{Gateway: gateway})
			l.must("advance", err)
			return f
		}
		want(l, "before any", l.advance().Gateways, 0)
		want(l, "first", tick("a").Gateways, 1)
		want(l, "first again", tick("a").Gateways, 1)
		l.clock.Step(1)
		want(l, "second", tick("b").Gateways, 2)
		want(l, "a tick without a name", l.advance().Gateways, 2)
		l.clock.Step(life - 2)
		want(l, "a moment before the first is gone", l.snapshot().Gateways, 2)
		l.clock.Step(1)
		want(l, "when the first is gone", l.snapshot().Gateways, 1)
		want(l, "when it is forgotten", l.advance().Gateways, 1)
		l.clock.Step(-1)
		want(l, "the forgotten one after a step back", l.snapshot().Gateways, 1)
		l.clock.Step(2)
		want(l, "when all are gone", l.advance().Gateways, 0)
		want(l, "one that is back", tick("a").Gateways, 1)
	}},
	{"the snapshot names the visitors whose tickets have just ended, the latest first", func(l *line) {
		ended := queue.EndedFor.Milliseconds()
		l.oneInEverySet()
		l.step(ended)
		want(l, "named after a while", len(l.snapshot().Ended), 0)
		l.finish(Visitor(100))
		began := l.now()
		l.clock.Step(1)
		l.leave(Visitor(101), Visitor(102))
		l.renew(Visitor(103), 0)
		l.finish(Visitor(100))
		later := []queue.VisitorID{Visitor(100), Visitor(101), Visitor(102)}
		slices.SortFunc(later, func(a, b queue.VisitorID) int { return bytes.Compare(b[:], a[:]) })
		if got := l.advance().Ended; !slices.Equal(got, later) {
			l.Errorf("ended are %v, want %v", got, later)
		}
		l.clock.Set(began + ended)
		want(l, "named a moment before", len(l.snapshot().Ended), 3)
		l.clock.Step(1)
		want(l, "named at the end", len(l.advance().Ended), 0)
	}},
	{"the snapshot names no more than MaxEnded", func(l *line) {
		for n := 0; n < queue.MaxEnded+3; n += queue.MaxBatch {
			l.leave(visitors(n, queue.MaxBatch)...)
			l.clock.Step(1)
		}
		got := l.snapshot().Ended
		want(l, "named", len(got), queue.MaxEnded)
		if slices.Contains(got, Visitor(0)) {
			l.Errorf("the first visitor that left is named")
		}
	}},
	{"the totals add up", func(l *line) {
		p := l.wait(0, 6)
		l.fill(4)
		l.advance()
		for _, q := range p[:3] {
			l.claim(q)
		}
		l.finish(p[0].Visitor)
		l.leave(p[1].Visitor, p[5].Visitor)
		f := l.advance()
		want(l, "joined", f.Joined, 6)
		want(l, "called", f.Called, 4)
		want(l, "admitted", f.Admitted, 3)
		want(l, "finished", f.Finished, 1)
		want(l, "left", f.Left, 2)
		want(l, "inside", f.Inside, 1)
		want(l, "calls", f.Calls, 1)
		want(l, "waiting", f.Waiting, 1)
		want(l, "last", f.Last, 6)
	}},
	{"a snapshot handed out does not change", func(l *line) {
		p := l.wait(0, 50)
		f := l.snapshot()
		first := append([]queue.Order(nil), f.Sketch.First...)
		l.leaveAll(p[:20])
		l.wait(100, 30)
		l.snapshot()
		if !reflect.DeepEqual(f.Sketch.First, first) {
			l.Error("the sketch of an earlier snapshot has changed")
		}
	}},
}

func sameSnapshot(l *line, what string, got, want queue.Snapshot) {
	l.Helper()
	if diff := snapshotDiff(got, want); diff != "" {
		l.Errorf("%s: %s", what, diff)
	}
}
