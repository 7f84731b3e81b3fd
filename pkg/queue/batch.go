package queue

import (
	"sync"
	"time"
)

// batcher turns many single calls into few batched ones, without a timer and without a goroutine of its own. A caller that
// finds no batch under way runs one of everything that is pending. Callers that come meanwhile wait and become the next batch,
// which one of them runs. So an idle store is called at once with one entry, and a busy one with all that came during
// the call before.
//
// A batch begins beside another only if it is full, or if the last one has been under way for as long as patience: a store that
// is quick does the less for each entry the more there are in a batch, and one that is far away must not make a crowd wait in line.
type batcher[E, R any] struct {
	run   func([]E) ([]R, error)
	max   int // entries in a batch
	slots int // batches in flight
	clock func() time.Time

	mu      sync.Mutex
	pending []*waiter[E, R]
	running int
	began   time.Time // when the last batch was begun; valid while one runs
	free    sync.Pool
}

type waiter[E, R any] struct {
	entry  E
	result R
	err    error
	// wake is sent false when the result is there, true when this waiter is to run the next batch.
	wake chan bool
}

// patience is for how long a batch is taken to be answered at once. A store nearby answers within half of it.
const patience = 3 * time.Millisecond

func newBatcher[E, R any](maxEntries, slots int, clock func() time.Time, run func([]E) ([]R, error)) *batcher[E, R] {
	b := &batcher[E, R]{run: run, max: maxEntries, slots: slots, clock: clock}
	b.free.New = func() any { return &waiter[E, R]{wake: make(chan bool, 1)} }
	return b
}

// do adds one entry and waits for its result. run must return as many results as entries, or an error for all.
func (b *batcher[E, R]) do(entry E) (R, error) {
	w := b.free.Get().(*waiter[E, R])
	w.entry = entry
	b.mu.Lock()
	lead := b.mayBegin()
	if lead {
		b.running++
	} else {
		b.pending = append(b.pending, w)
	}
	b.mu.Unlock()
	if lead || <-w.wake {
		b.lead(w)
	}
	result, err := w.result, w.err
	var zero waiter[E, R]
	w.entry, w.result, w.err = zero.entry, zero.result, nil
	b.free.Put(w)
	return result, err
}

// mayBegin reports whether a caller begins a batch, which then does. The lock is held.
func (b *batcher[E, R]) mayBegin() bool {
	switch {
	case b.running >= b.slots:
		return false
	case b.slots == 1 || len(b.pending)+1 >= b.max:
		return true
	case b.running == 0:
		b.began = b.clock()
		return true
	}
	now := b.clock()
	if now.Sub(b.began) < patience {
		return false
	}
	b.began = now
	return true
}

// lead runs one batch that begins with own, which is not pending, then hands the slot to the next waiter or frees it.
func (b *batcher[E, R]) lead(own *waiter[E, R]) {
	batch := b.take(own)
	defer b.handOver()
	defer func() {
		for _, w := range batch {
			if w != own {
				w.wake <- false
			}
		}
	}()
	entries := make([]E, len(batch))
	for i, w := range batch {
		entries[i] = w.entry
		w.err = ErrUnavailable // stands if run panics, so that no caller waits for ever
	}
	results, err := b.run(entries)
	for i, w := range batch {
		if w.err = err; err == nil {
			w.result = results[i]
		}
	}
}

// take makes a batch of own and the oldest pending entries.
func (b *batcher[E, R]) take(own *waiter[E, R]) []*waiter[E, R] {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(len(b.pending), b.max-1)
	batch := append(append(make([]*waiter[E, R], 0, n+1), own), b.pending[:n]...)
	b.drop(n)
	return batch
}

// drop removes the first n pending entries; the lock is held.
func (b *batcher[E, R]) drop(n int) {
	left := copy(b.pending, b.pending[n:])
	clear(b.pending[left:])
	b.pending = b.pending[:left]
}

func (b *batcher[E, R]) handOver() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.pending) > 0 {
		next := b.pending[0]
		b.drop(1)
		if b.slots > 1 {
			b.began = b.clock()
		}
		next.wake <- true
		return
	}
	b.running--
}
