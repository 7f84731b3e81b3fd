package proxy

import (
	"errors"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/admission"
)

// limiter lets a bounded number of a room's requests through to the origin at once and holds
// a bounded number of others for a bounded time. They wait at the gate of the site. Who waits goes in by rank, see
// turn; within a rank it is first come, first served. Where no more may wait, one of a
// higher rank takes the place of the last one of the lowest.
//
// What is open to all must not be able to take every place, or a few hundred slow readers would lock out everybody: requests from
// outside have three quarters of them.
type limiter struct {
	gate    *gate
	limit   func() int    // how many may be inside now; lower while an origin starts slowly
	health  func() Health // what is done about the site's; nil: HealthLimit
	ceiling int           // the most that limit says
	length  int           // how many may wait
	queued  func()        // signal for tests: a request waits now

	// The gate's lock guards the rest.
	now     int // what limit says, while the gate admits
	inside  int
	outside int // those of them that are from outside
	waiting int
	ranks   [turns][2]waiterList // of those that count, and of those that do not
	aside   [turns]waiterList    // of those whose visitor has its share
	stopped bool
	emptied chan struct{} // closed when nobody is inside or waits; nil: nobody asks

	waiters sync.Pool // of *waiter, those of this limiter; it has no lock
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
	entry
	prev, next *waiter
	room       *limiter
	nth        uint64 // by which first come is known
	queued     bool
	isAside    bool
	granted    chan struct{} // of one: gets its element under the lock, when the wait has ended
	timer      *time.Timer
	at         mark
	err        error // set before granted gets its element
}

// waiter takes one for a request, with a timer that does not run.
func (t *limiter) waiter(e entry) *waiter {
	me, _ := t.waiters.Get().(*waiter)
	if me == nil {
		me = &waiter{room: t, granted: make(chan struct{}, 1), timer: time.NewTimer(time.Hour)}
		me.timer.Stop()
	}
	me.entry, me.queued = e, true
	return me
}

// put gives one back that has left the line, and whose granted is empty.
func (t *limiter) put(me *waiter) {
	me.timer.Stop()
	me.entry, me.at, me.err = entry{}, 0, nil
	t.waiters.Put(me)
}

// entry is what a request says to the limiter.
type entry struct {
	turn turn
	// idles: it is known to wait for something at the origin, which does not work on it.
	idles bool
	// of is whose request it is.
	of holder
}

// place is what a request holds while it is under way.
type place struct {
	at      mark
	outside bool
}

// enter takes a place, waiting for one if need be until w says stop. Without an
// error the caller calls leave once, with the place.
func (t *limiter) enter(e entry, w *watch) (p place, waited bool, err error) {
	p.outside = e.turn == turnOpen
	g := t.gate
	g.mu.Lock()
	if t.now = t.limit(); g.ready > 0 {
		g.admit() // who still waits then cannot take the place that this one may
	}
	over := t.bounds() && !e.idles && g.hasShare(e.of)
	switch {
	case t.stopped:
		g.mu.Unlock()
		return place{}, false, ErrStopped
	case t.hasPlace(e) && (e.idles || !over && t.mayWork(e)):
		p.at = t.begin(e)
		g.mu.Unlock()
		return p, false, nil
	case t.waiting >= t.length && !t.displace(e.turn, over):
		g.mu.Unlock()
		return place{}, false, ErrQueueFull
	}
	me := t.waiter(e)
	t.waiting++
	if t.lineUp(me); over {
		t.setAside(me)
	}
	g.admit()
	g.mu.Unlock()
	if t.queued != nil {
		t.queued()
	}
	err = t.wait(me, w)
	p.at = me.at
	t.put(me)
	return p, true, err
}

// bounds reports whether the bound that adapts is on this room.
func (t *limiter) bounds() bool { return t.health == nil || t.health() >= HealthLimit }

// measured reports whether requests of this room are taken for work of the site.
func (t *limiter) measured() bool { return t.health == nil || t.health() >= HealthWatch }

// hasPlace reports whether this room may have one more under way. The lock is held, and now is set.
func (t *limiter) hasPlace(e entry) bool {
	return t.inside < t.now && (e.turn != turnOpen || t.ceiling < reservedPart || t.outside < lessReserved(t.now))
}

// mayWork reports whether the site may work on one more of this room. The lock is held.
func (t *limiter) mayWork(e entry) bool { return !t.bounds() || t.gate.mayWork(e) }

// reservedPart is the part, a quarter, of the places that only requests from inside get.
// Where there are fewer places than that, all are for all.
const reservedPart = 4

// lessReserved is what of n places is for all.
func lessReserved(n int) int { return n - n/reservedPart }

