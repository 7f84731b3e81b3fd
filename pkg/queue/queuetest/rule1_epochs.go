package queuetest

import (
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// lobbyOf opens a lobby whose start is known long before, and brings it to n numbers: all but the first may have been given by a
// gateway that is gone. It answers the start.
func (l *line) lobbyOf(n uint64) int64 {
	l.Helper()
	at := l.now() + 2*holdMS
	l.settle(func(d *queue.Document) {
		d.Plan = []queue.Step{
			{At: l.now(), Opening: "a", Rank: 1, Phase: queue.PhaseLobby},
			{At: at, Opening: "a", Rank: 2, Phase: queue.PhaseOpen, Draw: true},
		}
	})
	l.advance()
	l.join(50)
	m := l.remembered()
	m.Last, m.Ceiling = n, n
	l.restore(m)
	return at
}

var spanning = []scenario{
	{"a lobby over two epochs is drawn as one, and its orders are one run", func(l *line) {
		places := l.lobby(1, 2)
		m := watermark(ptr(l.snapshot()))
		m.Epoch, m.Ceiling = m.Epoch+1, m.Last+2
		l.restore(m)
		f := l.snapshot()
		want(l, "segments", fmt.Sprint(f.Opening.Segments), fmt.Sprint([]queue.Segment{
			{Epoch: places[0].Epoch, First: 1, Last: 2}, {Epoch: f.Epoch, First: 5, Open: true},
		}))
		places = append(places, l.join(70).Place, l.join(71).Place)
		f = l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true})
		d := l.onlyDraw()
		want(l, "places", d.N, 4)
		want(l, "base", d.Base, places[0].Order)
		l.reveal("a", 3)
		l.callAllInOrder(places)
	}},
	{"the head shows the number of its draw, of whatever epoch that is", func(l *line) {
		places := l.lobby(1, 2)
		m := l.remembered()
		m.Last++
		l.restore(m)
		first := l.snapshot().Last + 1
		places = append(places, l.join(70).Place)
		l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true})
		l.reveal("a", 3)
		base := l.onlyDraw().Base
		for i, p := range places {
			p = l.drawn(p)
			l.waiting("keep", l.keep(p))
			places[i] = p
		}
		l.endHold()
		for range places {
			f := l.call(1)
			want(l, "number of the head", f.HeadNumbers[0], places[0].Number+uint64(f.Heads[0]-base))
		}
		behind := l.wait(80, 1)[0]
		want(l, "number behind", behind.Number, first+1)
		want(l, "number of the head behind", l.call(1).HeadNumbers[0], behind.Number)
	}},
	{"a number behind a lobby of two lines is behind all of its lots", func(l *line) {
		l.lobby(1, 3)
		m := l.remembered()
		m.Opening = m.Opening.Clone()
		m.Opening.Segments = []queue.Segment{{Epoch: m.Epoch - 1, First: 1, Open: true}}
		m.Epoch, m.Last, m.Ceiling = m.Epoch-1, 9, 9
		l.restore(m) // of another line, that counted from 1 as well
		l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true})
		want(l, "lots", l.onlyDraw().N, 18)
		want(l, "last", l.snapshot().Last, 18)
		want(l, "number behind", l.wait(80, 1)[0].Number, 19)
	}},
	{"a start spreads over half a minute at most", func(l *line) {
		for n, ms := range map[uint64]int64{559_999: 29_999, 560_000: 30_000, 5_600_000: 30_000} {
			at := l.lobbyOf(n)
			l.clock.Set(at)
			l.advance()
			d := l.onlyDraw()
			want(l, "lots", d.N, n)
			want(l, fmt.Sprintf("spread of %d lots", n), d.Spread, ms)
			l.restart()
		}
	}},
}
