package process

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"sort"
	"sync"
	"testing"
	"time"
)

func decodeSegment(s string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(s) }

// crowd is a number of visitors who came and wait, and the journal of who got in when.
type crowd struct {
	t    *testing.T
	mu   sync.Mutex
	all  []*visitor
	in   []entry
	lost []uint64
	wait sync.WaitGroup
}

type entry struct {
	at    time.Time
	order uint64
	shown uint64
}

// come lets n visitors arrive one after the other, so that the order of arrival is known.
func (c *crowd) come(n int, addrs ...string) []*visitor {
	c.t.Helper()
	var came []*visitor
	for i := range n {
		v := &visitor{}
		res, _, err := v.get(c.t.Context(), addrs[i%len(addrs)], "/termine", true)
		if err != nil || res.StatusCode != 200 || v.number == 0 {
			c.t.Fatalf("arrival %d: %v, number %d", i, err, v.number)
		}
		came = append(came, v)
	}
	c.all = append(c.all, came...)
	return came
}

// stay lets visitors poll as they are told, at one gateway after the other, until they are in or ctx ends.
func (c *crowd) stay(ctx context.Context, visitors []*visitor, addrs func() []string) {
	for i, v := range visitors {
		c.wait.Go(func() { c.poll(ctx, v, i, addrs) })
	}
}

func (c *crowd) poll(ctx context.Context, v *visitor, turn int, addrs func() []string) {
	order, shown := v.order(), v.number
	figure := -1
	for ; ; turn++ {
		list := addrs()
		next, in := c.ask(ctx, v, list[turn%len(list)], &figure)
		if in {
			c.mu.Lock()
			c.in = append(c.in, entry{time.Now(), order, shown})
			c.mu.Unlock()
			return
		}
		if v.order() != order {
			c.mu.Lock()
			c.lost = append(c.lost, shown)
			c.mu.Unlock()
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(next): // as the gateway said: the protocol's own pause
		}
	}
}

// ask polls once, and goes in when told to.
func (c *crowd) ask(ctx context.Context, v *visitor, addr string, figure *int) (next time.Duration, in bool) {
	again := 300 * time.Millisecond
	_, body, err := v.get(ctx, addr, "/.einlass/status?room=termine", false)
	if err != nil {
		return again, false
	}
	var s struct {
		State string
		Ahead int
		Next  int64
	}
	if json.Unmarshal([]byte(body), &s) != nil {
		return again, false
	}
	if s.State == "inside" {
		return 0, true
	}
	if s.State == "called" || s.State == "missed" || s.State == "none" {
		res, _, err := v.get(ctx, addr, "/termine", true)
		if err == nil && res.StatusCode == 303 {
			return 0, true
		}
	}
	*figure = s.Ahead
	return max(100*time.Millisecond, time.Duration(s.Next)*time.Millisecond), false
}

// check holds the journal to the promises: everybody who stayed is in, no number came twice, nobody was overtaken
// beyond what polling once a second explains, and the pace held in every window. calm is when the last fault was
// over: a call that could not be claimed before is claimed after it, but ahead of everybody behind.
func (c *crowd) check(expect, rate, burst int, calm time.Time) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.lost) > 0 {
		c.t.Errorf("%d visitors who stayed lost their places: %v", len(c.lost), c.lost)
	}
	if len(c.in) != expect {
		c.t.Errorf("%d of %d got in", len(c.in), expect)
	}
	orders, numbers := map[uint64]bool{}, map[uint64]bool{}
	for _, v := range c.in {
		if orders[v.order] || numbers[v.shown] {
			c.t.Errorf("number %d was given twice", v.shown)
		}
		orders[v.order], numbers[v.shown] = true, true
	}
	sort.Slice(c.in, func(i, j int) bool { return c.in[i].at.Before(c.in[j].at) })
	// Whoever is behind has been called later. The claims of those called before follow within two polls.
	const polls = 4 * time.Second
	for i, a := range c.in {
		for _, b := range c.in[i+1:] {
			from := a.at
			if from.Before(calm) {
				from = calm
			}
			if b.order < a.order && b.at.Sub(from) > polls {
				c.t.Errorf("number %d was overtaken by %d by %v", b.shown, a.shown, b.at.Sub(a.at))
			}
		}
	}
	// Claims lag behind calls by up to a poll, so a window may hold that much more.
	for i := range c.in {
		for j := i; j < len(c.in); j++ {
			span := c.in[j].at.Sub(c.in[i].at) + 2*time.Second
			if allowed := float64(burst) + float64(rate)/60*span.Seconds() + 1; float64(j-i+1) > allowed {
				c.t.Fatalf("%d let in within %v, the pace allows %.0f", j-i+1, span, allowed)
			}
		}
	}
}
