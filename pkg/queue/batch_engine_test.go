package queue_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// ledger counts what reaches a store, and takes its time for each call, as a network does.
type ledger struct {
	queue.Store
	takes time.Duration

	mu    sync.Mutex
	calls map[string]int
	beats map[queue.VisitorID]int
	stays map[queue.VisitorID]int
}

func newLedger(s queue.Store, takes time.Duration) *ledger {
	return &ledger{
		Store: s, takes: takes, calls: map[string]int{}, beats: map[queue.VisitorID]int{}, stays: map[queue.VisitorID]int{},
	}
}

func (l *ledger) call(verb string) {
	l.mu.Lock()
	l.calls[verb]++
	l.mu.Unlock()
	if l.takes > 0 {
		<-time.After(l.takes)
	}
}

func (l *ledger) Join(ctx context.Context, ids []queue.Arrival) (queue.JoinReply, error) {
	l.call("join")
	return l.Store.Join(ctx, ids)
}

func (l *ledger) Claim(ctx context.Context, mapping uint64, p []queue.Place) (queue.KeepReply, error) {
	l.call("claim")
	return l.Store.Claim(ctx, mapping, p)
}

func (l *ledger) Keep(ctx context.Context, mapping uint64, beats []queue.Beat) (queue.KeepReply, error) {
	l.call("keep")
	for _, b := range beats {
		l.beats[b.Place.Visitor]++
	}
	return l.Store.Keep(ctx, mapping, beats)
}

func (l *ledger) Renew(ctx context.Context, stays []queue.Stay) (queue.KeepReply, error) {
	l.call("renew")
	for _, s := range stays {
		l.stays[s.Visitor]++
	}
	return l.Store.Renew(ctx, stays)
}

// inTime is a store on the clock of the test.
func inTime(t *testing.T) queue.Store {
	t.Helper()
	return newStore(t, func() int64 { return time.Now().UnixMilli() })
}

// running is a room that has begun to run, in a bubble of faked time. stop ends it and answers what Run did.
func running(t *testing.T, store queue.Store, cfg queue.RoomConfig) (room *queue.Room, stop func() error) {
	t.Helper()
	room, err := queue.NewRoom(store, cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- room.Run(ctx) }()
	synctest.Wait()
	return room, func() error { cancel(); return <-ended }
}

