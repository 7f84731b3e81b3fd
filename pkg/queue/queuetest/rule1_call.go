package queuetest

import (
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

var calling = []scenario{
	{"places are called in the order of arrival, and the head shows the last", func(l *line) {
		places := l.wait(0, 5)
		f := l.call(2)
		for i, p := range places {
			state := queue.StateWaiting
			if i < 2 {
				state = queue.StateCalled
			}
			want(l, "state", l.keep(p).State, state)
		}
		want(l, "head", f.Heads[0], places[1].Order)
		want(l, "number of the head", f.HeadNumbers[0], 2)
		want(l, "called", f.Called, 2)
		want(l, "calls", f.Calls, 2)
		want(l, "waiting", f.Waiting, 3)
		want(l, "credit", f.Credit, 2*queue.Units) // paid at entry
		want(l, "credit of calls", f.CallCredit, 4*queue.Units)
	}},
	{"places in front are called before the line, by order", func(l *line) {
		places := l.wait(0, 4)
		l.away(places[0])
		l.away(places[1])
		l.call(1)
		want(l, "first of the line", l.keep(places[2]).State, queue.StateCalled)
		l.keep(places[1])
		l.keep(places[0])
		l.call(1)
		want(l, "lower order in front", l.keep(places[0]).State, queue.StateCalled)
		want(l, "higher order in front", l.keep(places[1]).State, queue.StateFront)
		l.call(2)
		want(l, "rest of front", l.keep(places[1]).State, queue.StateCalled)
		want(l, "line", l.keep(places[3]).State, queue.StateCalled)
	}},
	{"places of one order are called by id", func(l *line) {
		p := l.wait(1, 1)[0]
		places := []queue.Place{p}
		for n := 2; n < 6; n++ {
			p.Visitor = Visitor(n)
			l.waiting("of one order", l.keep(p))
			places = append(places, p)
		}
		l.call(2)
		for _, p := range places {
			before := 0
			for _, q := range places {
				if string(q.Visitor[:]) < string(p.Visitor[:]) {
					before++
				}
			}
			if called := l.keep(p).State == queue.StateCalled; called != (before < 2) {
				l.Errorf("place with %d before it: called %v", before, called)
			}
		}
	}},
	{"a new place that was not heard of is called like others, and is passed over after Confirm", func(l *line) {
		p := l.wait(1, 2)
		l.clock.Step(confirmMS - 2)
		l.call(1) // the clock steps by 1
		want(l, "just before", l.keep(p[0]).State, queue.StateCalled)
		l.call(1)
		l.wantState("just after", l.beat(queue.Beat{Place: p[1], Away: true}), queue.StateMissed, queue.ReasonAbsent)
	}},
	{"one tick calls a thousand places at most", func(l *line) {
		l.wait(0, queue.MaxCalls+5)
		l.setPace(func(p *queue.Pace) { p.Rate, p.Burst = queue.MaxRate, queue.MaxBurst })
		l.clock.Step(1000)
		want(l, "called at once", l.advance().Called, queue.MaxCalls)
		want(l, "called then", l.advance().Called, queue.MaxCalls+5)
	}},
	{"one tick looks at 4096 places at most", func(l *line) {
		places := l.wait(0, queue.MaxScan+2)
		for from := 0; from < queue.MaxScan; from += queue.MaxBatch {
			var beats []queue.Beat
			for _, p := range places[from:min(queue.MaxScan, from+queue.MaxBatch)] {
				beats = append(beats, queue.Beat{Place: p, Away: true})
			}
			_, err := l.store.Keep(l.Context(), 0, beats)
			l.must("keep", err)
		}
		l.fill(2)
		l.setPace(func(p *queue.Pace) { p.Rate = 1 })
		f := l.advance()
		want(l, "called at once", f.Called, 0)
		want(l, "waiting then", f.Waiting, 2)
		want(l, "head then", f.Heads[0], places[queue.MaxScan-1].Order)
		want(l, "called then", l.advance().Called, 2)
	}},
	{"one tick looks at 4096 places in front at most", func(l *line) {
		places := l.wait(0, queue.MaxScan+1)
		beats := func(away bool) {
			for from := 0; from < len(places); from += queue.MaxBatch {
				var beats []queue.Beat
				for _, p := range places[from:min(len(places), from+queue.MaxBatch)] {
					beats = append(beats, queue.Beat{Place: p, Away: away})
				}
				_, err := l.store.Keep(l.Context(), 0, beats)
				l.must("keep", err)
			}
		}
		beats(true)
		l.call(1)
		l.call(1)
		beats(false)
		want(l, "in front", l.snapshot().Front, queue.MaxScan+1)
		beats(true)
		l.keep(places[queue.MaxScan])
		want(l, "called at once", l.call(1).Called, 0)
		want(l, "called then", l.call(1).Called, 1)
	}},
	{"a place below the floor is spent before it is taken out", func(l *line) {
		places := l.wait(0, queue.MaxScan+2)
		f := l.plan(queue.Step{Rank: 1, Phase: queue.PhaseLine, Floor: true})
		want(l, "waiting", f.Waiting, 0)
		want(l, "set", l.find(places[queue.MaxScan].Order).Set, "line")
		l.wantState("find", l.find(places[queue.MaxScan].Order).Standing, queue.StateSpent, queue.ReasonFloor)
		l.wantState("keep", l.keep(places[queue.MaxScan]), queue.StateSpent, queue.ReasonFloor)
		again := l.join(queue.MaxScan + 1)
		want(l, "place of a repeated arrival", again.Place, places[queue.MaxScan+1])
		l.wantState("repeated arrival", again.Standing, queue.StateSpent, queue.ReasonFloor)
		want(l, "set of the last", l.find(places[queue.MaxScan+1].Order).Set, "line")
		l.advance()
		for what, p := range byName(map[string]queue.Place{"kept": places[queue.MaxScan], "last": places[queue.MaxScan+1]}) {
			_, err := l.store.Find(l.Context(), p.Order)
			l.wantErr("find of the "+what+" one, which is taken out", err, queue.ErrUnknown)
		}
	}},
	{"a tick whose allowance is used up passes nobody over", func(l *line) {
		places := l.wait(0, 3)
		l.away(places[1])
		l.call(1)
		l.waiting("absent place behind the last call", l.away(places[1]))
		l.call(1)
		l.wantState("absent place before the last call", l.away(places[1]), queue.StateMissed, queue.ReasonAbsent)
	}},
	{"nobody is called while the room is paused, held or without a pace", func(l *line) {
		l.wait(0, 3)
		l.fill(5)
		l.setPace(func(p *queue.Pace) { p.Rate, p.Mode = 1, queue.ModePause })
		want(l, "called while paused", l.advance().Called, 0)
		l.setPace(func(p *queue.Pace) { p.Rate, p.Mode = 0, queue.ModeRun })
		want(l, "called without a rate", l.advance().Called, 0)
		l.setPace(func(p *queue.Pace) { p.Rate = 1 })
		f := l.tick(queue.Watermark{}, queue.Sample{}, queue.Verdict{Tick: 1, Factor: 0})
		want(l, "called while the site is unwell", f.Called, 0)
		f = l.tick(queue.Watermark{}, queue.Sample{}, queue.Verdict{Tick: 2, Factor: 1000})
		want(l, "called", f.Called, 3)
	}},
	{"a room that is open to all keeps its line and calls nobody", func(l *line) {
		places := l.wait(0, 3)
		l.fill(5)
		l.setPace(func(p *queue.Pace) { p.Rate, p.Mode = 60, queue.ModeOpen })
		f := l.advance()
		want(l, "called while open to all", f.Called, 0)
		want(l, "waiting", f.Waiting, 3)
		joined := l.wait(3, 1)[0] // of a gateway that has not heard of it yet
		want(l, "number", joined.Number, places[2].Number+1)
		l.setPace(func(p *queue.Pace) { p.Mode = queue.ModeRun })
		want(l, "called when it runs again", l.advance().Called, 4)
	}},
	{"nobody was heard for half the absence: the line is held", func(l *line) {
		l.advance()
		l.clock.Step(absentMS / 2)
		f := l.advance()
		if f.Hold > f.Now {
			l.Errorf("held after %d ms without a tick", absentMS/2)
		}
		l.clock.Step(absentMS/2 + 1)
		f = l.advance()
		want(l, "hold", f.Hold, f.Now+holdMS)
		l.wait(1, 1)
		l.fill(1)
		l.setPace(func(p *queue.Pace) { p.Rate = 1 })
		l.clock.Set(f.Hold - 1)
		want(l, "called just before", l.advance().Called, 0)
		l.clock.Step(1)
		want(l, "called just after", l.advance().Called, 1)
	}},
	{"a clock that was set back prolongs no hold", func(l *line) {
		l.clock.Step(3_600_000)
		f := l.advance()
		want(l, "hold", f.Hold, f.Now+holdMS)
		l.clock.Step(-3_600_000)
		f = l.advance()
		want(l, "hold then", f.Hold, f.Now+30_000) // the longest spread of a start
		want(l, "tick", f.Tick, f.Now)
	}},
	{"a clock that was set back stops neither verdicts nor samples, and gateways are counted anew", func(l *line) {
		tick := func(m queue.Watermark, tick int64, factor int64) queue.Snapshot {
			m.Ceiling = m.Last
			f, err := l.store.Advance(l.Context(), m, queue.Sample{Tick: tick, Blob: fmt.Sprint(tick)}, queue.Verdict{Tick: tick, Factor: factor})
			l.must("advance", err)
			return f
		}
		tick(queue.Watermark{Gateway: "one"}, 3600, 500)
		tick(queue.Watermark{Gateway: "two"}, 3600, 500)
		l.clock.Step(-1)
		f := tick(queue.Watermark{Gateway: "one"}, 7, 900)
		want(l, "judgement", f.Judgement, queue.Verdict{Tick: 7, Factor: 900})
		want(l, "sample", f.Samples["one"], queue.Sample{Tick: 7, Blob: "7"})
		want(l, "gateways", f.Gateways, 1)
	}},
	{"what is more than an Advance may look at is put right by those that follow", func(l *line) {
		const n, back = queue.MaxScan + 1, 3_600_000
		for from := 0; from < n; from += queue.MaxBatch {
			var stays []queue.Stay
			for _, id := range visitors(1+from, min(queue.MaxBatch, n-from)) {
				stays = append(stays, queue.Stay{Visitor: id, Started: l.now(), At: l.now()})
			}
			_, err := l.store.Renew(l.Context(), stays)
			l.must("renew", err)
		}
		l.advance()
		l.clock.Step(-back)
		l.advance()
		l.clock.Step(idleMS)
		want(l, "live, after Idle", l.snapshot().Live, 1)
		l.advance() // and the last one, as if it were of just now
		l.clock.Step(idleMS)
		f := l.advance()
		want(l, "live, after Idle once more", f.Live, 0)
		want(l, "tick", f.Tick, f.Now)
	}},
	{"what was noted in the millisecond that a clock is set back to stays", func(l *line) {
		p := l.wait(1, 2)
		l.call(1)
		l.claim(p[0])
		l.call(1)
		at := l.now()
		l.renew(1, at, at)
		l.clock.Step(10)
		l.advance()
		l.clock.Set(at)
		l.advance()
		l.wants("call", l.keep(p[1]), queue.Standing{State: queue.StateCalled, Until: at + windowMS})
		want(l, "end of the stay", l.keep(p[0]).Until, at+idleMS)
	}},
	{"what a clock that was wrong has noted is put right by as much as it was set back", func(l *line) {
		const hour = 3_600_000
		p := l.wait(1, 4)
		l.keepAll(p)
		l.fill(9)
		l.clock.Step(hour)
		l.advance() // it holds the line: nobody was heard for an hour
		l.keepAll(p)
		l.clock.Set(l.snapshot().Hold)
		l.call(3)
		l.setPace(func(p *queue.Pace) { p.MaxInside = 1 })
		want(l, "first", l.claim(p[0]).State, queue.StateInside)
		l.clock.Step(10)
		l.wantState("second", l.claim(p[2]), queue.StateFull, queue.ReasonNone)
		l.clock.Step(10)
		l.wantState("third", l.claim(p[1]), queue.StateFull, queue.ReasonNone)
		l.advance()
		l.clock.Step(-hour)
		f := l.advance()
		want(l, "tick", f.Tick, f.Now)
		l.wants("first", l.keep(p[0]), queue.Standing{State: queue.StateInside, Until: f.Now - 20 + idleMS, Started: f.Now - 20 + hour})
		l.finish(1)
		l.wantState("third, who asked after the second", l.claim(p[1]), queue.StateFull, queue.ReasonNone)
		want(l, "second", l.claim(p[2]).State, queue.StateInside)
		l.clock.Step(confirmMS)
		want(l, "at the door, after Confirm without a question", l.advance().Asking, 0)
		l.clock.Step(windowMS)
		want(l, "calls, after the window", l.advance().Calls, 0)
		l.clock.Step(idleMS)
		want(l, "live, after Idle", l.advance().Live, 0)
	}},
}

var weighing = []scenario{
	{"lanes share the calls by weight, and an equal turn is the lowest lane's", func(l *line) {
		l.plan(queue.Step{Rank: 1, SetWeights: true, Weights: [queue.Lanes]int64{3, 1, 1, 1, 1, 1, 1, 2}})
		a, b, c := l.waitIn(0, 0, 6), l.waitIn(1, 10, 6), l.waitIn(7, 20, 6)
		// turns of weight 3, 1, 2: lanes 0, 7, 0 (equal to 1), 1, 7, 0
		l.call(6)
		for what, n := range byName(map[string]struct {
			places []queue.Place
			want   int
		}{"lane 0": {a, 3}, "lane 1": {b, 1}, "lane 7": {c, 2}}) {
			called := 0
			for _, p := range n.places {
				if l.keep(p).State == queue.StateCalled {
					called++
				}
			}
			want(l, "called of "+what, called, n.want)
		}
		f := l.snapshot()
		want(l, "head of lane 0", f.Heads[0], a[2].Order)
		want(l, "head of lane 1", f.Heads[1], b[0].Order)
		want(l, "head of lane 7", f.Heads[7], c[1].Order)
	}},
	{"a lane without a present place takes no turn, and none is saved up", func(l *line) {
		a, b := l.waitIn(0, 0, 3), l.waitIn(1, 10, 2)
		l.away(b[0])
		l.away(b[1])
		l.call(2)
		want(l, "second of the only lane that is there", l.keep(a[1]).State, queue.StateCalled)
		l.wantState("absent place of the other lane", l.away(b[1]), queue.StateMissed, queue.ReasonAbsent)
		want(l, "head of the other lane", l.snapshot().Heads[1], b[1].Order)
		c := l.waitIn(1, 20, 1)
		l.call(1) // both stand at 0: lane 0
		want(l, "lane 0", l.keep(a[2]).State, queue.StateCalled)
		l.waiting("lane 1", l.keep(c[0]))
	}},
	{"equal lanes take turns", func(l *line) {
		a, b := l.waitIn(2, 0, 2), l.waitIn(5, 10, 2)
		for i, p := range []queue.Place{a[0], b[0], a[1], b[1]} {
			l.call(1)
			if s := l.keep(p); s.State != queue.StateCalled {
				l.Errorf("call %d: %v", i, s.State)
			}
		}
	}},
	{"front does not change the turn of the lanes", func(l *line) {
		p := intoFront(l).place
		a, b := l.waitIn(0, 10, 2), l.waitIn(1, 20, 1)
		l.call(1)
		want(l, "front", l.keep(p).State, queue.StateCalled)
		l.call(1)
		want(l, "lane 0", l.keep(a[0]).State, queue.StateCalled)
		l.call(1)
		want(l, "lane 1", l.keep(b[0]).State, queue.StateCalled)
	}},
	{"a lane that cannot be looked at any more stops the calls of all", func(l *line) {
		l.waitIn(0, 0, 1)
		for from := 0; from < queue.MaxScan; from += queue.MaxBatch {
			var beats []queue.Beat
			for _, p := range l.waitIn(1, 100+from, queue.MaxBatch) {
				beats = append(beats, queue.Beat{Place: p, Away: true})
			}
			_, err := l.store.Keep(l.Context(), 0, beats)
			l.must("keep", err)
		}
		want(l, "called at once", l.call(1).Called, 0) // one place of lane 0, and 4095 of lane 1
		want(l, "called then", l.call(1).Called, 1)
	}},
	{"a place in a lane needs the newer format", func(l *line) {
		l.wait(1, 1)
		want(l, "format with lane 0", l.snapshot().Format, 1)
		l.waitIn(1, 2, 1)
		want(l, "format with lane 1", l.snapshot().Format, queue.Format)
	}},
}
