package journal_test

import (
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// BenchmarkInvariants measures what an event costs, and what a live place does, with a hundred thousand in the line:
// each visitor arrives, beats a few times, is called, claims and finishes.
func BenchmarkInvariants(b *testing.B) {
	for name, ordered := range map[string]bool{"ordered": true, "unordered": false} {
		b.Run(name, func(b *testing.B) { benchInvariants(b, ordered) })
	}
}

func benchInvariants(b *testing.B, ordered bool) {
	const line = 100_000
	v, err := journal.New(journal.Config{Timing: timing, Ordered: ordered, Report: func(v journal.Violation) { b.Fatal(v) }})
	if err != nil {
		b.Fatal(err)
	}
	id := func(n uint64) (id journal.ID) {
		binary.BigEndian.PutUint64(id[:], n*0x9e3779b97f4a7c15)
		return id
	}
	about := func(at int64, kind journal.Kind, n uint64, state queue.State, until int64) {
		v.Observe(journal.Event{
			At: at, Kind: kind, Visitor: id(n), Epoch: epoch, Number: n, State: journal.State(state), Until: until, Started: started(state, at),
		})
	}
	before := heap()
	for n := uint64(1); n <= line; n++ {
		about(start, journal.Join, n, waiting, 0)
	}
	perPlace := float64(heap()-before) / line

	fast := journal.Pace{Mode: queue.ModeRun, Rate: queue.MaxRate, Burst: queue.MaxBurst}
	at, head := start, uint64(0)
	for b.Loop() {
		at, head = at+1, head+1
		about(at, journal.Join, line+head, waiting, 0)
		about(at, journal.Keep, head, waiting, 0)
		v.Observe(journal.Event{At: at + 1, Kind: journal.Snapshot, Snapshot: &journal.Marks{
			Epoch: epoch, Last: line + head, Given: line + head, Heads: [queue.Lanes]queue.Order{queue.OrderOf(epoch, head)},
			Called: int64(head), Admitted: int64(head - 1), Pace: fast, Share: 1000, Quota: -1,
		}})
		about(at+1, journal.Keep, head, called, at+1+window)
		about(at+2, journal.Claim, head, inside, at+2+idle)
		v.Observe(journal.Event{At: at + 3, Kind: journal.Finish, Visitor: id(head)})
		at += 3
	}
	b.ReportMetric(perPlace, "B/place")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(6*b.N), "ns/event")
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
