package proxy

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/httpx"
)

// Deps are what a Backend is given. Zero values work.
type Deps struct {
	// Log gets changes of an address's standing. nil: nothing is logged.
	Log *zap.Logger
	// OnPanic is called for each panic that a goroutine of the Backend recovers from. It must be safe for concurrent use.
	// nil: nobody is told.
	OnPanic func()
}

// Options say what the gateway knows about one request.
type Options struct {
	// StripCookies tells which cookies are ours and must not reach the origin. nil: none.
	StripCookies func(name []byte) bool
	// Identity is pairs of name and value to add, after the visitor's own Einlass
	// fields were stripped.
	Identity []string
	// Inside says that the visitor holds a pass: his POST, PUT, PATCH and DELETE go first
	// when there is a queue.
	Inside bool
	// OnHead sees the head of the final answer, or of the 101 that opens a WebSocket, once, before any of it goes to the
	// visitor. It is called on the goroutine of Forward. A retry is not seen, and neither are other 1xx answers. nil: nobody
	// looks.
	OnHead func(Head)
}

// Backend forwards visits to the origin servers of one room. It is safe for
// concurrent use. Start and Stop are optional for forwarding: without Start there is no
// active health check.
type Backend struct {
	cfg     config.Backend
	log     *zap.Logger
	onPanic func()
	fleet   fleet
	gate    turnstile
	// outer stands before gate for visitors who are not inside: what is open to all must not
	// be able to take every place, or a few hundred slow readers would lock out everybody.
	outer    turnstile
	statuses config.StatusRanges
	tunnels  tunnels
	partings partings

	seed      maphash.Seed // of the keys by which clients are told apart
	exchanges sync.Pool
	streams   sync.Pool

	life   context.Context // ends with Stop: dials and checks end with it
	cancel context.CancelFunc
	owned  sync.WaitGroup
	begun  atomic.Bool

	attended func() // signal for tests: an address was looked after
}

// New checks the section, reads the TLS files and prepares a Backend. It opens
// no connection.
func New(cfg config.Backend, deps Deps) (*Backend, error) {
	if err := cfg.Validate("backend"); err != nil {
		return nil, err
	}
	b := &Backend{cfg: cfg, log: deps.Log, onPanic: deps.OnPanic, seed: maphash.MakeSeed()}
	if b.log == nil {
		b.log = zap.NewNop()
	}
	if b.onPanic == nil {
		b.onPanic = func() {}
	}
	for _, text := range cfg.Addresses {
		o, err := newOrigin(text, cfg)
		if err != nil {
			return nil, fmt.Errorf("backend %s: %w", text, err)
		}
		o.pool.overrun = func() { b.overrun(o) }
		b.fleet.origins = append(b.fleet.origins, o)
	}
	var err error
	if b.statuses, err = config.ParseStatusRanges(cfg.Health.Status); err != nil {
		return nil, fmt.Errorf("backend.health.status: %w", err)
	}
	b.gate.limit = b.limit
	b.gate.length = cfg.Queue.Length
	b.outer.limit = func() int { n := b.limit(); return n - n/reservedPart }
	b.outer.length = cfg.Queue.Length
	b.tunnels.max, b.tunnels.onPanic = cfg.Upgrade.Max, b.onPanic
	b.partings.max, b.partings.patience = cfg.MaxInFlight, farewellTime
	b.exchanges.New = func() any { return new(exchange) }
	b.streams.New = func() any { return new(stream) }
	b.life, b.cancel = context.WithCancel(context.Background())
	return b, nil
}

// limit is how many requests the origin may work on now.
func (b *Backend) limit() int {
	if b.fleet.calm() {
		return b.cfg.MaxInFlight
	}
	return max(1, int(b.fleet.warmth(time.Now())*float64(b.cfg.MaxInFlight)))
}

// reservedPart is the part, a quarter, of the places that only requests from inside get.
// Where there are fewer places than that, all are for all.
const reservedPart = 4

// enter takes a place for a request, and another one before it if it comes from outside.
func (b *Backend) enter(inside, urgent bool, w *watch) (waited, outside bool, err error) {
	if outside = !inside && b.cfg.MaxInFlight >= reservedPart; !outside {
		waited, err = b.gate.enter(urgent, w)
		return waited, false, err
	}
	first, err := b.outer.enter(false, w)
	if err != nil {
		return first, false, err
	}
	then, err := b.gate.enter(urgent, w)
	if err != nil {
		b.outer.leave()
	}
	return first || then, true, err
}

// leave gives back what enter took.
func (b *Backend) leave(outside bool) {
	b.gate.leave()
	if outside {
		b.outer.leave()
	}
}

// Forward sends the visit to an origin and arranges for its answer to be sent. A nil error
// means that an answer was begun, arranged or taken over; whatever goes wrong after
// that breaks the visitor's connection. With an error nothing was sent: it is one of
// the package's, and the caller answers. The request body may then be read in part.
// Of the Result, an error leaves only the Address.
func (b *Backend) Forward(v *httpx.Visit, opt Options) (Result, error) {
	x := b.exchanges.Get().(*exchange)
	x.begin(b, v, opt)
	defer x.end()
	err := x.forward()
	if err != nil {
		return Result{Address: x.result.Address}, err
	}
	return x.result, nil
}

// ClientLeft tells that a visitor hung up before the answer, as far as this system can see it without reading.
func ClientLeft(v *httpx.Visit) bool { return hasLeft(v.Ctx().Conn()) }

// household is how much of an IPv6 address tells one subscriber from another.
const household = 56

// clientKey tells clients apart without keeping their addresses.
func (b *Backend) clientKey(a netip.Addr) uint64 {
	if a = a.Unmap(); a.Is6() {
		if p, err := a.WithZone("").Prefix(household); err == nil {
			a = p.Addr()
		}
	}
	return maphash.Comparable(b.seed, a)
}

// hostFor is the Host field towards the origin.
func (b *Backend) hostFor(v *httpx.Visit) []byte {
	if b.cfg.HostHeader != "" {
		return []byte(b.cfg.HostHeader)
	}
	if host := v.HostPort(); len(host) > 0 {
		return host
	}
	// An HTTP/1.0 request may have none; HTTP/1.1, which the origin is spoken to in, must.
	return []byte(b.fleet.origins[0].dialer.address.Host)
}

// Start begins the health checks and the upkeep of the pools. They end with Stop.
func (b *Backend) Start() error {
	if b.life.Err() != nil {
		return ErrStopped
	}
	if b.begun.Swap(true) {
		return errors.New("proxy: Start was called before")
	}
	for _, o := range b.fleet.origins {
		b.owned.Go(func() { b.attend(o) })
	}
	return nil
}

// Farewell asks WebSockets to close and opens no more. It is for the beginning of a stop,
// when the server still waits for its last requests: Stop, which comes after that, may
// find no time left for goodbyes. It does not wait. It is safe for concurrent use.
func (b *Backend) Farewell() { b.tunnels.farewell() }

// Stop takes no more requests, asks WebSockets to close and waits for them until ctx
// ends; then it breaks them off. It returns when nothing of the Backend runs any more,
// with ctx's error if something had to be broken off. Requests in flight are not
// waited for: they belong to the server, which is to be drained before.
func (b *Backend) Stop(ctx context.Context) error {
	b.outer.stop()
	b.gate.stop()
	err := b.tunnels.drain(ctx)
	b.cancel()
	b.owned.Wait()
	for _, o := range b.fleet.origins {
		o.pool.shut()
	}
	b.partings.stop()
	return err
}
