package stores

import (
	"encoding/binary"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/queue/queuetest"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// BenchmarkUsedCodes measures what one used code takes in each store. Arrivals come into a lobby, where a store keeps nothing else of them.
//
//	go test ./test/stores -run '^$' -bench UsedCodes -benchtime 1000000x
func BenchmarkUsedCodes(b *testing.B) {
	b.Run("memory", func(b *testing.B) {
		clock := queuetest.NewClock(1_800_000_000_000)
		store, err := memstore.New(memstore.Config{Clock: clock.Now})
		if err != nil {
			b.Fatal(err)
		}
		used(b, store, clock, func() int64 {
			runtime.GC()
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return int64(m.HeapAlloc)
		})
		runtime.KeepAlive(store)
	})
	b.Run("redis", func(b *testing.B) {
		server := redistest.Start(b)
		client, clock := server.Client(b), queuetest.NewClock(1_800_000_000_000)
		store, err := redisstore.New(client, redisstore.Config{Room: server.Room(b), Clock: clock.Now})
		if err != nil {
			b.Fatal(err)
		}
		used(b, store, clock, func() int64 {
			info, err := client.Info(b.Context(), "memory").Result()
			if err != nil {
				b.Fatal(err)
			}
			_, rest, _ := strings.Cut(info, "used_memory:")
			text, _, _ := strings.Cut(rest, "\r\n")
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			return n
		})
	})
}

// used has b.N codes used once each, and reports how much more memory there is in use by then.
func used(b *testing.B, store queue.Store, clock *queuetest.Clock, memory func() int64) {
	b.Helper()
	ctx := b.Context()
	plan := []queue.Step{{At: clock.Now(), Opening: "o", Rank: 1, Phase: queue.PhaseLobby}}
	document := queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 1}, Timing: queue.DefaultTiming(), Plan: plan}
	if err := store.Restore(ctx, queue.Watermark{Document: document}); err != nil {
		b.Fatal(err)
	}
	clock.Step(document.Timing.Grace.Milliseconds() + 1) // the plan waits for it
	if _, err := store.Advance(ctx, queue.Watermark{}, queue.Sample{}, queue.Verdict{}); err != nil {
		b.Fatal(err)
	}
	before, next := memory(), uint64(0)
	for left := b.N; left > 0; {
		batch := make([]queue.Arrival, min(left, queue.MaxBatch))
		left -= len(batch)
		for i := range batch {
			next++
			// As good as random, as visitors and codes are.
			binary.BigEndian.PutUint64(batch[i].Visitor[:], next*0x9e3779b97f4a7c15)
			binary.BigEndian.PutUint64(batch[i].Visitor[8:], next)
			binary.BigEndian.PutUint64(batch[i].Code[:], next*0xc2b2ae3d27d4eb4f)
			binary.BigEndian.PutUint64(batch[i].Code[8:], next)
			batch[i].Uses = 1
		}
		reply, err := store.Join(ctx, batch)
		if err != nil {
			b.Fatal(err)
		}
		for i := range reply.Places {
			if reply.Places[i].State != queue.StateLobby {
				b.Fatalf("an arrival is %+v", reply.Places[i])
			}
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(memory()-before)/float64(b.N), "B/code")
}