// begin gives a place. The lock is held.
func (t *limiter) begin(e entry) mark {
	t.inside++
	if e.turn == turnOpen {
		t.outside++
	}
	if e.idles || !t.measured() {
		return 0
	}
	c := counting{until: time.Now().Add(admission.Patience), bounded: t.bounds(), outside: e.turn == turnOpen, of: e.of}
	g := t.gate
	if c.bounded {
		g.bounded++
		if c.outside {
			g.outside++
		}
		if c.of != 0 {
			g.held[c.of]++
		}
	}
	return g.working.add(c)
}

// displace sends one away so that another one can wait: of those set aside, if the other one's visitor is not over its share
// itself, or else the last one of the lowest rank if that is below this one. The lock is held.
func (t *limiter) displace(by turn, over bool) bool {
	for r := turns; !over && r > 0; r-- {
		if last := t.aside[r-1].last; last != nil {
			t.call(last, ErrQueueFull)
			return true
		}
	}
	for r := turns - 1; r > by; r-- {
		last := t.aside[r].last
		for i := range t.ranks[r] {
			if w := t.ranks[r][i].last; w != nil && (last == nil || w.nth > last.nth) {
				last = w
			}
		}
		if last != nil {
			t.call(last, ErrQueueFull)
			return true
		}
	}
	return false
}

// wait returns when the waiter has left the line. Its granted is empty then.
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
		t.look(me)
	}
}

// look finds what has changed without anybody leaving.
func (t *limiter) look(me *waiter) {
	g := t.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if me.isAside {
		g.working.expire(time.Now())
		if me.isAside && !(t.bounds() && g.hasShare(me.of)) {
			t.lineUp(me)
		}
	}
	g.admit()
}

// giveUp leaves the queue. A place that was granted in the same moment is kept if
// the request can still use it.
func (t *limiter) giveUp(me *waiter, cause error) error {
	if errors.Is(cause, errExpired) {
		cause = ErrQueueFull
	}
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	if me.queued {
		t.unlink(me)
		t.noteEmpty()
		return cause
	}
	<-me.granted
	if me.err != nil || errors.Is(cause, ErrQueueFull) {
		return me.err
	}
	t.end(place{at: me.at, outside: me.turn == turnOpen})
	return cause
}

// leave gives the place to the next in order.
func (t *limiter) leave(p place) {
	t.gate.mu.Lock()
	t.end(p)
	t.gate.mu.Unlock()
}

// end gives a place back. The lock is held.
func (t *limiter) end(p place) {
	t.inside--
	if p.outside {
		t.outside--
	}
	t.gate.working.remove(p.at)
	if t.gate.ready > 0 {
		t.gate.admit()
	}
	t.noteEmpty()
}

// idle tells that the origin does not work on the request any more, which keeps its place.
func (t *limiter) idle(p place) {
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	t.gate.working.stop(p.at)
	t.gate.admit()
}

// call ends the waiting of one. The lock is held.
func (t *limiter) call(who *waiter, err error) {
	t.unlink(who)
	who.err = err
	who.granted <- struct{}{}
}

// lineUp lets one wait behind the others of its rank. The lock is held.
func (t *limiter) lineUp(w *waiter) {
	if w.isAside {
		t.aside[w.turn].remove(w)
		t.gate.aside[w.of]--
		w.isAside = false
	}
	t.gate.arrived++
	w.nth = t.gate.arrived
	t.list(w).push(w)
	t.gate.ready++
}

// setAside takes one out of the line for as long as its visitor has its share. The lock is held.
func (t *limiter) setAside(w *waiter) {
	t.list(w).remove(w)
	t.gate.ready--
	t.aside[w.turn].push(w)
	t.gate.aside[w.of]++
	w.isAside = true
}

// unlink takes one out of the line for good. The lock is held.
func (t *limiter) unlink(w *waiter) {
	if w.isAside {
		t.aside[w.turn].remove(w)
		t.gate.aside[w.of]--
	} else {
		t.list(w).remove(w)
		t.gate.ready--
	}
	w.queued, w.isAside = false, false
	t.waiting--
}

func (t *limiter) list(w *waiter) *waiterList {
	if w.idles {
		return &t.ranks[w.turn][1]
	}
	return &t.ranks[w.turn][0]
}

// stop refuses all requests that wait, and all that come.
func (t *limiter) stop() {
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	t.stopped = true
	for r := range turns {
		for _, list := range []*waiterList{&t.ranks[r][0], &t.ranks[r][1], &t.aside[r]} {
			for list.first != nil {
				t.call(list.first, ErrStopped)
			}
		}
	}
	t.noteEmpty()
}

// counts returns how many are inside and how many wait.
func (t *limiter) counts() (inside, waiting int) {
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
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
