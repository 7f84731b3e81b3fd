package queuetest

import (
	"sync"

	"github.com/einlass/einlass/pkg/queue"
)

var joining = []scenario{
	{"numbers begin at 1 and are dense over batches, lanes and refusals", func(l *line) {
		f := l.snapshot()
		want(l, "epoch", f.Epoch, queue.EpochAt(startMS))
		for i, p := range append(l.wait(0, 3), l.waitIn(7, 3, queue.MaxBatch)...) {
			want(l, "place", p, queue.Place{
				Visitor: Visitor(i), Epoch: f.Epoch, Number: uint64(i + 1), Order: queue.OrderOf(f.Epoch, uint64(i+1)), Lane: p.Lane,
			})
		}
		l.settle(func(d *queue.Document) { d.Door.Closed = true })
		l.join(1000)
		l.settle(func(d *queue.Document) { d.Door.Closed = false })
		want(l, "number after a refusal", l.join(1001).Place.Number, queue.MaxBatch+4)
		f = l.snapshot()
		want(l, "last", f.Last, queue.MaxBatch+4)
		want(l, "given", f.Given, queue.MaxBatch+4)
		want(l, "joined", f.Joined, queue.MaxBatch+4)
		want(l, "waiting", f.Waiting, queue.MaxBatch+4)
	}},
	{"an arrival that repeats itself before it is heard of has its place", func(l *line) {
		j := l.arrive(queue.Arrival{Visitor: Visitor(1), Lane: 2})[0]
		l.clock.Step(1)
		again := l.arrive(queue.Arrival{Visitor: Visitor(1), Lane: 2}, queue.Arrival{Visitor: Visitor(1)})
		want(l, "again", again[0], j)
		want(l, "in another lane", again[1], j)
		want(l, "last", l.snapshot().Last, 1)
		want(l, "seen", l.find(j.Place.Order).At, -(l.now() - 1))
	}},
	{"an arrival that is twice in a batch takes one number", func(l *line) {
		l.settle(func(d *queue.Document) { d.Pace.Mode = queue.ModePause })
		l.arrive(queue.Arrival{Visitor: Visitor(1)}, queue.Arrival{Visitor: Visitor(1)}, queue.Arrival{Visitor: Visitor(2)})
		f := l.snapshot()
		want(l, "last", f.Last, 2)
		want(l, "joined", f.Joined, 2)
	}},
	{"an id that has been heard of, or was used, is taken", func(l *line) {
		taken := func(what string) {
			l.Helper()
			l.unchanged(what, func() {
				want(l, what, l.join(1), queue.Joined{Standing: queue.Standing{State: queue.StateTaken}})
			})
		}
		p := l.wait(1, 1)[0]
		l.keep(p)
		taken("in the line")
		l.away(p)
		taken("away")
		l.call(1)
		taken("missed")
		l.keep(p)
		taken("in front")
		l.call(1)
		taken("called")
		l.claim(p)
		taken("inside")
		l.leave(1)
		taken("ended")
		l.step(lifeMS - 1)
		l.advance()
		taken("a life long")
		l.clock.Step(1)
		l.advance()
		l.waiting("forgotten", l.join(1).Standing)
	}},
	{"a place of an epoch before is taken, because its number cannot be told", func(l *line) {
		p := queue.Place{Visitor: Visitor(1), Epoch: l.snapshot().Epoch - 1, Number: 7, Order: queue.OrderOf(l.snapshot().Epoch-1, 7)}
		l.waiting("keep", l.keep(p))
		want(l, "join", l.join(1), queue.Joined{Standing: queue.Standing{State: queue.StateTaken}})
		l.wait(2, 1)
		m := l.remembered()
		m.Last++
		l.restore(m) // which begins an epoch
		want(l, "join of one that was not heard of", l.join(2), queue.Joined{Standing: queue.Standing{State: queue.StateTaken}})
	}},
	{"a code is used by so many visitors, and each of them finds its number by it", func(l *line) {
		a := func(n int, code byte) queue.Arrival {
			return queue.Arrival{Visitor: Visitor(n), Code: queue.Code{code}, Uses: 2}
		}
		first := l.arrive(a(1, 1), a(2, 1), a(3, 1), a(3, 2))
		l.waiting("first", first[0].Standing)
		l.waiting("second", first[1].Standing)
		want(l, "third", first[2], queue.Joined{Standing: queue.Standing{State: queue.StateRefused, Reason: queue.ReasonCode}})
		l.waiting("third with another code", first[3].Standing)
		want(l, "last", l.snapshot().Last, 3)
		l.keep(first[0].Place)
		want(l, "heard of, with its code", l.arrive(a(1, 1))[0], first[0])
		want(l, "heard of, with another code", l.arrive(a(1, 2))[0].State, queue.StateTaken)
		l.leave(1)
		again := l.arrive(a(1, 1))[0]
		want(l, "place of a place given up", again.Place, first[0].Place)
		l.wantState("standing of it", again.Standing, queue.StateSpent, queue.ReasonLeft)
		want(l, "format", l.snapshot().Format, queue.Format)
	}},
	{"whoever shows a code whose number the floor has ended is told so", func(l *line) {
		a := queue.Arrival{Visitor: Visitor(1), Code: queue.Code{1}, Uses: 2}
		first := l.arrive(a)[0]
		l.waiting("first", first.Standing)
		l.plan(queue.Step{Rank: 1, Phase: queue.PhaseOpen, Floor: true})
		first.Standing = queue.Standing{State: queue.StateSpent, Reason: queue.ReasonFloor}
		want(l, "again", l.arrive(a)[0], first)
	}},
	{"whoever comes out of a lobby with a code has used it once", func(l *line) {
		a := func(n int) queue.Arrival { return queue.Arrival{Visitor: Visitor(n), Code: queue.Code{1}, Uses: 2} }
		l.plan(queue.Step{Rank: 1, Phase: queue.PhaseLobby})
		first := l.arrive(a(1))[0]
		l.wantState("in the lobby", first.Standing, queue.StateLobby, queue.ReasonNone)
		l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen})
		l.waiting("of the lobby", l.beat(queue.Beat{Place: first.Place, Code: queue.Code{1}, Uses: 2}))
		l.waiting("second", l.arrive(a(2))[0].Standing)
	}},
	{"a code that is cut to fewer uses goes on for those who have used it", func(l *line) {
		a := func(n int) queue.Arrival { return queue.Arrival{Visitor: Visitor(n), Code: queue.Code{1}, Uses: 2} }
		l.plan(queue.Step{Rank: 1, Phase: queue.PhaseLobby})
		both := l.arrive(a(1), a(2))
		l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen})
		for _, j := range both {
			l.waiting("of the lobby", l.beat(queue.Beat{Place: j.Place, Code: queue.Code{1}, Uses: 1}))
		}
	}},
	{"an arrival goes straight in when nobody waits and the pace allows it", func(l *line) {
		l.fill(2)
		l.setPace(func(p *queue.Pace) { p.Rate = 1 })
		now, epoch := l.now(), l.snapshot().Epoch
		joined := l.arrive(queue.Arrival{Visitor: Visitor(1)}, queue.Arrival{Visitor: Visitor(2), Lane: 3}, queue.Arrival{Visitor: Visitor(3)})
		in := queue.Standing{State: queue.StateInside, Until: now + idleMS, Started: now}
		l.wants("first", joined[0].Standing, in)
		l.wants("second", joined[1].Standing, in)
		l.waiting("third", joined[2].Standing)
		f := l.snapshot()
		want(l, "credit", f.Credit, 0)
		want(l, "credit of calls", f.CallCredit, 4*queue.Units)
		want(l, "called", f.Called, 2)
		want(l, "admitted", f.Admitted, 2)
		want(l, "head", f.Heads[0], queue.OrderOf(epoch, 1))
		want(l, "number of the head", f.HeadNumbers[0], 1)
		want(l, "head of lane 3", f.Heads[3], queue.OrderOf(epoch, 2))
		want(l, "number of the head of lane 3", f.HeadNumbers[3], 2)
		want(l, "set", l.find(joined[1].Place.Order).Set, "spent")
		l.wants("keep", l.keep(joined[0].Place), in)
	}},
	{"an arrival waits behind whoever waits, at the door too", func(l *line) {
		for what, into := range byName(map[string]func(*line) spot{"line": intoLine, "front": intoFront, "asking": intoDoorFree}) {
			into(l)
			l.fill(9)
			l.setPace(func(p *queue.Pace) { p.Rate = 1 })
			l.waiting("behind "+what, l.join(77).Standing)
			l.leave(1, 2, 77)
			l.restart()
		}
		l.fill(9)
		l.setPace(func(p *queue.Pace) { p.Rate = 1 })
		want(l, "behind nobody", l.join(77).State, queue.StateInside)
	}},
	{"an arrival behind open calls goes in only by what they leave of the pace", func(l *line) {
		l.wait(1, 1)
		l.call(1) // 1 entry is paid; the call counts 914 permille
		l.setPace(func(p *queue.Pace) { p.Rate = 1 })
		l.waiting("with 1 entry paid", l.join(5).Standing)
		l.leave(5)
		l.fill(2) // 2000 - 914 are left
		l.setPace(func(p *queue.Pace) { p.Rate = 1 })
		want(l, "with 2 entries paid", l.join(6).State, queue.StateInside)
	}},
	{"many gateways at once lose nothing and give nothing twice", func(l *line) { l.crowd(8, 40) }},
}

