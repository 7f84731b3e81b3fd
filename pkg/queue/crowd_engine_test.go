package queue_test

import (
	"container/heap"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// crowd is people in the line of a real engine, in the time of the test. Each asks as its page was told to, with the
// lateness of a network and of a browser's timers, and goes in when it reads that it is called.
type crowd struct {
	*engine
	random *rand.Rand
	people []*person
	due    turns
	passed int // how many of people, in order, the head has come by
	late   time.Duration
	stay   func() time.Duration // how long a stay lasts until it is finished, with a request now and then; nil: until it is idle
	read   func(p *person, a queue.Answer)
}

// person is one of them. Times are milliseconds of the test's clock, 0: never.
type person struct {
	place           queue.Place
	next            int64 // when it asks again, or what follows its stay
	leaves, returns int64
	quits           quitting
	gone            bool
	noShow          bool  // when it is called it closes the page
	ends            int64 // of its stay
	shown           int64
	called          int64 // when the head came by
	saw             [queue.StateSpent + 1]bool
	promises        []promise
}

// promise is a range that was shown.
type promise struct {
	at         int64
	low, high  time.Duration
	aheadFirst int64
}

type quitting int

const (
	closes quitting = iota // the page says so
	vanishes
	gives // the number up
	never
)

func newCrowd(t *testing.T, seed uint64, n int, cfg queue.RoomConfig) *crowd {
	t.Helper()
	c := &crowd{engine: newEngine(t, cfg), random: rand.New(rand.NewPCG(seed, 8)), late: time.Second}
	for _, place := range c.arrive(n) {
		c.people = append(c.people, &person{place: place, shown: -1})
	}
	c.room.Tick(t.Context())
	for _, p := range c.people {
		a := c.room.Peek(p.place)
		p.shown = a.Ahead
		c.again(p, a.Next)
	}
	return c
}

// leaving lets a share of the people close their page at any time within the span, in the way named.
func (c *crowd) leaving(share float64, span time.Duration, how quitting) {
	for _, p := range c.people {
		if c.random.Float64() < share {
			p.leaves, p.quits = c.now.Load()+1+c.random.Int64N(span.Milliseconds()), how
		}
	}
}

// goOn lets time go by until it is over or nobody waits.
func (c *crowd) goOn(d time.Duration) {
	for end := c.now.Load() + d.Milliseconds(); c.now.Load() < end && c.passed < len(c.people); {
		c.step()
	}
}

// step is one tick of the room.
func (c *crowd) step() {
	c.now.Add(250)
	for len(c.due) > 0 && c.due[0].next <= c.now.Load() {
		c.act(heap.Pop(&c.due).(*person))
	}
	c.room.Flush(c.t.Context())
	c.room.Tick(c.t.Context())
	head := c.room.View().Snapshot.Heads[0]
	for ; c.passed < len(c.people) && c.people[c.passed].place.Order <= head; c.passed++ {
		c.people[c.passed].called = c.now.Load()
	}
}

func (c *crowd) again(p *person, in time.Duration) {
	p.next = c.now.Load() + max(1, in.Milliseconds())
	heap.Push(&c.due, p)
}

func (c *crowd) act(p *person) {
	switch {
	case p.ends > c.now.Load():
		c.room.Touch(p.place.Visitor, engineStart)
		c.again(p, min(2*time.Minute, time.Duration(p.ends-c.now.Load())*time.Millisecond))
		return
	case p.ends != 0:
		if err := c.room.Finish(c.t.Context(), p.place.Visitor); err != nil {
			c.t.Fatal(err)
		}
		return
	case p.leaves != 0 && c.now.Load() >= p.leaves && !p.gone:
		c.quit(p)
		return
	}
	p.gone = false
	a := c.room.Poll(p.place, p.shown)
	p.saw[a.State] = true
	if c.read != nil {
		c.read(p, a)
	}
	switch a.State {
	case queue.StateWaiting:
		if a.High > 0 {
			p.promises = append(p.promises, promise{c.now.Load(), a.Low, a.High, a.Ahead})
		}
		p.shown = a.Ahead
	case queue.StateCalled, queue.StateFull, queue.StateMissed:
		if p.noShow {
			return
		}
		s, err := c.room.Claim(p.place)
		if err != nil {
			c.t.Fatal(err)
		}
		switch s.State {
		case queue.StateFull: // it keeps its turn
			c.again(p, 4*time.Second)
			return
		case queue.StateInside:
			if c.stay != nil {
				p.ends = c.now.Load() + c.stay().Milliseconds()
				c.again(p, 0)
			}
			return
		default:
			p.saw[queue.StateMissed] = true // it came too late
		}
	case queue.StateInside, queue.StateSpent:
		return
	}
	lateness := time.Duration(0)
	if c.late > 0 {
		lateness = time.Duration(c.random.Int64N(int64(c.late)))
	}
	c.again(p, a.Next+lateness)
}

func (c *crowd) quit(p *person) {
	p.gone = true
	switch p.quits {
	case closes:
		c.room.Away(p.place)
	case gives:
		if err := c.room.Leave(c.t.Context(), p.place.Visitor); err != nil {
			c.t.Fatal(err)
		}
	case vanishes:
	}
	if p.returns > 0 {
		c.again(p, time.Duration(p.returns)*time.Millisecond)
	}
}

// turns is a heap of people by when they act next.
type turns []*person

func (h turns) Len() int           { return len(h) }
func (h turns) Less(i, j int) bool { return h[i].next < h[j].next }
func (h turns) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *turns) Push(x any)        { *h = append(*h, x.(*person)) }
func (h *turns) Pop() any {
	last := len(*h) - 1
	p := (*h)[last]
	*h = (*h)[:last]
	return p
}
