package proxy

import (
	"errors"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/admission"
)

// limiter lets a bounded number of requests through to the origin at once and holds
// a bounded number of others for a bounded time. Who waits goes in by rank, see
// turn; within a rank it is first come, first served. Where no more may wait, one of a
// higher rank takes the place of the last one of the lowest.
//
// There are two bounds. limit is on all requests under way. most is the one that adapts, on those among them that the origin is
// taken to work on: a request counts there for admission.Patience at most, and not at all if it is known to wait for something.
type limiter struct {
	limit  func() int // how many may be inside now; lower while an origin starts slowly
	most   func() int // how many of them may count now; nil: as many as may be inside
	length int        // how many may wait
	queued func()     // signal for tests: a request waits now

	mu      sync.Mutex
	inside  int
	working counted
	waiting int
	ranks   [turns]waiterList
	stopped bool
	emptied chan struct{} // closed when nobody is inside or waits; nil: nobody asks

	waiters sync.Pool // of *waiter, those of this limiter
}

// turn is the rank of a request among those that wait for the origin.
type turn uint8

const (
	turnForm turn = iota // somebody inside sends something
	turnPage             // somebody inside loads a page
	turnPart             // what belongs to it
	turnOpen             // from outside
	turns
)

func turnOf(inside bool, l Load) turn {
	switch {
	case !inside:
		return turnOpen
	case l == LoadForm:
		return turnForm
	case l == LoadPage:
		return turnPage
	}
	return turnPart
}

// waiter is one request that waits. It is used again: where a crowd waits for a quick site, making one costs as much as the wait.
type waiter struct {
	prev, next *waiter
	turn       turn
	idles      bool // does not count, see entry
	queued     bool
	granted    chan struct{} // of one: gets its element under the limiter's lock, when the wait has ended
	timer      *time.Timer
	at         mark
	err        error // set before granted gets its element
}

// waiter takes one for a request, with a timer that does not run.
func (t *limiter) waiter(e entry) *waiter {
	me, _ := t.waiters.Get().(*waiter)
	if me == nil {
		me = &waiter{granted: make(chan struct{}, 1), timer: time.NewTimer(time.Hour)}
		me.timer.Stop()
	}
	me.turn, me.idles, me.queued = e.turn, e.idles, true
	return me
}

// put gives one back that has left the queue, and whose granted is empty.
func (t *limiter) put(me *waiter) {
	me.timer.Stop()
	me.at, me.err = 0, nil
	t.waiters.Put(me)
}

// entry is what a request says to the limiter.
type entry struct {
	turn turn
	// idles: it is known to wait for something at the origin, which does not work on it.
	idles bool
}

// enter takes a place, waiting for one if need be until w says stop. Without an
// error the caller calls leave once, with the mark.
func (t *limiter) enter(e entry, w *watch) (at mark, waited bool, err error) {
	t.mu.Lock()
	switch {
	case t.stopped:
		t.mu.Unlock()
		return 0, false, ErrStopped
	case t.inside < t.limit() && (e.idles || t.waiting == 0 && t.mayWork()):
		at = t.begin(e.idles)
		t.mu.Unlock()
		return at, false, nil
	case t.waiting >= t.length && !t.displace(e.turn):
		t.mu.Unlock()
		return 0, false, ErrQueueFull
	}
	me := t.waiter(e)
	t.ranks[e.turn].push(me)
	t.waiting++
	t.admit()
	t.mu.Unlock()
	if t.queued != nil {
		t.queued()
	}
	err = t.wait(me, w)
	at = me.at
	t.put(me)
	return at, true, err
}

// mayWork reports whether there is room for one more that counts. The lock is held.
func (t *limiter) mayWork() bool {
	return t.most == nil || t.working.n < t.most() || t.working.expire(time.Now()) && t.working.n < t.most()
}

// begin gives a place. The lock is held.
func (t *limiter) begin(idles bool) mark {
	t.inside++
	if idles {
		return 0
	}
	return t.working.add(time.Now().Add(admission.Patience))
}

// displace sends the last one of the lowest rank away if that is below this one. The lock is held.
func (t *limiter) displace(by turn) bool {
	for r := turns - 1; r > by; r-- {
		if last := t.ranks[r].last; last != nil {
			t.call(last, ErrQueueFull)
			return true
		}
	}
	return false
}

// wait returns when the waiter has left the queue. Its granted is empty then.
func (t *limiter) wait(me *waiter, w *watch) error {
	for {
		me.timer.Reset(min(tick, time.Until(w.until)))
		select {
		case <-me.granted:
			return me.err
		case <-me.timer.C:
		}
		if err := w.expired(); err != nil {
			return t.giveUp(me, err)
		}
		t.mu.Lock()
		t.admit()
		t.mu.Unlock()
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
		t.ranks[me.turn].remove(me)
		me.queued = false
		t.waiting--
		t.noteEmpty()
		return cause
	}
	<-me.granted
	if me.err != nil || errors.Is(cause, ErrQueueFull) {
		return me.err
	}
	t.inside--
	t.working.remove(me.at)
	t.admit()
	t.noteEmpty()
	return cause
}

// leave gives the place to the next in order.
func (t *limiter) leave(at mark) {
	t.mu.Lock()
	t.inside--
	t.working.remove(at)
	if t.waiting > 0 {
		t.admit()
	}
	t.noteEmpty()
	t.mu.Unlock()
}

// idle tells that the origin does not work on the request any more, which keeps its place.
func (t *limiter) idle(at mark) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.working.stop(at)
	t.admit()
}

// admit lets in as many as there is room for. The lock is held.
func (t *limiter) admit() {
	for t.waiting > 0 && t.inside < t.limit() {
		next := t.next()
		if !next.idles && !t.mayWork() {
			return
		}
		next.at = t.begin(next.idles)
		t.call(next, nil)
	}
}

// next is the one whose turn it is. The lock is held, and somebody waits.
func (t *limiter) next() *waiter {
	for r := range t.ranks {
		if first := t.ranks[r].first; first != nil {
			return first
		}
	}
	return nil
}

// call ends the waiting of one. The lock is held.
func (t *limiter) call(who *waiter, err error) {
	t.ranks[who.turn].remove(who)
	who.queued = false
	who.err = err
	t.waiting--
	who.granted <- struct{}{}
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

// atWork returns how many requests the origin is taken to work on.
func (t *limiter) atWork() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.working.n
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
