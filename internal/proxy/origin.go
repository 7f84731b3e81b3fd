package proxy

import (
	"context"
	"sync/atomic"
	"time"
)

// origin is one address with what belongs to it: connections, standing, figures.
type origin struct {
	dialer   *dialer
	pool     pool
	health   health
	inFlight atomic.Int64
	requests atomic.Uint64
}

func newOrigin(text string, cfg Config) (*origin, error) {
	a, err := parseAddress(text)
	if err != nil {
		return nil, err
	}
	d, err := newDialer(a, cfg)
	if err != nil {
		return nil, err
	}
	return &origin{
		dialer: d,
		pool:   pool{max: cfg.KeepAlive.MaxIdle, timeout: cfg.KeepAlive.IdleTimeout},
		health: health{cfg: cfg.Health},
	}, nil
}

// connect gives a connection: a kept one if fresh is false and there is one, else a new one.
func (o *origin) connect(ctx context.Context, now time.Time, fresh bool) (*conn, error) {
	if !fresh {
		if c := o.pool.take(now); c != nil {
			return c, nil
		}
	}
	return o.dialer.dial(ctx)
}

// fleet is the addresses of one room.
type fleet struct {
	origins []*origin
	next    atomic.Uint32 // where the search begins, so that equals share the work
}

// choose picks the address with the least in flight, measured against the share it may
// carry, among those that are available and not yet tried; nil if there is none. The
// chosen one counts the request as in flight until done.
func (f *fleet) choose(now time.Time, tried []*origin) *origin {
	if len(f.origins) == 1 {
		o := f.origins[0]
		if len(tried) > 0 || !o.health.begin(now) {
			return nil
		}
		o.inFlight.Add(1)
		return o
	}
	start := int(f.next.Add(1))
	for range f.origins {
		best := f.least(now, tried, start)
		if best == nil {
			return nil
		}
		if best.health.begin(now) {
			best.inFlight.Add(1)
			return best
		}
	}
	return nil
}

func (f *fleet) least(now time.Time, tried []*origin, start int) *origin {
	var best *origin
	var load float64
	for i := range f.origins {
		o := f.origins[(start+i)%len(f.origins)]
		if contains(tried, o) || !o.health.available(now) {
			continue
		}
		l := float64(o.inFlight.Load()+1) / o.health.share(now)
		if best == nil || l < load {
			best, load = o, l
		}
	}
	return best
}

func contains(list []*origin, o *origin) bool {
	for _, have := range list {
		if have == o {
			return true
		}
	}
	return false
}

// othersUp tells whether an address beside o is available.
func (f *fleet) othersUp(o *origin, now time.Time) bool {
	for _, other := range f.origins {
		if other != o && other.health.available(now) {
			return true
		}
	}
	return false
}

// calm tells that every address is up and warm, the ordinary case, without a look at
// the clock.
func (f *fleet) calm() bool {
	for _, o := range f.origins {
		if o.health.troubled.Load() {
			return false
		}
	}
	return true
}

// share is the part of full load that the room's addresses may carry together: that of
// the warmest one. A lone origin that comes back is thus eased into its work.
func (f *fleet) share(now time.Time) float64 {
	var most float64
	for _, o := range f.origins {
		if o.health.available(now) {
			most = max(most, o.health.share(now))
		}
	}
	if most == 0 {
		return 1
	}
	return most
}

// done ends what choose began.
func (o *origin) done() { o.inFlight.Add(-1) }
