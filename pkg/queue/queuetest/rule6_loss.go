package queuetest

import (
	"github.com/einlass/einlass/pkg/queue"
)

// stride is what lies between the epochs that lines begin while they are ahead of the clock.
const stride = 1 << 12

// remembered is what a gateway remembers now, as one that may have given ten numbers more.
func (l *line) remembered() queue.Watermark {
	l.Helper()
	m := watermark(ptr(l.snapshot()))
	m.Ceiling = m.Last + 10
	return m
}

var losing = []scenario{
	{"a store that has lost the room answers so and keeps nothing", func(l *line) {
		p := l.wait(1, 1)[0]
		l.store.Lose()
		for _, v := range l.verbs(p) {
			l.wantErr(v.name, v.call(l.store), queue.ErrLost)
		}
		l.restore(queue.Watermark{Document: suiteDocument()})
		f := l.snapshot()
		want(l, "waiting", f.Waiting, 0)
		want(l, "last", f.Last, 0)
	}},
	{"a loss hides from no Advance that the clock was set back", func(l *line) {
		p := l.enter(1)
		l.advance()
		m := l.remembered()
		m.Last++
		l.clock.Step(-3_600_000)
		l.restore(m)
		f := l.advance()
		want(l, "tick", f.Tick, f.Now)
		want(l, "end", l.keep(p).Until, f.Now+idleMS)
	}},
	{"a room without a watermark begins now and waits for the grace", func(l *line) {
		l.wait(1, 3)
		l.store.Lose()
		l.clock.Step(5000)
		l.restore(queue.Watermark{Document: suiteDocument()})
		f := l.snapshot()
		want(l, "epoch", f.Epoch, queue.EpochAt(l.now()))
		want(l, "hold", f.Hold, l.now()+graceMS)
		want(l, "made", f.Made, l.now())
		want(l, "joined", f.Joined, 0)
	}},
	{"a room that is restored goes on behind all numbers and heads, and holds", func(l *line) {
		l.enter(20)
		l.wait(1, 5)
		l.waitIn(3, 9, 1)
		l.call(2)
		m := l.remembered()
		l.store.Lose()
		l.restore(m)
		f := l.snapshot()
		want(l, "epoch", f.Epoch, queue.EpochAt(l.now())+stride)
		want(l, "last", f.Last, m.Ceiling)
		want(l, "heads", f.Heads, m.Heads)
		want(l, "numbers of the heads", f.HeadNumbers, m.HeadNumbers)
		want(l, "hold", f.Hold, l.now()+holdMS)
		want(l, "made", f.Made, l.now()) // no step was known
		want(l, "born", f.Born, l.now())
		want(l, "mark", f.Mark, l.now())
		want(l, "tick", f.Tick, l.now())
		want(l, "credit", f.Credit, 0)
		want(l, "credit of calls", f.CallCredit, 0)
		want(l, "curves", f.Curves == m.Curves, true)
		want(l, "number", l.join(50).Place, queue.Place{
			Visitor: Visitor(50), Epoch: f.Epoch, Number: m.Ceiling + 1, Order: queue.OrderOf(f.Epoch, m.Ceiling+1),
		})
	}},
	{"the epoch is later than the clock's, than the one before, and than every order", func(l *line) {
		m := l.remembered()
		for what, c := range byName(map[string]struct {
			edit func(*queue.Watermark)
			want uint64
		}{
			"clock":  {func(m *queue.Watermark) { m.Epoch = 5 }, queue.EpochAt(startMS) + 2},
			"epoch":  {func(m *queue.Watermark) { m.Epoch = queue.EpochAt(startMS) + 90 }, queue.EpochAt(startMS) + 2 + stride},
			"head":   {func(m *queue.Watermark) { m.Heads[5] = queue.OrderOf(queue.EpochAt(startMS)+90, 1) }, queue.EpochAt(startMS) + 2 + stride},
			"number": {func(m *queue.Watermark) { m.Ceiling = 3 << 22 }, queue.EpochAt(startMS) + 2 + stride},
			"floor":  {func(m *queue.Watermark) { m.Opening.Floor = queue.OrderOf(queue.EpochAt(startMS)+90, 1) }, queue.EpochAt(startMS) + 2 + stride},
			"draw": {func(m *queue.Watermark) {
				m.Opening.Draws = []queue.Draw{{
					Opening: "a", Segments: []queue.Segment{{Epoch: m.Epoch, First: 1, Last: 2 << 22}}, N: 2 << 22, Base: queue.OrderOf(m.Epoch, 1),
				}}
			}, queue.EpochAt(startMS) + 2 + stride},
		}) {
			again := m
			again.Opening = m.Opening.Clone()
			c.edit(&again)
			l.store.Lose()
			l.clock.Set(startMS + 2000)
			l.restore(again)
			want(l, "epoch by the "+what, l.snapshot().Epoch, c.want)
		}
	}},
	{"a tick whose watermark is beyond the store is refused and changes nothing", func(l *line) {
		l.wait(1, 3)
		l.call(1)
		m := l.remembered()
		_, err := l.store.Advance(l.Context(), m, queue.Sample{}, queue.Verdict{})
		l.must("advance with what is known", err)
		for what, edit := range byName(map[string]func(*queue.Watermark){
			"epoch": func(m *queue.Watermark) { m.Epoch++; m.Last = 0; m.Heads = [queue.Lanes]queue.Order{} }, "last": func(m *queue.Watermark) { m.Last++ },
			"head": func(m *queue.Watermark) { m.Heads[0]++ }, "head of lane 7": func(m *queue.Watermark) { m.Heads[7] = 1 },
			"mapping": func(m *queue.Watermark) { m.Opening.Mapping++ }, "reports": func(m *queue.Watermark) { m.Opening.Reports++ },
			"cursor": func(m *queue.Watermark) { m.Opening.Cursor++ },
		}) {
			ahead := m
			edit(&ahead)
			l.unchanged("a tick", func() {
				_, err := l.store.Advance(l.Context(), ahead, queue.Sample{Tick: 9}, queue.Verdict{Tick: 9})
				l.wantErr("advance with a later "+what, err, queue.ErrLost)
			})
			ahead.Epoch--
			if what != "epoch" {
				_, err := l.store.Advance(l.Context(), ahead, queue.Sample{}, queue.Verdict{})
				l.must("advance with a later "+what+" of an earlier epoch", err)
			}
		}
	}},
	{"a room that is behind a watermark is raised, and keeps its places, its stays and its totals", func(l *line) {
		in := l.enter(1)
		p := l.wait(2, 2)
		born, totals := l.snapshot().Born, l.snapshot().Joined
		m := l.remembered()
		m.Last, m.Ceiling, m.Curves = m.Last+3, m.Last+20, [queue.Curves]queue.Curve{}
		m.Heads[1], m.HeadNumbers[1] = queue.OrderOf(m.Epoch, 6), 6
		curves := l.snapshot().Curves
		l.fill(5)
		l.clock.Step(500)
		l.restore(m)
		f := l.snapshot()
		want(l, "epoch", f.Epoch, queue.EpochAt(l.now())) // a second has passed
		want(l, "last", f.Last, m.Ceiling)
		want(l, "head of lane 1", f.Heads[1], m.Heads[1])
		want(l, "number of it", f.HeadNumbers[1], 6)
		want(l, "hold", f.Hold, l.now()+holdMS)
		want(l, "joined", f.Joined, totals)
		want(l, "waiting", f.Waiting, 2)
		want(l, "credit", f.Credit, 0)
		want(l, "born", f.Born, l.now())
		want(l, "curves", f.Curves == curves, true)
		if f.Made != born {
			l.Errorf("made %d, want %d", f.Made, born)
		}
		l.waiting("place", l.keep(p[0]))
		want(l, "stay", l.keep(in).State, queue.StateInside)
	}},
	{"a watermark of an earlier epoch teaches numbers and heads, and nothing is held", func(l *line) {
		l.wait(1, 2)
		before := l.snapshot()
		m := l.remembered()
		m.Epoch, m.Last, m.Ceiling = m.Epoch-1, 40, 50
		m.Heads[0], m.HeadNumbers[0] = queue.OrderOf(m.Epoch, 30), 30
		l.restore(m)
		f := l.snapshot()
		want(l, "epoch", f.Epoch, before.Epoch)
		want(l, "last", f.Last, 50)
		want(l, "head", f.Heads[0], m.Heads[0])
		want(l, "number of the head", f.HeadNumbers[0], 30)
		want(l, "hold", f.Hold, before.Hold)
		want(l, "born", f.Born, before.Born)
		l.restore(m)
		want(l, "the same again", snapshotDiff(f, l.snapshot()), "")
		m.Heads[0], m.HeadNumbers[0] = queue.OrderOf(m.Epoch, 20), 20
		l.restore(m)
		want(l, "a lower head", snapshotDiff(f, l.snapshot()), "")
	}},
	{"whoever was told to ask after a start is waited for after a loss, too", func(l *line) {
		for name, wait := range map[string]int64{"longer than a loss": holdMS + 500, "shorter": holdMS - 500} {
			l.restart()
			m := l.remembered()
			m.Hold = l.now() + wait
			l.restore(m)
			want(l, "held by a watermark that is not ahead, "+name, l.snapshot().Hold, m.Hold)
			l.store.Lose()
			l.restore(m)
			f := l.snapshot()
			want(l, "held by a room that begins, "+name, f.Hold, max(m.Hold, l.now()+holdMS))
			m.Epoch, m.Last, m.Ceiling, m.Hold = f.Epoch-1, 1, 1, f.Hold+700
			l.restore(m)
			want(l, "held by an earlier epoch, "+name, l.snapshot().Hold, m.Hold)
		}
	}},
	{"a watermark that says what is known changes nothing", func(l *line) {
		l.enter(1)
		l.wait(2, 3)
		l.call(1)
		m := l.remembered()
		f := l.advance()
		l.restore(m)
		want(l, "the room", snapshotDiff(f, l.snapshot()), "")
	}},
	{"a restored room's first ticks apply the steps that it has not, and none twice", func(l *line) {
		l.plan(queue.Step{Rank: 1, SetShare: true, Share: 500})
		m := l.remembered()
		m.Document.Plan = append(m.Document.Plan, queue.Step{At: l.now(), Opening: "a", Rank: 2, SetQuota: true, Quota: 3, Per: 1})
		l.store.Lose()
		l.restore(m)
		f := l.snapshot()
		want(l, "cursor of what is remembered", f.Opening.Cursor, 1)
		want(l, "made", f.Made, 0)
		want(l, "cursor during the hold", l.advance().Opening.Cursor, 1)
		l.endHold()
		o := l.advance().Opening
		want(l, "cursor behind it", o.Cursor, 2)
		want(l, "quota", o.Quota, 3)
		want(l, "share", o.Share, 500)
	}},
}

