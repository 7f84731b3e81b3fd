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

// Bench measures a store with ten thousand and a million waiting places:
//
//	go test -run '^$' -bench 'Store/places=1000000/advance' ./pkg/queue/memstore
//
// Figures of a verb are for one call, a batch of 512 unless its name says 1. Advance also reports its 99th percentile. If the
// subject knows its bytes, what the places cost is reported by the benchmark called fill.
func Bench(b *testing.B, factory Factory) {
	for _, n := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprintf("places=%d", n), func(b *testing.B) { benchSize(b, factory, n) })
		b.Run(fmt.Sprintf("lobby=%d", n), func(b *testing.B) { benchLobby(b, factory, n) })
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
	store   Subject
	clock   *Clock
	r       *rand.Rand
	places  []queue.Place
	next    int
	gateway int
}

// benchTiming forgets what has ended at the next tick but one, so that it does not pile up, and nobody is ever absent.
func benchTiming() queue.Timing {
	t := queue.DefaultTiming()
	t.Absent, t.Hold = 24*time.Hour, 0
	t.Idle, t.Max, t.Resume, t.Life, t.Active, t.Page = time.Second, time.Second, 0, time.Second, time.Second, time.Second
	t.Confirm, t.Window = time.Hour, time.Hour
	return t
}

// newBench is a store with an empty line.
func newBench(b *testing.B, factory Factory) *bench {
	m := &bench{B: b, clock: NewClock(startMS), r: rand.New(rand.NewPCG(7, 7))}
	m.store = factory(b, m.clock)
	d := suiteDocument()
	d.Timing = benchTiming()
	d.Pace.Mode, d.Pace.Rate, d.Pace.Burst = queue.ModePause, queue.MaxRate, queue.MaxBurst
	m.must(m.store.Restore(b.Context(), queue.Watermark{Document: d}))
	return m
}

