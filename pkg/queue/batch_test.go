package queue

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestEveryCallerGetsItsOwnResult(t *testing.T) {
	var batches atomic.Int64
	b := newBatcher(16, 3, time.Now, func(in []int) ([]int, error) {
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
		b := newBatcher(100, 1, time.Now, func(in []int) ([]int, error) {
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
	b := newBatcher(8, 1, time.Now, func(in []int) ([]int, error) {
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
	b := newBatcher(8, 1, time.Now, func(in []int) ([]int, error) {
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

func TestASecondBatchIsBegunIfTheFirstIsFullOrTakesLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sizes := make(chan int, 10)
		gate := make(chan struct{})
		b := newBatcher(10, 2, time.Now, func(in []int) ([]int, error) {
			sizes <- len(in)
			<-gate
			return in, nil
		})
		var wg sync.WaitGroup
		come := func(n int) {
			for i := range n {
				wg.Go(func() { _, _ = b.do(i) })
			}
			synctest.Wait()
		}
		begun := func(want ...int) {
			t.Helper()
			for _, n := range want {
				if got := <-sizes; got != n {
					t.Errorf("a batch of %d, want %d", got, n)
				}
			}
			if len(sizes) > 0 {
				t.Errorf("%d more batches than %v", len(sizes), want)
			}
		}
		come(1)
		begun(1)
		come(9)
		begun() // a quick store gets them together
		come(1)
		begun(10) // full
		come(25)
		begun() // no slot
		gate <- struct{}{}
		synctest.Wait()
		begun(10)
		gate <- struct{}{}
		synctest.Wait()
		begun(10)
		gate <- struct{}{}
		synctest.Wait()
		begun(5)
		gate <- struct{}{}
		synctest.Wait()
		come(1)
		begun()
		time.Sleep(patience)
		come(1)
		begun(2) // the batch under way takes long
		close(gate)
		wg.Wait()
		if b.running != 0 || len(b.pending) != 0 {
			t.Errorf("%d still running, %d pending", b.running, len(b.pending))
		}
	})
}
