package httpx

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
	"go.uber.org/zap"
)

// Config is what the boundary allows. Zero values take the defaults named.
type Config struct {
	HeaderBytes int   // of a whole head; default 16 KiB
	HeaderCount int   // field lines; default 100
	URLBytes    int   // default 8 KiB
	BodyBytes   int64 // default 64 MiB

	HeadTimeout time.Duration // first byte to end of the head; default 10 s
	IdleTimeout time.Duration // between requests; default 75 s
	BodyMinRate int64         // bytes a second, after 10 s of patience; default 1 KiB
	WriteStall  time.Duration // an answer makes no progress; default 30 s

	Connections      int // in all; default 100,000
	ConnectionsPerIP int // per IPv4 address or IPv6 /64, trusted proxies excepted; default 2,000

	TrustedProxies []netip.Prefix
	// ProxyProtocol reads a PROXY header (v1 or v2) from trusted peers.
	ProxyProtocol bool
	// HSTS is the max-age of Strict-Transport-Security on our own answers by TLS; 0: none.
	HSTS time.Duration
	// Page renders refusals. Default: plain text.
	Page Page
	// OnFault is told of each refusal, for metrics. Optional.
	OnFault func(Fault)
	Log     *zap.Logger
}

// Validate joins everything that is wrong, naming the fields.
func (c Config) Validate() error {
	var errs []error
	for _, v := range []struct {
		name     string
		n, least int64
	}{
		{"header_bytes", int64(c.HeaderBytes), 1024},
		{"header_count", int64(c.HeaderCount), 8},
		{"url_bytes", int64(c.URLBytes), 128},
		{"body_bytes", c.BodyBytes, 1},
		{"head_timeout", int64(c.HeadTimeout), int64(time.Millisecond)},
		{"idle_timeout", int64(c.IdleTimeout), int64(time.Millisecond)},
		{"body_min_rate", c.BodyMinRate, 1},
		{"write_stall", int64(c.WriteStall), int64(time.Millisecond)},
		{"connections", int64(c.Connections), 1},
		{"connections_per_ip", int64(c.ConnectionsPerIP), 1},
	} {
		if v.n < v.least {
			errs = append(errs, fmt.Errorf("limits.%s: %d is below %d", v.name, v.n, v.least))
		}
	}
	return errors.Join(errs...)
}

