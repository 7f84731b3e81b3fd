package queue

import (
	"context"
	"errors"
	"sync"
)

// The last page of a stay was closed: nobody sits there any more, as far as a browser can tell. Most of those who close a page do
// not come back, some do within seconds, and a page that is loaded anew is closed as well. So the stay goes on for closeGrace, and
// ends only if nobody has heard of it since: neither this process nor, as the store says, another one. The store keeps requests
// with their times for that. It is told as a stay that was given up, which teaches no curve.

// closeGrace is how long a stay goes on after its last page was closed, in ms.
const closeGrace = 30_000

// closeSlack is by how much the clocks and ways of a page's requests differ, in ms.
const closeSlack = 100

// closings are stays whose last page was closed, until closeGrace is over.
type closings struct {
	mu    sync.Mutex
	inner map[VisitorID]closing
	next  int64 // ms, when they are looked at again
}

type closing struct {
	Stay
	closed int64 // ms
	// own is until when requests may be those of the page that was closed, in ms; a later one is of another page.
	own int64
}

// keep adds a stay, unless there are too many.
func (c *closings) keep(one closing, most int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.inner[one.Visitor]; !known && len(c.inner) >= most {
		return
	}
	if c.inner == nil {
		c.inner = map[VisitorID]closing{}
	}
	c.inner[one.Visitor] = one
}

// take takes out the stays for which it is time at now, at most MaxBatch; it looks once a second. What is of the future is of a
// clock that has been set back.
func (c *closings) take(now int64) (due map[VisitorID]closing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	const look = 1000
	if now < c.next && c.next-now <= look {
		return nil
	}
	c.next = now + look
	for id, one := range c.inner {
		if len(due) == MaxBatch {
			c.next = now
			break
		}
		if now-one.closed >= closeGrace || one.closed > now {
			if due == nil {
				due = map[VisitorID]closing{}
			}
			due[id] = one
			delete(c.inner, id)
		}
	}
	if len(c.inner) == 0 {
		c.inner = nil // frees the space that a crowd needed
	}
	return due
}

// Closed notes that the last page of a stay was closed. started is when the stay began, in store milliseconds as its pass says;
// quiet, in ms, is for how long the page had asked for nothing, as it says itself. A request since then was made by another
// page, and the stay goes on. If no request follows within 30 s, here or at another process, the stay is given up. It makes no store
// call.
func (r *Room) Closed(id VisitorID, started, quiet int64) {
	now := r.Now()
	own := min(now-quiet+closeSlack, now-1) // what follows is another page's, however soon
	if started <= 0 || quiet < 0 || r.lastHere(id) > own || !r.Stands(id) {
		return
	}
	r.closings.keep(closing{Stay{Visitor: id, Started: min(started, now)}, now, own}, r.cfg.Visitors)
}

// lastHere is when a stay made its last request as far as this process knows, in ms; 0: it knows of none.
func (r *Room) lastHere(id VisitorID) int64 {
	last := r.recent.lastRequest(id)
	if c, known := r.stays.stay(id); known {
		last = max(last, c.At)
	}
	return last
}

// lastRequest is when a stay made its last request, 0 if it is not known.
func (r *recent) lastRequest(id VisitorID) int64 {
	b, tag, m := r.lock(id)
	defer m.Unlock()
	if e := b.find(tag); e != nil {
		return e.seen
	}
	return 0
}

// endClosed gives up the stays whose last page was closed and of which nobody has heard since. While the store is away all wait:
// another process may know more.
func (r *Room) endClosed(ctx context.Context) error {
	if !r.up() {
		return nil
	}
	due := r.closings.take(r.Now())
	var stays []Stay
	for id, one := range due {
		last := r.lastHere(id)
		if last > one.own || !r.Stands(id) {
			continue
		}
		c := one.Stay
		c.At = max(last, c.Started)
		stays = append(stays, c)
	}
	var gone []ending
	left, err := sendBatches(ctx, r, stays, r.renewBatch, func(c Stay, s Standing) {
		r.renewed(c, s)
		if r.unheard(due[c.Visitor], r.here(s)) {
			gone = append(gone, ending{left: true, Outcome: Outcome{Visitor: c.Visitor}})
		}
	})
	for _, c := range left {
		if errors.Is(err, ErrUnavailable) {
			r.closings.keep(due[c.Visitor], r.cfg.Visitors)
		}
	}
	if len(gone) == 0 {
		return err
	}
	return errors.Join(err, r.end(ctx, gone))
}

// unheard reports whether a stay, which stands so in the store, has made no request since its last page was closed. The store
// says when the stay ends; where that is its longest time, it does not say when the last request was.
func (r *Room) unheard(one closing, s Standing) bool {
	t := r.timing()
	if s.State != StateInside || s.Until >= s.Started+t.Max.Milliseconds() {
		return false
	}
	return s.Until-t.Idle.Milliseconds() <= one.own && r.lastHere(one.Visitor) <= one.own
}
