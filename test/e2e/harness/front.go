package harness

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Front is a balancer in front of gateways, of the plainest kind: it takes them in turns, with a connection for each request, knows
// nothing of their health, and goes on to the next one where a connection is refused. What it has sent it never sends again.
type Front struct {
	*Gate // leads to the gateway whose turn it is

	gates []*Gate
	turn  atomic.Uint64

	mu       sync.Mutex
	requests int
	refused  int // connections, of which the next gateway was asked for
	failed   []error
}

// NewFront is a front of gateways that ends with the test.
func NewFront(tb testing.TB, gates ...*Gate) *Front {
	f := &Front{gates: gates}
	transport := &http.Transport{DisableCompression: true, DisableKeepAlives: true, DialContext: f.dial}
	tb.Cleanup(transport.CloseIdleConnections)
	f.Gate = &Gate{tb: tb, transport: transport, front: f}
	return f
}

func (f *Front) dial(ctx context.Context, _, _ string) (conn net.Conn, err error) {
	first := f.turn.Add(1)
	for i := range f.gates {
		g := f.gates[(first+uint64(i))%uint64(len(f.gates))]
		conn, err = (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", g.Addr)
		if !errors.Is(err, syscall.ECONNREFUSED) {
			return conn, err
		}
		f.mu.Lock()
		f.refused++
		f.mu.Unlock()
	}
	return conn, err
}

// RoundTrip implements http.RoundTripper, and notes what failed.
func (f *Front) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := f.transport.RoundTrip(r)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests++
	switch {
	case err != nil && r.Context().Err() == nil:
		f.failed = append(f.failed, fmt.Errorf("%s %s: %w", r.Method, r.URL.Path, err))
	case err == nil && res.StatusCode >= http.StatusInternalServerError:
		f.failed = append(f.failed, fmt.Errorf("%s %s: %s", r.Method, r.URL.Path, res.Status))
	}
	return res, err
}

// Check fails the test for each request that failed.
func (f *Front) Check() {
	f.tb.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, err := range f.failed {
		f.tb.Error(err)
	}
	f.tb.Logf("%d requests, %d failed; the next gateway was asked for %d connections", f.requests, len(f.failed), f.refused)
}
