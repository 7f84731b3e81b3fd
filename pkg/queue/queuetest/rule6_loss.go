package queuetest

import (
	"github.com/einlass/einlass/pkg/queue"
)

var losing = []scenario{
	{"a store that has lost the room answers so and keeps nothing", func(l *line) {
		p := l.wait(0, 1)[0]
		l.store.Lose()
		for _, v := range l.verbs(p) {
			l.wantErr(v.name, v.call(), queue.ErrLost)
		}
		l.restore(queue.Watermark{Control: suiteControl()})
		f := l.snapshot()
		want(l, "waiting and in front", f.Waiting+f.Front, 0)
		want(l, "totals", f.Joined+f.Called+f.Admitted+f.Finished+f.Left, 0)
		want(l, "number", l.wait(1, 1)[0].Number, 1)
	}},
	{"a room without a watermark begins now and waits for the grace", func(l *line) {
		l.lose()
		c := suiteControl()
		c.Pace.Rate = 60_000
		l.restore(queue.Watermark{Control: c})
		f := l.snapshot()
		want(l, "epoch", f.Epoch, queue.EpochAt(l.now()))
		want(l, "last", f.Last, 0)
		want(l, "head", f.Head, 0)
		want(l, "head's number", f.HeadNum, 0)
		want(l, "hold", f.Hold, l.now()+graceMS)
		want(l, "born", f.Born, l.now())
		want(l, "controls", f.Control, c)
		l.wait(0, 3)
		l.clock.Step(graceMS - 1)
		want(l, "called in the grace", l.advance().Called, 0)
		l.clock.Step(1)
		want(l, "called after the grace", l.advance().Called, 3)
	}},
	{"a room that began without a watermark holds as soon as a gateway restores the watermark of the line before", func(l *line) {
		l.wait(0, 2)
		m := watermark(l.snapshot())
		l.lose()
		l.clock.Step(1000)
		l.restore(queue.Watermark{Control: m.Control})
		born := l.now()
		l.clock.Step(graceMS / 2)
		l.restore(m)
		want(l, "hold", l.snapshot().Hold, born+holdMS)
		l.clock.Step(graceMS)
		want(l, "who arrives after the grace", l.join(Visitor(7))[0].State, queue.StateWaiting)
		l.clock.Set(born + holdMS)
		l.restore(m)
		want(l, "hold after a late reminder", l.snapshot().Hold, born+holdMS)
	}},
	{"a clock that stepped back does not let old tickets prolong the hold again and again", func(l *line) {
		l.wait(0, 2)
		m := watermark(l.snapshot())
		l.lose()
		l.restore(m)
		l.clock.Step(-3_600_000)
		back := l.now()
		f := l.advance()
		want(l, "born", f.Born, back)
		for n := range uint64(30) {
			l.clock.Step(holdMS / 10)
			old := queue.Place{Visitor: Visitor(int(100 + n)), Epoch: m.Epoch - 1, Number: 1 + n}
			l.wantState("an old ticket", l.keep(old), queue.StateWaiting)
			want(l, "hold", l.advance().Hold, back+holdMS)
		}
	}},
	{"a room restored from a watermark follows what was and holds", func(l *line) {
		l.lose()
		c := suiteControl()
		c.Version, c.Pace.Rate, c.Pace.Burst = 42, 60_000, 5
		old := queue.Watermark{
			Epoch: queue.EpochAt(l.now()) - 1000, Last: 900, Ceiling: 1000, Control: c,
			Head: queue.OrderOf(queue.EpochAt(l.now())-1000, 700), HeadNumber: 700,
		}
		l.restore(old)
		f := l.snapshot()
		want(l, "epoch", f.Epoch, queue.EpochAt(l.now()))
		want(l, "last", f.Last, 1000)
		want(l, "head", f.Head, old.Head)
		want(l, "head's number", f.HeadNum, 700)
		want(l, "controls", f.Control, c)
		want(l, "hold", f.Hold, l.now()+holdMS)
		want(l, "number", l.wait(0, 3)[0].Number, 1001)
		l.clock.Step(holdMS - 1)
		want(l, "called in the hold", l.advance().Called, 0)
		l.clock.Step(1)
		want(l, "called after the hold", l.advance().Called, 3)
	}},
	{"numbers that a fault has multiplied begin again at 1 behind all places", func(l *line) {
		l.lose()
		old := queue.Watermark{Epoch: queue.EpochAt(l.now()), Last: queue.MaxCarried - 1, Ceiling: queue.MaxCarried, Control: suiteControl()}
		l.restore(old)
		first := l.wait(0, 1)[0]
		want(l, "number above the highest that is carried", first.Number, queue.MaxCarried+1)
		m := watermark(l.snapshot())
		m.Last++
		m.Ceiling = 1<<51 - 1
		l.restore(m)
		next := l.wait(1, 1)[0]
		want(l, "number in the next epoch", next.Number, 1)
		if next.Order() <= first.Order() || next.Order() <= queue.OrderOf(m.Epoch, m.Ceiling) {
			l.Errorf("%+v does not stand behind %+v", next, first)
		}
		l.wantState("a ticket with such a number", l.keep(first), queue.StateWaiting)
		l.restore(m)
		want(l, "number after a reminder", l.wait(2, 1)[0].Number, 2)
		unknown := queue.Place{Visitor: Visitor(3), Epoch: first.Epoch, Number: first.Number + 7}
		l.wantState("a ticket that comes back", l.keep(unknown), queue.StateWaiting)
		want(l, "number after it", l.wait(4, 1)[0].Number, 3)
		late := queue.Place{Visitor: Visitor(5), Epoch: next.Epoch + 1, Number: 1<<51 - 1}
		l.wantState("a ticket of a later epoch", l.keep(late), queue.StateWaiting)
		want(l, "number after that", l.wait(6, 1)[0].Number, 4)
	}},
	{"the bucket of a restored room is empty and fills during the hold", func(l *line) {
		l.fill(10)
		m := watermark(l.snapshot())
		m.Control.Pace = queue.Pace{Rate: 60, Burst: 100}
		l.lose()
		l.restore(m)
		l.clock.Step(holdMS)
		j := l.join(visitors(0, 7)...)
		want(l, "five seconds' worth", j[4].State, queue.StateInside)
		l.wantState("more", j[5].Standing, queue.StateWaiting)
	}},
	{"an epoch is later than the remembered one although the clock is behind", func(l *line) {
		l.lose()
		ahead := queue.EpochAt(l.now()) + 500
		l.restore(queue.Watermark{Epoch: ahead, Control: suiteControl()})
		want(l, "epoch", l.snapshot().Epoch, ahead+1)
	}},
	{"an epoch is later than every number that may have been given", func(l *line) {
		for _, m := range []queue.Watermark{
			{Last: 1, Ceiling: 9 << 22}, {Last: 1, Ceiling: 1, Head: queue.OrderOf(queue.EpochAt(l.now()), 9<<22)},
		} {
			m.Epoch, m.Control = queue.EpochAt(l.now()), suiteControl()
			l.lose()
			l.restore(m)
			f := l.snapshot()
			want(l, "epoch", f.Epoch, m.Epoch+10)
			want(l, "last", f.Last, m.Ceiling)
		}
	}},
	{"no number is given twice through losses with watermarks of any age", func(l *line) {
		given := map[[2]uint64]bool{}
		watermarks := []queue.Watermark{watermark(l.snapshot())}
		for n := range 40 {
			for _, p := range l.wait(100*n, 1+n%7) {
				key := [2]uint64{p.Epoch, p.Number}
				if given[key] {
					l.Fatalf("number %d of epoch %d was given twice", p.Number, p.Epoch)
				}
				given[key] = true
			}
			last := l.snapshot().Last
			watermarks = append(watermarks, watermark(l.snapshot()))
			l.lose()
			for i := range 3 {
				m := watermarks[(n*7+i*5)%len(watermarks)]
				m.Ceiling = last // what gateways keep: a bound that is never too low
				l.restore(m)
			}
			l.clock.Step(int64(n%3) * 400)
		}
	}},
}