// intoDoorFree is asking in a room without a bound.
func intoDoorFree(l *line) spot {
	s := intoDoor(l)
	l.setPace(func(p *queue.Pace) { p.MaxInside = 0 })
	return s
}

// restart begins another room in the store.
func (l *line) restart() {
	l.Helper()
	l.store.Lose()
	l.clock.Step(2000)
	l.restore(queue.Watermark{Document: suiteDocument()})
	l.clock.Step(graceMS)
}

// crowd lets workers join, beat, claim, leave and tick at once, and checks the sums.
func (l *line) crowd(workers, rounds int) {
	l.Helper()
	l.setPace(func(p *queue.Pace) { p.Rate, p.Burst = 6000, 10 })
	var wg sync.WaitGroup
	start, given, errs := l.now(), make([][]queue.Joined, workers), make([]error, workers)
	for w := range workers {
		wg.Go(func() { given[w], errs[w] = l.gateway(w, rounds) })
	}
	wg.Wait()
	numbers := map[uint64]bool{}
	for w := range workers {
		l.must("crowd", errs[w])
		for _, j := range given[w] {
			if numbers[j.Place.Number] {
				l.Errorf("number %d was given twice", j.Place.Number)
			}
			numbers[j.Place.Number] = true
		}
	}
	f := l.snapshot()
	want(l, "numbers given", len(numbers), workers*rounds*3)
	want(l, "last", f.Last, uint64(workers*rounds*3))
	want(l, "joined", f.Joined, int64(f.Last))
	if bound := 10 + (l.now()-start+10_000)/10; f.Admitted > bound || f.Admitted == 0 {
		l.Errorf("%d entered in %d ms, want 1 to %d", f.Admitted, l.now()-start, bound)
	}
	want(l, "left", f.Left, int64(workers*rounds))
}

