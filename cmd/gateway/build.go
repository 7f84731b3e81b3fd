package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/limit"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/internal/route"
	"github.com/einlass/einlass/internal/tlscert"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// plant is everything that runs, wired and not yet started.
type plant struct {
	cfg     *config.Config
	log     *zap.Logger
	keys    *keys
	stores  *stores
	library *web.Library
	rooms   []*room
	server  *httpx.Server
	public  []publicListener
	cert    *tlscert.Files
	acme    *tlscert.ACME
	admin   *adminapi.Server
	adminLn net.Listener
	token   string // of the admin API
	metrics *metrics.Metrics
	onReady func(*plant)
}

// room is one room's parts.
type room struct {
	cfg     *config.Room
	line    *queue.Room
	store   queue.Store
	backend *proxy.Backend
	metrics *metrics.Room
}

// build wires everything that a configuration asks for. What it opened is closed again when it fails.
func build(ctx context.Context, cfg *config.Config, log *zap.Logger) (p *plant, err error) {
	p = &plant{cfg: cfg, log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	if cfg.State.Dir != "" {
		if err := os.MkdirAll(cfg.State.Dir, 0o700); err != nil {
			return p, fmt.Errorf("state.dir: %w", err)
		}
	}
	if looseCookies(cfg) {
		log.Warn("cookies are not bound to the host and can be read on the way: visitors come without TLS; " +
			"serve listen.https, or name the proxy that does in trusted_proxies")
	}
	if slices.ContainsFunc(cfg.TrustedProxies, func(p netip.Prefix) bool { return p.Bits() == 0 }) {
		log.Warn("trusted_proxies names everybody: each visitor may claim any address, and that TLS was used")
	}
	if p.keys, err = openKeys(cfg, log); err != nil {
		return p, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if p.metrics, err = newMetrics(registry, cfg, p.connections); err != nil {
		return p, err
	}
	if p.stores, err = openStores(cfg, log); err != nil {
		return p, err
	}
	if err = p.stores.check(ctx); err != nil {
		return p, err
	}
	name, err := gatewayName()
	if err != nil {
		return p, err
	}
	for i := range cfg.Rooms {
		r, err := p.buildRoom(&cfg.Rooms[i], name)
		if err != nil {
			return p, fmt.Errorf("room %s: %w", cfg.Rooms[i].ID, err)
		}
		p.rooms = append(p.rooms, r)
	}
	if err := p.stores.awaitEpoch(ctx, p.keys.made, time.Now()); err != nil {
		return p, err
	}
	if err := p.buildPublic(); err != nil {
		return p, err
	}
	return p, p.buildAdmin(registry)
}

func newMetrics(registry *prometheus.Registry, cfg *config.Config, connections func() int64) (*metrics.Metrics, error) {
	m := metrics.Config{Version: version, Connections: connections, Refusals: httpx.Refusals()}
	for _, r := range cfg.Rooms {
		m.Rooms = append(m.Rooms, metrics.RoomConfig{ID: r.ID, Backends: r.Backend.Addresses})
	}
	for _, f := range httpx.Faults() {
		m.Faults = append(m.Faults, f.Kind())
	}
	return metrics.New(registry, m)
}

// connections is how many visitors' connections are open.
func (p *plant) connections() int64 {
	if p.server == nil {
		return 0
	}
	return int64(p.server.Stats().Connections)
}

// gatewayName tells this process from others on the same store.
func gatewayName() (string, error) {
	id, err := queue.NewVisitorID(rand.Reader)
	if err != nil {
		return "", err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "gateway"
	}
	return host + "-" + id.String()[:8], nil
}

func (p *plant) buildRoom(cfg *config.Room, gatewayName string) (*room, error) {
	timing := timingOf(cfg, p.keys.made)
	store, err := p.stores.open(cfg.ID, timing)
	if err != nil {
		return nil, err
	}
	r := &room{cfg: cfg, store: store, metrics: p.metrics.Room(cfg.ID)}
	log := p.log.With(zap.String("room", cfg.ID))
	slots := 1
	if !p.cfg.Store.Memory() {
		slots = 4
	}
	r.line, err = queue.NewRoom(p.metrics.WatchStore(store), queue.RoomConfig{
		Gateway: gatewayName, Timing: timing, Control: controlOf(cfg), FirstStart: p.keys.made,
		OnFailure:  queue.FailureMode(cfg.OnStoreFailure),
		ConfigHash: cfg.Hash(), PollMin: cfg.Poll.Min, PollMax: cfg.Poll.Max, Slots: slots,
		OnEvent:    func(e queue.Event) { logEvent(log, r.metrics, e) },
		OnSnapshot: func(f *queue.Snapshot) { r.onSnapshot(f) }, OnBeatsDropped: p.metrics.HeartbeatsDropped,
	})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	r.backend, err = proxy.New(cfg.Backend, proxy.Deps{Log: log, OnPanic: p.metrics.Panic})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return r, nil
}

// onSnapshot keeps the figures for metrics fresh.
func (r *room) onSnapshot(f *queue.Snapshot) {
	r.metrics.Snapshot(f)
	r.metrics.StoreUp(true)
	if r.backend == nil { // the first frames may come before it is made
		return
	}
	for _, a := range r.backend.Status().Addresses {
		r.metrics.Backend(a.Address, a.Up, a.Reused)
	}
}

// timingOf is a room's timing. A line that begins without memory waits a moment for the tickets of one before, unless
// the keys that sign tickets have just been made: then there is none.
func timingOf(r *config.Room, newKeys bool) queue.Timing {
	t := queue.Timing{
		Absent: r.AbsentAfter, ClaimWindow: r.ClaimWindow, Idle: r.Session.Idle, TicketLife: r.TicketLife,
		Hold: (r.Poll.Max * 6 / 5).Truncate(time.Millisecond), Grace: 2 * time.Second,
	}
	if newKeys {
		t.Grace = 0
	}
	return t
}

// controlOf is what the configuration says about the controls.
func controlOf(r *config.Room) queue.Control {
	return queue.Control{
		Version: 1, Mode: queue.Mode(r.Mode), Message: r.Message,
		Pace: queue.Pace{Rate: r.Pace.Rate, MaxInside: r.Pace.MaxInside, Burst: r.Pace.Burst},
	}
}

func logEvent(log *zap.Logger, m *metrics.Room, e queue.Event) {
	switch e.Kind {
	case queue.EventStoreDown:
		m.StoreUp(false)
		log.Error("store does not answer, the line is held", zap.Error(e.Err))
	case queue.EventStoreUp:
		m.StoreUp(true)
		log.Info("store answers again")
	case queue.EventLost:
		log.Warn("line lost by the store, rebuilding it from memory and tickets", zap.Error(e.Err))
	case queue.EventControl:
		log.Info("controls set from the configuration", zap.Any("keys", e.Keys))
	case queue.EventErrorOver:
		log.Info("store fault is over")
	default:
		log.Error("store fault", zap.Error(e.Err))
	}
}

// arrivalsAtOnce bounds the arrivals that are numbered at the same time.
const arrivalsAtOnce = 4096

// buildPublic makes the public plane: rooms, boundary, listeners.
func (p *plant) buildPublic() error {
	var err error
	if p.library, err = web.NewLibrary(p.cfg.Prefix); err != nil {
		return err
	}
	var rooms []gateway.RoomConfig
	for _, r := range p.rooms {
		rc, err := p.publicRoom(r)
		if err != nil {
			return fmt.Errorf("room %s: %w", r.cfg.ID, err)
		}
		rooms = append(rooms, rc)
	}
	router, err := route.New(p.cfg.Routes())
	if err != nil {
		return err
	}
	shed, err := limit.NewShedder(arrivalsAtOnce)
	if err != nil {
		return err
	}
	set := gateway.RoomSet{Rooms: rooms, Router: router}
	if a := p.cfg.Limits.ArrivalsPerPrefix; a.Rate > 0 {
		if set.Arrivals, err = limit.NewArrivals(a.Rate, a.Burst, time.Now()); err != nil {
			return err
		}
	}
	g, err := gateway.New(set, gateway.Deps{Prefix: p.cfg.Prefix, Library: p.library, Log: p.log, Shed: shed})
	if err != nil {
		return err
	}
	if p.server, err = httpx.New(boundaryConfig(p.cfg, p.metrics, g, p.log), p.handler(g)); err != nil {
		return err
	}
	return p.listen()
}

func (p *plant) publicRoom(r *room) (gateway.RoomConfig, error) {
	authority, err := token.NewAuthority(p.keys.source, r.cfg.ID)
	if err != nil {
		return gateway.RoomConfig{}, err
	}
	pages, err := p.library.Site(web.SiteConfig{Title: r.cfg.Title, Room: r.cfg.ID, Contact: r.cfg.Contact, Languages: r.cfg.Languages})
	if err != nil {
		return gateway.RoomConfig{}, err
	}
	return gateway.RoomConfig{
		ID: r.cfg.ID, Line: r.line, Tokens: authority, Backend: r.backend, Pages: pages, Metrics: r.metrics,
		Idle: r.cfg.Session.Idle, MaxStay: r.cfg.Session.Max, TicketLife: r.cfg.TicketLife, FormGrace: r.cfg.Session.FormGrace,
		StayInFlight: p.cfg.Limits.Stay.InFlight, StayNetworks: p.cfg.Limits.Stay.Networks,
	}, nil
}

// close releases what build opened, for a start that failed half-way.
func (p *plant) close() error {
	var errs []error
	for _, l := range p.public {
		errs = append(errs, l.Close())
	}
	if p.adminLn != nil {
		errs = append(errs, p.adminLn.Close())
	}
	for _, r := range p.rooms {
		errs = append(errs, r.store.Close())
	}
	if p.stores != nil {
		errs = append(errs, p.stores.close())
	}
	return errors.Join(errs...)
}

// statePath is a file in the state directory.
func statePath(cfg *config.Config, name string) string { return filepath.Join(cfg.State.Dir, name) }