var returning = []scenario{
	{"a lost line comes back in its old order, before whoever comes then", func(l *line) {
		places := l.wait(1, 4)
		m := l.remembered()
		l.store.Lose()
		l.clock.Step(3000)
		l.restore(m)
		late := l.wait(50, 1)[0]
		for _, i := range []int{2, 0, 3, 1} {
			l.waiting("keep", l.keep(places[i]))
		}
		l.endHold()
		for _, p := range append(places, late) {
			l.call(1)
			want(l, "called", l.keep(p).State, queue.StateCalled)
		}
	}},
	{"a ticket of an earlier epoch stretches the hold, and teaches its number", func(l *line) {
		l.clock.Step(5_000_000)
		l.restart()
		f := l.snapshot()
		p := queue.Place{Visitor: Visitor(1), Epoch: f.Epoch - 7, Number: 33, Order: queue.OrderOf(f.Epoch-7, 33)}
		l.waiting("keep", l.keep(p))
		after := l.snapshot()
		want(l, "hold", after.Hold, f.Born+holdMS)
		want(l, "last", after.Last, 33)
		want(l, "epoch", after.Epoch, f.Epoch)
		want(l, "number", l.join(2).Place.Number, 34)
	}},
	{"a ticket of a later epoch begins a later one, and holds", func(l *line) {
		f := l.snapshot()
		p := queue.Place{Visitor: Visitor(1), Epoch: f.Epoch + 7, Number: 33, Order: queue.OrderOf(f.Epoch+7, 33)}
		l.waiting("keep", l.keep(p))
		after := l.snapshot()
		want(l, "epoch", after.Epoch, queue.EpochAt(l.now())+stride)
		want(l, "hold", after.Hold, l.now()+holdMS)
		want(l, "born", after.Born, l.now())
		want(l, "last", after.Last, f.Last)
		l.wait(2, 1)
		l.endHold()
		l.call(1)
		want(l, "called", l.keep(p).State, queue.StateCalled)
	}},
	{"a ticket of this epoch teaches its number", func(l *line) {
		s := intoNowhere(l)
		f := l.snapshot()
		l.claim(s.place)
		after := l.snapshot()
		want(l, "last", after.Last, s.place.Number)
		want(l, "given", after.Given, f.Given)
		want(l, "hold", after.Hold, f.Hold)
		want(l, "joined", after.Joined, f.Joined)
	}},
	{"tickets up to the ends of numbers and orders are told apart", func(l *line) {
		f, end := l.snapshot(), queue.OrderOf(farthestTicket, 0)
		p := queue.Place{Visitor: Visitor(1), Epoch: f.Epoch, Number: queue.MaxNumber, Order: end - 1}
		q := queue.Place{Visitor: Visitor(2), Epoch: f.Epoch, Number: queue.MaxNumber, Order: end - 2}
		l.waiting("highest", l.keep(p))
		l.waiting("one below", l.keep(q))
		want(l, "last", l.snapshot().Last, f.Last)
		l.endHold()
		l.call(1)
		want(l, "one below", l.keep(q).State, queue.StateCalled)
		l.waiting("highest", l.keep(p))
	}},
	{"a code is known again by its ticket, and by how many others have it", func(l *line) {
		p := l.wait(1, 3)
		m := l.remembered()
		l.store.Lose()
		l.restore(m)
		beat := func(i int, uses uint8) queue.Beat { return queue.Beat{Place: p[i], Code: queue.Code{4}, Uses: uses} }
		l.waiting("first", l.beat(beat(0, 2)))
		l.waiting("second", l.beat(beat(1, 2)))
		last := l.snapshot().Last
		third := beat(2, 2)
		third.Place.Number = last + 100
		l.wantState("third", l.beat(third), queue.StateRefused, queue.ReasonCode)
		want(l, "last", l.snapshot().Last, last)
		l.wantState("third without it", l.keep(p[2]), queue.StateSpent, queue.ReasonCode)
		l.waiting("first again", l.beat(beat(0, 1)))
		want(l, "format", l.snapshot().Format, queue.Format)
	}},
	{"a restored place behind the head comes to the front, or is missed if its page is closed", func(l *line) {
		places := l.wait(1, 4)
		l.call(3)
		m := l.remembered()
		l.store.Lose()
		l.restore(m)
		l.wantState("called before", l.keep(places[0]), queue.StateFront, queue.ReasonNone)
		l.wantState("closed", l.away(places[1]), queue.StateMissed, queue.ReasonAbsent)
		l.wantState("claimed", l.claim(places[2]), queue.StateFront, queue.ReasonNone)
		l.waiting("not called before", l.keep(places[3]))
		want(l, "closed one", l.find(places[1].Order).Set, "missed")
	}},
}
