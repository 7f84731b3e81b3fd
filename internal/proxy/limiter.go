package proxy

import (
	"errors"
	"sync"
	"time"
)

// limiter lets a bounded number of requests through to the origin at once and holds
// a bounded number of others for a bounded time. Among those that wait, urgent ones
// (see isUrgent; their sender is inside already) go first; within either
// class it is first come, first served.
type limiter struct {
	limit  func() int // how many may be inside now; lower while an origin starts slowly
	length int        // how many may wait
	queued func()     // signal for tests: a request waits now

	mu      sync.Mutex
	inside  int
	waiting int
	ranks   [2]waiterList // urgent, ordinary
	stopped bool
	emptied chan struct{} // closed when nobody is inside or waits; nil: nobody asks
}

// waiter is one request that waits. granted is closed under the limiter's lock.
type waiter struct {
	prev, next *waiter
	urgent     bool
	queued     bool
	granted    chan struct{}
	err        error // set before granted is closed
}

// enter takes a place, waiting for one if need be until w says stop. Without an
// error the caller calls leave once.
func (t *limiter) enter(urgent bool, w *watch) (waited bool, err error) {
	t.mu.Lock()
	switch {
	case t.stopped:
		t.mu.Unlock()
		return false, ErrStopped
	case t.waiting == 0 && t.inside < t.limit():
		t.inside++
		t.mu.Unlock()
		return false, nil
	case t.waiting >= t.length:
		t.mu.Unlock()
		return false, ErrQueueFull
	}
	me := &waiter{urgent: urgent, queued: true, granted: make(chan struct{})}
	t.rank(urgent).push(me)
	t.waiting++
	t.admit()
	t.mu.Unlock()
	if t.queued != nil {
		t.queued()
	}
	return true, t.wait(me, w)
}

func (t *limiter) rank(urgent bool) *waiterList {
	if urgent {
		return &t.ranks[0]
	}
	return &t.ranks[1]
}

func (t *limiter) wait(me *waiter, w *watch) error {
	timer := time.NewTimer(min(tick, time.Until(w.until)))
	defer timer.Stop()
	for {
		select {
		case <-me.granted:
			return me.err
		case <-timer.C:
		}
		if err := w.expired(); err != nil {
			return t.giveUp(me, err)
		}
		t.mu.Lock()
		t.admit()
		t.mu.Unlock()
		timer.Reset(min(tick, time.Until(w.until)))
	}
}

// giveUp leaves the queue. A place that was granted in the same moment is kept if
// the request can still use it.
func (t *limiter) giveUp(me *waiter, cause error) error {
	if errors.Is(cause, errExpired) {
		cause = ErrQueueFull
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if me.queued {
		t.rank(me.urgent).remove(me)
		me.queued = false
		t.waiting--
		t.noteEmpty()
		return cause
	}
	if me.err != nil || errors.Is(cause, ErrQueueFull) {
		return me.err
	}
	t.inside--
	t.admit()
	t.noteEmpty()
	return cause
}

// leave gives the place to the next in order.
func (t *limiter) leave() {
	t.mu.Lock()
	t.inside--
	if t.waiting > 0 {
		t.admit()
	}
	t.noteEmpty()
	t.mu.Unlock()
}

// admit lets in as many as there is room for. The lock is held.
func (t *limiter) admit() {
	for t.waiting > 0 && t.inside < t.limit() {
		next := t.ranks[0].first
		if next == nil {
			next = t.ranks[1].first
		}
		t.inside++
		t.call(next, nil)
	}
}

// call ends the waiting of one. The lock is held.
func (t *limiter) call(who *waiter, err error) {
	t.rank(who.urgent).remove(who)
	who.queued = false
	who.err = err
	t.waiting--
	close(who.granted)
}

// stop refuses all requests that wait, and all that come.
func (t *limiter) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopped = true
	for i := range t.ranks {
		for t.ranks[i].first != nil {
			t.call(t.ranks[i].first, ErrStopped)
		}
	}
}

// counts returns how many are inside and how many wait.
func (t *limiter) counts() (inside, waiting int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.inside, t.waiting
}

// waiterList is a doubly linked list, so that one in the middle can leave.
type waiterList struct{ first, last *waiter }

func (l *waiterList) push(t *waiter) {
	t.prev = l.last
	if l.last == nil {
		l.first = t
	} else {
		l.last.next = t
	}
	l.last = t
}

func (l *waiterList) remove(t *waiter) {
	if t.prev == nil {
		l.first = t.next
	} else {
		t.prev.next = t.next
	}
	if t.next == nil {
		l.last = t.prev
	} else {
		t.next.prev = t.prev
	}
	t.prev, t.next = nil, nil
}
