package proxy

import "time"

// counted are the requests among those under way that the origin is taken to work on, each for a while. Its owner holds the lock.
type counted struct {
	n     int
	slots []counting
	free  mark            // the first of the slots that nobody has
	next  time.Time       // nothing ends by itself before
	ended func(*counting) // is told of each that counts no more
}

// mark names a request in counted; 0: it was never there.
type mark int32

// counting is one request, or a slot that nobody has.
type counting struct {
	until time.Time // when it stops by itself
	on    bool      // it counts
	next  mark      // of a free one

	bounded bool   // the bound that adapts is on it
	outside bool   // it is from outside
	of      holder // whose it is
}

// add counts one more, until its time at the latest. The mark is to be removed in the end.
func (c *counted) add(one counting) mark {
	if c.n == 0 || one.until.Before(c.next) {
		c.next = one.until
	}
	c.n++
	m := c.free
	if m == 0 {
		c.slots = append(c.slots, counting{})
		m = mark(len(c.slots)) //nolint:gosec // the sum of max_in_flight is below
	}
	s := &c.slots[m-1]
	c.free = s.next
	one.on, one.next = true, 0
	*s = one
	return m
}

// stop counts it no more.
func (c *counted) stop(m mark) {
	if m != 0 && c.slots[m-1].on {
		c.slots[m-1].on = false
		c.n--
		if c.ended != nil {
			c.ended(&c.slots[m-1])
		}
	}
}

// remove forgets it.
func (c *counted) remove(m mark) {
	if m == 0 {
		return
	}
	c.stop(m)
	c.slots[m-1].next = c.free
	c.free = m
}

// expire stops what has counted for long enough, and reports whether there was any.
func (c *counted) expire(now time.Time) (any bool) {
	if now.Before(c.next) {
		return false
	}
	c.next = now.Add(time.Hour)
	for i := range c.slots {
		s := &c.slots[i]
		switch {
		case !s.on:
		case !s.until.After(now):
			c.stop(mark(i + 1)) //nolint:gosec // see add
			any = true
		case s.until.Before(c.next):
			c.next = s.until
		}
	}
	return any
}
