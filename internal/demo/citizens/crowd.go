package citizens

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/einlass/einlass/internal/visitor"
)

// Crowd is a stream of citizens. Make one with New.
type Crowd struct {
	cfg       Config
	room      *visitor.Room
	transport visitor.Transport
	idle      func() // closes the connections that nobody uses
	meter     meter
}

// New returns a crowd that has not come yet. The error names everything that is
// wrong with the configuration, and is ErrNotLoopback if the target is elsewhere.
func New(cfg Config) (*Crowd, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("citizens: new: %w", err)
	}
	cfg = cfg.withDefaults()
	room, err := visitor.New(visitor.Config{Origin: cfg.BaseURL, Prefix: cfg.Prefix, Timeout: cfg.Timeout})
	if err != nil {
		return nil, fmt.Errorf("citizens: new: %w", err)
	}
	dialer := net.Dialer{Timeout: 10 * time.Second, Control: onlyLoopback}
	transport := &http.Transport{
		DialContext:         dialer.DialContext,
		TLSClientConfig:     cfg.TLS,
		MaxIdleConns:        256,
		MaxIdleConnsPerHost: 256,
		IdleConnTimeout:     30 * time.Second,
	}
	return &Crowd{cfg: cfg, room: room, transport: visitor.HTTP(transport), idle: transport.CloseIdleConnections}, nil
}

// onlyLoopback refuses every connection that would leave this machine, whatever
// a name or a redirect says.
func onlyLoopback(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().IsLoopback() {
		return fmt.Errorf("%w: %q", ErrNotLoopback, address)
	}
	return nil
}

// Run lets the citizens come until the context ends or all of Total have come,
// and returns when the last one has gone. To be called once.
func (c *Crowd) Run(ctx context.Context) {
	var group sync.WaitGroup
	defer c.idle()
	defer group.Wait()
	random := rand.New(rand.NewPCG(c.cfg.Seed, 0))
	for n := 1; c.cfg.Total == 0 || n <= c.cfg.Total; n++ {
		gap := c.gap(n, random)
		if gap < 0 || c.cfg.Sleep(ctx, gap) != nil || ctx.Err() != nil {
			return
		}
		if !c.meter.arrive(c.cfg.MaxConcurrent) {
			continue
		}
		group.Go(func() {
			person := newCitizen(c, n)
			c.meter.leave(person.live(ctx))
		})
	}
}

// gap returns how long after the one before the n-th citizen comes; below 0:
// never.
func (c *Crowd) gap(n int, random *rand.Rand) time.Duration {
	switch {
	case n <= c.cfg.AtOnce:
		return time.Duration(random.ExpFloat64() * float64(3*time.Second) / float64(c.cfg.AtOnce))
	case c.cfg.PerMinute > 0:
		return time.Duration(random.ExpFloat64() * float64(time.Minute) / c.cfg.PerMinute)
	}
	return -1
}
