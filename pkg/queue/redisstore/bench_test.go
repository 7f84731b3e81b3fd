package redisstore_test

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

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

func arrivals(from uint64, n int) []queue.Arrival {
	all := make([]queue.Arrival, n)
	for i, id := range visitors(from, n) {
		all[i].Visitor = id
	}
	return all
}

// document is one that lets nobody in, or as many as the pace has.
func document(mode queue.Mode, pace queue.Pace) queue.Document {
	pace.Mode = mode
	pace.Burst = max(1, pace.Burst)
	d := queue.Document{Version: 1, Pace: pace, Timing: queue.DefaultTiming()}
	d.Timing.Hold, d.Timing.Grace = 0, 0
	return d
}

// room is a paused room on a server of its own, with n places in line that have been heard of.
func room(b *testing.B, n int) (*redisstore.Store, *redis.Client, []queue.Place) {
	b.Helper()
	client := redistest.Start(b).Client(b)
	store, err := redisstore.New(client, redisstore.Config{Room: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	if err := store.Restore(b.Context(), queue.Watermark{Document: document(queue.ModePause, queue.Pace{})}); err != nil {
		b.Fatal(err)
	}
	places := make([]queue.Place, 0, n)
	for len(places) < n {
		reply, err := store.Join(b.Context(), arrivals(uint64(len(places)), min(queue.MaxBatch, n-len(places))))
		if err != nil {
			b.Fatal(err)
		}
		var beats []queue.Beat
		for _, j := range reply.Places {
			places, beats = append(places, j.Place), append(beats, queue.Beat{Place: j.Place})
		}
		if _, err := store.Keep(b.Context(), 0, beats); err != nil {
			b.Fatal(err)
		}
	}
	return store, client, places
}

// run lets the room go on at a pace.
func run(b *testing.B, store *redisstore.Store, pace queue.Pace) {
	b.Helper()
	f, err := store.Snapshot(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	d := document(queue.ModeRun, pace)
	d.Version = f.Document.Version
	if _, err := store.Settle(b.Context(), d); err != nil {
		b.Fatal(err)
	}
}

// processor is the time that the server's processor has spent, in microseconds: other than latencies it does not depend on what
// else the machine does.
func processor(b *testing.B, client *redis.Client) (us float64) {
	b.Helper()
	all, err := client.InfoMap(b.Context(), "cpu").Result()
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"used_cpu_user_main_thread", "used_cpu_sys_main_thread"} {
		n, err := strconv.ParseFloat(all["CPU"][name], 64)
		if err != nil {
			b.Fatal(err)
		}
		us += n * 1e6
	}
	return us
}

// latency reports what the server itself measured for scripts from now on: the mean, the median and the 99th percentile.
func latency(b *testing.B, client *redis.Client) func() {
	b.Helper()
	before := processor(b, client)
	if err := client.ConfigResetStat(b.Context()).Err(); err != nil {
		b.Fatal(err)
	}
	return func() {
		b.Helper()
		b.ReportMetric((processor(b, client)-before)/float64(b.N), "cpu-µs/op")
		all, err := client.Info(b.Context(), "commandstats", "latencystats").Result()
		if err != nil {
			b.Fatal(err)
		}
		for name, mark := range map[string]string{"mean-µs": "cmdstat_evalsha:", "p": "percentiles_usec_evalsha:"} {
			_, line, _ := strings.Cut(all, mark)
			line, _, _ = strings.Cut(line, "\r\n")
			for field := range strings.SplitSeq(line, ",") {
				key, value, _ := strings.Cut(field, "=")
				n, _ := strconv.ParseFloat(value, 64)
				switch key {
				case "usec_per_call":
					b.ReportMetric(n, name)
				case "p50", "p99":
					b.ReportMetric(n, key+"-µs")
				}
			}
		}
	}
}

// BenchmarkAdvance is Advance with a line of a million places and 2,000 stays of all kinds, as four gateways call it in turn, each
// with a client and a sample of its own. The server's clock is not asked, so that each call is 62 ms later. Redis does one call
// after the other, so its own figures say the same where calls come together.
func BenchmarkAdvance(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		for _, calls := range []int64{2, 500} {
			b.Run(fmt.Sprintf("%d-places/%d-calls", n, calls), func(b *testing.B) { benchAdvance(b, n, calls) })
		}
	}
}

func benchAdvance(b *testing.B, n int, calls int64) {
	store, client, _ := room(b, n)
	var stays []queue.Stay
	f, err := store.Snapshot(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for i, id := range visitors(1<<40, 2000) {
		stays = append(stays, queue.Stay{Visitor: id, Started: f.Now - 600_000, At: f.Now - 500_000 + int64(i)*200})
	}
	for told := range 8 {
		batch := stays[told*250:]
		for at := range told + 1 {
			for i := range batch {
				batch[i].At += int64(at)
			}
			for from := 0; from < len(batch); from += 250 {
				if _, err := store.Renew(b.Context(), batch[from:from+250]); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	now := f.Now + 10_000
	var gateways [4]*redisstore.Store
	for i := range gateways {
		own := redis.NewClient(client.Options())
		b.Cleanup(func() { _ = own.Close() })
		gateways[i], err = redisstore.New(own, redisstore.Config{Room: "bench", Clock: func() int64 { return now }})
		if err != nil {
			b.Fatal(err)
		}
	}
	run(b, gateways[0], queue.Pace{Rate: calls * 60 * 5, Burst: calls, MaxInside: 100_000})
	report := latency(b, client)
	before, turn := f.Called, 0
	for b.Loop() {
		now += 62
		i := turn % len(gateways)
		turn++
		sample := queue.Sample{Tick: now, Blob: strings.Repeat("s", 60)}
		f, err = gateways[i].Advance(b.Context(), queue.Watermark{Gateway: fmt.Sprint("bench", i)}, sample, queue.Verdict{})
		if err != nil {
			b.Fatal(err)
		}
	}
	report()
	b.ReportMetric(float64(f.Called-before)/float64(b.N), "calls/op")
}

// BenchmarkJoin is batches of arrivals in a line of 100,000 and more.
func BenchmarkJoin(b *testing.B) {
	for _, n := range []int{1, queue.MaxBatch} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			store, client, _ := room(b, 100_000)
			report := latency(b, client)
			next := uint64(1 << 40)
			for b.Loop() {
				if _, err := store.Join(b.Context(), arrivals(next, n)); err != nil {
					b.Fatal(err)
				}
				next += uint64(n)
			}
			report()
		})
	}
}

// BenchmarkKeep is batches of heartbeats in a line of 100,000.
func BenchmarkKeep(b *testing.B) {
	const n = 100_000
	for _, size := range []int{1, queue.MaxBatch} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			store, client, places := room(b, n)
			report := latency(b, client)
			beats := make([]queue.Beat, size)
			next := 0
			for b.Loop() {
				for i := range beats {
					beats[i].Place = places[(next+i*191)%n]
				}
				next++
				if _, err := store.Keep(b.Context(), 0, beats); err != nil {
					b.Fatal(err)
				}
			}
			report()
		})
	}
}

