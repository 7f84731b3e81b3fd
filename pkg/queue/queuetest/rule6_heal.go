package queuetest

import "github.com/einlass/einlass/pkg/queue"

var healing = []scenario{
	{"a tick whose watermark is beyond the store is refused and changes nothing", func(l *line) {
		l.wait(0, 5)
		l.fill(2)
		f := l.advance()
		l.fill(3)
		base := watermark(f)
		base.Gateway = "unheard"
		for what, ahead := range map[string]func(*queue.Watermark){
			"a later epoch":       func(m *queue.Watermark) { m.Epoch++ },
			"a later epoch alone": func(m *queue.Watermark) { *m = queue.Watermark{Gateway: "unheard", Epoch: f.Epoch + 1} },
			"a higher number":     func(m *queue.Watermark) { m.Last++ },
			"a higher head":       func(m *queue.Watermark) { m.Head++ },
		} {
			m := base
			ahead(&m)
			before := l.snapshot()
			_, err := l.store.Advance(l.Context(), m)
			l.wantErr(what, err, queue.ErrLost)
			sameSnapshot(l, what, l.snapshot(), before)
		}
	}},
	{"a tick whose watermark is not beyond the store is served", func(l *line) {
		l.wait(0, 5)
		l.fill(2)
		f := l.advance()
		for what, m := range map[string]queue.Watermark{
			"the same":                       watermark(f),
			"less":                           {Epoch: f.Epoch, Last: 1, Head: 1},
			"nothing":                        {},
			"an earlier epoch, more numbers": {Epoch: f.Epoch - 1, Last: 1000, Head: f.Head},
			"an earlier epoch, higher head":  {Epoch: f.Epoch - 1, Head: f.Head + 1000},
			"a higher ceiling":               {Epoch: f.Epoch, Last: f.Last, Ceiling: 1 << 40},
			"numbers of no epoch":            {Last: 1000, Head: queue.MaxOrder},
		} {
			got, err := l.store.Advance(l.Context(), m)
			l.must(what, err)
			want(l, what+": head", got.Head, f.Head)
			want(l, what+": last", got.Last, f.Last)
		}
	}},
	{"a store behind a watermark is healed and keeps what it holds", func(l *line) {
		p := l.wait(0, 6)
		l.fill(2)
		l.advance()
		l.claim(p[0])
		before := l.snapshot()
		m := watermark(before)
		m.Last, m.Ceiling, m.Head, m.HeadNumber = 40, 60, p[3].Order(), 4
		l.clock.Step(100)
		l.restore(m)
		f := l.snapshot()
		want(l, "epoch", f.Epoch, max(queue.EpochAt(l.now()), before.Epoch+1))
		want(l, "last", f.Last, 60)
		want(l, "head", f.Head, p[3].Order())
		want(l, "head's number", f.HeadNum, 4)
		want(l, "hold", f.Hold, l.now()+holdMS)
		want(l, "waiting", f.Waiting, 4)
		want(l, "calls", f.Calls, 1)
		want(l, "inside", f.Inside, 1)
		want(l, "joined", f.Joined, 6)
		want(l, "called", f.Called, 2)
		want(l, "admitted", f.Admitted, 1)
		want(l, "number", l.wait(100, 1)[0].Number, 61)
	}},
	{"the bucket of a healed room is empty", func(l *line) {
		l.wait(0, 60)
		l.set(func(c *queue.Control) { c.Mode, c.Pace = queue.ModePause, queue.Pace{Rate: 600, Burst: 100} })
		l.clock.Step(10_000)
		l.advance() // fills the bucket
		l.set(func(c *queue.Control) { c.Mode = queue.ModeRun })
		m := watermark(l.snapshot())
		m.Last, m.Ceiling = 70, 70
		l.restore(m)
		l.clock.Step(holdMS - 1)
		want(l, "called in the hold", l.advance().Called, 0)
		l.clock.Step(1)
		want(l, "called: what the hold has filled", l.advance().Called, holdMS/100)
	}},
	{"a healed room passes over the places that the remembered head had passed", func(l *line) {
		p := l.wait(0, 10)
		m := watermark(l.snapshot())
		m.Last, m.Ceiling, m.Head, m.HeadNumber = 20, 20, p[4].Order(), 5
		l.restore(m)
		l.wantState("until the next tick in line", l.keep(p[1]), queue.StateWaiting)
		f := l.advance()
		want(l, "waiting", f.Waiting, 5)
		want(l, "called", f.Called, 0)
		want(l, "head", f.Head, p[4].Order())
		l.wantState("passed over", l.away(p[2]), queue.StateMissed)
		l.wantState("back", l.keep(p[3]), queue.StateFront)
		l.wantState("back", l.claim(p[0]), queue.StateFront)
		l.clock.Step(holdMS)
		for _, i := range []int{0, 3, 5, 6} {
			l.fill(1)
			l.advance()
			l.wantUntil("next", l.keep(p[i]), queue.StateCalled, l.now()+windowMS)
		}
	}},
	{"one tick passes over no more than MaxScan places that the head has passed", func(l *line) {
		const more = 2
		p := l.wait(0, queue.MaxScan+more+1)
		m := watermark(l.snapshot())
		m.Last, m.Ceiling, m.Head, m.HeadNumber = 9000, 9000, p[queue.MaxScan+more-1].Order(), 1
		l.restore(m)
		want(l, "waiting", l.advance().Waiting, more+1)
		want(l, "waiting after another tick", l.advance().Waiting, 1)
		want(l, "waiting after one more", l.advance().Waiting, 1)
	}},
	{"passing over what the head has passed and calling the next are bounded apart", func(l *line) {
		p := l.wait(0, queue.MaxScan+1)
		m := watermark(l.snapshot())
		m.Last, m.Ceiling, m.Head, m.HeadNumber = 9000, 9000, p[queue.MaxScan-1].Order(), 1
		l.restore(m)
		l.clock.Step(holdMS)
		l.fill(1)
		f := l.advance()
		want(l, "called", f.Called, 1)
		want(l, "waiting", f.Waiting, 0)
	}},
	{"a place that the head has passed and no tick has reached is called without lowering the head", func(l *line) {
		p := l.wait(0, queue.MaxScan+2)
		m := watermark(l.snapshot())
		m.Last, m.Ceiling, m.Head, m.HeadNumber = 9000, 9000, p[queue.MaxScan+1].Order(), 8000
		l.restore(m)
		l.clock.Step(holdMS)
		l.fill(1)
		f := l.advance()
		want(l, "called", f.Called, 1)
		want(l, "head", f.Head, m.Head)
		want(l, "head's number", f.HeadNum, 8000)
		l.wantUntil("called", l.keep(p[queue.MaxScan]), queue.StateCalled, l.now()+windowMS)
	}},
	{"a healed epoch is later than every number that may have been given", func(l *line) {
		for _, far := range []func(*queue.Watermark){
			func(m *queue.Watermark) { m.Epoch += 10 },
			func(m *queue.Watermark) { m.Ceiling = 9 << 22 },
			func(m *queue.Watermark) { m.Head = queue.OrderOf(m.Epoch, 9<<22) },
		} {
			l.lose()
			l.restore(queue.Watermark{Control: suiteControl()})
			m := watermark(l.snapshot())
			m.Last, m.Ceiling = 1, 1
			far(&m)
			highest := max(queue.OrderOf(m.Epoch, m.Ceiling), m.Head)
			l.restore(m)
			want(l, "epoch", l.snapshot().Epoch, queue.NextEpoch(l.now(), m.Epoch, highest))
		}
	}},
	{"a healed epoch is later than the store's own numbers", func(l *line) {
		f := l.snapshot()
		own := queue.Place{Visitor: Visitor(1), Epoch: f.Epoch, Number: 9 << 22}
		l.keep(own)
		m := watermark(f)
		m.Head = 1 << 22
		m.Epoch++
		l.restore(m)
		f = l.snapshot()
		want(l, "epoch", f.Epoch, own.Epoch+9+1)
		want(l, "last", f.Last, own.Number)
	}},
	{"a hold that is longer than that of the heal stays", func(l *line) {
		f := l.snapshot()
		l.keep(queue.Place{Visitor: Visitor(1), Epoch: f.Epoch + 10, Number: 1})
		f = l.snapshot()
		l.clock.Step(-1000)
		m := watermark(f)
		m.Last++
		m.Ceiling = m.Last
		l.restore(m)
		want(l, "hold", l.snapshot().Hold, f.Hold)
	}},
	{"a ticket of an earlier epoch does not shorten a longer hold", func(l *line) {
		f := l.snapshot()
		l.clock.Step(10_000)
		l.keep(queue.Place{Visitor: Visitor(1), Epoch: f.Epoch + 10, Number: 1})
		f = l.snapshot()
		l.clock.Step(-4_000)
		m := watermark(f)
		m.Last++
		m.Ceiling = m.Last
		l.restore(m) // born four seconds before the time of the ticket
		l.wantState("back", l.keep(queue.Place{Visitor: Visitor(2), Epoch: f.Epoch - 5, Number: 1}), queue.StateWaiting)
		want(l, "hold", l.snapshot().Hold, f.Hold)
	}},
	{"a later ticket and a heal set the time of birth anew, also where the clock has stepped back", func(l *line) {
		for n, renew := range []func(queue.Snapshot){
			func(f queue.Snapshot) { l.keep(queue.Place{Visitor: Visitor(50), Epoch: f.Epoch + 10, Number: 1}) },
			func(f queue.Snapshot) {
				m := watermark(f)
				m.Last++
				m.Ceiling = m.Last
				l.restore(m)
			},
		} {
			l.lose()
			l.restore(queue.Watermark{Control: suiteControl()})
			l.clock.Step(-holdMS)
			renew(l.snapshot())
			f := l.snapshot()
			l.keep(queue.Place{Visitor: Visitor(60 + n), Epoch: f.Epoch - 1, Number: 1})
			want(l, "hold", l.snapshot().Hold, f.Hold)
		}
	}},
	{"restoring a room that lacks nothing changes nothing", func(l *line) {
		l.oneInEverySet()
		l.restore(queue.Watermark{Epoch: l.snapshot().Epoch - 1, Control: suiteControl()}) // holds, in the past
		f := l.snapshot()
		for what, m := range map[string]queue.Watermark{
			"the same":            watermark(f),
			"less":                {Epoch: f.Epoch, Last: 1, Ceiling: 1 << 30, Head: 1, HeadNumber: 99, Control: f.Control},
			"nothing":             {Last: 1000, Ceiling: 1000, Head: queue.MaxOrder, HeadNumber: 9, Control: f.Control},
			"an older control":    {Control: older(f.Control)},
			"another, same age":   {Control: sameAge(f.Control)},
			"less of an epoch on": {Epoch: f.Epoch - 1, Last: 1, Ceiling: 1, Head: 1, HeadNumber: 99, Control: f.Control},
		} {
			l.restore(m)
			sameSnapshot(l, what, l.snapshot(), f)
		}
	}},
	{"a gateway that remembers an earlier epoch adds what the room lacks", func(l *line) {
		p := l.wait(0, 3)
		l.fill(1)
		l.advance()
		f := l.snapshot()
		m := queue.Watermark{
			Epoch: f.Epoch - 1, Last: 500, Ceiling: 600, Head: p[1].Order(), HeadNumber: 321, Control: f.Control,
		}
		l.restore(m)
		got := l.snapshot()
		want(l, "epoch", got.Epoch, f.Epoch)
		want(l, "hold", got.Hold, f.Born+holdMS)
		want(l, "last", got.Last, 600)
		want(l, "head", got.Head, p[1].Order())
		want(l, "head's number", got.HeadNum, 321)
		want(l, "waiting", got.Waiting, 2)
		want(l, "called", got.Called, f.Called)
	}},
	{"newer controls are taken from any watermark", func(l *line) {
		ahead := watermark(l.snapshot())
		ahead.Last++
		ahead.Ceiling = ahead.Last
		for what, m := range map[string]queue.Watermark{"nothing": {}, "ahead": ahead} {
			m.Control = l.snapshot().Control
			m.Control.Version++
			m.Control.Message = what
			l.restore(m)
			want(l, what, l.snapshot().Control, m.Control)
		}
	}},
	{"older controls are not taken from a watermark that is ahead", func(l *line) {
		c := l.set(func(c *queue.Control) { c.Message = "new" })
		m := watermark(l.snapshot())
		m.Last++
		m.Ceiling = m.Last
		m.Control = older(c)
		l.restore(m)
		want(l, "controls", l.snapshot().Control, c)
	}},
}

func older(c queue.Control) queue.Control {
	c.Version--
	c.Message = "from before"
	return c
}

func sameAge(c queue.Control) queue.Control {
	c.Message = "other words"
	return c
}
