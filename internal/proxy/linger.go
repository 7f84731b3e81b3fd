package proxy

import (
	"errors"
	"io"
	"sync"
	"time"
)

// lingerTime is how long an origin that was asked to close, or announced it, may take to do so.
const lingerTime = time.Second

// lingering are connections that have served and wait for the origin to close them. The side that closes first holds
// the port for a minute; here that must not be us, because a few hundred requests a second would use up all ports to
// one address, and no connection to it could be made any more. Each has a goroutine, which stop waits for.
type lingering struct {
	max      int
	patience time.Duration

	mu      sync.Mutex
	open    map[*conn]struct{}
	stopped bool
	all     sync.WaitGroup
}

// add takes a connection whose exchange is complete.
func (p *lingering) add(c *conn) {
	p.mu.Lock()
	if p.stopped || len(p.open) >= p.max {
		p.mu.Unlock()
		c.abort()
		return
	}
	if p.open == nil {
		p.open = make(map[*conn]struct{})
	}
	p.open[c] = struct{}{}
	p.all.Go(func() { p.wait(c) })
	p.mu.Unlock()
}

// wait waits for the end of a connection. What still comes is thrown away.
func (p *lingering) wait(c *conn) {
	_ = c.nc.SetReadDeadline(time.Now().Add(p.patience))
	var waste [512]byte
	var err error
	for total := 0; err == nil && total < smallUpload; {
		var n int
		n, err = c.nc.Read(waste[:])
		total += n
	}
	p.mu.Lock()
	delete(p.open, c)
	p.mu.Unlock()
	if errors.Is(err, io.EOF) {
		c.close()
	} else {
		c.abort()
	}
}

// stop ends all and takes no more.
func (p *lingering) stop() {
	p.mu.Lock()
	p.stopped = true
	for c := range p.open {
		c.close()
	}
	p.mu.Unlock()
	p.all.Wait()
}
