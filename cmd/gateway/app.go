package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/internal/buildinfo"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/lifecycle"
	"github.com/einlass/einlass/internal/limit"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/probe"
	"github.com/einlass/einlass/internal/staff"
	"github.com/einlass/einlass/internal/systemd"
	"github.com/einlass/einlass/internal/tlscert"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/lent"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// app is everything that runs. What is in force of the configuration is serving, which Apply replaces; the rest is made
// once.
type app struct {
	log       *zap.Logger
	often     *zap.Logger // log without what repeats: for what each request, connection or visitor can cause
	repeats   *repeats
	level     zap.AtomicLevel
	open      *opener
	manager   *systemd.Notifier
	name      string // of this process among those that share the store
	keys      *keys
	stores    *stores
	draws     drawing
	library   *web.Library
	gate      *gateway.Gateway
	seal      *probe.Seal // of the operators' probe
	server    *httpx.Server
	public    []publicListener
	deaf      chan error // why no more connections are taken
	cert      *tlscert.Files
	acme      *tlscert.ACME
	operators *operator.Service
	audit     *audit.Log // nil: there is no state.dir to keep it in
	admin     *adminapi.Server
	newAdmin  func() (*adminapi.Server, error)
	adminLn   net.Listener
	adminTLS  *tls.Config    // nil: without TLS
	adminCert *tlscert.Files // nil: without TLS
	token     string         // of the admin API
	staff     *staff.Book    // who else may operate; nil: there is no place for a file
	alarm     *alarm
	access    *accessLog
	registry  *prometheus.Registry
	metrics   *metrics.Metrics
	rooms     *lifecycle.Set // lines and backends, which come and go
	sites     sites
	source    *config.Source // that the configuration was read from and is read from again; nil: none
	onReady   func(*app)
	own       *ownership
	borrowed  *lent.Client // of the successor; nil: there is none
	readiness readiness

	serving  atomic.Pointer[serving]
	applying sync.Mutex
	leaving  map[string]<-chan struct{} // closed when the line of a removed room has ended; guarded by applying
}

// build wires everything that a configuration asks for. What it opened is closed again when it fails. What cannot be opened is a
// *refusal.
func build(ctx context.Context, open *opener, cfg *config.Config, level zap.AtomicLevel) (*app, error) {
	a := newApp(open, open.log, level)
	first := &change{}
	if err := a.wire(ctx, cfg, first); err != nil {
		return a, errors.Join(err, a.discard(first), a.close())
	}
	return a, nil
}

func newApp(open *opener, log *zap.Logger, level zap.AtomicLevel) *app {
	if open.manager == nil {
		open.manager = &systemd.Notifier{}
	}
	return &app{own: newOwnership(), deaf: make(chan error, 1), open: open, manager: open.manager, log: log, level: level, leaving: map[string]<-chan struct{}{}}
}

// wire opens and connects the parts. What it has opened stands in a and first also when it fails.
func (a *app) wire(ctx context.Context, cfg *config.Config, first *change) (err error) {
	if cfg.State.Dir != "" {
		if err := a.open.directory(cfg.State.Dir); err != nil {
			return err
		}
	}
	a.warn(cfg)
	if err := a.open.secrets(cfg); err != nil {
		return err
	}
	if a.keys, err = a.open.keys(cfg); err != nil {
		return err
	}
	a.registry = prometheus.NewRegistry()
	a.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if a.metrics, err = newMetrics(a.registry, a.connections); err != nil {
		return err
	}
	a.repeats = newRepeats(a.log, a.metrics.LinesLeftOut)
	a.often = a.repeats.often()
	a.access = &accessLog{log: a.log}
	a.access.every.Store(cfg.Log.Access)
	if a.rooms, err = lifecycle.NewSet(lifecycle.Config{StopTimeout: cfg.StopTimeout, Log: a.log}); err != nil {
		return err
	}
	if a.library, err = a.open.pages(cfg.Prefix); err != nil {
		return err
	}
	if a.stores, err = a.open.stores(ctx, cfg, a.log, a.often); err != nil {
		return err
	}
	if a.draws, err = a.open.draws(cfg, a.log); err != nil {
		return err
	}
	if a.name, err = gatewayName(); err != nil {
		return err
	}
	if a.operators, err = operator.New(a.operated, a.log); err != nil {
		return err
	}
	if err = a.buildAudit(cfg); err != nil {
		return err
	}
	a.operators.SetLevels(a.level)
	a.operators.SetKeyring(operatedKeys{a})
	a.operators.SetConfiguration(operatedConfig{a})
	a.operators.ShowPeople(a.people)
	if err = a.prepare(ctx, first, cfg, nil); err != nil {
		return err
	}
	if err = a.buildPublic(first); err != nil {
		return err
	}
	if err = a.buildAlarm(cfg); err != nil {
		return err
	}
	if err = a.buildAdmin(cfg); err != nil {
		return err
	}
	if err = a.open.refuse("listen", a.open.given.unused(listenersOf(cfg))); err != nil {
		return err
	}
	return a.openLate(ctx, first)
}