// BenchmarkClaim is claims of places that have been called, and of some that wait; bounded: C is counted.
func BenchmarkClaim(b *testing.B) {
	for _, size := range []int{1, 64} {
		for name, bound := range map[string]int64{"bounded": 1_000_000, "unbounded": 0} {
			b.Run(fmt.Sprint(size, "-", name), func(b *testing.B) { benchClaim(b, size, bound) })
		}
	}
}

func benchClaim(b *testing.B, size int, bound int64) {
	const n = 100_000
	store, client, places := room(b, n)
	run(b, store, queue.Pace{Rate: queue.MaxRate, Burst: queue.MaxBurst, MaxInside: bound})
	for called := int64(0); called < n; {
		f, err := store.Advance(b.Context(), queue.Watermark{}, queue.Sample{}, queue.Verdict{})
		if err != nil || f.Called == called && called > 0 {
			b.Fatal(f.Called, err)
		}
		called = f.Called
	}
	report := latency(b, client)
	next := 0
	for b.Loop() {
		if next += size; next > n {
			next = size
		}
		if _, err := store.Claim(b.Context(), 0, places[next-size:next]); err != nil {
			b.Fatal(err)
		}
	}
	report()
}

// BenchmarkRenew is requests of 10,000 stays.
func BenchmarkRenew(b *testing.B) {
	const n = 10_000
	for _, size := range []int{1, 64} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			store, client, _ := room(b, 1000)
			now, err := store.Snapshot(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			stays := make([]queue.Stay, n)
			for i, id := range visitors(1<<40, n) {
				stays[i] = queue.Stay{Visitor: id, Started: now.Now, At: now.Now - 60_000}
			}
			report := latency(b, client)
			next := 0
			for b.Loop() {
				if next += size; next > n {
					next = size
				}
				batch := stays[next-size : next]
				for i := range batch {
					batch[i].At += 1000
				}
				if _, err := store.Renew(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
			}
			report()
		})
	}
}
