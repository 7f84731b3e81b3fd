package queuetest

import (
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

var planning = []scenario{
	{"a step takes effect at its time, by a tick, once", func(l *line) {
		at := l.now() + 10_000
		l.settle(func(d *queue.Document) {
			d.Plan = []queue.Step{{At: at, Opening: "a", Rank: 4, SetShare: true, Share: 400, SetQuota: true, Quota: 9, Per: 2, Standby: 3}}
		})
		l.clock.Set(at - 1)
		want(l, "cursor just before", l.advance().Opening.Cursor, 0)
		l.clock.Set(at)
		want(l, "cursor without a tick", l.snapshot().Opening.Cursor, 0)
		o := l.advance().Opening
		want(l, "cursor", o.Cursor, 1)
		want(l, "done", o.Done["a"], queue.Done{Rank: 4, Cursor: 1})
		want(l, "share", o.Share, 400)
		want(l, "quota", o.Quota, 9)
		want(l, "per", o.Per, 2)
		want(l, "standby", o.Standby, 3)
		want(l, "opening", o.Name, "a")
		want(l, "cursor again", l.advance().Opening.Cursor, 1)
	}},
	{"steps take effect by time, then by their position, 16 a tick", func(l *line) {
		at := l.now()
		l.settle(func(d *queue.Document) {
			d.Plan = nil
			for i := range 18 {
				d.Plan = append(d.Plan, queue.Step{At: at, Opening: fmt.Sprint("o", i), Rank: 1, SetShare: true, Share: int64(i)})
			}
			d.Plan = append(d.Plan, queue.Step{At: at - 1, Opening: "first", Rank: 1, SetShare: true, Share: 999})
		})
		o := l.advance().Opening
		want(l, "cursor", o.Cursor, queue.MaxDue)
		want(l, "cursor of the first", o.Done["first"].Cursor, 1)
		want(l, "share", o.Share, queue.MaxDue-2)
		o = l.advance().Opening
		want(l, "share then", o.Share, 17)
		want(l, "cursor then", o.Cursor, 19)
	}},
	{"a step whose rank was reached is never applied, whatever the plan says by then", func(l *line) {
		l.plan(queue.Step{Rank: 5, SetShare: true, Share: 500})
		at := l.now()
		l.settle(func(d *queue.Document) {
			d.Plan = []queue.Step{
				{At: at, Opening: "a", Rank: 3, SetShare: true, Share: 300},
				{At: at, Opening: "a", Rank: 5, SetShare: true, Share: 501},
				{At: at, Opening: "b", Rank: 1, SetShare: true, Share: 100},
			}
		})
		o := l.advance().Opening
		want(l, "share", o.Share, 100)
		want(l, "cursor", o.Cursor, 2)
		want(l, "rank", o.Done["a"].Rank, 5)
	}},
	{"steps wait for the hold, and a step that holds makes the others wait", func(l *line) {
		l.restart()
		l.clock.Step(-graceMS)
		at := l.now()
		l.settle(func(d *queue.Document) {
			d.Plan = []queue.Step{
				{At: at, Opening: "a", Rank: 1, Phase: queue.PhaseLobby},
				{At: at, Opening: "a", Rank: 2, Phase: queue.PhaseOpen},
				{At: at, Opening: "a", Rank: 3, Phase: queue.PhaseLine},
			}
		})
		l.clock.Set(at + graceMS - 1)
		want(l, "cursor before the hold is over", l.advance().Opening.Cursor, 0)
		l.clock.Step(1)
		f := l.advance()
		want(l, "cursor behind it", f.Opening.Cursor, 2)
		want(l, "hold of the start", f.Hold, f.Now+holdMS) // pages did not know of it
		l.clock.Set(f.Hold - 1)
		want(l, "cursor before the start is over", l.advance().Opening.Cursor, 2)
		l.clock.Step(1)
		want(l, "cursor then", l.advance().Opening.Phase, queue.PhaseLine)
	}},
	{"the ranks of openings that left the plan are kept for the 64 latest", func(l *line) {
		for i := range 67 {
			l.settle(func(d *queue.Document) {
				d.Plan = []queue.Step{{At: l.now(), Opening: fmt.Sprint("o", i), Rank: 7}}
			})
			l.advance()
		}
		o := l.snapshot().Opening
		want(l, "ranks", len(o.Done), 65) // that of the plan, and 64 others
		want(l, "rank of the oldest", o.Done["o2"].Rank, 7)
		want(l, "rank of an older one", o.Done["o1"].Rank, 0)
	}},
	{"a reset begins to count the bookings anew and empties the codes", func(l *line) {
		a := queue.Arrival{Visitor: Visitor(1), Code: queue.Code{1}, Uses: 1}
		l.arrive(a)
		l.report(booked(9, 3, 1))
		l.plan(queue.Step{Rank: 1, SetQuota: true, Quota: 5, Per: 1})
		want(l, "booked without a reset", l.snapshot().Opening.Booked, 3)
		a.Visitor = Visitor(2)
		want(l, "code without a reset", l.arrive(a)[0].Reason, queue.ReasonCode)
		l.plan(queue.Step{Rank: 2, SetQuota: true, Quota: 5, Per: 1, Reset: true})
		o := l.snapshot().Opening
		want(l, "booked", o.Booked, 0)
		want(l, "reports", o.Reports, 1)
		l.waiting("code", l.arrive(a)[0].Standing)
	}},
	{"the floor ends all places that were given, and no stay and no open call", func(l *line) {
		in := l.enter(1)
		called := l.wait(2, 1)[0]
		l.call(1)
		front := l.wait(3, 1)[0]
		l.away(front)
		l.call(1)
		l.keep(front)
		line := l.wait(4, 2)
		l.clock.Step(1)
		f := l.plan(queue.Step{Rank: 1, Floor: true})
		want(l, "floor", f.Opening.Floor, line[1].Order)
		want(l, "waiting", f.Waiting, 0)
		want(l, "front", f.Front, 0)
		for what, p := range byName(map[string]queue.Place{"line": line[0], "last": line[1], "front": front}) {
			l.wantState(what, l.keep(p), queue.StateSpent, queue.ReasonFloor)
		}
		want(l, "call", l.keep(called).State, queue.StateCalled)
		want(l, "stay", l.keep(in).State, queue.StateInside)
		want(l, "claim of the call", l.claim(called).State, queue.StateInside)
		l.waiting("place behind the floor", l.join(9).Standing)
	}},
	{"the ends of a day that a room without a memory catches up with have no floor", func(l *line) {
		at := l.now() - 3000
		l.wait(1, 1)
		l.settle(func(d *queue.Document) {
			d.Plan = []queue.Step{{At: at, Opening: "a", Rank: 1, Floor: true, Phase: queue.PhaseLine}}
		})
		f := l.advance()
		want(l, "made", f.Made, startMS)
		want(l, "floor", f.Opening.Floor, 0)
		want(l, "phase", f.Opening.Phase, queue.PhaseLine)
	}},
	{"nobody is called but in an open room", func(l *line) {
		for rank, phase := range []queue.Phase{queue.PhaseClosed, queue.PhaseLobby, queue.PhaseLine, queue.PhaseThrough} {
			l.plan(queue.Step{Rank: uint8(10*rank + 1), Phase: queue.PhaseOpen})
			l.endHold()
			p := l.wait(100*rank, 1)[0]
			l.plan(queue.Step{Rank: uint8(10*rank + 2), Phase: phase})
			want(l, "called in phase "+phase.String(), l.call(1).Calls, 0)
			l.waiting("in phase "+phase.String(), l.keep(p))
			l.leave(100 * rank)
		}
	}},
	{"the share bounds entries and calls of the time that it is in force", func(l *line) {
		l.setPace(func(p *queue.Pace) { p.Rate, p.Burst = 60, 100 }) // an entry a second
		l.clock.Step(1000)
		f := l.plan(queue.Step{Rank: 1, SetShare: true, Share: 250})
		want(l, "credit before", f.Credit, queue.Units)
		want(l, "credit of calls before", f.CallCredit, 3*queue.Units)
		l.clock.Step(1000)
		f = l.tick(queue.Watermark{}, queue.Sample{}, queue.Verdict{Tick: 1, Factor: 500})
		want(l, "credit at a quarter", f.Credit, queue.Units+queue.Units/4)
		l.clock.Step(1000)
		f = l.advance()
		want(l, "credit at half a quarter", f.Credit, queue.Units+queue.Units/4+queue.Units/8)
		want(l, "credit of calls then", f.CallCredit, 3*f.Credit)
	}},
}

var opening = []scenario{
	{"a lobby gives numbers and stores nothing else", func(l *line) {
		before := l.plan(queue.Step{Rank: 1, Phase: queue.PhaseLobby})
		want(l, "segments", fmt.Sprint(before.Opening.Segments), fmt.Sprint([]queue.Segment{{Epoch: before.Epoch, First: 1, Open: true}}))
		for n := range uint64(3) {
			j := l.join(5)
			want(l, "arrival", j, queue.Joined{Standing: queue.Standing{State: queue.StateLobby}, Place: queue.Place{
				Visitor: Visitor(5), Epoch: before.Epoch, Number: n + 1, Order: queue.OrderOf(before.Epoch, n+1),
			}})
			l.wantState("keep", l.keep(j.Place), queue.StateLobby, queue.ReasonNone)
		}
		f := l.snapshot()
		want(l, "last", f.Last, 3)
		want(l, "given", f.Given, 3)
		want(l, "joined", f.Joined, 3)
		want(l, "waiting", f.Waiting, 0)
		_, err := l.store.Find(l.Context(), queue.OrderOf(f.Epoch, 1))
		l.wantErr("find", err, queue.ErrUnknown)
	}},
	{"a repeated arrival with a code finds its number in the lobby", func(l *line) {
		l.plan(queue.Step{Rank: 1, Phase: queue.PhaseLobby})
		a := queue.Arrival{Visitor: Visitor(5), Code: queue.Code{1}, Uses: 1}
		j := l.arrive(a)[0]
		want(l, "again", l.arrive(a)[0], j)
		want(l, "last", l.snapshot().Last, 1)
		l.plan(queue.Step{Rank: 2, Phase: queue.PhaseLine})
		j.State = queue.StateWaiting
		want(l, "when the lobby is over", l.arrive(a)[0], j)
	}},
	{"a lobby without a draw opens in the order of arrival, after its spread", func(l *line) {
		places := l.lobby(1, 3)
		f := l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen})
		want(l, "phase", f.Opening.Phase, queue.PhaseOpen)
		want(l, "segments", len(f.Opening.Segments), 0)
		want(l, "hold", f.Hold, f.Now+holdMS) // it was brought forward
		for _, p := range []int{2, 0, 1} {
			l.waiting("keep", l.keep(places[p]))
		}
		l.endHold()
		l.call(1)
		want(l, "first", l.keep(places[0]).State, queue.StateCalled)
		want(l, "last", l.snapshot().Last, 3)
	}},
	{"a start that pages knew of spreads by the number of places", func(l *line) {
		for lobby, ms := range map[int]int64{0: 2000, 19: 2000, 20: 2001, 41: 2002} {
			l.restart()
			at := l.now() + holdMS
			l.settle(func(d *queue.Document) {
				d.Plan = []queue.Step{{At: l.now(), Opening: "a", Rank: 1, Phase: queue.PhaseLobby}, {At: at, Opening: "a", Rank: 2, Phase: queue.PhaseOpen, Draw: true}}
			})
			l.advance()
			for n := range lobby {
				l.join(n)
			}
			l.clock.Set(at)
			f := l.advance()
			spread := f.Hold - f.Now
			if lobby > 0 {
				want(l, "phase", f.Opening.Phase, queue.PhaseDrawing)
				spread = l.onlyDraw().Spread
			}
			want(l, fmt.Sprintf("spread of %d places", lobby), spread, ms)
		}
	}},
	{"a lobby that ends otherwise leaves places in the order of arrival", func(l *line) {
		places := l.lobby(1, 2)
		l.plan(queue.Step{Rank: 2, Phase: queue.PhaseLine})
		l.waiting("keep", l.keep(places[1]))
		l.waiting("keep", l.keep(places[0]))
		l.plan(queue.Step{Rank: 3, Phase: queue.PhaseOpen})
		l.call(1)
		want(l, "first", l.keep(places[0]).State, queue.StateCalled)
	}},
}
