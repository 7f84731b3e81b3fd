package redisstore_test

import (
	"encoding/binary"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// benchTiming is what a gateway uses by default, about.
var benchTiming = queue.Timing{
	Absent: 5 * time.Minute, ClaimWindow: 2 * time.Minute, Idle: 10 * time.Minute, TicketLife: 6 * time.Hour,
	Hold: 15 * time.Second, Grace: 0,
}

// visitor is the n-th visitor of a benchmark: spread like random ids, without drawing them.
func visitor(n uint64) (id queue.VisitorID) {
	binary.BigEndian.PutUint64(id[:], n*0x9e3779b97f4a7c15)
	binary.BigEndian.PutUint64(id[8:], n*0xbf58476d1ce4e5b9+1)
	return id
}

func visitors(from uint64, n int) []queue.VisitorID {
	ids := make([]queue.VisitorID, n)
	for i := range ids {
		ids[i] = visitor(from + uint64(i))
	}
	return ids
}

// benchRoom is a room on a server of its own, with n places in line.
func benchRoom(b *testing.B, n int, pace queue.Pace) (*redisstore.Store, *redis.Client, []queue.Place) {
	b.Helper()
	client := redistest.Start(b).Client(b)
	store, err := redisstore.New(client, redisstore.Config{Room: "bench", Timing: benchTiming})
	if err != nil {
		b.Fatal(err)
	}
	control := queue.Control{Version: 1, Mode: queue.ModePause, Pace: pace}
	if err := store.Restore(b.Context(), queue.Watermark{Control: control}); err != nil {
		b.Fatal(err)
	}
	places := make([]queue.Place, 0, n)
	for len(places) < n {
		reply, err := store.Join(b.Context(), visitors(uint64(len(places)), min(queue.MaxBatch, n-len(places))))
		if err != nil {
			b.Fatal(err)
		}
		for _, j := range reply.Places {
			places = append(places, j.Place)
		}
	}
	control.Mode = queue.ModeRun
	if _, err := store.Control(b.Context(), control); err != nil {
		b.Fatal(err)
	}
	return store, client, places
}

// info is one figure of the server's INFO.
func info(b *testing.B, client *redis.Client, section, name string) float64 {
	b.Helper()
	all, err := client.InfoMap(b.Context(), section).Result()
	if err != nil {
		b.Fatal(err)
	}
	n, err := strconv.ParseFloat(all[section][name], 64)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// serverTime reports the processor time that the server spends on one operation.
func serverTime(b *testing.B, client *redis.Client) func() {
	b.Helper()
	read := func() float64 {
		return info(b, client, "CPU", "used_cpu_user") + info(b, client, "CPU", "used_cpu_sys")
	}
	before := read()
	return func() { b.ReportMetric((read()-before)*1e6/float64(b.N), "server-µs/op") }
}

// BenchmarkAdvance1M is Advance at a million places with the snapshot and its sketch. It reports the 99th percentile and
// the bytes a place takes. Two calls each time are 600 a minute with five ticks a second; hundreds are the most that
// the highest rate allows.
func BenchmarkAdvance1M(b *testing.B) {
	for name, burst := range map[string]int64{"2-calls": 2, "hundreds-of-calls": queue.MaxCalls} {
		b.Run(name, func(b *testing.B) { benchAdvance(b, 1_000_000, burst) })
	}
}

func benchAdvance(b *testing.B, n int, burst int64) {
	empty := redistest.Start(b).Client(b)
	store, client, _ := benchRoom(b, n, queue.Pace{Rate: queue.MaxRate, Burst: burst})
	bytes := (info(b, client, "Memory", "used_memory") - info(b, empty, "Memory", "used_memory")) / float64(n)
	report := serverTime(b, client)
	var took []time.Duration
	var first, last queue.Snapshot
	for b.Loop() {
		start := time.Now()
		f, err := store.Advance(b.Context(), queue.Watermark{Gateway: "bench"})
		took = append(took, time.Since(start))
		if err != nil || f.Waiting == 0 {
			b.Fatal(f.Waiting, err)
		}
		if first.Now == 0 {
			first = f
		}
		last = f
	}
	report()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(bytes, "B/place")
	b.ReportMetric(float64(last.Called-first.Called)/float64(max(1, b.N-1)), "calls/op")
}

// BenchmarkJoin is batches of 512 arrivals in a line of 100,000 and more.
func BenchmarkJoin(b *testing.B) {
	store, client, _ := benchRoom(b, 100_000, queue.Pace{Rate: 0, Burst: 1})
	report := serverTime(b, client)
	next := uint64(1 << 40)
	for b.Loop() {
		if _, err := store.Join(b.Context(), visitors(next, queue.MaxBatch)); err != nil {
			b.Fatal(err)
		}
		next += queue.MaxBatch
	}
	report()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/queue.MaxBatch, "ns/place")
}

// BenchmarkKeep is batches of 512 heartbeats in a line of 100,000.
func BenchmarkKeep(b *testing.B) {
	const n = 100_000
	store, client, places := benchRoom(b, n, queue.Pace{Rate: 0, Burst: 1})
	report := serverTime(b, client)
	beats := make([]queue.Beat, queue.MaxBatch)
	next := 0
	for b.Loop() {
		for i := range beats {
			beats[i].Place = places[(next+i*191)%n]
		}
		next++
		if _, err := store.Keep(b.Context(), beats); err != nil {
			b.Fatal(err)
		}
	}
	report()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/queue.MaxBatch, "ns/place")
}
