package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/queue/redisstore"
)

const million = 1_000_000

// rival is one store that is measured, with what tells how much memory and processor time it has used.
type rival struct {
	name  string
	store queue.Store
	bytes func() int64
	cpu   func() time.Duration
}

// rivals are both stores, each of its own and empty.
func (b *bench) rivals() (both []*rival, closeAll func(), err error) {
	mem, err := memstore.New(memstore.Config{})
	if err != nil {
		return nil, nil, err
	}
	_, url, err := b.redis()
	if err != nil {
		return nil, nil, err
	}
	client, err := redisstore.Open(redisstore.Options{Addrs: []string{strings.TrimPrefix(url, "redis://")}})
	if err != nil {
		return nil, nil, err
	}
	remote, err := redisstore.New(client, redisstore.Config{Room: roomID})
	if err != nil {
		return nil, nil, errors.Join(err, client.Close())
	}
	info := func(section, field string) float64 {
		text, _ := client.Info(context.Background(), section).Result()
		_, rest, _ := strings.Cut(text, "\n"+field+":")
		line, _, _ := strings.Cut(rest, "\r")
		n, _ := strconv.ParseFloat(line, 64)
		return n
	}
	return []*rival{
		{"embedded", mem, heapBytes, ownCPU},
		{
			"Redis", remote, func() int64 { return int64(info("memory", "used_memory")) },
			func() time.Duration {
				return time.Duration((info("cpu", "used_cpu_user") + info("cpu", "used_cpu_sys")) * float64(time.Second))
			},
		},
	}, func() { _ = client.Close() }, nil
}

// stores measures both stores at a million places: bytes a place, Advance, and what a visitor costs.
func (b *bench) stores() error {
	both, closeAll, err := b.rivals()
	if err != nil {
		return err
	}
	defer closeAll()
	fmt.Printf("### Stores at %d places\n\n| | bytes/place | Advance p50, ms | Advance p99, ms | µs of the store's processor for a Join | a Keep | a Renew | an Advance |\n"+
		"|---|---|---|---|---|---|---|---|\n", million)
	for _, r := range both {
		if err := r.measure(); err != nil {
			return err
		}
	}
	fmt.Print("\nIn batches of 512; what the gateway spends on a batch is in its cost per request.\n\n")
	b.stopAll()
	return nil
}

// benchDocument has so long a time of absence that nobody is passed over while a measurement lasts.
func benchDocument(pace queue.Pace) queue.Document {
	t := queue.DefaultTiming()
	t.Absent, t.Confirm, t.Idle, t.Max = 12*time.Hour, 11*time.Hour, time.Hour, 12*time.Hour
	return queue.Document{Version: 1, Pace: pace, Timing: t}
}

// ownCPU is the processor time of this process.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func heapBytes() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func (r *rival) measure() error {
	ctx := context.Background()
	document := benchDocument(queue.Pace{Mode: queue.ModeRun, Rate: 6000, Burst: 100})
	if err := r.store.Restore(ctx, queue.Watermark{Document: document, Opening: queue.NewOpening()}); err != nil {
		return err
	}
	const batches = million / queue.MaxBatch
	before := r.bytes()
	beats := make([]queue.Beat, 0, million)
	join, err := r.each(batches, func(int) error {
		var arrivals [queue.MaxBatch]queue.Arrival
		for i := range arrivals {
			if _, err := rand.Read(arrivals[i].Visitor[:]); err != nil {
				return err
			}
		}
		reply, err := r.store.Join(ctx, arrivals[:])
		for _, j := range reply.Places {
			beats = append(beats, queue.Beat{Place: j.Place})
		}
		return err
	})
	if err != nil {
		return err
	}
	perPlace := float64(r.bytes()-before-int64(cap(beats))*int64(unsafe.Sizeof(queue.Beat{}))) / float64(batches*queue.MaxBatch)
	if r.name != "embedded" {
		perPlace = float64(r.bytes()-before) / float64(batches*queue.MaxBatch)
	}
	// Beats come in no order.
	mathrand.Shuffle(len(beats), func(i, j int) { beats[i], beats[j] = beats[j], beats[i] })
	keep, err := r.each(200, func(i int) error {
		_, err := r.store.Keep(ctx, 0, beats[i*queue.MaxBatch:(i+1)*queue.MaxBatch])
		return err
	})
	if err != nil {
		return err
	}
	took, advance, err := r.advance(ctx)
	if err != nil {
		return err
	}
	stays := make([]queue.Stay, queue.MaxBatch)
	for i := range stays {
		if _, err := rand.Read(stays[i].Visitor[:]); err != nil {
			return err
		}
		stays[i].Started = time.Now().UnixMilli()
	}
	renew, err := r.each(200, func(int) error {
		for i := range stays {
			stays[i].At = time.Now().UnixMilli()
		}
		_, err := r.store.Renew(ctx, stays)
		return err
	})
	if err != nil {
		return err
	}
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	fmt.Printf("| %s | %.0f | %.2f | %.2f | %.2f | %.2f | %.2f | %.0f |\n", r.name, perPlace, ms(took[len(took)/2]), ms(took[len(took)*99/100]),
		join/queue.MaxBatch, keep/queue.MaxBatch, renew/queue.MaxBatch, advance)
	runtime.KeepAlive(r.store)
	return nil
}

// each runs a call n times and answers what one cost the store's processor, in microseconds.
func (r *rival) each(n int, call func(int) error) (micros float64, err error) {
	before := r.cpu()
	for i := range n {
		if err := call(i); err != nil {
			return 0, err
		}
	}
	return float64((r.cpu()-before)/time.Microsecond) / float64(n), nil
}

// advance calls one to ten places at a time, with the frame and its sketch, as gateways do.
func (r *rival) advance(ctx context.Context) (took []time.Duration, micros float64, err error) {
	micros, err = r.each(400, func(int) error {
		began := time.Now()
		_, err := r.store.Advance(ctx, queue.Watermark{}, queue.Sample{}, queue.Verdict{})
		took = append(took, time.Since(began))
		time.Sleep(10 * time.Millisecond) // ten calls' worth of pace, so that each Advance has something to do
		return err
	})
	slices.Sort(took)
	return took, micros, err
}
