package queue

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestEveryCallerGetsItsOwnResult(t *testing.T) {
	var batches atomic.Int64
	b := newBatcher(16, 3, func(in []int) ([]int, error) {
		batches.Add(1)
		if len(in) == 0 || len(in) > 16 {
			t.Errorf("batch of %d", len(in))
		}
		out := make([]int, len(in))
		for i, v := range in {
			out[i] = 2 * v
		}
		return out, nil
	})
	var wg sync.WaitGroup
	for i := range 5000 {
		wg.Go(func() {
			if got, err := b.do(i); err != nil || got != 2*i {
				t.Errorf("do(%d) = %d, %v", i, got, err)
			}
		})
	}
	wg.Wait()
	if b.running != 0 || len(b.pending) != 0 {
		t.Errorf("%d still running, %d pending", b.running, len(b.pending))
	}
}

func TestCallersWhoComeDuringABatchShareTheNextOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sizes []int
		gate := make(chan struct{})
		b := newBatcher(100, 1, func(in []int) ([]int, error) {
			sizes = append(sizes, len(in))
			<-gate
			return in, nil
		})
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = b.do(0) })
		synctest.Wait()
		for i := range 250 {
			wg.Go(func() { _, _ = b.do(i) })
		}
		synctest.Wait()
		for range 4 {
			gate <- struct{}{}
			synctest.Wait()
		}
		wg.Wait()
		if want := []int{1, 100, 100, 50}; len(sizes) != 4 || sizes[0] != 1 || sizes[1] != want[1] || sizes[3] != want[3] {
			t.Errorf("batches of %v, want %v", sizes, want)
		}
	})
}

func TestAnErrorReachesTheWholeBatchAndNobodyAfterIt(t *testing.T) {
	fail := errors.New("no")
	var calls int
	b := newBatcher(8, 1, func(in []int) ([]int, error) {
		if calls++; calls == 1 {
			return nil, fail
		}
		return in, nil
	})
	if _, err := b.do(1); !errors.Is(err, fail) {
		t.Errorf("first: %v", err)
	}
	if v, err := b.do(2); err != nil || v != 2 {
		t.Errorf("second: %d, %v", v, err)
	}
}

func TestAPanicInABatchFreesTheSlot(t *testing.T) {
	var calls int
	b := newBatcher(8, 1, func(in []int) ([]int, error) {
		if calls++; calls == 1 {
			panic("boom")
		}
		return in, nil
	})
	func() {
		defer func() { _ = recover() }()
		_, _ = b.do(1)
	}()
	if v, err := b.do(2); err != nil || v != 2 {
		t.Errorf("after the panic: %d, %v", v, err)
	}
}
