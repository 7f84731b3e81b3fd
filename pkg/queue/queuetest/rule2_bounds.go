package queuetest

import (
	"math/rand/v2"

	"github.com/einlass/einlass/pkg/queue"
)

var bounding = []scenario{
	{"entries and calls keep within their bounds over any time, and nobody enters a full room", func(l *line) {
		for seed := range uint64(3) {
			l.morning(seed)
			l.restart()
		}
	}},
}

// ledger is when visitors have entered and were called.
type ledger struct{ entries, calls []int64 }

// within checks that in any T ms at most most(T) of the times lie.
func (l *line) within(what string, times []int64, most func(ms int64) int64) {
	l.Helper()
	for i := range times {
		for j := i; j < len(times); j++ {
			if n, ms := int64(j-i+1), times[j]-times[i]; n > most(ms) {
				l.Fatalf("%d %s in %d ms, want at most %d", n, what, ms, most(ms))
			}
		}
	}
}

// morning lets visitors arrive, claim, sleep and leave at random for three minutes.
func (l *line) morning(seed uint64) {
	l.Helper()
	random := rand.New(rand.NewPCG(seed, 5))
	pace := queue.Pace{Mode: queue.ModeRun, Rate: 120, Burst: 4, MaxInside: int64(seed) * 6, Strict: seed == 2}
	l.settle(func(d *queue.Document) { d.Pace = pace })
	var book ledger
	var waiting, inside []queue.Place
	began, next := l.now(), 1
	for l.now() < began+180_000 {
		l.clock.Step(int64(100 + random.IntN(400)))
		called := l.snapshot().Called
		f := l.advance()
		for range f.Called - called {
			book.calls = append(book.calls, l.now())
		}
		if random.IntN(3) == 0 {
			j := l.arriveIn(&book, next, pace)
			next++
			if j.State == queue.StateInside {
				inside = append(inside, j.Place)
			} else {
				waiting = append(waiting, j.Place)
			}
		}
		still := waiting[:0]
		for _, p := range waiting {
			if random.IntN(4) == 0 && l.claimIn(&book, p, pace) {
				inside = append(inside, p)
				continue
			}
			still = append(still, p)
		}
		waiting = still
		if n := len(inside); n > 0 && random.IntN(4) == 0 {
			i := random.IntN(n)
			l.leave1(inside[i].Visitor)
			inside = append(inside[:i], inside[i+1:]...)
		}
	}
	if len(book.entries) < 100 {
		l.Errorf("%d entries: nothing was tested", len(book.entries))
	}
	l.within("entries", book.entries, func(ms int64) int64 { return pace.Burst + pace.Rate*(ms+10_000)/60_000 })
	l.within("calls", book.calls, func(ms int64) int64 { return 3 * (pace.Burst + pace.Rate*ms/60_000 + 1) })
}

// arriveIn joins visitor n and notes where it went.
func (l *line) arriveIn(book *ledger, n int, pace queue.Pace) queue.Joined {
	l.Helper()
	counted := l.snapshot().Counted
	j := l.join(n)
	if j.State == queue.StateInside {
		book.entries, book.calls = append(book.entries, l.now()), append(book.calls, l.now())
		l.notFull(counted, pace)
	}
	return j
}

// claimIn claims, and notes an entry.
func (l *line) claimIn(book *ledger, p queue.Place, pace queue.Pace) bool {
	l.Helper()
	before := l.snapshot()
	if l.claim(p).State != queue.StateInside || l.snapshot().Admitted == before.Admitted {
		return false
	}
	book.entries = append(book.entries, l.now())
	l.notFull(before.Counted, pace)
	return true
}

func (l *line) notFull(counted int64, pace queue.Pace) {
	l.Helper()
	if pace.MaxInside > 0 && counted > 1000*(pace.MaxInside-1) {
		l.Fatalf("an entry while %d permille of %d were inside", counted, pace.MaxInside)
	}
}
