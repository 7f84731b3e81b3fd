package queue

import "sync"

// batcher turns many single calls into few batched ones, without a timer and without a goroutine of its own. A caller that
// finds a free slot runs a batch of everything that is pending. Callers that come meanwhile wait and become the next batch,
// which one of them runs. So an idle store is called at once with one entry, and a busy one with all that came during
// the call before.
type batcher[E, R any] struct {
	run   func([]E) ([]R, error)
	max   int // entries in a batch
	slots int // batches in flight

	mu      sync.Mutex
	pending []*waiter[E, R]
	running int
	free    sync.Pool
}

type waiter[E, R any] struct {
	entry  E
	result R
	err    error
	// wake is sent false when the result is there, true when this waiter is to run the next batch.
	wake chan bool
}

func newBatcher[E, R any](maxEntries, slots int, run func([]E) ([]R, error)) *batcher[E, R] {
	b := &batcher[E, R]{run: run, max: maxEntries, slots: slots}
	b.free.New = func() any { return &waiter[E, R]{wake: make(chan bool, 1)} }
	return b
}

// do adds one entry and waits for its result. run must return as many results as entries, or an error for all.
func (b *batcher[E, R]) do(entry E) (R, error) {
	w := b.free.Get().(*waiter[E, R])
	w.entry = entry
	b.mu.Lock()
	lead := b.running < b.slots
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
		next.wake <- true
		return
	}
	b.running--
}
