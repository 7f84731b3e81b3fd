package proxy

import (
	"sync"
	"time"

	"github.com/einlass/einlass/internal/admission"
)

// gate stands before a site. The limiters of all rooms with that site wait at it together: who goes in next is a matter of rank,
// whichever room it is of. It has the bound that adapts, on the requests that the site is taken to work on: one counts for
// admission.Patience at most, and not at all if it is known to wait for something. Each limiter has a bound of its own beside that.
//
// One visitor's requests have a part of the bound, see share. What goes beyond it is set aside, and goes in when one of the others ends,
// behind all that wait already.
type gate struct {
	most func() int // the bound now; called with the lock

	mu      sync.Mutex
	limit   *admission.Limit // nil: there is no room yet
	rooms   []*limiter
	arrived uint64 // requests that have waited
	ready   int    // that wait, without those set aside

	working counted // of all rooms that are measured
	bounded int     // those among them that the bound is on
	outside int     // those among these from outside
	held    [holders + 1]int32
	aside   [holders + 1]int32 // of each visitor
}

// holder stands for a visitor; 0: nobody. Two may share one, which costs them a wait.
type holder uint16

const holders = 1023

func newGate() *gate {
	g := &gate{}
	g.most = func() int { return g.limit.Now() }
	g.working.ended = g.end
	return g
}

// add lets a room in. The bound that adapts is at most the sum of those of the rooms.
func (g *gate) add(t *limiter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rooms = append(g.rooms, t)
	g.bound()
}

// remove is for a room that has stopped.
func (g *gate) remove(t *limiter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, r := range g.rooms {
		if r == t {
			g.rooms = append(g.rooms[:i:i], g.rooms[i+1:]...)
			g.bound()
			return
		}
	}
}

func (g *gate) bound() {
	sum := 0
	for _, r := range g.rooms {
		sum += r.ceiling
	}
	switch {
	case sum == 0:
	case g.limit == nil:
		g.limit = admission.NewLimit(sum)
	default:
		g.limit.SetMost(sum)
	}
}

// learn takes what became of a request: the bound follows.
func (g *gate) learn(h admission.Heard, how admission.Outcome) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if how == admission.Answered {
		g.limit.Answered(h, g.working.n)
	} else {
		g.limit.Failed()
	}
	if g.ready > 0 {
		g.admit()
	}
}

// now is the bound that adapts.
func (g *gate) now() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.most()
}

// share is how much of the bound one visitor's requests may have: a quarter, or as many as a browser opens connections if that is
// more, but never more than half.
func share(most int) int {
	const connections = 6
	return max(1, most/4, min(connections, most/2))
}

// mayWork reports whether there is room for one more that counts. The lock is held.
func (g *gate) mayWork(e entry) bool {
	most := g.most()
	if g.room(e, most) {
		return true
	}
	return g.working.expire(time.Now()) && g.room(e, most)
}

func (g *gate) room(e entry, most int) bool {
	return g.bounded < most && (e.turn != turnOpen || g.outside < lessReserved(most))
}

// hasShare reports whether a visitor has its part of the bound, as far as is known. The lock is held.
func (g *gate) hasShare(h holder) bool {
	return h != 0 && int(g.held[h]) >= share(g.most())
}

// end is told of each request that counts no more. The lock is held.
func (g *gate) end(c *counting) {
	if !c.bounded {
		return
	}
	g.bounded--
	if c.outside {
		g.outside--
	}
	if c.of == 0 {
		return
	}
	if g.held[c.of]--; g.aside[c.of] > 0 && !g.hasShare(c.of) {
		g.takeBack(c.of)
	}
}

// takeBack lets one that was set aside wait with the others again, the one of the highest rank. The lock is held.
func (g *gate) takeBack(of holder) {
	for r := range turns {
		for _, t := range g.rooms {
			for w := t.aside[r].first; w != nil; w = w.next {
				if w.of == of {
					t.lineUp(w)
					return
				}
			}
		}
	}
}

// admit lets in as many as there is room for. The lock is held.
func (g *gate) admit() {
	for _, t := range g.rooms {
		t.now = t.limit()
	}
	for g.ready > 0 {
		next := g.next()
		if next == nil {
			return
		}
		next.at = next.room.begin(next.entry)
		next.room.call(next, nil)
	}
}

// next is the one whose turn it is; nil: nobody can go. Who cannot go because its room has its bound keeps nobody of another room,
// or of a lower rank, from going. The lock is held.
func (g *gate) next() (first *waiter) {
	for r := range turns {
		for _, t := range g.rooms {
			for idles := range t.ranks[r] {
				if w := g.foremost(&t.ranks[r][idles]); w != nil && (first == nil || w.nth < first.nth) && t.hasPlace(w.entry) && (w.idles || t.mayWork(w.entry)) {
					first = w
				}
			}
		}
		if first != nil {
			return first
		}
	}
	return nil
}

// foremost is the first in a list whose visitor has not its share; those before it are set aside. The lock is held.
func (g *gate) foremost(list *waiterList) *waiter {
	for w := list.first; w != nil; w = list.first {
		if w.idles || !w.room.bounds() || !g.hasShare(w.of) {
			return w
		}
		w.room.setAside(w)
	}
	return nil
}
