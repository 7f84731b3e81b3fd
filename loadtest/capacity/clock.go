package capacity

import "container/heap"

// Times of a play are in milliseconds.
const (
	Second = int64(1000)
	Minute = 60 * Second
	Hour   = 60 * Minute
)

// clock does what is to be done, in the order of its times. One goroutine moves it.
type clock struct {
	now  int64 // since the beginning
	todo todo
	seq  int
	over bool // nothing is done any more
}

// Now is the time since the beginning.
func (c *clock) Now() int64 { return c.now }

// At does something at a time, after what was planned for that time before.
func (c *clock) At(when int64, do func()) {
	c.seq++
	heap.Push(&c.todo, task{when, c.seq, do})
}

// In does something after a time.
func (c *clock) In(d int64, do func()) { c.At(c.now+max(0, d), do) }

// Every does something now and after each time of that length.
func (c *clock) Every(d int64, do func()) {
	do()
	c.In(d, func() { c.Every(d, do) })
}

// Run moves the clock.
func (c *clock) Run(d int64) {
	end := c.now + d
	for !c.over && len(c.todo) > 0 && c.todo[0].when <= end {
		next := heap.Pop(&c.todo).(task)
		c.now = max(c.now, next.when)
		next.do()
	}
	c.now = end
}

// task is something that is done at a time.
type task struct {
	when int64
	seq  int
	do   func()
}

type todo []task

func (h todo) Len() int { return len(h) }
func (h todo) Less(i, j int) bool {
	return h[i].when < h[j].when || h[i].when == h[j].when && h[i].seq < h[j].seq
}
func (h todo) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *todo) Push(x any)   { *h = append(*h, x.(task)) }
func (h *todo) Pop() any {
	old := *h
	x := old[len(old)-1]
	old[len(old)-1] = task{}
	*h = old[:len(old)-1]
	return x
}
