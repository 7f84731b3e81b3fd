package proxy

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/einlass/einlass/internal/config"
)

// origin is one address with what belongs to it: connections, standing, figures.
type origin struct {
	dialer   *dialer
	pool     pool
	health   health
	pulse    pulse
	inFlight atomic.Int64
	requests atomic.Uint64
}

func newOrigin(text string, cfg config.Backend) (*origin, error) {
	a, err := config.ParseAddress(text)
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

// choose picks the best address for a request of this class among those that were not tried yet; nil if there is none.
// Among equals it is the one with the least in flight, measured against the share it may carry. What requests say
// about an address never keeps it from being chosen, it only puts better ones first; the check alone does. The chosen
// one counts the request as in flight until done.
func (f *fleet) choose(now time.Time, k class, tried []*origin) *origin {
	if len(f.origins) == 1 {
		o := f.origins[0]
		if len(tried) > 0 || (!o.health.begin(now, k) && o.health.rank(now, k) == rankDown) {
			return nil
		}
		o.inFlight.Add(1)
		return o
	}
	start := int(f.next.Add(1))
	for {
		best, r := f.best(now, k, tried, start)
		if best == nil {
			return nil
		}
		// One that is up may need a trial, which another request may have become by now.
		if r < rankUp || best.health.begin(now, k) {
			best.inFlight.Add(1)
			return best
		}
	}
}

func (f *fleet) best(now time.Time, k class, tried []*origin, start int) (best *origin, top rank) {
	var load float64
	for i := range f.origins {
		o := f.origins[(start+i)%len(f.origins)]
		if contains(tried, o) {
			continue
		}
		r := o.health.rank(now, k)
		if r == rankDown || r < top {
			continue
		}
		l := float64(o.inFlight.Load()+1) / o.health.share(now, k)
		if r > top || l < load {
			best, top, load = o, r, l
		}
	}
	return best, top
}

func contains(list []*origin, o *origin) bool {
	for _, have := range list {
		if have == o {
			return true
		}
	}
	return false
}

// relieves tells whether an address beside o serves requests of this class.
func (f *fleet) relieves(o *origin, k class, now time.Time) bool {
	for _, other := range f.origins {
		if other != o && other.health.serves(now, k) {
			return true
		}
	}
	return false
}

// untroubled reports the ordinary case, that every address is up and at its full share, without a look at the clock.
func (f *fleet) untroubled() bool {
	for _, o := range f.origins {
		if o.health.troubled.Load() {
			return false
		}
	}
	return true
}

// slowStartShare is the part of full load that the room's addresses may carry together: the largest of theirs. A lone
// origin that comes back thus starts slowly. What one class
// of requests says does not count here: it must not narrow the way for the other.
func (f *fleet) slowStartShare(now time.Time) float64 {
	var most float64
	for _, o := range f.origins {
		if o.health.rank(now, fromInside) >= rankFailing {
			most = max(most, o.health.slowStartShare(now))
		}
	}
	if most == 0 {
		return 1
	}
	return most
}

// done ends what choose began.
func (o *origin) done() { o.inFlight.Add(-1) }