// gateway is one worker of a crowd. No place is absent for long enough to be passed over.
func (l *line) gateway(w, rounds int) (all []queue.Joined, err error) {
	ctx := l.Context()
	for round := range rounds {
		var arrivals []queue.Arrival
		for _, id := range visitors(w*1_000_000+round*10, 3) {
			arrivals = append(arrivals, queue.Arrival{Visitor: id})
		}
		reply, err := l.store.Join(ctx, arrivals)
		if err != nil {
			return all, err
		}
		all = append(all, reply.Places...)
		if err := l.store.Leave(ctx, []queue.VisitorID{reply.Places[2].Place.Visitor}); err != nil {
			return all, err
		}
		var places []queue.Place
		for _, j := range all {
			places = append(places, j.Place)
		}
		if _, err := l.store.Claim(ctx, 0, places); err != nil {
			return all, err
		}
		l.clock.Step(1)
		m := queue.Watermark{Gateway: string(rune('a' + w))}
		if _, err := l.store.Advance(ctx, m, queue.Sample{}, queue.Verdict{}); err != nil {
			return all, err
		}
	}
	return all, nil
}

var refusing = []scenario{
	{"nobody joins a room that is closed, by its phase or its door", func(l *line) {
		closed := queue.Joined{Standing: queue.Standing{State: queue.StateRefused, Reason: queue.ReasonClosed}}
		for rank, phase := range []queue.Phase{queue.PhaseClosed, queue.PhaseThrough} {
			l.plan(queue.Step{Rank: uint8(rank + 1), Phase: phase})
			l.unchanged("a refusal", func() { want(l, phase.String(), l.join(1), closed) })
		}
		l.plan(queue.Step{Rank: 3, Phase: queue.PhaseLine})
		l.waiting("between openings", l.join(1).Standing)
		l.settle(func(d *queue.Document) { d.Door.Closed = true })
		want(l, "door", l.join(2), closed)
		want(l, "arrival that repeats itself", l.join(1).State, queue.StateWaiting)
	}},
	{"nobody joins while so many wait, in the line or in front", func(l *line) {
		intoFront(l)
		l.settle(func(d *queue.Document) { d.Door.Limit = 3 })
		l.wait(10, 2)
		want(l, "fourth", l.join(20), queue.Joined{Standing: queue.Standing{State: queue.StateRefused, Reason: queue.ReasonLimit}})
		l.leave(10)
		l.waiting("when one has left", l.join(20).Standing)
	}},
	{"nobody joins while a lobby has given so many numbers, beside those who wait", func(l *line) {
		l.wait(1, 1)
		l.settle(func(d *queue.Document) { d.Door.Limit = 4 })
		l.plan(queue.Step{Rank: 1, Phase: queue.PhaseLobby})
		want(l, "first number", l.join(10).State, queue.StateLobby)
		all := l.arrive(queue.Arrival{Visitor: Visitor(20)}, queue.Arrival{Visitor: Visitor(21)}, queue.Arrival{Visitor: Visitor(22)})
		want(l, "third number", all[1].State, queue.StateLobby)
		want(l, "fourth", all[2], queue.Joined{Standing: queue.Standing{State: queue.StateRefused, Reason: queue.ReasonLimit}})
	}},
	{"places that the floor has ended are not counted against the limit", func(l *line) {
		l.wait(1, 3)
		l.settle(func(d *queue.Document) { d.Door.Limit = 1 })
		l.plan(queue.Step{Rank: 1, Phase: queue.PhaseLine, Floor: true})
		l.waiting("first behind the floor", l.join(9).Standing)
		want(l, "second", l.join(10).Reason, queue.ReasonLimit)
	}},
	{"nobody joins when all is booked and enough stand by", func(l *line) {
		l.plan(queue.Step{Rank: 1, SetQuota: true, Quota: 2, Per: 1, Standby: 2})
		l.report(booked(1, 1, 1))
		l.wait(10, 1)
		l.report(booked(2, 1, 2))
		l.waiting("first to stand by", l.join(11).Standing)
		want(l, "third", l.join(12), queue.Joined{Standing: queue.Standing{State: queue.StateRefused, Reason: queue.ReasonSoldOut}})
		l.plan(queue.Step{Rank: 2, Phase: queue.PhaseLine})
		l.waiting("when the opening is over", l.join(12).Standing)
	}},
}

// booked is a report of visitor n.
func booked(n int, count int64, ref byte) queue.Outcome {
	return queue.Outcome{Kind: queue.Booked, Visitor: Visitor(n), Count: count, Ref: queue.Code{0: 3, 15: ref}}
}
