package queuetest

import (
	"fmt"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

var reading = []scenario{
	{"a snapshot carries the figures of the room", func(l *line) {
		f := l.snapshot()
		want(l, "born", f.Born, startMS)
		want(l, "made", f.Made, startMS)
		want(l, "hold", f.Hold, startMS+graceMS)
		want(l, "tick", f.Tick, startMS)
		want(l, "mark", f.Mark, startMS)
		want(l, "format", f.Format, 1)
		want(l, "document", fmt.Sprint(f.Document), fmt.Sprint(suiteDocument()))
		want(l, "judgement", f.Judgement, queue.Verdict{Factor: 1000})
		want(l, "opening", fmt.Sprint(f.Opening), fmt.Sprint(queue.NewOpening()))
		want(l, "chance of a call", f.CallChance, 914)
		l.enter(1)
		called := l.wait(2, 1)[0]
		l.call(1)
		front := l.wait(3, 1)[0]
		l.away(front)
		l.call(1)
		l.keep(front)
		l.setPace(func(p *queue.Pace) { p.MaxInside = 1 })
		l.claim(called)
		l.wait(4, 2)
		l.waitIn(3, 6, 1)
		l.leave(5)
		l.finish(99)
		f = l.snapshot()
		for what, n := range byName(map[string][2]int64{
			"waiting": {f.Waiting, 2}, "front": {f.Front, 1}, "calls": {f.Calls, 0}, "asking": {f.Asking, 1}, "live": {f.Live, 1}, "unbooked": {f.Unbooked, 1},
			"joined": {f.Joined, 6}, "called": {f.Called, 2}, "admitted": {f.Admitted, 1}, "left": {f.Left, 1}, "finished": {f.Finished, 1},
			"last": {int64(f.Last), 6}, "given": {int64(f.Given), 6},
		}) {
			want(l, what, n[0], n[1])
		}
		l.unchanged("a snapshot", func() { l.snapshot() })
	}},
	{"gateways are counted for five seconds, and their samples kept as long", func(l *line) {
		tick := func(name string, n int64, blob string) queue.Snapshot {
			l.Helper()
			return l.tick(queue.Watermark{Gateway: name}, queue.Sample{Tick: n, Blob: blob}, queue.Verdict{})
		}
		tick("a", 1, "a1")
		tick("", 1, "nobody")
		f := tick("b", 7, "b7")
		want(l, "gateways", f.Gateways, 2)
		want(l, "samples", fmt.Sprint(f.Samples), fmt.Sprint(map[string]queue.Sample{"a": {Tick: 1, Blob: "a1"}, "b": {Tick: 7, Blob: "b7"}}))
		l.clock.Step(queue.GatewayLife - 1)
		f = tick("b", 7, "the same tick")
		want(l, "gateways just before", f.Gateways, 2)
		want(l, "sample of the same tick", f.Samples["b"].Blob, "b7")
		l.clock.Step(1)
		want(l, "gateways just after", l.snapshot().Gateways, 1)
		f = tick("b", 8, "b8")
		want(l, "samples", fmt.Sprint(f.Samples), fmt.Sprint(map[string]queue.Sample{"b": {Tick: 8, Blob: "b8"}}))
	}},
	{"a verdict is taken if its tick is newer", func(l *line) {
		f := l.tick(queue.Watermark{}, queue.Sample{}, queue.Verdict{Tick: 5, Factor: 500, Blob: "five"})
		want(l, "first", f.Judgement, queue.Verdict{Tick: 5, Factor: 500, Blob: "five"})
		f = l.tick(queue.Watermark{}, queue.Sample{}, queue.Verdict{Tick: 5, Factor: 600, Blob: "another"})
		want(l, "of the same tick", f.Judgement.Blob, "five")
		f = l.tick(queue.Watermark{}, queue.Sample{}, queue.Verdict{Tick: 4, Factor: 600})
		want(l, "of an older tick", f.Judgement.Blob, "five")
		f = l.tick(queue.Watermark{}, queue.Sample{}, queue.Verdict{Tick: 6, Factor: 0})
		want(l, "of a newer one", f.Judgement, queue.Verdict{Tick: 6})
	}},
	{"a tick that is yet to come stops neither verdicts nor samples", func(l *line) {
		now := l.now() / queue.JudgeTick
		tick := func(tick, factor int64) queue.Snapshot {
			return l.tick(queue.Watermark{Gateway: "one"}, queue.Sample{Tick: tick, Blob: fmt.Sprint(tick)}, queue.Verdict{Tick: tick, Factor: factor})
		}
		f := tick(1<<50, 500)
		want(l, "to come", f.Judgement.Tick, int64(1<<50))
		f = tick(now, 900)
		want(l, "of now", f.Judgement, queue.Verdict{Tick: now, Factor: 900})
		want(l, "sample of now", f.Samples["one"], queue.Sample{Tick: now, Blob: fmt.Sprint(now)})
		f = tick(now-1, 700)
		want(l, "of before", f.Judgement, queue.Verdict{Tick: now, Factor: 900})
		want(l, "sample of before", f.Samples["one"], queue.Sample{Tick: now, Blob: fmt.Sprint(now)})
		f = tick(now+1, 600)
		want(l, "of the next tick", f.Judgement.Factor, 600)
		f = tick(now, 800)
		want(l, "of now again", f.Judgement, queue.Verdict{Tick: now, Factor: 800})
	}},
	{"visitors that have ended are told for two seconds, the latest first, then the higher id", func(l *line) {
		l.wait(1, 5)
		l.leave(1, 2)
		l.clock.Step(1)
		l.finish(3)
		l.leave(9)
		l.move(queue.Move{Act: queue.ActHand, Visitor: Visitor(4), To: Visitor(8)})
		higher := func(ns ...int) (ids []queue.VisitorID) {
			for _, n := range ns {
				ids = append(ids, Visitor(n))
			}
			slices.SortFunc(ids, func(a, b queue.VisitorID) int { return slices.Compare(b[:], a[:]) })
			return ids
		}
		all := slices.Concat(higher(3, 9, 4), higher(1, 2))
		want(l, "ended", fmt.Sprint(l.snapshot().Ended), fmt.Sprint(all))
		l.clock.Step(queue.EndedFor - 2)
		want(l, "just before", fmt.Sprint(l.advance().Ended), fmt.Sprint(all))
		l.clock.Step(1)
		want(l, "of the first", fmt.Sprint(l.advance().Ended), fmt.Sprint(all[:3]))
		l.clock.Step(1)
		want(l, "of all", len(l.snapshot().Ended), 0)
	}},
	{"at most 4096 visitors that have ended are told", func(l *line) {
		for n := 0; n < queue.MaxEnded+1; n += 256 {
			var ns []int
			for i := range 256 {
				ns = append(ns, n+i)
			}
			l.leave(ns...)
		}
		l.leave(-1)
		want(l, "ended", len(l.snapshot().Ended), queue.MaxEnded)
	}},
	{"a visitor is found by its order wherever it is", func(l *line) {
		for what, r := range byName(map[string]struct {
			into func(*line) spot
			at   func(l *line, s *spot) int64
		}{
			"line": {intoLine, func(l *line, _ *spot) int64 { return -l.now() }}, "front": {intoFront, func(l *line, _ *spot) int64 { return l.now() }},
			"calls": {intoCalls, func(_ *line, s *spot) int64 { return s.told }}, "asking": {intoDoor, func(l *line, _ *spot) int64 { return l.now() }},
			"missed": {intoMissed, func(l *line, _ *spot) int64 { return l.now() }}, "lapsed": {intoLapsed, func(l *line, _ *spot) int64 { return l.now() }},
			"spent": {intoStay, func(_ *line, s *spot) int64 { return s.began }}, "ended": {intoEnded, func(l *line, _ *spot) int64 { return l.now() }},
		}) {
			s := r.into(l)
			l.unchanged("find", func() {
				found := l.find(s.place.Order)
				want(l, "visitor", found.Visitor, Visitor(1))
				want(l, "set", found.Set, what)
				want(l, "time of "+what, found.At, r.at(l, &s))
			})
			l.wants("standing", l.find(s.place.Order).Standing, l.keepless(s.place))
			_, err := l.store.Find(l.Context(), s.place.Order+100)
			l.wantErr("find of nobody", err, queue.ErrUnknown)
			l.restart()
		}
	}},
}

// keepless is where a visitor stands, asked by a repeated act, which changes nothing.
func (l *line) keepless(p queue.Place) queue.Standing {
	l.Helper()
	ref := queue.Code{0: 77, 1: 1}
	l.report(queue.Outcome{Kind: queue.Booked, Ref: ref})
	moved, err := l.store.Move(l.Context(), queue.Move{Act: queue.ActFront, Visitor: p.Visitor, Ref: ref})
	l.must("move", err)
	return moved.Standing
}

// exact lets the store refresh its sketches: nothing changes while they grow old, and two ticks follow.
func (l *line) exact() queue.Snapshot {
	l.Helper()
	l.clock.Step(sketchAge)
	l.advance()
	l.advance()
	return l.snapshot()
}

var sketching = []scenario{
	{"a lane without places has no sketch", func(l *line) {
		l.waitIn(2, 1, 1)
		f := l.exact()
		for lane := range queue.Lanes {
			want(l, "waiting", f.Sketches[lane].Waiting, map[bool]int64{true: 1}[lane == 2])
		}
		l.leave(1)
		want(l, "waiting then", l.exact().Sketches[2].Waiting, 0)
	}},
	{"a sketch tells how many are ahead, exactly among the first thousand", func(l *line) {
		places := l.wait(0, 300)
		l.leave(3, 7)
		s := l.exact().Sketches[0]
		want(l, "waiting", s.Waiting, 298)
		want(l, "end", s.End, places[299].Order)
		for i, n := range map[int]int64{0: 0, 3: 3, 4: 3, 7: 6, 8: 6, 299: 297} {
			ahead, exact := s.Ahead(places[i].Order)
			want(l, fmt.Sprintf("ahead of place %d", i), ahead, n)
			want(l, "exact", exact, true)
		}
	}},
	{"a sketch of a long line tells how many are ahead within one percent", func(l *line) {
		places := l.wait(0, 5000)
		s := l.exact().Sketches[0]
		want(l, "first", len(s.First), queue.SketchExact)
		for i, o := range s.First {
			if o != places[i].Order {
				l.Fatalf("order %d is %d, want %d", i, o, places[i].Order)
			}
		}
		for i, rank := range queue.SketchRanks(5000) {
			if i >= len(s.Samples) || s.Samples[i] != places[rank].Order {
				l.Fatalf("sample %d of %d is not of rank %d", i, len(s.Samples), rank)
			}
		}
		for i, p := range places {
			if ahead, _ := s.Ahead(p.Order); ahead < int64(i)-int64(i)/100-1 || ahead > int64(i)+int64(i)/100+1 {
				l.Fatalf("%d ahead of place %d", ahead, i)
			}
		}
	}},
	{"a sketch is never too low for a place of the line, however old it is", func(l *line) {
		places := l.wait(0, 900)
		l.advance()
		gone := map[int]bool{}
		for round := range 12 {
			l.clock.Step(130)
			for _, n := range []int{70 * round, 70*round + 1, 70*round + 50} {
				l.leave(n)
				gone[n] = true
			}
			places = append(places, l.wait(len(places), 4)...)
			s, ahead := l.advance().Sketches[0], int64(0)
			for i, p := range places {
				if gone[i] {
					continue
				}
				if n, _ := s.Ahead(p.Order); n < ahead {
					l.Fatalf("round %d: the sketch says %d ahead of place %d, which has %d", round, n, i, ahead)
				}
				ahead++
			}
		}
	}},
	{"a lane that gets its first places has a sketch that counts them at once", func(l *line) {
		l.exact()
		for i, p := range l.waitIn(4, 1, 20) {
			f := l.snapshot()
			if n, _ := f.Sketches[4].Ahead(p.Order); n < int64(i) {
				l.Errorf("%d ahead of place %d", n, i)
			}
		}
	}},
	{"places below the floor are not counted", func(l *line) {
		l.wait(0, 4)
		l.plan(queue.Step{Rank: 1, Phase: queue.PhaseLine, Floor: true})
		l.wait(10, 2)
		f := l.exact()
		want(l, "waiting", f.Waiting, 2)
		want(l, "in the sketch", f.Sketches[0].Waiting, 2)
		want(l, "first", f.Sketches[0].First[0], queue.OrderOf(f.Epoch, 5))
	}},
	{"places below a floor that another gateway remembers are in no sketch", func(l *line) {
		const below, above = 90, queue.SketchExact + 200
		places := l.wait(0, below+above)
		l.floorOf(places[below-1].Order)
		s := l.snapshot().Sketches[0]
		want(l, "waiting", s.Waiting, above)
		want(l, "first", s.First[0], places[below].Order)
		for i, rank := range queue.SketchRanks(above) {
			want(l, "sample", s.Samples[i], places[below+rank].Order)
		}
	}},
	{"whoever comes in before the last place of a sketch is in the next one, as many as have left", func(l *line) {
		places := l.wait(0, 3)
		last := places[2]
		last.Visitor, last.Order = Visitor(50), last.Order+1000
		l.waiting("keep", l.keep(last))
		l.exact()
		l.leave(1)
		between := l.wait(10, 1)[0]
		l.clock.Step(sketchAge)
		l.advance()
		got := l.advance().Sketches[0].First
		want(l, "first", fmt.Sprint(got), fmt.Sprint([]queue.Order{places[0].Order, places[2].Order, between.Order, last.Order}))
	}},
}