func TestACrowdOfArrivalsIsAFewCallsAndDenseNumbers(t *testing.T) {
	const crowd = 10_000
	synctest.Test(t, func(t *testing.T) {
		mem := inTime(t)
		store := newLedger(mem, 2*time.Millisecond)
		room, err := queue.NewRoom(store, queue.RoomConfig{
			Visitors: 1024, Slots: 2,
			Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60_000, Burst: 1000}},
		})
		if err != nil {
			t.Fatal(err)
		}
		room.Tick(t.Context())
		began := time.Now()
		places := make([]queue.Place, crowd)
		var wg sync.WaitGroup
		for i := range crowd {
			wg.Go(func() {
				j, err := room.Arrive(queue.Arrival{})
				if err != nil {
					t.Error(err)
				}
				places[i] = j.Place
			})
		}
		wg.Wait()
		seen := make([]bool, crowd+1)
		for _, p := range places {
			if p.Number == 0 || p.Number > crowd || seen[p.Number] {
				t.Fatalf("number %d twice or not dense", p.Number)
			}
			seen[p.Number] = true
		}
		// Two batches of one start at once; what comes meanwhile travels full.
		if most := 2 + crowd/queue.MaxBatch + 2; store.calls["join"] > most {
			t.Errorf("%d calls for %d arrivals, want at most %d", store.calls["join"], crowd, most)
		}
		if took := time.Since(began); took > 30*time.Millisecond {
			t.Errorf("%d arrivals took %v at two milliseconds a call", crowd, took)
		}
		clear(store.calls)
		for _, p := range places {
			wg.Go(func() {
				if _, err := room.Claim(p); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if most := 2 + crowd/queue.MaxBatch + 2; store.calls["claim"] > most {
			t.Errorf("%d calls for %d claims, want at most %d", store.calls["claim"], crowd, most)
		}
	})
}

func TestHeartbeatsOfOneVisitorAreCoalesced(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	l := newLedger(e.store.Store, 0)
	e.store.Store = l
	places := e.arrive(200)
	inside, err := queue.NewVisitorID(nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 300 { // five minutes in which everybody asks each second
		for _, p := range places {
			e.room.Poll(p, -1)
		}
		e.room.Touch(inside, engineStart)
		e.pass(time.Second)
	}
	for _, p := range places {
		if n := l.beats[p.Visitor]; n != 4 { // a quarter of the time after which it would count as absent
			t.Fatalf("%d heartbeats of one visitor in five minutes, want 4", n)
		}
	}
	if n := l.stays[inside]; n != 60 {
		t.Errorf("%d renewals in five minutes, want one each 5 s", n)
	}
	if n := l.calls["keep"]; n > 8 {
		t.Errorf("%d calls for the heartbeats of 200 visitors", n)
	}
	// Who closed the tab and opens it again is told of at once.
	back := places[7]
	e.room.Away(back)
	e.room.Poll(back, -1)
	e.pass(time.Second)
	if n := l.beats[back.Visitor]; n != 6 {
		t.Errorf("%d heartbeats after closing and opening the tab, want 6", n)
	}
}

func TestHeartbeatsThatFillABatchAreSentAtOnceAndTheRestBeforeTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := inTime(t)
		store := newLedger(mem, 0)
		room, stop := running(t, store, queue.RoomConfig{
			Visitors: 4096, Flush: time.Hour,
			Document: pauses(),
		})
		var places []queue.Place
		for range queue.MaxBatch + 10 {
			j, err := room.Arrive(queue.Arrival{})
			if err != nil {
				t.Fatal(err)
			}
			places = append(places, j.Place)
		}
		for _, p := range places[:queue.MaxBatch] {
			room.Poll(p, -1)
		}
		synctest.Wait()
		if len(store.beats) != queue.MaxBatch || store.calls["keep"] != 1 {
			t.Errorf("%d heartbeats in %d calls when a batch was full", len(store.beats), store.calls["keep"])
		}
		for _, p := range places[queue.MaxBatch:] {
			room.Poll(p, -1)
		}
		if err := stop(); err != nil || len(store.beats) != len(places) {
			t.Errorf("%d of %d heartbeats were sent before the end, %v", len(store.beats), len(places), err)
		}
	})
}

func TestACrowdDoesNotQueueUpBehindTimeOuts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := inTime(t)
		store := &stuck{Store: mem}
		room, stop := running(t, store, queue.RoomConfig{
			Visitors: 1024,
			Document: runs(60, 1),
		})
		store.hangs.Store(true)
		began := time.Now()
		done := make(chan struct{}, 10_000)
		for range cap(done) {
			go func() {
				_, _ = room.Arrive(queue.Arrival{})
				done <- struct{}{}
			}()
		}
		for range cap(done) {
			<-done
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("the last of %d arrivals was answered after %v, a store call may take 2 s", cap(done), took)
		}
		_ = stop() // nothing more is told to a store that does not answer
	})
}

// stuck is a store that answers nothing until its callers give up.
type stuck struct {
	queue.Store
	hangs atomic.Bool
}

func (s *stuck) Join(ctx context.Context, ids []queue.Arrival) (queue.JoinReply, error) {
	if s.hangs.Load() {
		<-ctx.Done()
		return queue.JoinReply{}, queue.ErrUnavailable
	}
	return s.Store.Join(ctx, ids)
}

func (s *stuck) Advance(ctx context.Context, m queue.Watermark, h queue.Sample, v queue.Verdict) (queue.Snapshot, error) {
	if s.hangs.Load() {
		<-ctx.Done()
		return queue.Snapshot{}, queue.ErrUnavailable
	}
	return s.Store.Advance(ctx, m, h, v)
}
