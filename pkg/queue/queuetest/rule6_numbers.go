package queuetest

import "github.com/einlass/einlass/pkg/queue"

const (
	// farthestBelieved is the first epoch of which no watermark is believed, farthestTicket that of which no ticket is.
	farthestBelieved = 3 << 29
	farthestTicket   = 7 << 28
	// lossesInARow is how often a room is lost without running out of orders.
	lossesInARow = 1000
)

// numbering is what watermarks and tickets may say of numbers and orders.
var numbering = []scenario{
	{"numbers up to a trillion are carried into the next epoch, and higher ones are not", func(l *line) {
		p := l.wait(1, 1)[0]
		m := l.remembered()
		for _, c := range []struct{ ceiling, number uint64 }{{queue.MaxCarried, queue.MaxCarried + 1}, {queue.MaxCarried + 1, 1}, {queue.MaxNumber, 1}} {
			m.Ceiling = c.ceiling
			l.store.Lose()
			l.restore(m)
			next := l.join(2).Place
			want(l, "number", next.Number, c.number)
			want(l, "above all orders", next.Order > queue.OrderOf(m.Epoch, m.Ceiling), true)
			l.waiting("the ticket of before", l.keep(p))
		}
	}},
	{"a room that is raised begins again below a trillion if it was above", func(l *line) {
		m := l.remembered()
		m.Last, m.Ceiling = queue.MaxCarried, queue.MaxCarried
		l.restore(m)
		high := l.join(1).Place
		want(l, "number above", high.Number, queue.MaxCarried+1)
		m = l.remembered()
		m.Opening.Reports++
		m.Last, m.Ceiling = 3, 40
		l.restore(m)
		next := l.join(2).Place
		want(l, "number", next.Number, 41)
		want(l, "above the orders before", next.Order > high.Order, true)
	}},
	{"a watermark or a ticket of an earlier epoch teaches no number above a trillion", func(l *line) {
		m := l.remembered()
		l.store.Lose()
		l.restore(m)
		f := l.snapshot()
		m.Ceiling = queue.MaxCarried + 1
		l.restore(m)
		want(l, "last after a watermark", l.snapshot().Last, f.Last)
		p := queue.Place{Visitor: Visitor(1), Epoch: m.Epoch, Number: queue.MaxCarried + 1, Order: queue.OrderOf(m.Epoch, queue.MaxCarried+1)}
		l.waiting("the ticket", l.keep(p))
		want(l, "last after a ticket", l.snapshot().Last, f.Last)
		want(l, "epoch", l.snapshot().Epoch, f.Epoch)
		p.Visitor, p.Number = Visitor(2), queue.MaxCarried
		l.waiting("a trillion", l.keep(p))
		want(l, "last after a trillion", l.snapshot().Last, queue.MaxCarried)
	}},
	{"a ticket of this epoch with a number above a trillion begins a later epoch", func(l *line) {
		f := l.snapshot()
		p := queue.Place{Visitor: Visitor(1), Epoch: f.Epoch, Number: queue.MaxCarried + 1, Order: queue.OrderOf(f.Epoch, queue.MaxCarried+1)}
		l.waiting("keep", l.keep(p))
		after := l.snapshot()
		want(l, "a later epoch", after.Epoch > f.Epoch, true)
		want(l, "last", after.Last, f.Last)
		want(l, "hold", after.Hold, l.now()+holdMS)
		next := l.join(2).Place
		want(l, "behind the ticket", next.Order > p.Order, true)
	}},
	{"a ticket of this epoch above a trillion that was given begins none, and a later one does not carry it", func(l *line) {
		m := l.remembered()
		m.Last, m.Ceiling = queue.MaxCarried, queue.MaxCarried
		l.restore(m)
		given := l.wait(1, 2)
		l.leave(1)
		f := l.snapshot()
		stray := given[1]
		stray.Visitor = Visitor(8)
		l.waiting("the second", l.keep(stray))
		want(l, "epoch", l.snapshot().Epoch, f.Epoch)
		want(l, "last", l.snapshot().Last, f.Last)
		later := queue.Place{Visitor: Visitor(9), Epoch: f.Epoch + 3, Number: 5, Order: queue.OrderOf(f.Epoch+3, 5)}
		l.waiting("later", l.keep(later))
		want(l, "last is not carried", l.snapshot().Last, 0)
	}},
	{"a lobby's segment ends at no number above a trillion", func(l *line) {
		m := l.remembered()
		m.Opening = queue.NewOpening()
		m.Opening.Cursor, m.Opening.Name, m.Opening.Phase = 1, "a", queue.PhaseLobby
		m.Opening.Segments = []queue.Segment{{Epoch: m.Epoch, First: m.Last + 1, Open: true}}
		l.restore(m)
		m = l.remembered()
		m.Ceiling = queue.MaxCarried + 1
		l.store.Lose()
		l.restore(m)
		s := l.snapshot().Opening.Segments
		want(l, "segments", len(s), 3)
		want(l, "last of the one before", s[1].Last, s[1].First-1)
		m.Opening.Cursor-- // of an earlier epoch, and with an older record
		l.restore(m)
		want(l, "last of it still", l.snapshot().Opening.Segments[1].Last, s[1].First-1)
	}},
	{"what a watermark says beyond all orders is left out", func(l *line) {
		p := l.wait(1, 2)
		m := l.remembered()
		end := queue.OrderOf(farthestBelieved, 0)
		for what, edit := range byName(map[string]func(*queue.Watermark){
			"epoch":   func(m *queue.Watermark) { m.Epoch = 1<<31 - 1 },
			"ceiling": func(m *queue.Watermark) { m.Epoch, m.Ceiling = farthestBelieved-1, 1<<22+1 },
			"head":    func(m *queue.Watermark) { m.Heads[0] = end + 1 },
			"floor":   func(m *queue.Watermark) { m.Opening.Floor = end + 1 },
			"draw": func(m *queue.Watermark) {
				m.Opening.Draws = []queue.Draw{{Opening: "a", Segments: []queue.Segment{{Epoch: 1, First: 1, Last: 2}}, N: 2, Base: end - 1}}
			},
		}) {
			forged := m
			edit(&forged)
			l.store.Lose()
			l.clock.Step(1000)
			l.restore(forged)
			l.waiting("the first after a forged "+what, l.keep(p[0]))
			want(l, "epoch after a forged "+what, l.snapshot().Epoch < queue.EpochAt(l.now())+3*stride, true)
			next := l.join(3).Place
			want(l, "order after a forged "+what, next.Order > p[1].Order, true)
			l.endHold()
			f := l.call(1)
			want(l, "head after a forged "+what, f.Heads[0], p[0].Order)
		}
	}},
	{"orders do not run out in a thousand losses, whatever watermarks say", func(l *line) {
		end := queue.OrderOf(farthestBelieved, 0)
		forge := []func(*queue.Watermark){
			func(m *queue.Watermark) { m.Epoch, m.Ceiling = farthestBelieved-queue.MaxCarried>>22, queue.MaxCarried },
			func(m *queue.Watermark) { m.Heads[anyLane(m.Last)] = end },
			func(m *queue.Watermark) { m.Heads[anyLane(m.Last)] = queue.MaxOrder },
			func(m *queue.Watermark) { m.Epoch, m.Ceiling = 1<<31-1, queue.MaxNumber },
			func(m *queue.Watermark) { m.Ceiling = queue.MaxNumber },
			func(m *queue.Watermark) { m.Ceiling = max(m.Last, queue.MaxCarried) },
			func(m *queue.Watermark) {
				m.Opening.Draws = []queue.Draw{{Opening: "a", Segments: []queue.Segment{{Epoch: 1, First: 1, Last: 2}}, N: 2, Base: end - 2}}
			},
		}
		var shown queue.Place
		for i := range lossesInARow {
			m := l.remembered()
			m.Opening.Reports++
			forge[i%len(forge)](&m)
			if i%3 > 0 {
				l.store.Lose()
			}
			l.restore(m)
			if shown.Number > 0 {
				l.keep(shown) // brings its epoch back
			}
			f := l.snapshot()
			if shown = l.join(i).Place; !shown.Valid() || shown.Order != queue.OrderOf(f.Epoch, f.Last+1) {
				l.Fatalf("loss %d: %+v is given in epoch %d behind %d", i, shown, f.Epoch, f.Last)
			}
		}
	}},
}

// anyLane is one of the lanes.
func anyLane(n uint64) uint64 { return n % queue.Lanes }
