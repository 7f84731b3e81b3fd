package metrics

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const namespace = "einlass"

// other stands for a label value outside its set.
const other = "other"

// Config names the closed sets and where figures that others keep are read.
type Config struct {
	// Faults are the names of everything that a request can be refused for.
	Faults []string
	// Refusals are the names of everything that becomes of a connection beyond a limit.
	Refusals []string
	// Version of the program, for einlass_build_info.
	Version string
	// Connections is the number of open connections of visitors. Optional.
	Connections func() int64
	// Now is the clock for durations. Default time.Now.
	Now func() time.Time
}

// Metrics holds every collector. Safe for concurrent use.
type Metrics struct {
	now         func() time.Time
	rooms       *rooms
	reloads     reloads
	certificate certificate
	audit       audit
	faults      map[string]prometheus.Counter
	refusals    map[string]prometheus.Counter
	strangers   map[string]prometheus.Counter
	verbs       map[string]verb
	panics      prometheus.Counter
	heartbeats  prometheus.Counter
	untrusted   prometheus.Counter
	evicts      prometheus.Gauge
	lines       prometheus.Counter
}

// New registers all metrics with reg. Those of the Go runtime and of the process belong to the caller.
// The error is that of a registry that has some of ours already.
func New(reg prometheus.Registerer, cfg Config) (*Metrics, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	m := &Metrics{now: cfg.Now, faults: map[string]prometheus.Counter{}, refusals: map[string]prometheus.Counter{}}
	r := &registrar{reg: reg}
	r.buildInfo(cfg.Version)
	if cfg.Connections != nil {
		r.add(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Namespace: namespace, Name: "connections_open", Help: "Open connections of visitors.",
		}, func() float64 { return float64(cfg.Connections()) }))
	}
	m.panics = r.counter("panics_total", "Panics that were recovered. The request was answered with status 500, the upload or the WebSocket broken off.")
	m.heartbeats = r.counter("heartbeats_dropped_total", "Heartbeats that were not sent because the store was away or too many were pending; the next poll sends them again.")
	m.lines = r.counter("log_lines_dropped_total", "Log lines that were left out because the same had been said several times within a minute.")
	m.untrusted = r.counter("untrusted_proxy_requests_total", "Requests with forwarding fields (X-Forwarded-For, for example) from a private or loopback address that trusted_proxies does not name. The fields were not believed.")
	faults := r.counters("faults_total", "Requests that were refused or failed, by fault.", "fault")
	for _, name := range slices.Concat(cfg.Faults, []string{other}) {
		m.faults[name] = faults.WithLabelValues(name)
	}
	m.evicts = r.gauge("store_evicts", "1 while the store's server is set up to evict keys, so that places can be lost; 0 while it is not.")
	refused := r.counters("connections_refused_total", "Connections beyond a limit, by what became of them.", "reason")
	for _, name := range slices.Concat(cfg.Refusals, []string{other}) {
		m.refusals[name] = refused.WithLabelValues(name)
	}
	m.strangers = r.strangers()
	m.verbs = r.verbs()
	m.rooms = r.rooms()
	m.reloads = r.reloads(m.now())
	m.certificate = r.certificate()
	m.audit = r.audit()
	if len(r.errs) > 0 {
		return nil, fmt.Errorf("register metrics: %w", errors.Join(r.errs...))
	}
	return m, nil
}

// Fault counts a request that was refused or failed.
func (m *Metrics) Fault(name string) {
	c, ok := m.faults[name]
	if !ok {
		c = m.faults[other]
	}
	c.Inc()
}

// ConnectionRefused counts a connection beyond a limit.
func (m *Metrics) ConnectionRefused(name string) {
	c, ok := m.refusals[name]
	if !ok {
		c = m.refusals[other]
	}
	c.Inc()
}

// Panic counts a recovered panic.
func (m *Metrics) Panic() { m.panics.Inc() }

// UntrustedProxy counts a request whose forwarding fields were not believed, though a proxy of the operator's may have sent them.
func (m *Metrics) UntrustedProxy() { m.untrusted.Inc() }

// StoreEvicts says whether the store's server may evict keys.
func (m *Metrics) StoreEvicts(yes bool) {
	if yes {
		m.evicts.Set(1)
		return
	}
	m.evicts.Set(0)
}

// LinesLeftOut counts log lines that were left out.
func (m *Metrics) LinesLeftOut(n int) { m.lines.Add(float64(n)) }

// HeartbeatsDropped counts heartbeats that were not sent.
func (m *Metrics) HeartbeatsDropped(n int) { m.heartbeats.Add(float64(n)) }

// registrar makes and registers collectors, and remembers what went wrong.
type registrar struct {
	reg  prometheus.Registerer
	errs []error
}

func (r *registrar) add(c prometheus.Collector) {
	if err := r.reg.Register(c); err != nil {
		r.errs = append(r.errs, err)
	}
}

func (r *registrar) counter(name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
	r.add(c)
	return c
}

func (r *registrar) counters(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	r.add(c)
	return c
}

func (r *registrar) gauge(name, help string) prometheus.Gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help})
	r.add(g)
	return g
}

func (r *registrar) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	c := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
	r.add(c)
	return c
}

func (r *registrar) histograms(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	c := prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}, labels)
	r.add(c)
	return c
}

func (r *registrar) buildInfo(version string) {
	r.gauges("build_info", "Always 1; the labels tell what was built.", "version", "goversion").
		WithLabelValues(version, runtime.Version()).Set(1)
}
