package queuetest

import (
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

var healing = []scenario{
	{"the document of the higher version stands, and time before it is paid at the old pace", func(l *line) {
		l.setPace(func(p *queue.Pace) { p.Rate, p.Burst = 60, 100 })
		m := l.remembered()
		l.clock.Step(2000)
		m.Document.Version--
		m.Document.Pace.Rate = 7
		l.restore(m)
		want(l, "rate of an older one", l.snapshot().Document.Pace.Rate, 60)
		m.Document.Version++
		l.restore(m)
		want(l, "rate of another one of that version", l.snapshot().Document.Pace.Rate, 60)
		m.Document.Version++
		l.restore(m)
		f := l.snapshot()
		want(l, "rate", f.Document.Pace.Rate, 7)
		want(l, "version", f.Document.Version, m.Document.Version)
		want(l, "credit", f.Credit, 2*queue.Units)
	}},
	{"the record with the higher cursor stands whole, with the highest floor, mapping and ranks of both", func(l *line) {
		l.plan(queue.Step{Rank: 3, SetShare: true, Share: 500})
		l.wait(1, 3)
		m := l.remembered()
		m.Opening = m.Opening.Clone()
		o := &m.Opening
		o.Cursor, o.Share, o.Phase, o.Name, o.Quota, o.Per = 2, 700, queue.PhaseLine, "b", 5, 2
		o.Done = map[string]queue.Done{"b": {Rank: 9, Cursor: 2}, "a": {Rank: 2, Cursor: 1}}
		floor := queue.OrderOf(m.Epoch, 2)
		o.Floor, o.Mapping = floor, 0
		l.restore(m)
		got := l.snapshot().Opening
		want(l, "share", got.Share, 700)
		want(l, "phase", got.Phase, queue.PhaseLine)
		want(l, "opening", got.Name, "b")
		want(l, "quota", got.Quota, 5)
		want(l, "ranks", fmt.Sprint(got.Done), fmt.Sprint(map[string]queue.Done{"b": {Rank: 9, Cursor: 2}, "a": {Rank: 3, Cursor: 1}}))
		want(l, "floor", got.Floor, floor)
		m.Opening = o.Clone()
		m.Opening.Cursor, m.Opening.Share, m.Opening.Floor, m.Opening.Mapping = 1, 100, 1, 0
		l.restore(m)
		got = l.snapshot().Opening
		want(l, "share of an older record", got.Share, 700)
		want(l, "floor of an older record", got.Floor, floor)
	}},
	{"of records of one cursor that with more reports says what is booked", func(l *line) {
		l.report(booked(1, 5, 1))
		m := l.remembered()
		m.Opening.Booked, m.Opening.Reports = 9, 0
		l.restore(m)
		want(l, "booked with fewer reports", l.snapshot().Opening.Booked, 5)
		m.Opening.Booked, m.Opening.Reports = 2, 2
		l.restore(m)
		o := l.snapshot().Opening
		want(l, "booked with more", o.Booked, 2)
		want(l, "reports", o.Reports, 2)
	}},
	{"of records of one cursor the later change of a plan stands", func(l *line) {
		l.settle(func(d *queue.Document) { d.Plan = []queue.Step{{At: l.now() + 1_000_000, Opening: "a", Rank: 1}} })
		planned := l.now()
		l.clock.Step(100)
		m := l.remembered()
		m.Opening.Planned = planned + 7
		l.restore(m)
		want(l, "planned by a later one", l.snapshot().Opening.Planned, planned+7)
		m.Opening.Planned = planned + 3
		l.restore(m)
		want(l, "planned by an earlier one", l.snapshot().Opening.Planned, planned+7)
	}},
	{"of two draws of one opening the known one stands, else the earlier", func(l *line) {
		l.lobby(1, 3)
		l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true})
		m := l.remembered()
		m.Opening = m.Opening.Clone()
		d := &m.Opening.Draws[0]
		frozen := d.Frozen
		d.Frozen++
		l.restore(m)
		want(l, "a later one", l.onlyDraw().Frozen, frozen)
		d.Frozen -= 3
		l.restore(m)
		want(l, "an earlier one", l.onlyDraw().Frozen, frozen-2)
		d.Frozen += 9
		d.Known, d.Seed, m.Opening.Mapping = true, seedOf(5), 1
		d.Spread = 5 * holdMS // beyond the hold of a loss
		l.restore(m)
		f := l.snapshot()
		want(l, "a known one", l.onlyDraw().Seed, seedOf(5))
		want(l, "draws", len(f.Opening.Draws), 1)
		want(l, "phase", f.Opening.Phase, queue.PhaseOpen)
		want(l, "mapping", f.Opening.Mapping, 1)
		want(l, "hold", f.Hold, f.Now+d.Spread)
	}},
	{"draws of different openings are united in the order in which they were frozen", func(l *line) {
		l.reveal1(1)
		m := l.remembered()
		m.Opening = m.Opening.Clone()
		d := m.Opening.Draws[0].Clone()
		d.Opening, d.Frozen, d.Base = "before", d.Frozen-9, d.Base+100
		d.Segments[0].First, d.Segments[0].Last = d.Segments[0].First+100, d.Segments[0].Last+100
		m.Opening.Draws = append(m.Opening.Draws, d)
		l.restore(m)
		draws := l.snapshot().Opening.Draws
		want(l, "draws", len(draws), 2)
		want(l, "first", draws[0].Opening, "before")
		want(l, "second", draws[1].Opening, "a")
	}},
	{"more draws than a room keeps lose the earliest", func(l *line) {
		m := l.remembered()
		draw := func(name string, i int64) queue.Draw {
			first := uint64(10 * i)
			return queue.Draw{
				Opening: name, Frozen: l.now() + i, N: 2, Base: queue.OrderOf(m.Epoch, first),
				Segments: []queue.Segment{{Epoch: m.Epoch, First: first, Last: first + 1}},
			}
		}
		for i := range int64(queue.MaxDraws) {
			m.Opening.Draws = append(m.Opening.Draws, draw(fmt.Sprint("o", i), i+1))
		}
		l.restore(m)
		m.Opening.Draws = []queue.Draw{draw("late", 40)}
		l.restore(m)
		draws := l.snapshot().Opening.Draws
		want(l, "draws", len(draws), queue.MaxDraws)
		want(l, "first", draws[0].Opening, "o1")
		want(l, "last", draws[queue.MaxDraws-1].Opening, "late")
		l.lobby(1, 2)
		draws = l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true}).Opening.Draws
		want(l, "draws when a lobby is frozen", len(draws), queue.MaxDraws)
		want(l, "first then", draws[0].Opening, "o2")
		want(l, "last then", draws[queue.MaxDraws-1].Opening, "a")
	}},
	{"a record without ranks stands like any other", func(l *line) {
		m := l.remembered()
		m.Opening = queue.NewOpening()
		m.Opening.Cursor, m.Opening.Done, m.Opening.Phase = 4, nil, queue.PhaseLine
		l.restore(m)
		want(l, "phase", l.snapshot().Opening.Phase, queue.PhaseLine)
		l.plan(queue.Step{Rank: 1})
		want(l, "cursor", l.snapshot().Opening.Cursor, 5)
	}},
	{"an opening survives a loss before, in and behind its draw", func(l *line) {
		for _, stage := range []string{"lobby", "frozen", "revealed"} {
			places := l.lobby(1, 3)
			if stage != "lobby" {
				l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true})
			}
			if stage == "revealed" {
				l.reveal("a", 3)
			}
			m := watermark(ptr(l.snapshot()))
			l.store.Lose()
			l.restore(m)
			if stage != "revealed" {
				l.wantState("keep, "+stage, l.keep(places[1]), queue.StateLobby, queue.ReasonNone)
			}
			if stage == "lobby" {
				l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true})
			}
			if stage != "revealed" {
				l.reveal("a", 3)
			}
			l.callAllInOrder(places)
			l.restart()
			l.mapping = 0
		}
	}},
}

