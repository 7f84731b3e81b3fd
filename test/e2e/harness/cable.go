package harness

import (
	"net"
	"sync"
	"testing"
)

// Cable is the way from one gateway to its store. Cut, it holds what is sent, as a network does that has come apart: nobody is told.
type Cable struct {
	Addr string

	mu    sync.Mutex
	whole chan struct{} // closed while it is whole
}

// NewCable leads to an address until the test ends.
func NewCable(tb testing.TB, to string) *Cable {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(tb, err)
	c := &Cable{Addr: ln.Addr().String(), whole: make(chan struct{})}
	close(c.whole)
	over := make(chan struct{})
	var wg sync.WaitGroup
	join := func(from, to net.Conn) {
		defer wg.Done()
		defer func() { _ = to.Close() }() // the other half ends with this one
		buffer := make([]byte, 32<<10)
		for {
			n, err := from.Read(buffer)
			if err != nil {
				return
			}
			select {
			case <-c.way():
			case <-over:
				return
			}
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
	}
	var ends []net.Conn
	wg.Go(func() {
		for {
			a, err := ln.Accept()
			if err != nil {
				return
			}
			b, err := net.Dial("tcp", to)
			if err != nil {
				_ = a.Close()
				continue
			}
			ends = append(ends, a, b)
			wg.Add(2)
			go join(a, b)
			go join(b, a)
		}
	})
	tb.Cleanup(func() {
		close(over)
		_ = ln.Close()
		c.Mend()
		for _, end := range ends {
			_ = end.Close()
		}
		wg.Wait()
	})
	return c
}

func (c *Cable) way() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.whole
}

// Cut holds what is sent from now on.
func (c *Cable) Cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.whole = make(chan struct{})
}

// Mend lets through what was held, and all that follows.
func (c *Cable) Mend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.whole:
	default:
		close(c.whole)
	}
}
