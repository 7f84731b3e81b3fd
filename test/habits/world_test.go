package habits

import (
	"container/heap"
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

const (
	second = int64(1000) // everything here is in milliseconds
	minute = 60 * second
	hour   = 60 * minute
)

// opens is the time at which a world begins.
var opens = time.Date(2026, time.December, 1, 8, 0, 0, 0, time.UTC).UnixMilli()

// world is a room and everybody that comes to it. One goroutine moves its clock.
type world struct {
	tb     testing.TB
	now    int64 // since the beginning
	todo   todo
	seq    int
	random *rand.Rand
	store  store
	// journal holds every answer to the rules, unless there are files or more than one gateway: what a store has lost is not
	// written down here.
	journal queue.Store
	rooms   []*queue.Room // one a gateway
	timing  queue.Timing
	files   string // directory of the state, empty: none
	starts  int    // of a store
	// ahead is by how much the clock of the store is wrong.
	ahead int64

	people  []*person
	given   []*person // those with a number, in the order in which they got it
	entries []*person // in their order, resumed stays apart
	inside  int       // people who are at the site and have not gone
	most    struct {  // since the last reset
		inside  int
		counted int64
		live    int64
	}
}

// store is the one that is there now: it can be lost.
type store struct{ queue.Store }

// settings of a world. The zero value: the defaults of a room, a pace of 30 a minute and 60 inside.
type settings struct {
	seed   uint64
	pace   queue.Pace
	timing queue.Timing
	curves [queue.Curves]queue.Curve // learned before
	paused bool
	// gateways is how many there are, default 1. files keep the line over a restart.
	gateways int
	files    string
}

func newWorld(tb testing.TB, s settings) *world {
	tb.Helper()
	w := &world{tb: tb, random: rand.New(rand.NewPCG(s.seed, 1)), timing: s.timing}
	if w.timing == (queue.Timing{}) {
		w.timing = queue.DefaultTiming()
	}
	if s.pace == (queue.Pace{}) {
		s.pace = smallTown()
	}
	s.pace.Mode = queue.ModeRun
	if s.paused {
		s.pace.Mode = queue.ModePause
	}
	w.files = s.files
	w.begin()
	tb.Cleanup(func() { _ = w.store.Close() })
	document := queue.Document{Version: 1, Pace: s.pace, Timing: w.timing}
	if s.curves != ([queue.Curves]queue.Curve{}) {
		m := queue.Watermark{Document: document, Opening: queue.NewOpening(), Curves: s.curves}
		if err := w.store.Restore(tb.Context(), m); err != nil {
			tb.Fatal(err)
		}
	}
	w.journal = &w.store
	if s.files == "" && s.gateways < 2 {
		w.journal = &journal.Recorder{Store: &w.store, Sink: w.rules(), Clock: w.clock, Figures: s.pace.Rate < 100}
	}
	for i := range max(1, s.gateways) {
		w.rooms = append(w.rooms, w.gateway(i, document))
	}
	w.every(250, func() {
		for _, r := range w.rooms {
			r.Tick(tb.Context())
		}
		w.look()
	})
	w.every(50, func() {
		for _, r := range w.rooms {
			r.Flush(tb.Context())
		}
	})
	w.run(5 * second) // the grace of a new room
	return w
}

// rules checks a journal; what breaks a rule fails the test.
func (w *world) rules() func(journal.Event) {
	w.tb.Helper()
	inv, err := journal.New(journal.Config{Timing: w.timing, Ordered: true, Report: func(v journal.Violation) { w.tb.Error(v) }})
	if err != nil {
		w.tb.Fatal(err)
	}
	w.tb.Cleanup(func() { inv.Close() })
	return inv.Observe
}

// begin makes a store, from files if there are any. It writes them when it is closed, and besides only what it must.
func (w *world) begin() {
	w.tb.Helper()
	cfg := memstore.Config{Clock: func() int64 { return w.clock() + w.ahead }}
	if w.files != "" {
		const never = 24 * time.Hour // by the wall clock, so that one run is as the other
		cfg.Files = &memstore.Files{Path: filepath.Join(w.files, "room"), Every: never, PlacesEvery: never}
	}
	s, err := memstore.New(cfg)
	if err != nil {
		w.tb.Fatal(err)
	}
	w.store.Store = s
	w.starts++
}

func (w *world) gateway(i int, d queue.Document) *queue.Room {
	w.tb.Helper()
	r, err := queue.NewRoom(w.journal, queue.RoomConfig{
		Gateway: string(rune('a' + i)), Document: d, FirstStart: w.now == 0,
		Visitors: 1 << 14, // of a million, most of the time of a play would go to the making and clearing
		Clock:    func() time.Time { return time.UnixMilli(w.clock()) },
	})
	if err != nil {
		w.tb.Fatal(err)
	}
	return r
}

// seeds are those of a scenario, from a first one on.
func seeds(first uint64) (all []uint64) {
	for i := range uint64(seedsEach) {
		all = append(all, first+i)
	}
	return all
}

// any is a gateway, as a balancer picks it.
func (w *world) any() *queue.Room { return w.rooms[w.random.IntN(len(w.rooms))] }

// snapshot is the latest of the first gateway.
func (w *world) snapshot() *queue.Snapshot { return &w.rooms[0].View().Snapshot }

// smallTown is the pace of most scenarios.
func smallTown() queue.Pace {
	return queue.Pace{Rate: 30, MaxInside: 60, Burst: queue.DefaultBurst(30)}
}

func (w *world) clock() int64 { return opens + w.now }

// look notes the figures of the latest snapshot.
func (w *world) look() {
	f := w.snapshot()
	w.most.counted = max(w.most.counted, f.Counted)
	w.most.live = max(w.most.live, f.Live)
	w.most.inside = max(w.most.inside, w.inside)
}

// set changes the pace.
func (w *world) set(change func(*queue.Pace)) {
	w.tb.Helper()
	_, err := w.rooms[0].Update(w.tb.Context(), func(d *queue.Document) error {
		change(&d.Pace)
		return nil
	})
	if err != nil {
		w.tb.Fatal(err)
	}
}

func (w *world) open() { w.set(func(p *queue.Pace) { p.Mode = queue.ModeRun }) }

// at does something at a time, after what was planned for that time before.
func (w *world) at(when int64, do func()) {
	w.seq++
	heap.Push(&w.todo, task{when, w.seq, do})
}

func (w *world) in(d int64, do func()) { w.at(w.now+max(0, d), do) }

func (w *world) every(d int64, do func()) {
	do()
	w.in(d, func() { w.every(d, do) })
}

// spread does something n times at random times of a span that begins now.
func (w *world) spread(n int, span int64, do func()) {
	for range n {
		w.in(w.random.Int64N(span), do)
	}
}

// run moves the clock.
func (w *world) run(d int64) {
	end := w.now + d
	for len(w.todo) > 0 && w.todo[0].when <= end {
		next := heap.Pop(&w.todo).(task)
		w.now = max(w.now, next.when)
		next.do()
	}
	w.now = end
}

// between draws evenly.
func (w *world) between(low, high int64) int64 { return low + w.random.Int64N(high-low+1) }

// about draws an exponentially distributed time.
func (w *world) about(mean int64) int64 { return int64(w.random.ExpFloat64() * float64(mean)) }

// entered is how many came in from one time on, before another.
func (w *world) entered(from, to int64) (n int) {
	for _, p := range w.entries {
		if p.entered >= from && p.entered < to {
			n++
		}
	}
	return n
}

// paced checks what holds whatever people do: in any T at most burst + rate·(T + 10 s) enter.
func (w *world) paced(pace queue.Pace) {
	w.tb.Helper()
	const unit = 60_000
	most := pace.Burst*unit + pace.Rate*10_000
	level, last := most, int64(0)
	for _, p := range w.entries {
		level = min(most, level+(p.entered-last)*pace.Rate) - unit
		last = p.entered
		if level < 0 {
			w.tb.Errorf("at %v more were let in than the pace allows", time.Duration(p.entered)*time.Millisecond)
			return
		}
	}
}

func (w *world) ctx() context.Context { return w.tb.Context() }

// task is something that is done at a time.
type task struct {
	when int64
	seq  int
	do   func()
}

type todo []task

func (h todo) Len() int { return len(h) }
func (h todo) Less(i, j int) bool {
	return h[i].when < h[j].when || h[i].when == h[j].when && h[i].seq < h[j].seq
}
func (h todo) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *todo) Push(x any)   { *h = append(*h, x.(task)) }
func (h *todo) Pop() any {
	old := *h
	x := old[len(old)-1]
	old[len(old)-1] = task{}
	*h = old[:len(old)-1]
	return x
}
