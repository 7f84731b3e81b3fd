package httpx

import (
	"context"
	"net"
	"sync"
	"testing"
)

// pipeListener hands out connections in memory, for tests in which time is faked.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// dial connects a client. It is ready before the server has its end: a pipe that was closed takes no deadline.
func (l *pipeListener) dial(tb testing.TB) *client {
	mine, theirs := net.Pipe()
	c := wrapClient(tb, mine)
	l.conns <- theirs
	return c
}

// servePipes runs a server over pipes until the test ends.
func servePipes(tb testing.TB, cfg Config, h Handler) (*Server, *pipeListener) {
	tb.Helper()
	s, ln := newServer(tb, cfg, h), newPipeListener()
	done := make(chan error, 1)
	go func() { done <- s.Serve(ln, false) }()
	tb.Cleanup(func() {
		if err := s.Shutdown(context.Background()); err != nil {
			tb.Errorf("Shutdown: %v", err)
		}
		if err := <-done; err != nil {
			tb.Errorf("Serve: %v", err)
		}
	})
	return s, ln
}
