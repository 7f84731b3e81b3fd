package httpx

import (
	"context"
	"fmt"
	"hash/maphash"
	"math"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// Handler answers one visit. It may panic: that is a 500.
type Handler func(v *Visit)

// Server serves guarded requests on any number of listeners. Safe for concurrent use.
type Server struct {
	cfg     Config
	limits  limits
	trusted []netip.Prefix
	fields  trustedFields
	handler Handler
	fast    *fasthttp.Server
	places  places
	idle    atomic.Int64 // connections that are parked
	warned  atomic.Bool  // of a proxy that is not trusted
	unnamed atomic.Bool  // of a trusted proxy that tells of visitors in fields without our trust
	hsts    string
	names   atomic.Pointer[map[string]string] // Host field as sent → name, for hosts that are known
	date    atomic.Pointer[dateLine]

	// blank is an answer as fasthttp prepares it for a handler. Resetting one that a panic left half done would bring
	// fasthttp's own Content-Type and Date back, which only it can switch off.
	blank fasthttp.Response
	once  sync.Once

	mu        sync.Mutex
	listeners map[net.Listener]struct{}
	serving   sync.WaitGroup // calls of Serve
	// parting: each answer says that its connection is over.
	parting atomic.Bool
	// stopping is set before idle connections are woken, and read after one has begun to wait.
	stopping atomic.Bool
	stopped  chan struct{}
}

// New makes a server.
func New(cfg Config, handler Handler) (*Server, error) {
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("http boundary: %w", err)
	}
	cfg = cfg.withDefaults()
	l := &cfg.Limits
	s := &Server{
		cfg: cfg, handler: handler,
		limits: limits{
			headBytes: int(l.HeaderBytes), fieldCount: l.HeaderCount, urlBytes: int(l.URLBytes), bodyBytes: int64(l.BodyBytes),
		},
		trusted: normalisePrefixes(cfg.TrustedProxies),
		fields:  newTrustedFields(cfg.TrustedFields),
		places: places{
			all: l.Connections, each: l.ConnectionsPerIP, seed: maphash.MakeSeed(),
			conns: map[*conn]struct{}{}, taken: map[uint64]int{}, refusedOf: map[uint64]int{}, drained: make(chan struct{}),
		},
		hsts:      "max-age=" + strconv.FormatInt(int64(cfg.HSTS/time.Second), 10),
		listeners: map[net.Listener]struct{}{},
		stopped:   make(chan struct{}),
	}
	s.names.Store(&map[string]string{})
	// fasthttp has no limits of its own here, because it never sees what they would be about: it reads heads that we
	// wrote. Each field that its defaults would use for more than we want is set.
	s.fast = &fasthttp.Server{
		Handler:                       s.serve,
		ErrorHandler:                  func(ctx *fasthttp.RequestCtx, _ error) { ctx.SetConnectionClose() },
		Concurrency:                   math.MaxInt32,
		WriteBufferSize:               8 << 10,
		NoDefaultServerHeader:         true,
		NoDefaultDate:                 true,
		NoDefaultContentType:          true,
		DisableHeaderNamesNormalizing: true,
		DisablePreParseMultipartForm:  true,
		SecureErrorLogMessage:         true,
		Logger:                        silent{},
	}
	return s, nil
}

// silent drops fasthttp's own log lines: they are about clients that went away.
type silent struct{}

func (silent) Printf(string, ...any) {}

// serve runs one request: refusals first, then the handler, a panic in which is a 500 and not an exit.
func (s *Server) serve(ctx *fasthttp.RequestCtx) {
	c := ctx.Conn().(*conn)
	s.once.Do(func() { ctx.Response.CopyTo(&s.blank) })
	v := &c.req.visit
	v.begin(ctx, c, s)
	defer v.end()
	if f := c.req.fault; f != NoFault {
		s.cfg.OnFault(f)
		v.Fault(f)
		return
	}
	s.handler(v)
}

