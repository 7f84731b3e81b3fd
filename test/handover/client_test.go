package handover

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// strict is a client with one connection, which it keeps as long as the server lets it. A request that was sent and not answered is an
// error: nothing is tried again. It looks before a request whether the server has closed the connection meanwhile, as browsers do.
type strict struct {
	addr string
	tls  *tls.Config // nil: without

	mu   sync.Mutex
	conn net.Conn
	in   *bufio.Reader
	fig  *figures
}

// figures are what all clients saw.
type figures struct {
	mu       sync.Mutex
	requests int
	failed   []string
	longest  time.Duration
	slowest  string
}

func (f *figures) note(what string, took time.Duration, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests++
	if took > f.longest {
		f.longest, f.slowest = took, what
	}
	if err != nil {
		f.failed = append(f.failed, fmt.Sprintf("%s after %v: %v", what, took.Round(time.Millisecond), err))
	}
}

func (f *figures) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fmt.Sprintf("%d requests, %d failed, longest %v (%s)", f.requests, len(f.failed), f.longest.Round(time.Millisecond), f.slowest)
}

// RoundTrip implements http.RoundTripper.
func (s *strict) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	begun := time.Now()
	res, err := s.ask(r)
	if err == nil && res.StatusCode >= 500 {
		err = errors.New(res.Status)
	}
	s.fig.note(r.Method+" "+r.URL.Path, time.Since(begun), err)
	return res, err
}

func (s *strict) ask(r *http.Request) (*http.Response, error) {
	if s.conn != nil && !s.open() {
		s.close()
	}
	if s.conn == nil {
		if err := s.dial(); err != nil {
			return nil, err
		}
	}
	_ = s.conn.SetDeadline(time.Now().Add(30 * time.Second))
	if err := r.Write(s.conn); err != nil {
		s.close()
		return nil, err
	}
	res, err := http.ReadResponse(s.in, r)
	if err != nil {
		s.close()
		return nil, err
	}
	res.Body = &body{res.Body, s, res.Close}
	return res, nil
}

func (s *strict) dial() (err error) {
	if s.conn, err = net.DialTimeout("tcp", s.addr, 30*time.Second); err != nil {
		return err
	}
	if s.tls != nil {
		s.conn = tls.Client(s.conn, s.tls)
	}
	s.in = bufio.NewReader(s.conn)
	return nil
}

// open reports whether the server has not closed the connection, as far as is known here.
func (s *strict) open() bool {
	_ = s.conn.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := s.in.Peek(1)
	return errors.Is(err, os.ErrDeadlineExceeded)
}

func (s *strict) close() {
	if s.conn != nil {
		_ = s.conn.Close()
		s.conn = nil
	}
}

// body closes the connection behind a last answer.
type body struct {
	inner interface {
		Read([]byte) (int, error)
		Close() error
	}
	of   *strict
	last bool
}

func (b *body) Read(p []byte) (int, error) { return b.inner.Read(p) }

func (b *body) Close() error {
	err := b.inner.Close()
	if b.last {
		b.of.close()
	}
	return err
}
