package proxy

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/httpx"
)

// forwarder is what the gateway is to the Backend in these tests: it forwards every
// visit, and answers an error with its status and nothing else. Visitors are inside unless
// options says otherwise.
type forwarder struct {
	backend *Backend
	options func(v *httpx.Visit) Options
	errs    func(error)
	results func(Result, error)
	// keepOpen leaves it to the boundary whether a connection goes on after an error.
	keepOpen bool

	configure []func(*httpx.Config)
}

func (f *forwarder) handle(v *httpx.Visit) {
	opt := Options{Inside: true}
	if f.options != nil {
		opt = f.options(v)
	}
	result, err := f.backend.Forward(v, opt)
	if f.results != nil {
		f.results(result, err)
	}
	if err == nil {
		return
	}
	if f.errs != nil {
		f.errs(err)
	}
	v.Ctx().SetStatusCode(statusOf(err))
	v.Ctx().SetBodyString(err.Error() + "\n")
	if !f.keepOpen {
		v.Close()
	}
}

func statusOf(err error) int {
	for target, status := range map[error]int{
		ErrBackendDown: 502, ErrBackendAnswer: 502, ErrBackendTimeout: 504, ErrQueueFull: 503, ErrStopped: 503,
		ErrTooManyUpgrades: 503, ErrBodyTooLarge: 413, ErrClientTimeout: 408, ErrBadRequest: 400, ErrBodyNotAllowed: 400, ErrClientGone: 499,
	} {
		if errors.Is(err, target) {
			return status
		}
	}
	return 500
}

// serveVisits runs the real boundary before handler and returns its address.
func serveVisits(tb testing.TB, handler httpx.Handler, configure ...func(*httpx.Config)) string {
	tb.Helper()
	cfg := httpx.Config{Limits: config.Default().Limits}
	cfg.Limits.BodyBytes = 1 << 40
	for _, c := range configure {
		c(&cfg)
	}
	s, err := httpx.New(cfg, handler)
	if err != nil {
		tb.Fatal(err)
	}
	s.KnowHosts("termine.example")
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(ln, false) }()
	tb.Cleanup(func() {
		ctx, cancel := testTimeout()
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			tb.Errorf("the server did not stop: %v", err)
		}
		if err := <-done; err != nil {
			tb.Errorf("the server failed: %v", err)
		}
	})
	return ln.Addr().String()
}

func testTimeout() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 20*time.Second)
}

// shortStall makes the server give up early on a visitor who takes nothing.
func shortStall(c *httpx.Config) { c.Limits.WriteStall = time.Second }

// insideByHeader takes a visitor's word for being inside.
func insideByHeader(v *httpx.Visit) Options {
	opt := Options{Inside: v.Header("Inside") != nil}
	if v.Method() == "POST" {
		opt.Load = LoadForm
	}
	return opt
}

// trustLoopback believes what this machine says of who asks.
func trustLoopback(c *httpx.Config) {
	c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	c.TrustedFields = config.Default().TrustedFields
}