var uniting = []scenario{
	{"segments of one lobby are united by epoch", func(l *line) {
		l.lobby(1, 3)
		m := l.remembered()
		m.Opening = m.Opening.Clone()
		first := m.Opening.Segments[0].First
		m.Opening.Segments = []queue.Segment{
			{Epoch: m.Epoch - 1, First: 1, Last: 9}, {Epoch: m.Epoch, First: first + 1, Open: true},
		}
		m.Epoch, m.Last, m.Ceiling = m.Epoch-1, 9, 12
		l.restore(m)
		f := l.snapshot()
		want(l, "segments", fmt.Sprint(f.Opening.Segments), fmt.Sprint([]queue.Segment{
			{Epoch: f.Epoch - 1, First: 1, Last: 12}, {Epoch: f.Epoch, First: first, Open: true},
		}))
	}},
	{"a record of before a loss opens no segment again, and takes none of its lots", func(l *line) {
		l.lobby(1, 3)
		m, before := l.remembered(), l.remembered()
		before.Ceiling = before.Last + 2
		l.store.Lose()
		l.restore(m)
		f := l.snapshot()
		l.restore(before)
		want(l, "segments", fmt.Sprint(l.snapshot().Opening.Segments), fmt.Sprint(f.Opening.Segments))
	}},
	{"segments of two openings are not united", func(l *line) {
		l.lobby(1, 3)
		f := l.snapshot()
		m := l.remembered()
		m.Opening = m.Opening.Clone()
		m.Opening.Name, m.Opening.Segments = "b", []queue.Segment{{Epoch: m.Epoch - 1, First: 1, Last: 9}, {Epoch: m.Epoch, First: 1, Open: true}}
		l.restore(m)
		want(l, "segments", fmt.Sprint(l.snapshot().Opening.Segments), fmt.Sprint(f.Opening.Segments))
	}},
	{"a lobby whose epoch changes is closed at the highest number that can have been given, and another follows", func(l *line) {
		places := l.lobby(1, 3)
		m := l.remembered()
		l.store.Lose()
		l.restore(m)
		f := l.snapshot()
		want(l, "segments", fmt.Sprint(f.Opening.Segments), fmt.Sprint([]queue.Segment{
			{Epoch: m.Epoch, First: 1, Last: m.Ceiling}, {Epoch: f.Epoch, First: m.Ceiling + 1, Open: true},
		}))
		l.wantState("of the lobby", l.keep(places[2]), queue.StateLobby, queue.ReasonNone)
		p := queue.Place{Visitor: Visitor(1), Epoch: f.Epoch + 5, Number: 9, Order: queue.OrderOf(f.Epoch+5, 9)}
		l.keep(p)
		before := f.Epoch
		f = l.snapshot()
		want(l, "segments", len(f.Opening.Segments), 3)
		want(l, "third", f.Opening.Segments[2], queue.Segment{Epoch: f.Epoch, First: f.Last + 1, Open: true})
		want(l, "second", f.Opening.Segments[1], queue.Segment{Epoch: before, First: m.Ceiling + 1, Last: m.Ceiling})
	}},
	{"a ticket of an epoch in no segment keeps its own order, ahead of the drawn", func(l *line) {
		places := l.lobby(1, 3)
		l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true})
		l.reveal("a", 3)
		early := queue.Place{Visitor: Visitor(7), Epoch: places[0].Epoch - 3, Number: 2, Order: queue.OrderOf(places[0].Epoch-3, 2)}
		l.callAllInOrder(append(places, early))
	}},
}
