package queue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// refusing is a store of which two verbs can be made to fail.
type refusing struct {
	queue.Store
	settle, advance atomic.Pointer[func() error] // nil: it works
}

func (s *refusing) Settle(ctx context.Context, d queue.Document) (queue.Document, error) {
	if fail := s.settle.Load(); fail != nil {
		return d, (*fail)()
	}
	return s.Store.Settle(ctx, d)
}

func (s *refusing) Advance(ctx context.Context, m queue.Watermark, h queue.Sample, v queue.Verdict) (queue.Snapshot, error) {
	if fail := s.advance.Load(); fail != nil {
		return queue.Snapshot{}, (*fail)()
	}
	return s.Store.Advance(ctx, m, h, v)
}

// faulty is a room over a store that can fail, in a bubble of faked time.
type faulty struct {
	t     *testing.T
	store *refusing
	room  *queue.Room
	cfg   queue.RoomConfig

	mu     sync.Mutex
	events []string
}

func newFaulty(t *testing.T) *faulty {
	mem := inTime(t)
	f := &faulty{t: t, store: &refusing{Store: mem}}
	f.cfg = queue.RoomConfig{
		Visitors: 1024, Document: controls(queue.ModeRun, 60, ""), ConfigHash: "a", Tick: 250 * time.Millisecond,
		OnEvent: func(e queue.Event) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.events = append(f.events, fmt.Sprint(e.Kind, ": ", e.Err))
		},
	}
	room, stop := running(t, f.store, f.cfg)
	f.room = room
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	f.reported()
	return f
}

// edit brings a new configuration, which the room writes into the store.
func (f *faulty) edit(hash string, rate int64) {
	f.t.Helper()
	f.cfg.ConfigHash, f.cfg.Document.Pace.Rate = hash, rate
	if err := f.room.Reconfigure(f.cfg); err != nil {
		f.t.Fatal(err)
	}
}

// reported is what the room has reported since the last call.
func (f *faulty) reported() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	events := f.events
	f.events = nil
	return events
}

// want lets the room tick twenty times and asserts what it reported meanwhile.
func (f *faulty) want(what string, events ...string) {
	f.t.Helper()
	<-time.After(5*time.Second - time.Millisecond)
	synctest.Wait()
	if got := f.reported(); !slices.Equal(got, events) {
		f.t.Errorf("%s: reported %q, want %q", what, got, events)
	}
}

func TestAWriteOfAControllerThatFailsIsReportedOnceAndSoIsItsSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFaulty(t)
		var tries atomic.Int64
		noMemory := func() error { return errors.New("no memory left") }
		away := func() error { return fmt.Errorf("write from port %d: %w", tries.Add(1), queue.ErrUnavailable) }
		f.want("all is well")
		f.store.settle.Store(&noMemory)
		f.edit("b", 120)
		f.want("the write fails", "error: no memory left")
		f.want("it goes on to fail")
		f.store.settle.Store(&away)
		f.want("it fails in another way", "error: write from port 1: "+queue.ErrUnavailable.Error())
		if n := tries.Load(); n < 10 {
			t.Errorf("only %d ticks have tried", n)
		}
		f.store.settle.Store(&noMemory)
		f.want("it fails as at first")
		f.store.settle.Store(nil)
		f.want("it works", "controls set from configuration: <nil>", "error is over: <nil>")
		f.want("it goes on to work")
		f.store.settle.Store(&noMemory)
		f.edit("c", 30)
		f.want("it fails anew", "error: no memory left")
	})
}

func TestFailuresOfWhichEachHasAnotherTextAreReportedAFewTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFaulty(t)
		var tries atomic.Int64
		differs := func() error { return fmt.Errorf("failure %d", tries.Add(1)) }
		f.store.settle.Store(&differs)
		f.edit("b", 120)
		<-time.After(time.Minute)
		synctest.Wait()
		if n := len(f.reported()); n != 8 || tries.Load() < 200 {
			t.Errorf("%d of %d failures were reported, want 8", n, tries.Load())
		}
	})
}

func TestATickThatFailsInTheSameWayIsReportedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFaulty(t)
		noMemory := func() error { return errors.New("no memory left") }
		list := func() error { return errors.New("the key holds a list") }
		for range 2 {
			f.store.advance.Store(&noMemory)
			f.want("a tick fails", "store down: no memory left")
			f.store.advance.Store(&list)
			f.want("it fails in another way", "error: the key holds a list")
			f.store.advance.Store(&noMemory)
			f.want("it fails as at first")
			f.store.advance.Store(nil)
			f.want("it works", "store up: <nil>")
		}
	})
}