func benchSize(b *testing.B, factory Factory, n int) {
	m := newBench(b, factory)
	defer func() { m.must(m.store.Close()) }()
	m.places = make([]queue.Place, 0, n) // before the bytes are counted: they are not the store's
	before := m.bytes()
	start := time.Now()
	for len(m.places) < n {
		m.arrive(min(queue.MaxBatch, n-len(m.places)))
	}
	m.keepAll()
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
	b.Run("join-1", m.run(func() { m.benchJoin(1) }))
	b.Run("join", m.run(func() { m.benchJoin(queue.MaxBatch) }))
	b.Run("keep", m.run(m.benchKeep))
	b.Run("advance", m.run(m.benchAdvance))
	b.Run("advance-changed", m.run(m.benchChanges))
	b.Run("advance-100", m.run(m.benchCalls))
	b.Run("advance-planned", m.run(m.planned(m.benchAdvance)))
	b.Run("advance-100-planned", m.run(m.planned(m.benchCalls)))
	b.Run("claim-1", m.run(func() { m.benchStays("claim", 1) }))
	b.Run("renew-1", m.run(func() { m.benchStays("renew", 1) }))
	b.Run("renew", m.run(func() { m.benchStays("renew", queue.MaxBatch) }))
	b.Run("report-1", m.run(func() { m.benchStays("report", 1) }))
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

func (m *bench) arrive(n int) {
	m.Helper()
	arrivals := make([]queue.Arrival, n)
	for i := range arrivals {
		arrivals[i].Visitor = Visitor(m.next)
		m.next++
	}
	reply, err := m.store.Join(m.Context(), arrivals)
	m.must(err)
	for _, j := range reply.Places {
		m.places = append(m.places, j.Place)
	}
}

// keepAll lets every place be heard of, and the whole line be present.
func (m *bench) keepAll() {
	m.Helper()
	beats := make([]queue.Beat, 0, queue.MaxBatch)
	for _, p := range m.places {
		if beats = append(beats, queue.Beat{Place: p}); len(beats) == queue.MaxBatch {
			_, err := m.store.Keep(m.Context(), 0, beats)
			m.must(err)
			beats = beats[:0]
		}
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
	m.tick()
}

// tick is an Advance of one of three gateways.
func (m *bench) tick() queue.Snapshot {
	m.Helper()
	m.gateway++
	f, err := m.store.Advance(m.Context(), queue.Watermark{Gateway: "gateway-" + string(rune('a'+m.gateway%3))}, queue.Sample{}, queue.Verdict{})
	m.must(err)
	return f
}

func (m *bench) benchJoin(n int) {
	for m.Loop() {
		m.arrive(n)
		m.StopTimer()
		rest := len(m.places) - n
		m.leave(m.places[rest:])
		m.places = m.places[:rest]
		m.StartTimer()
	}
	m.ReportMetric(float64(m.N)*float64(n)/m.Elapsed().Seconds(), "arrivals/s")
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
		_, err := m.store.Keep(m.Context(), 0, beats)
		m.must(err)
	}
	m.ReportMetric(float64(m.N)*queue.MaxBatch/m.Elapsed().Seconds(), "heartbeats/s")
}

// benchAdvance is a tick that calls nobody of a line that does not change: what every gateway does four times a second.
func (m *bench) benchAdvance() {
	m.ticks(func() { m.clock.Step(83) }, func() {})
}

// benchChanges is a tick of a line that one place leaves and another joins in between, so that sketches grow old.
func (m *bench) benchChanges() {
	m.ticks(func() {
		m.clock.Step(83)
		i := m.r.IntN(len(m.places))
		m.must(m.store.Leave(m.Context(), []queue.VisitorID{m.places[i].Visitor}))
		m.places = slices.Delete(m.places, i, i+1)
		m.arrive(1)
	}, func() {})
}

// benchCalls is a tick that calls a hundred places.
func (m *bench) benchCalls() {
	const calls = 100
	m.pace(queue.Pace{Mode: queue.ModeRun, Rate: calls * 60_000, Burst: calls})
	m.ticks(func() { m.clock.Step(1) }, func() {
		// Who was called leaves, and as many arrive: the line keeps its length.
		gone := m.places[:calls]
		m.places = m.places[calls:]
		ids := make([]queue.VisitorID, calls)
		for i, p := range gone {
			ids[i] = p.Visitor
		}
		m.must(m.store.Leave(m.Context(), ids))
		m.arrive(calls)
	})
	m.pace(queue.Pace{Mode: queue.ModePause, Rate: queue.MaxRate, Burst: queue.MaxBurst})
}

func (m *bench) pace(p queue.Pace) {
	m.Helper()
	f, err := m.store.Snapshot(m.Context())
	m.must(err)
	d := f.Document
	d.Pace = p
	_, err = m.store.Settle(m.Context(), d)
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
		m.tick()
		took = append(took, time.Since(start))
		m.StopTimer()
		after()
		m.StartTimer()
	}
	slices.Sort(took)
	m.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// benchStays measures a verb about stays, of which there are ten thousand.
func (m *bench) benchStays(verb string, n int) {
	const inside = 10_000
	m.longStays()
	now := m.clock.Now()
	ids := visitors(-inside, inside)
	for from := 0; from < inside; from += queue.MaxBatch {
		var stays []queue.Stay
		for _, id := range ids[from:min(inside, from+queue.MaxBatch)] {
			stays = append(stays, queue.Stay{Visitor: id, Started: now, At: now})
		}
		_, err := m.store.Renew(m.Context(), stays)
		m.must(err)
	}
	for m.Loop() {
		m.StopTimer()
		m.clock.Step(1)
		first := m.r.IntN(inside - n)
		play := m.stayVerb(verb, ids[first:first+n])
		m.StartTimer()
		m.must(play())
	}
	m.ReportMetric(float64(m.N)*float64(n)/m.Elapsed().Seconds(), verb+"s/s")
}

// longStays lets stays live on while they are measured.
func (m *bench) longStays() {
	m.Helper()
	f, err := m.store.Snapshot(m.Context())
	m.must(err)
	d := f.Document
	d.Timing = queue.DefaultTiming()
	d.Timing.Absent = 24 * time.Hour
	_, err = m.store.Settle(m.Context(), d)
	m.must(err)
}

func (m *bench) stayVerb(verb string, ids []queue.VisitorID) func() error {
	ctx, now := m.Context(), m.clock.Now()
	var stays []queue.Stay
	var places []queue.Place
	var outcomes []queue.Outcome
	for _, id := range ids {
		m.next++
		stays = append(stays, queue.Stay{Visitor: id, Started: now, At: now})
		places = append(places, placeOf(id, m.next))
		outcomes = append(outcomes, queue.Outcome{Kind: queue.Booked, Visitor: id, Count: 1, Ref: queue.Code(Visitor(m.next))})
	}
	return map[string]func() error{
		"claim": func() error { _, err := m.store.Claim(ctx, 0, places); return err },
		"renew": func() error { _, err := m.store.Renew(ctx, stays); return err },
		"report": func() error {
			_, err := m.store.Report(ctx, queue.Tally{Gateway: "bench"}, outcomes)
			return err
		},
	}[verb]
}

func (m *bench) benchSnapshot() {
	for m.Loop() {
		_, err := m.store.Snapshot(m.Context())
		m.must(err)
	}
}
