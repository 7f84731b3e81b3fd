package journal

import (
	"container/heap"

	"github.com/einlass/einlass/pkg/queue"
)

// crowd counts visitors that each count until a time, unless they leave before or are told of again. It is a lower bound: who
// is in it certainly counts.
type crowd struct {
	at      map[queue.VisitorID]int64 // when its last request was made
	expires expiries
}

// expiry is when a visitor ceases to count, unless a later request of it was told.
type expiry struct {
	until, at int64
	id        queue.VisitorID
}

func newCrowd() crowd { return crowd{at: map[queue.VisitorID]int64{}} }

// tell notes that a visitor counts up to a time, exclusive, because of a request made at one. new: it did not count before.
func (c *crowd) tell(id queue.VisitorID, at, until int64) (new bool) {
	c.pass(at)
	_, there := c.at[id]
	c.at[id] = at
	heap.Push(&c.expires, expiry{until, at, id})
	return !there
}

// leave: the visitor does not count any more.
func (c *crowd) leave(id queue.VisitorID) { delete(c.at, id) }

// hand lets another id count in its place.
func (c *crowd) hand(id, to queue.VisitorID) {
	at, ok := c.at[id]
	if !ok {
		return
	}
	for _, e := range c.expires {
		if e.id == id && e.at == at {
			delete(c.at, id)
			c.at[to] = at
			heap.Push(&c.expires, expiry{e.until, at, to})
			return
		}
	}
}

// pass forgets who does not count any more at a time.
func (c *crowd) pass(now int64) {
	for len(c.expires) > 0 && c.expires[0].until <= now {
		e := heap.Pop(&c.expires).(expiry)
		if at, ok := c.at[e.id]; ok && at == e.at {
			delete(c.at, e.id)
		}
	}
}

// others is how many count at a time besides a visitor.
func (c *crowd) others(now int64, id queue.VisitorID) int64 {
	c.pass(now)
	n := int64(len(c.at))
	if _, ok := c.at[id]; ok {
		n--
	}
	return n
}

func (c *crowd) clear() {
	clear(c.at)
	c.expires = c.expires[:0]
}

type expiries []expiry

func (h expiries) Len() int           { return len(h) }
func (h expiries) Less(i, j int) bool { return h[i].until < h[j].until }
func (h expiries) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *expiries) Push(x any)        { *h = append(*h, x.(expiry)) }
func (h *expiries) Pop() any {
	old := *h
	e := old[len(old)-1]
	*h = old[:len(old)-1]
	return e
}
