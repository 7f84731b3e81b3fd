package memstore

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// crowd is a store with a clock, in whose line n places are present.
func crowd(b *testing.B, n int, edits ...func(*queue.Document)) (*Store, *int64) {
	b.Helper()
	return crowdIn(b, nil, n, edits...)
}

// crowdIn is crowd with state files.
func crowdIn(b *testing.B, files *Files, n int, edits ...func(*queue.Document)) (*Store, *int64) {
	b.Helper()
	now := int64(start)
	s, err := New(Config{Clock: func() int64 { return now }, Files: files})
	if err != nil {
		b.Fatal(err)
	}
	d := queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 6000, MaxInside: 2000, Burst: 100}, Timing: queue.DefaultTiming()}
	d.Timing.Absent = 24 * time.Hour
	for _, edit := range edits {
		edit(&d)
	}
	if err := s.Restore(b.Context(), queue.Watermark{Document: d}); err != nil {
		b.Fatal(err)
	}
	var beats []queue.Beat
	for first := 0; first < n; first += queue.MaxBatch {
		beats = beats[:0]
		for _, j := range joined(b, s, first, min(queue.MaxBatch, n-first)) {
			beats = append(beats, queue.Beat{Place: j.Place})
		}
		if _, err := s.Keep(b.Context(), 0, beats); err != nil {
			b.Fatal(err)
		}
	}
	now += d.Timing.Grace.Milliseconds()
	return s, &now
}

func joined(b testing.TB, s *Store, first, n int) []queue.Joined {
	b.Helper()
	arrivals := make([]queue.Arrival, n)
	for i := range arrivals {
		arrivals[i].Visitor = numbered(uint32(1 + first + i))
	}
	reply, err := s.Join(b.Context(), arrivals)
	if err != nil {
		b.Fatal(err)
	}
	return reply.Places
}

// BenchmarkAdvance is a tick each 250 ms while a million wait: 25 are called, and claim at once. Arrivals and heartbeats go on,
// so that each sketch is made anew.
func BenchmarkAdvance(b *testing.B) {
	for _, waiting := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprintf("%d waiting", waiting), func(b *testing.B) {
			s, now := crowd(b, waiting)
			next := waiting
			took := make([]time.Duration, 0, b.N)
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				*now += 250
				began := time.Now()
				_, err := s.Advance(b.Context(), queue.Watermark{Gateway: "one"}, queue.Sample{}, queue.Verdict{})
				took = append(took, time.Since(began))
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				joined(b, s, next, 25)
				next += 25
				b.StartTimer()
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}

// BenchmarkJoin is one arrival at a time, behind nobody and behind a million.
func BenchmarkJoin(b *testing.B) {
	for _, waiting := range []int{0, 1_000_000} {
		b.Run(fmt.Sprintf("one behind %d", waiting), func(b *testing.B) {
			s, now := crowd(b, waiting)
			arrivals := make([]queue.Arrival, 1)
			b.ReportAllocs()
			next := uint32(waiting)
			for b.Loop() {
				next++
				*now++
				arrivals[0].Visitor = numbered(next)
				if _, err := s.Join(b.Context(), arrivals); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkKeep is a batch of 512 heartbeats among a million places.
func BenchmarkKeep(b *testing.B) {
	s, now := crowd(b, 1_000_000)
	beats := make([]queue.Beat, queue.MaxBatch)
	next := uint32(0)
	b.ReportAllocs()
	for b.Loop() {
		*now++
		for i := range beats {
			next = (next + 7919) % 1_000_000
			beats[i].Place = queue.Place{Visitor: numbered(next + 1), Epoch: 1, Number: 1, Order: 1}
		}
		if _, err := s.Keep(b.Context(), 0, beats); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkClaim is one claim at a time while 2,000 are called and more inside.
func BenchmarkClaim(b *testing.B) {
	s, now := crowd(b, 100_000, func(d *queue.Document) {
		d.Pace.Rate, d.Pace.Burst, d.Pace.MaxInside = queue.MaxRate, queue.MaxBurst, queue.MaxInsideLimit
	})
	called := 0
	places := make([]queue.Place, 1)
	b.ReportAllocs()
	for n := 0; b.Loop(); n = (n + 1) % 100_000 {
		if n == called {
			b.StopTimer()
			*now += 1
			f, err := s.Advance(b.Context(), queue.Watermark{}, queue.Sample{}, queue.Verdict{})
			if err != nil {
				b.Fatal(err)
			}
			called = int(f.Called)
			b.StartTimer()
		}
		places[0] = queue.Place{Visitor: numbered(uint32(n + 1)), Epoch: 1, Number: 1, Order: 1}
		if _, err := s.Claim(b.Context(), 0, places); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen opens the state files of a line, as a start does.
func BenchmarkOpen(b *testing.B) {
	const waiting = 1_000_000
	path := filepath.Join(b.TempDir(), "room")
	files := func() *Files { return &Files{Path: path, Every: time.Hour, PlacesEvery: time.Hour} }
	s, now := crowdIn(b, files(), waiting)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := New(Config{Clock: func() int64 { return *now }, Files: files()})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if n := s.Recovery().Places; n < waiting {
			b.Fatalf("%d places", n)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