// end is the end of every visit, however its handler ended.
func (v *Visit) end() {
	if p := recover(); p != nil {
		v.s.panicked("panic in a handler", p)
		v.ctx.Hijack(nil)
		v.ctx.HijackSetNoResponse(false)
		v.s.blank.CopyTo(&v.ctx.Response)
		v.Fault(FaultInternal)
	}
	v.s.cfg.OnAnswer(v, v.ctx.Response.StatusCode())
	if v.ctx.Hijacked() {
		v.c.tunnel.Store(true)
		return
	}
	if v.c.req.conclude() || v.s.stopping.Load() || v.s.parting.Load() {
		v.ctx.SetConnectionClose()
	}
}

// hostName is the name in a Host field, without port and final dot, in lower case.
func (s *Server) hostName(host []byte) string {
	if len(host) == 0 {
		return ""
	}
	if name, ok := (*s.names.Load())[string(host)]; ok {
		return name
	}
	return hostName(string(host))
}

func hostName(host string) string {
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host = host[:i]
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// KnowHosts remembers the spellings of these hosts in place of those of the call before, so that requests for them cost no
// allocation. Safe for concurrent use with requests.
func (s *Server) KnowHosts(hosts ...string) {
	names := make(map[string]string, len(hosts))
	for _, h := range hosts {
		names[h] = hostName(h)
	}
	s.names.Store(&names)
}

// track remembers a listener for Shutdown, which closes it. It answers false if that has happened already.
func (s *Server) track(ln net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping.Load() {
		return false
	}
	s.listeners[ln] = struct{}{}
	s.serving.Add(1)
	return true
}

func (s *Server) untrack(ln net.Listener) {
	defer s.serving.Done()
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, open := s.listeners[ln]; open {
		delete(s.listeners, ln)
		_ = ln.Close()
	}
}

// Part makes each answer from now on the last one of its connection, or no more: clients come back on new connections, which end
// after one answer as long as the server parts. Whoever does so before Shutdown leaves few idle connections to it, on which a request may
// be under way when they are closed.
func (s *Server) Part(parting bool) { s.parting.Store(parting) }

// Unlisten closes the listeners; connections go on, and Serve may be called with others. The calls of Serve return nil. What the kernel
// has accepted by then is lost unless the socket of the listener is also open elsewhere.
func (s *Server) Unlisten() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ln := range s.listeners {
		delete(s.listeners, ln)
		_ = ln.Close()
	}
}

// listens reports whether a listener is one of Serve's yet.
func (s *Server) listens(ln net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, open := s.listeners[ln]
	return open
}

// Quiet returns when no connection is left but hijacked ones, or ctx ends. It is for a server that takes no new ones.
func (s *Server) Quiet(ctx context.Context) {
	tick := time.NewTicker(quietTick)
	defer tick.Stop()
	for s.places.busy() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// quietTick is how often Quiet looks.
const quietTick = 20 * time.Millisecond

// Shutdown stops accepting, once it has what the kernel had accepted for a listener that can finish, closes idle connections and waits for
// requests to end, their answers saying that the connection is over. If ctx ends before, it breaks off what is left and returns the context's
// error. Hijacked connections are not waited for: they belong to their handler.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stop()
	s.places.stopWaiting() // whoever is accepted yet looks once by itself, and may need the descriptors of those who wait
	served := make(chan struct{})
	go func() {
		defer close(served)
		s.serving.Wait() // a listener that finishes brings connections yet
	}()
	select {
	case <-served:
	case <-ctx.Done():
		s.Unlisten()
		<-served
	}
	s.places.close()
	select {
	case <-s.places.drained:
		return nil
	case <-ctx.Done():
	}
	select {
	case <-s.places.drained: // there was nothing to break off, however late it is
		return nil
	default:
		s.places.breakOff()
		return ctx.Err()
	}
}

func (s *Server) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping.Swap(true) {
		return
	}
	close(s.stopped)
	for ln := range s.listeners {
		if f, ok := ln.(finisher); ok && f.Finish() == nil {
			continue
		}
		_ = ln.Close()
		delete(s.listeners, ln)
	}
}

// finisher is a listener that Serve may go on with until it says that it is closed: socket.Listener.
type finisher interface{ Finish() error }
