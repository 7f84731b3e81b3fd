package proxy

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/httpx"
)

// Deps are what a Backend is given. Zero values work.
type Deps struct {
	// Log gets changes of an address's standing, Often what requests and WebSockets may repeat without end. nil: nothing is logged.
	Log, Often *zap.Logger
	// OnCheck is called after each look at an address, on a goroutine of the Backend. Optional.
	OnCheck func()
	// Site is shared by the Backends of one site. nil: the Backend has its own.
	Site *Site
	// OnPanic is called for each panic that a goroutine of the Backend recovers from. It must be safe for concurrent use.
	// Optional.
	OnPanic func()
}

// Options say what the gateway knows about one request.
type Options struct {
	// StripCookies tells which cookies are ours: they must not reach the origin, and it can neither set nor delete them. nil:
	// none.
	StripCookies func(name []byte) bool
	// Identity is pairs of name and value to add, after the visitor's own Einlass
	// fields were stripped.
	Identity []string
	// Inside says that the visitor holds a pass. When there is a queue, requests from inside go before all others, and among
	// themselves by Load.
	Inside bool
	Load   Load
	// Revalidate lets browsers store a page of this answer for revalidation only, whatever the origin says, so that each load
	// of it is a request.
	Revalidate bool
	// HeadOnly sends the head of the answer on and an empty body.
	HeadOnly bool
	// VisitorsHost reports whether visitors ask for a host (lower case, without port) beside the one of this request, so that the
	// site may name itself by it. nil: there is no other.
	VisitorsHost func(host string) bool
	// OnHead sees the head of the final answer, or of the 101 that opens a WebSocket, once, before any of it goes to the
	// visitor. It is called on the goroutine of Forward. A retry is not seen, and neither are other 1xx answers. nil: nobody
	// looks.
	OnHead func(Head)
	// Takes is asked, of the same head, whether the answer may go to the visitor. If not, Forward returns ErrUnwanted and nothing
	// of the answer is sent; a 101 is not asked about. nil: all may.
	Takes func(Head) bool
	// Stays is told of what the visitor does within the request, which belongs to Stay. A WebSocket and a stream of events are
	// ended with the stay; other transfers are not. nil: nobody is told.
	Stays Stays
	Stay  Stay
	// Keep is where the answer is left, if it can be kept: it is then read whole before any of it goes to the visitor, who may
	// have left meanwhile. nil: it is not kept.
	Keep *Kept
}

// Load is what a request is for, in the order in which those from inside go.
type Load uint8

const (
	// LoadPart is what a page is made of: images, data for its scripts.
	LoadPart Load = iota
	// LoadPage is a page that a person waits for.
	LoadPage
	// LoadForm is what a person has entered or decided. It goes first.
	LoadForm
)

// Backend forwards visits to the origin servers of one room. It is safe for
// concurrent use. Start and Stop are optional for forwarding: without Start there is no
// active health check.
type Backend struct {
	cfg         config.Backend
	log, often  *zap.Logger
	onPanic     func()
	fleet       fleet
	names       ownNames
	site        *Site
	limiter     limiter
	health      atomic.Uint32 // a Health
	forgetMeter func()        // what Start has registered
	statuses    config.StatusRanges
	tunnels     tunnels
	lingering   lingering

	exchanges sync.Pool
	streams   sync.Pool

	life   context.Context // ends with Stop: dials and checks end with it
	cancel context.CancelFunc
	owned  sync.WaitGroup
	begun  atomic.Bool

	onCheck func()
}

// New checks the section, reads the TLS files and prepares a Backend. It opens
// no connection.
func New(cfg config.Backend, deps Deps) (*Backend, error) {
	if err := cfg.Validate("backend"); err != nil {
		return nil, err
	}
	b := &Backend{cfg: cfg, log: deps.Log, often: deps.Often, onPanic: deps.OnPanic, site: deps.Site}
	if b.log == nil {
		b.log = zap.NewNop()
	}
	if b.often == nil {
		b.often = zap.NewNop()
	}
	if b.onCheck = deps.OnCheck; b.onCheck == nil {
		b.onCheck = func() {}
	}
	if b.onPanic == nil {
		b.onPanic = func() {}
	}
	addresses := make([]config.Address, 0, len(cfg.Addresses))
	for _, text := range cfg.Addresses {
		o, err := newOrigin(text, cfg)
		if err != nil {
			return nil, fmt.Errorf("backend %s: %w", text, err)
		}
		addresses = append(addresses, o.dialer.address)
		o.pool.overrun = func() { b.overrun(o) }
		b.fleet.origins = append(b.fleet.origins, o)
	}
	b.names = newOwnNames(&cfg, addresses)
	var err error
	if b.statuses, err = config.ParseStatusRanges(cfg.Health.Status); err != nil {
		return nil, fmt.Errorf("backend.health.status: %w", err)
	}
	if b.site == nil {
		b.site = NewSite()
	}
	b.limiter = limiter{
		gate: b.site.gate, limit: b.limit, health: func() Health { return Health(b.health.Load()) },
		ceiling: cfg.MaxInFlight, length: cfg.Queue.Length,
	}
	b.tunnels.max, b.tunnels.onPanic = cfg.Upgrade.Max, b.onPanic
	b.lingering.max, b.lingering.patience = cfg.MaxInFlight, lingerTime
	b.exchanges.New = func() any { return new(exchange) }
	b.streams.New = func() any { return new(stream) }
	b.life, b.cancel = context.WithCancel(context.Background())
	b.site.gate.add(&b.limiter)
	return b, nil
}

// limit is how many requests may be under way now.
func (b *Backend) limit() int {
	if b.fleet.untroubled() {
		return b.cfg.MaxInFlight
	}
	return max(1, int(b.fleet.slowStartShare(time.Now())*float64(b.cfg.MaxInFlight)))
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
		if errors.Is(err, ErrUnwanted) {
			return x.result, err
		}
		return Result{Address: x.result.Address}, err
	}
	return x.result, nil
}

// ClientLeft tells that a visitor hung up before the answer, as far as this system can see it without reading.
func ClientLeft(v *httpx.Visit) bool { return hasLeft(v.Ctx().Conn()) }

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
	b.forgetMeter = b.site.Meter.Watch(b.stands)
	for _, o := range b.fleet.origins {
		b.owned.Go(func() { b.maintain(o) })
	}
	return nil
}

// CloseTunnels asks WebSockets to close and opens no more. It is for the beginning of a stop,
// when the server still waits for its last requests: Stop, which comes after that, may
// have no time left for Close frames. It does not wait. It is safe for concurrent use.
func (b *Backend) CloseTunnels() { b.tunnels.close() }

// Stop takes no more requests, asks WebSockets to close and waits for them until ctx
// ends; then it breaks them off. It returns when nothing of the Backend runs any more,
// with ctx's error if something had to be broken off. Requests in flight are not
// waited for: they belong to the server, which is to be drained before.
func (b *Backend) Stop(ctx context.Context) error {
	b.limiter.stop()
	b.site.gate.remove(&b.limiter)
	err := b.tunnels.drain(ctx)
	b.cancel()
	if b.begun.Load() {
		b.forgetMeter()
	}
	b.owned.Wait()
	for _, o := range b.fleet.origins {
		o.pool.shut()
	}
	b.lingering.stop()
	return err
}
