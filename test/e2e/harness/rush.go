package harness

import (
	"context"
	"net/http"
	"sync"
)

// Rush lets n visitors come at once, calls fault as soon as enough of them have a place, and answers all who got one. Who
// got none is nobody's visitor: the gateway was gone before it could say so.
func (c *Crowd) Rush(n, enough int, fault func()) []*Visitor {
	c.tb.Helper()
	var mu sync.Mutex
	var came []*Visitor
	reached := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		v := &Visitor{Browser: NewBrowser(c.gate(i)), turn: i}
		wg.Go(func() {
			page, err := v.Load(c.tb.Context(), http.MethodGet, target)
			if err != nil || !page.Waiting() {
				return
			}
			v.Place = v.Token()
			mu.Lock()
			defer mu.Unlock()
			if came = append(came, v); len(came) == enough {
				close(reached)
			}
		})
	}
	all := make(chan struct{})
	go func() {
		wg.Wait()
		close(all)
	}()
	select {
	case <-reached:
		fault()
		<-all
	case <-all:
		if len(came) < enough {
			c.tb.Fatalf("%d of %d arrivals got a place", len(came), n)
		}
		fault()
	}
	c.mu.Lock()
	c.visitors = append(c.visitors, came...)
	c.mu.Unlock()
	return came
}

// Strangers lets n clients that keep to no protocol do what they do, until they return or ctx ends. Wait waits for them;
// they are none of the visitors that Check is about.
func (c *Crowd) Strangers(ctx context.Context, n int, do func(context.Context, *Gate)) {
	for i := range n {
		g := c.gate(i)
		c.wg.Go(func() { do(ctx, g) })
	}
}
