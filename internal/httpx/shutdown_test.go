package httpx

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/einlass/einlass/internal/socket"
)

// A crowd asks, each on a connection of its own, while the server is shut down, 60 times: everybody is refused or answered.
func TestAShutdownUnderACrowdLosesNoRequest(t *testing.T) {
	for range 60 {
		shutDownUnderACrowd(t)
	}
}

func shutDownUnderACrowd(t *testing.T) {
	t.Helper()
	raw, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln, _ := socket.NewListener(raw, false)
	s := newServer(t, given(), ok)
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln, false) }()
	var crowd sync.WaitGroup
	var answers atomic.Int32
	busy := make(chan struct{})
	for range 8 {
		crowd.Go(func() {
			for {
				switch err := askOnce(raw.Addr().String()); {
				case errors.Is(err, syscall.ECONNREFUSED):
					return
				case err != nil:
					t.Error(err)
					return
				case answers.Add(1) == 8:
					close(busy)
				}
			}
		})
	}
	<-busy
	if err := s.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	crowd.Wait()
}

// askOnce asks on a new connection.
func askOnce(at string) error {
	nc, err := net.Dial("tcp", at)
	if err != nil {
		return err
	}
	defer func() { _ = nc.Close() }()
	if _, err := io.WriteString(nc, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"); err != nil {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReader(nc), nil)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
