package handover

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/visitor"
)

// crowd are visitors who do what visitors do, and note what they see.
type crowd struct {
	t       *testing.T
	g       *gate
	fig     figures
	cancel  context.CancelFunc
	ctx     context.Context
	running sync.WaitGroup

	mu     sync.Mutex
	places map[visitor.Token]bool
	faults []error
	// answered is how many requests each visitor has had answered; those who wait for it look at moved.
	moved *sync.Cond
	beats map[int]int
	next  int
	// kills: processes are killed, which breaks requests off; what became of a place counts.
	kills bool
}

// lost is what nobody may see, whoever is killed.
type lost struct{ error }

func newCrowd(t *testing.T, g *gate) *crowd {
	c := &crowd{t: t, g: g, places: map[visitor.Token]bool{}, beats: map[int]int{}}
	c.moved = sync.NewCond(&c.mu)
	c.ctx, c.cancel = context.WithCancel(t.Context())
	t.Cleanup(func() { c.cancel(); c.running.Wait() })
	return c
}

func (c *crowd) fault(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, err)
}

// browser opens one with a connection of its own.
func (c *crowd) browser() *visitor.Browser {
	rt := &strict{addr: c.g.addr, fig: &c.fig}
	if c.g.secure {
		rt.tls = &tls.Config{InsecureSkipVerify: true, ServerName: "termine.example"}
	}
	room, err := visitor.New(visitor.Config{Origin: c.origin(), Room: "termine"})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(rt.close)
	return room.Open(visitor.HTTP(rt))
}

func (c *crowd) origin() string {
	if c.g.secure {
		return "https://termine.example"
	}
	return "http://termine.example"
}

// does repeats an act of a visitor, each in its own interval, until the crowd ends.
func (c *crowd) does(every time.Duration, act func() error) {
	c.mu.Lock()
	me := c.next
	c.next++
	c.beats[me] = 0
	c.mu.Unlock()
	c.running.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			if err := act(); err != nil && c.ctx.Err() == nil {
				c.fault(err)
			}
			c.mu.Lock()
			c.beats[me]++
			c.moved.Broadcast()
			c.mu.Unlock()
			select {
			case <-tick.C:
			case <-c.ctx.Done():
				return
			}
		}
	})
}

// settled waits until everybody has had n more answers.
func (c *crowd) settled(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	from := map[int]int{}
	for id, beats := range c.beats {
		from[id] = beats
	}
	for id, beats := range from {
		for c.beats[id] < beats+n && c.ctx.Err() == nil {
			c.moved.Wait()
		}
	}
}

// waits is somebody with a place, which stays the same, and ahead of whom there are never more people.
func (c *crowd) waits() {
	b := c.browser()
	var place visitor.Token
	ahead := int64(-1)
	c.does(100*time.Millisecond, func() error {
		if !place.Known() {
			a, err := b.Visit(c.ctx, visitor.Want{Target: "/"})
			if err != nil {
				return err
			}
			if place = b.Credential().Token; !place.Known() {
				return fmt.Errorf("an arrival gets no place: %d %s", a.Status, a.State)
			}
			return c.number(place)
		}
		s, err := b.Poll(c.ctx)
		if err != nil {
			return err
		}
		if b.Credential().Token != place || s.Number != place.Number || !s.InLine() || ahead >= 0 && s.Ahead > ahead {
			return lost{fmt.Errorf("place %+v with %d ahead is told %+v and carries %+v", place, ahead, s, b.Credential().Token)}
		}
		ahead = s.Ahead
		return nil
	})
}

// number notes a number that was given: each is given once.
func (c *crowd) number(p visitor.Token) error {
	p.Visitor = ""
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.places[p] {
		return lost{fmt.Errorf("number %d of epoch %d is given twice", p.Number, p.Epoch)}
	}
	c.places[p] = true
	return nil
}

// arrives is one new visitor after the other, each on a new connection.
func (c *crowd) arrives() {
	c.does(150*time.Millisecond, func() error {
		b := c.browser()
		if _, err := b.Visit(c.ctx, visitor.Want{Target: "/", Extra: []string{"Connection", "close"}}); err != nil {
			return err
		}
		p := b.Credential().Token
		if !p.Known() {
			return errors.New("an arrival gets no place")
		}
		return c.number(p)
	})
}

// connected opens connections; when it is asked to, a new visitor arrives on each of them.
func (c *crowd) connected(n int) (come func()) {
	browsers := make([]*visitor.Browser, n)
	for i := range browsers {
		browsers[i] = c.browser()
		if a, err := browsers[i].Load(c.ctx, visitor.Want{For: visitor.Fetch, Target: "/free/x"}); err != nil || string(a.Body) != "site /free/x" {
			c.t.Fatalf("%.60q, %v", a.Body, err)
		}
	}
	return func() {
		for _, b := range browsers {
			c.running.Go(func() {
				_, err := b.Visit(c.ctx, visitor.Want{Target: "/"})
				if p := b.Credential().Token; err == nil && p.Known() {
					err = c.number(p)
				} else if err == nil {
					err = errors.New("an arrival on an open connection gets no place")
				}
				if err != nil {
					c.fault(err)
				}
			})
		}
	}
}

// inside is somebody with a pass, who sends a form again and again.
func (c *crowd) inside() {
	b := c.browser()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for a, err := b.Visit(c.ctx, visitor.Want{Target: "/"}); !strings.HasPrefix(string(a.Body), "site"); {
		<-tick.C
		s, polled := b.Poll(c.ctx)
		if err := errors.Join(err, polled); err != nil {
			c.t.Fatal(err)
		}
		if s.Turn() {
			a, err = b.Visit(c.ctx, visitor.Want{Target: "/"})
		}
	}
	c.does(50*time.Millisecond, func() error {
		a, err := b.Load(c.ctx, visitor.Want{Method: "POST", Target: "/form", ContentType: "text/plain", Body: []byte("a form"), Extra: []string{"Origin", c.origin()}})
		if err != nil {
			return err
		}
		if string(a.Body) != "site /form" {
			return fmt.Errorf("a form of somebody inside gets %d %s %.60q", a.Status, a.State, a.Body)
		}
		return nil
	})
}

// fresh makes a connection for each request to what is open to all.
func (c *crowd) fresh() {
	b := c.browser()
	c.does(10*time.Millisecond, func() error {
		a, err := b.Load(c.ctx, visitor.Want{For: visitor.Fetch, Target: "/free/x", Extra: []string{"Connection", "close"}})
		if err == nil && string(a.Body) != "site /free/x" {
			err = fmt.Errorf("what is open gets %d %.60q", a.Status, a.Body)
		}
		return err
	})
}

// usual is a crowd of all kinds, and its first places.
func usual(t *testing.T, g *gate) *crowd {
	c := newCrowd(t, g)
	for range 3 {
		c.inside()
	}
	g.pause()
	for range 10 {
		c.waits()
	}
	c.arrives()
	for range 2 {
		c.fresh()
	}
	c.settled(2)
	return c
}

// end stops the crowd and tells what it saw.
func (c *crowd) end() {
	c.t.Helper()
	c.settled(3)
	c.cancel()
	c.running.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.faults {
		if !c.kills || errors.As(f, &lost{}) {
			c.t.Error(f)
		}
	}
	for _, f := range c.fig.failed {
		if !c.kills {
			c.t.Error(f)
		}
	}
	c.t.Logf("%v, %d places", &c.fig, len(c.places))
}
