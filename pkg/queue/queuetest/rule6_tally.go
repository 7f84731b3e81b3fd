package queuetest

import (
	"errors"
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

func freed(count int64, ref byte) queue.Outcome {
	return queue.Outcome{Kind: queue.Freed, Count: count, Ref: queue.Code{0: 4, 15: ref}}
}

// sold is what a room knows to be booked.
func (l *line) sold() string {
	l.Helper()
	o := l.snapshot().Opening
	return fmt.Sprint(o.Booked, o.Reports, o.Totals, o.Tallies)
}

var telling = []scenario{
	{"what is booked is told in the name of a gateway, whose tally it answers", func(l *line) {
		got := l.tell("b", booked(1, 5, 1), freed(2, 2), booked(1, 0, 3), booked(1, 5, 1))
		want(l, "b is answered", got, queue.Reported{Tally: queue.Tally{Gateway: "b", Reports: 2, Booked: 3}})
		l.tell("a", booked(2, 1, 4))
		want(l, "without a name", l.tell("", booked(3, 1, 5)), queue.Reported{Rest: queue.Told{Reports: 1, Booked: 1}})
		want(l, "nothing new", l.tell("d", booked(1, 0, 9), booked(1, 5, 1)).Tally, queue.Tally{Gateway: "d"})
		want(l, "finished", l.tell("b", queue.Outcome{Kind: queue.Finished, Visitor: Visitor(1)}), queue.Reported{})
		want(l, "sold", l.sold(), "5 4 0 [{a 1 1} {b 2 3}]")
		got = l.tell("b", queue.Outcome{Kind: queue.Total, Count: 9})
		want(l, "b with a total", got, queue.Reported{
			Tally: queue.Tally{Gateway: "b", Reports: 2, Booked: 3}, Rest: queue.Told{Reports: 2, Booked: 5, Totals: 1},
		})
		want(l, "sold in all", l.sold(), "9 5 1 [{a 1 1} {b 2 3}]")
		want(l, "freed without end", l.tell("c", freed(20, 6)).Tally, queue.Tally{Gateway: "c", Reports: 1, Booked: -9})
	}},
	{"a gateway that has told more than the room knows finds it lost", func(l *line) {
		l.tell("a", booked(1, 1, 1))
		_, err := l.store.Report(l.Context(), queue.Tally{Gateway: "a", Reports: 2}, []queue.Outcome{booked(2, 1, 2)})
		want(l, "lost", errors.Is(err, queue.ErrLost), true)
		want(l, "sold", l.sold(), "1 1 0 [{a 1 1}]")
		for gateway, o := range map[string]queue.Outcome{"a": {Kind: queue.Finished, Visitor: Visitor(1)}, "": booked(3, 1, 3)} {
			_, err := l.store.Report(l.Context(), queue.Tally{Gateway: gateway, Reports: 2}, []queue.Outcome{o})
			l.must("report", err)
		}
		_, err = l.store.Report(l.Context(), queue.Tally{Gateway: "a", Reports: 1}, []queue.Outcome{booked(2, 1, 2)})
		l.must("report of as much", err)
		want(l, "sold in the end", l.sold(), "3 3 0 [{a 2 2}]")
	}},
	{"of two records the higher tally of each gateway stands, whoever restores first", func(l *line) {
		l.tell("a", booked(1, 1, 1))
		both := l.remembered()
		l.tell("a", booked(2, 2, 2))
		first := l.remembered()
		l.tell("b", booked(3, 4, 3), freed(1, 4))
		second := l.remembered()
		second.Opening.Tallies = both.Opening.Tallies
		second.Opening.Raise(queue.Reported{Tally: queue.Tally{Gateway: "b", Reports: 2, Booked: 3}})
		second.Opening.Booked, second.Opening.Reports = 4, 3 // it has not heard of the second booking of a
		for _, order := range [][]queue.Watermark{{first, second}, {second, first}, {both, second, first}, {second, both, first, second}} {
			l.store.Lose()
			for _, m := range order {
				l.restore(m)
				l.clock.Step(1000)
			}
			want(l, "sold", l.sold(), "6 4 0 [{a 2 3} {b 2 3}]")
		}
		l.store.Lose()
		l.restore(first)
		l.tell("a", booked(5, 1, 9))
		l.restore(second)
		want(l, "sold with what was booked meanwhile", l.sold(), "7 5 0 [{a 3 4} {b 2 3}]")
	}},
	{"a total counts what was told before it, and a record that has heard of it says the rest", func(l *line) {
		l.tell("a", booked(1, 1, 1))
		before := l.remembered()
		l.tell("b", queue.Outcome{Kind: queue.Total, Count: 40})
		after := l.remembered()
		for _, order := range [][]queue.Watermark{{before, after}, {after, before}} {
			l.store.Lose()
			for _, m := range order {
				l.restore(m)
			}
			want(l, "sold", l.sold(), "40 2 1 [{a 1 1}]")
		}
		l.tell("c", booked(2, 1, 2))
		l.restore(before)
		want(l, "sold behind the total", l.sold(), "41 3 1 [{a 1 1} {c 1 1}]")
	}},
	{"reports do not fall by a record that has heard of a total and of less else", func(l *line) {
		l.report(booked(1, 1, 1), booked(2, 1, 2), booked(3, 1, 3))
		m := l.remembered()
		m.Opening.Booked, m.Opening.Reports, m.Opening.Totals = 40, 1, 1
		l.restore(m)
		want(l, "sold", l.sold(), "40 3 1 []")
	}},
	{"the record of more steps says the rest, and no tally is lost", func(l *line) {
		l.tell("a", booked(1, 1, 1))
		m := l.remembered()
		l.tell("b", booked(2, 2, 2))
		m.Opening.Cursor, m.Opening.Share, m.Opening.Weights = 1, 1000, [queue.Lanes]int64{1, 1, 1, 1, 1, 1, 1, 1}
		m.Opening.Booked = 11 // the step has begun with 10
		l.restore(m)
		want(l, "sold", l.sold(), "13 2 0 [{a 1 1} {b 1 2}]")
		m = l.remembered()
		m.Opening.Cursor = 0
		m.Opening.Raise(queue.Reported{Tally: queue.Tally{Gateway: "a", Reports: 3, Booked: 4}, Rest: queue.Told{Totals: 9, Booked: 90}})
		l.restore(m)
		want(l, "sold by a record of fewer steps", l.sold(), "16 4 0 [{a 3 4} {b 1 2}]")
	}},
	{"who gave back what others had booked is believed first", func(l *line) {
		l.tell("a", booked(1, 1, 1))
		all := l.remembered()
		l.tell("b", freed(1, 2))
		m := l.remembered()
		m.Opening.Tallies, m.Opening.Booked, m.Opening.Reports = m.Opening.Tallies[1:], -1, 1
		l.store.Lose()
		l.restore(m)
		want(l, "sold less than nothing", l.sold(), "-1 1 0 [{b 1 -1}]")
		l.tell("c", freed(1, 3))
		want(l, "given back of that", l.sold(), "-1 2 0 [{b 1 -1} {c 1 0}]")
		l.restore(all)
		want(l, "sold", l.sold(), "0 3 0 [{a 1 1} {b 1 -1} {c 1 0}]")
	}},
	{"of too many tallies the smallest is forgotten, and what it booked is not", func(l *line) {
		m := l.remembered()
		for i := range queue.MaxTallies {
			m.Opening.Raise(queue.Reported{Tally: queue.Tally{Gateway: fmt.Sprintf("g%03d", i), Reports: 2 + uint64(i), Booked: 1}})
		}
		l.restore(m)
		l.tell("new", booked(1, 1, 1))
		o := l.snapshot().Opening
		want(l, "booked", o.Booked, queue.MaxTallies+1)
		want(l, "tallies", len(o.Tallies), queue.MaxTallies)
		want(l, "the first", o.Tallies[0], queue.Tally{Gateway: "g001", Reports: 3, Booked: 1})
		want(l, "the new one", o.Tally("new"), queue.Tally{Gateway: "new", Reports: 1, Booked: 1})
		m.Opening.Raise(queue.Reported{Tally: queue.Tally{Gateway: "g255", Reports: 300, Booked: 5}})
		l.restore(m)
		o = l.snapshot().Opening
		want(l, "the new one beside others", o.Tally("new"), queue.Tally{Gateway: "new"})
		want(l, "the last one", o.Tally("g255"), queue.Tally{Gateway: "g255", Reports: 300, Booked: 5})
	}},
}
