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

// short is a listener of a process that has descriptors for a number of connections alone.
type short struct {
	*socket.Listener
	s    *Server
	most int
}

func (l short) Accept() (net.Conn, error) {
	if l.s.Stats().Connections >= l.most {
		return nil, &net.OpError{Op: "accept", Err: tableFull{}}
	}
	return l.Listener.Accept()
}

// One connection is open and idle, another one waits for its descriptor.
func TestAShutdownWithoutDescriptorsServesWhoWaits(t *testing.T) {
	s, at, served := shortServer(t, 1)
	first, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Close() }()
	if _, err := io.WriteString(first, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := http.ReadResponse(bufio.NewReader(first), nil); err != nil {
		t.Fatal(err)
	}
	second, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Close() }()
	if _, err := io.WriteString(second, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := s.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	if res, err := http.ReadResponse(bufio.NewReader(second), nil); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("who waited gets %v, %v", res, err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestAShutdownEndsAlsoIfThereIsNeverADescriptor(t *testing.T) {
	s, _, served := shortServer(t, 0)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Shutdown(over); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func shortServer(t *testing.T, most int) (s *Server, at string, served <-chan error) {
	t.Helper()
	raw, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln, _ := socket.NewListener(raw, false)
	s = newServer(t, given(), ok)
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(short{ln, s, most}, false) }()
	return s, raw.Addr().String(), ended
}