// listenersOf are the addresses that a configuration listens at, by their keys.
func listenersOf(cfg *config.Config) []string {
	var all []string
	for _, l := range []struct{ key, at string }{
		{"listen.http", cfg.Listen.HTTP}, {"listen.https", cfg.Listen.HTTPS}, {"listen.unix", cfg.Listen.Unix}, {"admin.listen", cfg.Admin.Listen},
	} {
		if l.at != "" {
			all = append(all, l.at+" ("+l.key+")")
		}
	}
	return all
}

// warn says what an operator may not have meant.
func (a *app) warn(cfg *config.Config) {
	if looseCookies(cfg) {
		a.open.warnf("listen.http", "cookies are not bound to the host and can be read on the way: visitors come without TLS; "+
			"serve listen.https, or name the proxy that does in trusted_proxies")
	}
	a.warnOfLanguages(cfg)
	a.warnOfLinks(cfg)
	a.warnOfValues(cfg)
}

// warnOfLanguages says which rooms leave the languages of their pages open. A check alone says so: what they get is what they always
// had.
func (a *app) warnOfLanguages(cfg *config.Config) {
	for i := range cfg.Rooms {
		if a.open.look && len(cfg.Rooms[i].Languages) == 0 {
			a.open.warnf(fmt.Sprintf("rooms[%d].languages", i), "is not set: whoever asks for none of the languages that there are reads English; "+
				"name the language of the room first, as in [de, de-simple, en]")
		}
	}
}

// warnOfLinks says what people will not find at the foot of the pages. A check alone says so: nothing is worse than before.
func (a *app) warnOfLinks(cfg *config.Config) {
	for i := range cfg.Rooms {
		if missing := cfg.Rooms[i].Links.Missing(); a.open.look && len(missing) > 0 {
			a.open.warnf(fmt.Sprintf("rooms[%d].links", i), "lacks %s: the law of most public sites wants them reached from every page (BITV 2.0 § 7, DDG § 5, GDPR Art. 13)",
				strings.Join(missing, ", "))
		}
	}
}

// warnOfValues says which values are read as others, or are usual slips.
func (a *app) warnOfValues(cfg *config.Config) {
	for _, p := range cfg.Warnings() {
		a.open.warn(p)
	}
	a.warnOfPast(cfg, time.Now())
	a.warnOfGrants(cfg)
}

// warnOfPast says which rooms have only openings that are over, as in an example that was copied with its dates.
func (a *app) warnOfPast(cfg *config.Config, now time.Time) {
	for i := range cfg.Rooms {
		c, problems := plan.Parse(&cfg.Rooms[i].Schedule)
		if len(problems) == 0 && !c.Always() && c.Over(now) {
			a.open.warnf(fmt.Sprintf("rooms[%d].schedule.openings", i), "are all over: none is to come, and the room stays as it is between openings")
		}
	}
}

func newMetrics(registry *prometheus.Registry, connections func() int64) (*metrics.Metrics, error) {
	m := metrics.Config{Version: buildinfo.Version(), Connections: connections, Refusals: httpx.Refusals()}
	for _, f := range httpx.Faults() {
		m.Faults = append(m.Faults, f.Kind())
	}
	return metrics.New(registry, m)
}

// connections is how many visitors' connections are open.
func (a *app) connections() int64 {
	if a.server == nil {
		return 0
	}
	return int64(a.server.Stats().Connections)
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

// arrivalsAtOnce bounds the arrivals that are numbered at the same time.
const arrivalsAtOnce = 4096

// buildPublic makes the public plane over the first rooms: boundary and listeners.
func (a *app) buildPublic(first *change) error {
	cfg := first.next.cfg
	if len(a.open.problems) > 0 { // of a look: some rooms may be missing
		return a.listen(cfg)
	}
	shed, err := limit.NewShedder(arrivalsAtOnce)
	if err != nil {
		return err
	}
	asides, err := limit.NewArrivals(gateway.AsideRate, gateway.AsideBurst, time.Now())
	if err != nil {
		return err
	}
	if a.seal, err = probe.NewSeal(a.keys.source); err != nil {
		return err
	}
	a.gate, err = gateway.New(first.set, gateway.Deps{
		Prefix: cfg.Prefix, Library: a.library, Log: a.often, Faults: a.log, Shed: shed, Asides: asides,
		Probe: a.seal,
		Ready: func() bool { return a.ready(context.Background()) == nil },
	})
	if err != nil {
		return err
	}
	a.serving.Store(first.next)
	if err := a.listen(cfg); err != nil {
		return err
	}
	a.server, err = httpx.New(boundaryConfig(cfg, a.metrics, a.gate, a.access, a.often), a.handler(cfg))
	if err != nil {
		return err
	}
	a.server.KnowHosts(hostsOf(cfg)...)
	return nil
}

// close releases what build opened beside the rooms, for a start that failed half-way.
func (a *app) close() error {
	var errs []error
	for _, l := range a.public {
		errs = append(errs, l.Close())
	}
	if a.adminLn != nil {
		errs = append(errs, a.adminLn.Close())
	}
	if a.acme != nil {
		a.acme.Stop()
	}
	if a.stores != nil {
		errs = append(errs, a.stores.close())
	}
	return errors.Join(errs...)
}

// statePath is a file in the state directory.
func statePath(cfg *config.Config, name string) string { return filepath.Join(cfg.State.Dir, name) }