var returning = []scenario{
	{"places come back in their old order, before new ones", func(l *line) {
		p := l.wait(0, 30)
		m := watermark(l.snapshot())
		l.lose()
		l.restore(m)
		fresh := l.wait(100, 3)
		want(l, "number of who is new", fresh[0].Number, 31)
		for i := range p {
			l.wantState("back", l.keep(p[(i*11)%30]), queue.StateWaiting)
		}
		l.checkSketch(l.snapshot(), append(p, fresh...))
		l.clock.Step(holdMS)
		for _, next := range append(p, fresh...) {
			l.keepAll(append(p, fresh...))
			l.fill(1)
			f := l.advance()
			l.wantUntil("next", l.keep(next), queue.StateCalled, l.now()+windowMS)
			want(l, "head", f.Head, next.Order())
		}
	}},
	{"a place the head has passed comes back to the front", func(l *line) {
		p := l.wait(0, 4)
		l.fill(2)
		m := watermark(l.advance())
		l.lose()
		l.restore(m)
		l.wantState("called before the loss", l.keep(p[1]), queue.StateFront)
		l.wantState("called before the loss, by a claim", l.claim(p[0]), queue.StateFront)
		l.wantState("in line, by a claim", l.claim(p[2]), queue.StateWaiting)
		l.wantState("in line", l.keep(p[3]), queue.StateWaiting)
		l.clock.Step(holdMS)
		for _, next := range p {
			l.fill(1)
			l.advance()
			l.wantUntil("next", l.keep(next), queue.StateCalled, l.now()+windowMS)
		}
	}},
	{"the report of a closed page restores an unknown place as absent", func(l *line) {
		p := l.wait(0, 4)
		l.fill(2)
		m := watermark(l.advance())
		l.lose()
		l.restore(m)
		l.wantState("passed", l.away(p[0]), queue.StateMissed)
		restored := l.now()
		l.wantState("passed, remembered", l.away(p[0]), queue.StateMissed)
		l.wantState("in line", l.away(p[2]), queue.StateWaiting)
		f := l.snapshot()
		want(l, "front", f.Front, 0)
		want(l, "waiting", f.Waiting, 1)
		l.clock.Step(holdMS)
		l.fill(1)
		f = l.advance()
		want(l, "called", f.Called, 0)
		want(l, "waiting", f.Waiting, 0)
		l.wantState("back in front", l.keep(p[2]), queue.StateFront)
		l.clock.Set(restored + lifeMS - 1)
		l.advance()
		want(l, "a new arrival of the remembered id", l.join(p[0].Visitor)[0], taken())
		l.clock.Step(1)
		l.advance()
		want(l, "number of a new arrival of the forgotten id", l.join(p[0].Visitor)[0].Place.Number, 5)
	}},
	{"a ticket of the current epoch changes neither epoch nor hold, only what was given", func(l *line) {
		before := l.snapshot()
		for number, last := range map[uint64]uint64{50: 50} {
			p := queue.Place{Visitor: Visitor(int(number)), Epoch: before.Epoch, Number: number}
			l.wantState("unknown", l.keep(p), queue.StateWaiting)
			want(l, "last", l.snapshot().Last, last)
		}
		p := queue.Place{Visitor: Visitor(7), Epoch: before.Epoch, Number: 7}
		l.wantState("unknown", l.claim(p), queue.StateWaiting)
		f := l.snapshot()
		want(l, "last", f.Last, 50)
		want(l, "epoch", f.Epoch, before.Epoch)
		want(l, "hold", f.Hold, before.Hold)
		want(l, "joined", f.Joined, 0)
		want(l, "next number", l.wait(0, 1)[0].Number, 51)
	}},
	{"a ticket of an earlier epoch stretches the grace to a hold", func(l *line) {
		for _, back := range []func(queue.Place) queue.Standing{l.keep, l.claim, l.away} {
			l.lose()
			l.restore(queue.Watermark{Control: suiteControl()})
			born := l.snapshot()
			l.clock.Step(graceMS / 2)
			p := queue.Place{Visitor: Visitor(3), Epoch: born.Epoch - 5, Number: 33}
			l.wantState("back", back(p), queue.StateWaiting)
			f := l.snapshot()
			want(l, "hold", f.Hold, born.Now+holdMS)
			want(l, "epoch", f.Epoch, born.Epoch)
			want(l, "last", f.Last, 33)
		}
	}},
	{"a ticket of an earlier epoch long after the loss begins no hold", func(l *line) {
		f := l.snapshot()
		l.clock.Step(2 * holdMS)
		l.keep(queue.Place{Visitor: Visitor(3), Epoch: f.Epoch - 5, Number: 1})
		if hold := l.snapshot().Hold; hold > l.now() {
			l.Errorf("hold ends in %d ms", hold-l.now())
		}
		want(l, "last", l.snapshot().Last, 1)
	}},
	{"a ticket of an earlier epoch that is known stretches nothing", func(l *line) {
		l.lose()
		l.restore(queue.Watermark{Control: suiteControl()})
		f := l.snapshot()
		p := queue.Place{Visitor: Visitor(3), Epoch: f.Epoch - 5, Number: 1}
		l.leave(p.Visitor)
		l.wantState("spent", l.keep(p), queue.StateSpent)
		want(l, "hold", l.snapshot().Hold, f.Hold)
		want(l, "last", l.snapshot().Last, 0)
	}},
	{"a ticket of a later epoch shows that the store is an older one", func(l *line) {
		for n, back := range []func(queue.Place) queue.Standing{l.keep, l.claim, l.away} {
			l.clock.Step(holdMS)
			before := l.snapshot()
			p := queue.Place{Visitor: Visitor(3 + n), Epoch: before.Epoch + 100, Number: before.Last + 10}
			l.wantState("back", back(p), queue.StateWaiting)
			f := l.snapshot()
			want(l, "epoch", f.Epoch, p.Epoch+1)
			want(l, "last", f.Last, p.Number)
			want(l, "hold", f.Hold, l.now()+holdMS)
			l.clock.Step(10)
			early := queue.Place{Visitor: Visitor(10 + n), Epoch: before.Epoch, Number: 1}
			l.wantState("a ticket of the room's former epoch", l.keep(early), queue.StateWaiting)
			want(l, "hold from the time of the later ticket", l.snapshot().Hold, f.Hold)
			want(l, "number", l.wait(100+n, 1)[0].Number, p.Number+1)
		}
	}},
	{"a later epoch is later than its ticket's order", func(l *line) {
		f := l.snapshot()
		p := queue.Place{Visitor: Visitor(1), Epoch: f.Epoch + 5, Number: 9 << 22}
		l.keep(p)
		want(l, "epoch", l.snapshot().Epoch, f.Epoch+5+9+1)
	}},
	{"a later epoch follows the clock", func(l *line) {
		f := l.snapshot()
		l.clock.Step(3_600_000)
		l.keep(queue.Place{Visitor: Visitor(1), Epoch: f.Epoch + 5, Number: 1})
		want(l, "epoch", l.snapshot().Epoch, queue.EpochAt(l.now()))
	}},
	{"a stay outlives the loss when it is renewed and its ticket does not come back", func(l *line) {
		p := l.callOne(0)
		l.claim(p)
		m := watermark(l.snapshot())
		l.lose()
		l.restore(m)
		l.wantUntil("renewed", l.renew(p.Visitor, 0), queue.StateInside, l.now()+idleMS)
		l.wantUntil("ticket", l.keep(p), queue.StateInside, l.now()+idleMS)
		want(l, "inside", l.snapshot().Inside, 1)
	}},
	{"a stay whose ticket came back first is taken out of the front", func(l *line) {
		p := l.callOne(0)
		l.claim(p)
		m := watermark(l.snapshot())
		l.lose()
		l.restore(m)
		l.wantState("ticket", l.keep(p), queue.StateFront)
		l.wantUntil("renewed", l.renew(p.Visitor, 0), queue.StateInside, l.now()+idleMS)
		f := l.snapshot()
		want(l, "front", f.Front, 0)
		want(l, "inside", f.Inside, 1)
	}},
}

// lose deletes the room from the store and checks that it answers ErrLost.
func (l *line) lose() {
	l.Helper()
	l.store.Lose()
	_, err := l.store.Snapshot(l.Context())
	l.wantErr("snapshot of a lost room", err, queue.ErrLost)
}
