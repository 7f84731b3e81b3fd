package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/queue/redisstore"
)

const million = 1_000_000

// stores measures both stores at a million places: bytes a place, and Advance.
func (b *bench) stores() error {
	timing := queue.Timing{Absent: 12 * time.Hour, ClaimWindow: time.Minute, Idle: time.Hour, TicketLife: 24 * time.Hour}
	fmt.Printf("### Stores at %d places\n\n| | bytes/place | Join of 512, ms | Advance p50, ms | Advance p99, ms |\n|---|---|---|---|---|\n", million)
	mem, err := memstore.New(memstore.Config{Timing: timing})
	if err != nil {
		return err
	}
	if err := measure("embedded", mem, heapBytes); err != nil {
		return err
	}
	url, err := b.redis()
	if err != nil {
		return err
	}
	client, err := redisstore.Open(redisstore.Options{Addrs: []string{strings.TrimPrefix(url, "redis://")}})
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	store, err := redisstore.New(client, redisstore.Config{Room: roomID, Timing: timing})
	if err != nil {
		return err
	}
	return measure("Redis", store, func() int64 {
		info, _ := client.Info(context.Background(), "memory").Result()
		_, rest, _ := strings.Cut(info, "used_memory:")
		line, _, _ := strings.Cut(rest, "\r")
		n, _ := strconv.ParseInt(line, 10, 64)
		return n
	})
}

func heapBytes() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func measure(name string, store queue.Store, bytes func() int64) error {
	ctx := context.Background()
	control := queue.Control{Version: 1, Mode: queue.ModeRun, Pace: queue.Pace{Rate: 6000, Burst: 100}}
	if err := store.Restore(ctx, queue.Memory{Control: control}); err != nil {
		return err
	}
	before := bytes()
	ids := make([]queue.VisitorID, queue.MaxBatch)
	began := time.Now()
	batches := million / len(ids)
	for range batches {
		for i := range ids {
			if _, err := rand.Read(ids[i][:]); err != nil {
				return err
			}
		}
		if _, err := store.Join(ctx, ids); err != nil {
			return err
		}
	}
	joinTime := time.Since(began) / time.Duration(batches)
	perPlace := float64(bytes()-before) / float64(batches*len(ids))
	var took []time.Duration
	for range 400 {
		began := time.Now()
		if _, err := store.Advance(ctx, queue.Memory{}); err != nil {
			return err
		}
		took = append(took, time.Since(began))
		time.Sleep(10 * time.Millisecond) // ten calls' worth of pace, so that each Advance has something to do
	}
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	fmt.Printf("| %s | %.0f | %.2f | %.2f | %.2f |\n", name, perPlace, ms(joinTime), ms(took[len(took)/2]), ms(took[len(took)*99/100]))
	runtime.KeepAlive(store)
	return nil
}
