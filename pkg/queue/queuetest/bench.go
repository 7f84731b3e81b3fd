package queuetest

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Bench measures a store with a thousand, a hundred thousand and a million waiting places:
//
//	go test -run '^$' -bench 'Store/places=1000000/advance' ./pkg/queue/memstore
//
// Figures of a verb are for one call, a batch where it takes one. Advance also reports its 99th percentile. If the
// subject knows its bytes, what the places cost is reported by the benchmark called fill.
func Bench(b *testing.B, factory Factory) {
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("places=%d", n), func(b *testing.B) { benchSize(b, factory, n) })
	}
}

// HeapBytes is what this process holds on its heap after a collection: the Bytes of a subject that lives in it.
func HeapBytes() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// bench is a store whose line is kept at one length.
type bench struct {
	*testing.B
	store  Subject
	clock  *Clock
	r      *rand.Rand
	places []queue.Place
	next   int
}

// benchTiming forgets spent tickets at the next tick but one, so that they do not pile up, and nobody is ever absent.
var benchTiming = queue.Timing{
	Absent: 24 * time.Hour, ClaimWindow: time.Hour, Idle: time.Millisecond, TicketLife: time.Millisecond,
}

func benchSize(b *testing.B, factory Factory, n int) {
	m := &bench{B: b, clock: NewClock(startMS), r: rand.New(rand.NewPCG(7, 7))}
	m.store = factory(b, benchTiming, m.clock)
	defer func() { m.must(m.store.Close()) }()
	c := suiteControl()
	c.Mode, c.Pace = queue.ModePause, queue.Pace{Rate: queue.MaxRate, Burst: queue.MaxBurst}
	m.must(m.store.Restore(b.Context(), queue.Watermark{Control: c}))
	m.places = make([]queue.Place, 0, n) // before the bytes are counted: they are not the store's
	before := m.bytes()
	start := time.Now()
	for len(m.places) < n {
		m.arrive(min(queue.MaxBatch, n-len(m.places)))
	}
	took, grown := time.Since(start), m.bytes()-before

	// What the line cost to fill is measured once, however often the benchmark runs.
	b.Run("fill", func(b *testing.B) {
		for b.Loop() { //nolint:revive // the loop only satisfies the harness
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(n)/took.Seconds(), "arrivals/s")
		if m.store.Bytes != nil {
			b.ReportMetric(float64(grown)/float64(n), "B/place")
		}
	})
	b.Run("join", m.run(m.benchJoin))
	b.Run("keep", m.run(m.benchKeep))
	b.Run("advance", m.run(m.benchAdvance))
	b.Run("advance-100", m.run(m.benchCalls))
	b.Run("snapshot", m.run(m.benchSnapshot))
}

// run makes b the benchmark that m speaks for while it measures.
func (m *bench) run(measure func()) func(*testing.B) {
	return func(b *testing.B) {
		outer := m.B
		m.B = b
		defer func() { m.B = outer }()
		b.ReportAllocs()
		measure()
	}
}

func (m *bench) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatal(err)
	}
}

func (m *bench) bytes() int64 {
	if m.store.Bytes == nil {
		return 0
	}
	return m.store.Bytes()
}

func (m *bench) freshIDs(n int) []queue.VisitorID {
	ids := visitors(m.next, n)
	m.next += n
	return ids
}

func (m *bench) arrive(n int) {
	m.Helper()
	reply, err := m.store.Join(m.Context(), m.freshIDs(n))
	m.must(err)
	for _, j := range reply.Places {
		m.places = append(m.places, j.Place)
	}
}

// leave gives up places and lets the store forget them.
func (m *bench) leave(places []queue.Place) {
	m.Helper()
	ids := make([]queue.VisitorID, len(places))
	for i, p := range places {
		ids[i] = p.Visitor
	}
	m.must(m.store.Leave(m.Context(), ids))
	m.clock.Step(2)
	_, err := m.store.Advance(m.Context(), queue.Watermark{})
	m.must(err)
}

func (m *bench) benchJoin() {
	for m.Loop() {
		m.arrive(queue.MaxBatch)
		m.StopTimer()
		rest := len(m.places) - queue.MaxBatch
		m.leave(m.places[rest:])
		m.places = m.places[:rest]
		m.StartTimer()
	}
	m.ReportMetric(float64(m.N)*queue.MaxBatch/m.Elapsed().Seconds(), "arrivals/s")
}

func (m *bench) benchKeep() {
	beats := make([]queue.Beat, queue.MaxBatch)
	for m.Loop() {
		m.StopTimer()
		m.clock.Step(1)
		for i := range beats {
			beats[i].Place = m.places[m.r.IntN(len(m.places))]
		}
		m.StartTimer()
		_, err := m.store.Keep(m.Context(), beats)
		m.must(err)
	}
	m.ReportMetric(float64(m.N)*queue.MaxBatch/m.Elapsed().Seconds(), "heartbeats/s")
}

// benchAdvance is a tick that calls nobody: what every gateway does four times a second.
func (m *bench) benchAdvance() {
	m.ticks(func() { m.clock.Step(1) }, func() {})
}

// benchCalls is a tick that calls a hundred places.
func (m *bench) benchCalls() {
	const calls = 100
	snapshot, err := m.store.Snapshot(m.Context())
	m.must(err)
	c := snapshot.Control
	c.Mode, c.Pace = queue.ModeRun, queue.Pace{Rate: calls * queue.Units, Burst: calls}
	c, err = m.store.Control(m.Context(), c)
	m.must(err)
	m.ticks(func() { m.clock.Step(1) }, func() {
		// Who was called leaves, and as many arrive: the line keeps its length, and the bucket stays empty.
		gone := m.places[:calls]
		m.places = m.places[calls:]
		ids := make([]queue.VisitorID, calls)
		for i, p := range gone {
			ids[i] = p.Visitor
		}
		m.must(m.store.Finish(m.Context(), ids))
		m.arrive(calls)
	})
	c.Mode = queue.ModePause
	_, err = m.store.Control(m.Context(), c)
	m.must(err)
}

// ticks measures Advance between what is done before and after each.
func (m *bench) ticks(before, after func()) {
	var took []time.Duration
	for m.Loop() {
		m.StopTimer()
		before()
		m.StartTimer()
		start := time.Now()
		_, err := m.store.Advance(m.Context(), queue.Watermark{Gateway: "g"})
		took = append(took, time.Since(start))
		m.StopTimer()
		m.must(err)
		after()
		m.StartTimer()
	}
	slices.Sort(took)
	m.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

func (m *bench) benchSnapshot() {
	for m.Loop() {
		_, err := m.store.Snapshot(m.Context())
		m.must(err)
	}
}
