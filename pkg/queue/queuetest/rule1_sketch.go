package queuetest

import (
	"math/rand/v2"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

var sketching = []scenario{
	{"the sketch of an empty line is empty", func(l *line) {
		f := l.snapshot()
		want(l, "first", len(f.Sketch.First), 0)
		want(l, "samples", len(f.Sketch.Samples), 0)
		want(l, "waiting", f.Sketch.Waiting, 0)
		want(l, "end", f.Sketch.End, queue.OrderOf(f.Epoch, 0))
	}},
	{"the sketch counts the first thousand exactly", func(l *line) {
		places := l.wait(0, queue.SketchExact)
		for _, leave := range []int{0, 998, 500, 3, 997} {
			l.leave(places[leave].Visitor)
		}
		f := l.snapshot()
		l.checkSketch(f, slices.DeleteFunc(places, func(p queue.Place) bool {
			return slices.Contains([]uint64{1, 999, 501, 4, 998}, p.Number)
		}))
		want(l, "end", f.Sketch.End, queue.OrderOf(f.Epoch, queue.SketchExact))
	}},
	{"the sketch begins to sample behind the first thousand", func(l *line) {
		places := l.wait(0, queue.SketchExact)
		l.checkSketch(l.snapshot(), places)
		for _, more := range []int{1, 1, 18, 1, 1} {
			places = append(places, l.wait(len(places), more)...)
			l.checkSketch(l.snapshot(), places)
		}
	}},
	{"the sketch of a long line is exact in front and within one percent behind, whoever has left", func(l *line) {
		places := l.wait(0, 6000)
		r := rand.New(rand.NewPCG(4, 4))
		for range 4 {
			r.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
			for batch := range slices.Chunk(places[:700], queue.MaxBatch) {
				var ids []queue.VisitorID
				for _, p := range batch {
					ids = append(ids, p.Visitor)
				}
				l.leave(ids...)
			}
			places = places[700:]
			l.keepAll(places)
			l.fill(40)
			l.advance()
			slices.SortFunc(places, func(a, b queue.Place) int { return int(a.Number) - int(b.Number) })
			places = places[40:]
			f := l.snapshot()
			l.checkSketch(f, places)
			want(l, "end", f.Sketch.End, queue.OrderOf(f.Epoch, 6000))
		}
	}},
	{"the sketch holds the line alone, with absent places and without the front", func(l *line) {
		l.backOne(0)
		places := l.wait(1, 30)
		for _, p := range places[10:20] {
			l.away(p)
		}
		l.checkSketch(l.snapshot(), places)
		l.checkSketch(l.advance(), places)
	}},
	{"the sketch of a line of two epochs counts both", func(l *line) {
		old := l.wait(0, 20)
		m := watermark(l.snapshot())
		m.Last, m.Ceiling = 100, 100
		l.restore(m)
		places := append(old, l.wait(20, 20)...)
		f := l.snapshot()
		l.checkSketch(f, places)
		want(l, "end", f.Sketch.End, queue.OrderOf(f.Epoch, 120))
	}},
	{"a shown position never rises while people join, leave, come, go and are called", func(l *line) {
		l.watchShown(0, 60, 5)
	}},
	{"a figure behind the first thousand rises by no more than the sketch may be off", func(l *line) {
		l.watchShown(queue.SketchExact-50, 60, 10)
	}},
	{"a figure in a long line rises by no more than the sketch may be off", func(l *line) {
		l.watchShown(5000, 20, 30)
	}},
}

// checkSketch compares a snapshot's sketch with the places that are in the line, in their order.
func (l *line) checkSketch(f queue.Snapshot, places []queue.Place) {
	l.Helper()
	s := &f.Sketch
	want(l, "waiting", f.Waiting, int64(len(places)))
	want(l, "length of the sketched line", s.Waiting, int64(len(places)))
	want(l, "first orders", len(s.First), min(len(places), queue.SketchExact))
	ranks := queue.SketchRanks(int64(len(places)))
	want(l, "samples", len(s.Samples), len(ranks))
	for i, rank := range ranks[:min(len(ranks), len(s.Samples))] {
		want(l, "sample", s.Samples[i], places[rank].Order())
	}
	for rank, p := range places {
		ahead, exact := s.Ahead(p.Order())
		off := max(ahead-int64(rank), int64(rank)-ahead)
		if rank < queue.SketchExact && (off != 0 || !exact) {
			l.Fatalf("place with %d ahead is shown %d (exact: %t)", rank, ahead, exact)
		}
		if off*100 > int64(rank) {
			l.Fatalf("place with %d ahead is shown %d", rank, ahead)
		}
	}
}

// watchShown plays a random history without losses on a line of n and more places, and follows the figure that each place
// is shown: first by the snapshot before the arrival, then by each snapshot after it.
func (l *line) watchShown(n, rounds, perRound int) {
	l.Helper()
	r := rand.New(rand.NewPCG(6, uint64(n)))
	l.set(func(c *queue.Control) { c.Mode = queue.ModePause }) // so that no arrival goes straight in
	places, shown := l.wait(1_000_000, n), map[queue.VisitorID]int64{}
	f := l.snapshot()
	for round := range rounds {
		joined := l.wait(1000*round, 1+r.IntN(2*perRound))
		l.follow(f, shown, joined)
		places = append(places, joined...)
		for range perRound {
			l.fidget(r, places[r.IntN(len(places))])
		}
		l.step(r.Int64N(absentMS / 8))
		if r.IntN(2) == 0 {
			l.fill(1 + r.Int64N(int64(perRound)))
			l.set(func(c *queue.Control) { c.Mode = queue.ModeRun })
			l.advance()
			l.set(func(c *queue.Control) { c.Mode = queue.ModePause })
		}
		f = l.snapshot()
		l.follow(f, shown, places)
	}
}

func (l *line) follow(f queue.Snapshot, shown map[queue.VisitorID]int64, places []queue.Place) {
	l.Helper()
	for _, p := range places {
		ahead, exact := f.Sketch.Ahead(p.Order())
		before, ok := shown[p.Visitor]
		if !ok {
			before = ahead
		}
		// An estimate is within one percent, so two of the same rank are within two. Room shows the lower.
		if ahead > before && (exact || before < queue.SketchExact || (ahead-before)*98 > before*2) {
			l.Fatalf("place %d in a line of %d was shown %d ahead and is now shown %d", p.Number, f.Waiting, before, ahead)
		}
		shown[p.Visitor] = min(before, ahead)
	}
}

// fidget lets a visitor do something.
func (l *line) fidget(r *rand.Rand, p queue.Place) {
	l.Helper()
	switch r.IntN(6) {
	case 0:
		l.leave(p.Visitor)
	case 1, 2:
		l.away(p)
	case 3:
		l.claim(p)
	default:
		l.keep(p)
	}
}
