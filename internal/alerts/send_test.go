package alerts

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
)

// way is one that fails some times.
type way struct {
	mu    sync.Mutex
	fails int
	got   []Change
	tries int
}

func (w *way) Name() string { return "test" }

func (w *way) Send(_ context.Context, c Change) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tries++
	if w.fails > 0 {
		w.fails--
		return errors.New("away")
	}
	w.got = append(w.got, c)
	return nil
}

func (w *way) seen() (got []Change, tries int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.got, w.tries
}

func (w *way) fail(times int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fails = times
}

func named(name string) Change { return Change{Began: []Alert{{Name: name}}} }

func TestAWayThatFailsIsTriedAgainAndHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad, good := &way{fails: 3}, new(way)
		o, err := NewOutbox([]Way{bad, good}, zap.NewNop(), nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- o.Run(ctx) }()
		o.Tell(named("a"))
		o.Tell(named("b"))
		synctest.Wait()
		fine, _ := good.seen()
		if got, _ := bad.seen(); len(fine) != 2 || len(got) != 0 {
			t.Errorf("at once %d and %d", len(fine), len(got))
		}
		time.Sleep(36 * time.Second) // of the test's own clock
		synctest.Wait()
		if got, tries := bad.seen(); len(got) != 2 || tries != 5 || got[0].Began[0].Name != "a" {
			t.Errorf("%d after %d tries", len(got), tries)
		}
		bad.fail(1000)
		o.Tell(named("c"))
		o.Tell(named("d"))
		time.Sleep(time.Hour)
		synctest.Wait()
		if _, tries := bad.seen(); tries != 5+2*(len(waits)+1) {
			t.Errorf("%d tries: want each message tried %d times, then left out", tries, len(waits)+1)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestTheOldestAreLeftOutOfAFullOutbox(t *testing.T) {
	w := new(way)
	o, err := NewOutbox([]Way{w}, zap.NewNop(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for range backlog {
		o.Tell(named("old"))
	}
	o.Tell(named("new"))
	if n := len(o.queues[0]); n != backlog {
		t.Fatalf("%d wait", n)
	}
	var last Change
	for range backlog {
		last = <-o.queues[0]
	}
	if last.Began[0].Name != "new" {
		t.Errorf("the last one is %+v", last)
	}
}