func (c Config) withDefaults() Config {
	def := func(v, d int64) int64 {
		if v == 0 {
			return d
		}
		return v
	}
	c.HeaderBytes = int(def(int64(c.HeaderBytes), 16<<10))
	c.HeaderCount = int(def(int64(c.HeaderCount), 100))
	c.URLBytes = int(def(int64(c.URLBytes), 8<<10))
	c.BodyBytes = def(c.BodyBytes, 64<<20)
	c.HeadTimeout = time.Duration(def(int64(c.HeadTimeout), int64(10*time.Second)))
	c.IdleTimeout = time.Duration(def(int64(c.IdleTimeout), int64(75*time.Second)))
	c.BodyMinRate = def(c.BodyMinRate, 1<<10)
	c.WriteStall = time.Duration(def(int64(c.WriteStall), int64(30*time.Second)))
	c.Connections = int(def(int64(c.Connections), 100_000))
	c.ConnectionsPerIP = int(def(int64(c.ConnectionsPerIP), 2_000))
	if c.Page == nil {
		c.Page = plainPage
	}
	if c.OnFault == nil {
		c.OnFault = func(Fault) {}
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	return c
}

// Handler answers one visit.
type Handler func(v *Visit)

// Server serves guarded requests on any number of listeners.
type Server struct {
	cfg     Config
	limits  limits
	handler Handler
	fast    *fasthttp.Server
	places  places
	hsts    string
	visits  sync.Pool
	names   sync.Map // Host field as sent → name: few hosts, many requests
	// stopping is set before idle connections are told to stop waiting, and asked after one says that it waits.
	stopping atomic.Bool
}

// New makes a server.
func New(cfg Config, handler Handler) (*Server, error) {
	cfg = cfg.withDefaults()
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("http boundary: %w", err)
	}
	s := &Server{
		cfg: cfg, handler: handler,
		limits: limits{
			headBytes: cfg.HeaderBytes, fieldCount: cfg.HeaderCount, urlBytes: cfg.URLBytes, bodyBytes: cfg.BodyBytes,
		},
		places: places{all: cfg.Connections, each: cfg.ConnectionsPerIP, taken: map[netip.Prefix]int{}},
		hsts:   "max-age=" + strconv.FormatInt(int64(cfg.HSTS/time.Second), 10),
	}
	s.visits.New = func() any { return new(Visit) }
	s.fast = &fasthttp.Server{
		Handler:           s.serve,
		ErrorHandler:      func(ctx *fasthttp.RequestCtx, _ error) { ctx.SetConnectionClose() },
		Concurrency:       cfg.Connections,
		ReduceMemoryUsage: true,
		// A waiting page with its head fits, so that it leaves in one write.
		WriteBufferSize:               8 << 10,
		NoDefaultServerHeader:         true,
		NoDefaultDate:                 true,
		NoDefaultContentType:          true,
		DisableHeaderNamesNormalizing: true,
		DisablePreParseMultipartForm:  true,
		StreamRequestBody:             true,
		CloseOnShutdown:               true,
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
	v := s.visits.Get().(*Visit)
	v.begin(ctx, c, s)
	defer func() {
		if p := recover(); p != nil {
			s.cfg.Log.Error("panic in a handler", zap.Any("panic", p), zap.ByteString("stack", debug.Stack()))
			ctx.Response.Reset()
			v.refuse(FaultInternal)
		}
		if ctx.Hijacked() {
			c.tunnel = true
		} else if c.willClose() {
			ctx.SetConnectionClose()
		}
		s.visits.Put(v)
	}()
	if c.fault != NoFault {
		v.refuse(c.fault)
		return
	}
	s.handler(v)
}

func (v *Visit) refuse(f Fault) {
	v.s.cfg.OnFault(f)
	v.Fault(f)
}

// hostName is the name in a Host field, without port and in lower case.
func (s *Server) hostName(host []byte) string {
	if len(host) == 0 {
		return ""
	}
	if name, ok := s.names.Load(string(host)); ok {
		return name.(string)
	}
	name := strings.ToLower(string(host))
	if i := strings.LastIndexByte(name, ':'); i >= 0 && !strings.HasSuffix(name, "]") {
		name = name[:i]
	}
	return name
}

// KnowHosts remembers the spellings of these hosts, so that requests for them cost no allocation.
func (s *Server) KnowHosts(hosts ...string) {
	for _, h := range hosts {
		s.names.Store(h, s.hostName([]byte(h)))
	}
}

// Serve serves a listener until Shutdown, then returns nil. secure says that the listener speaks TLS.
func (s *Server) Serve(ln net.Listener, secure bool) error {
	err := s.fast.Serve(&listener{Listener: ln, s: s, secure: secure})
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Shutdown stops accepting, lets requests end and closes idle connections; ctx bounds it.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stopping.Store(true)
	s.places.closeIdle()
	return s.fast.ShutdownWithContext(ctx)
}

// listener makes guarded connections.
type listener struct {
	net.Listener
	s      *Server
	secure bool
}

// Accept returns the next connection that the limits have a place for; others are closed at once.
func (l *listener) Accept() (net.Conn, error) {
	for {
		nc, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &conn{Conn: nc, s: l.s, secure: l.secure}
		if tcp, ok := nc.RemoteAddr().(*net.TCPAddr); ok {
			ip, _ := netip.AddrFromSlice(tcp.IP)
			c.peer = ip.Unmap()
		}
		c.source = c.peer
		if !l.s.places.take(c, l.s.trusts(c.peer)) {
			_ = nc.Close()
			continue
		}
		return c, nil
	}
}

// places counts connections.
type places struct {
	mu        sync.Mutex
	all, each int
	taken     map[netip.Prefix]int
	conns     map[*conn]struct{}
}

// take finds a place for c, which gives it back when it is closed. A trusted proxy brings many visitors and counts in
// all only.
func (p *places) take(c *conn, trusted bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conns == nil {
		p.conns = map[*conn]struct{}{}
	}
	prefix := netip.Prefix{}
	if !trusted {
		prefix = Prefix(c.peer)
		if p.taken[prefix] >= p.each {
			return false
		}
	}
	if len(p.conns) >= p.all {
		return false
	}
	p.conns[c] = struct{}{}
	if prefix.IsValid() {
		p.taken[prefix]++
	}
	c.release = func() { p.give(c, prefix) }
	return true
}

func (p *places) give(c *conn, prefix netip.Prefix) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
	if prefix.IsValid() {
		if p.taken[prefix]--; p.taken[prefix] == 0 {
			delete(p.taken, prefix)
		}
	}
}

// closeIdle makes connections that wait for a request stop waiting.
func (p *places) closeIdle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.stopWaiting()
	}
}
