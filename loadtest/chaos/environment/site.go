package environment

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Site is a booking site: /book takes a form, /done says that the visitor is done, everything else is a page. All
// answers have the header SiteHeader, and AskedHeader with what the request called itself and its path.
//
// Below OpenPath, which needs no pass, it behaves as sites do: ClosingPath is closed without an answer, and of a request
// to UnreadPath the body is not read, so that the connection takes it for the next request.
type Site struct {
	Addr   string
	Booked atomic.Int64
	Closed atomic.Int64 // requests to ClosingPath
	Unread atomic.Int64 // bodies that were taken for requests

	ln   net.Listener
	done chan error

	mu     sync.Mutex
	conns  map[net.Conn]bool
	closed bool
	wg     sync.WaitGroup
}

// SiteHeader tells the site's answers from others, AskedHeader says whose answer it is, NameHeader is by what a request
// calls itself.
const (
	SiteHeader  = "X-Site"
	AskedHeader = "X-Asked"
	NameHeader  = "X-Name"
)

// The paths of the site that need no pass.
const (
	OpenPath    = "/open"
	ClosingPath = OpenPath + "/closing"
	UnreadPath  = OpenPath + "/unread"
	// SlowPath is answered after a while: the client may be gone by then.
	SlowPath = OpenPath + "/slow"
)

// NewSite serves it until Close.
func NewSite() (*Site, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	s := &Site{Addr: ln.Addr().String(), ln: ln, done: make(chan error, 1), conns: map[net.Conn]bool{}}
	go func() { s.done <- s.accept() }()
	return s, nil
}

func (s *Site) accept() error {
	for {
		conn, err := s.ln.Accept()
		if err != nil {
			return err
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return conn.Close()
		}
		s.conns[conn] = true
		s.wg.Go(func() { s.serve(conn) })
		s.mu.Unlock()
	}
}

// serve is not net/http's server: that one reads every body, whatever the handler does.
func (s *Site) serve(conn net.Conn) {
	defer func() {
		_ = conn.Close() // nothing was promised to it any more
		s.mu.Lock()
		delete(s.conns, conn)
		s.mu.Unlock()
	}()
	for r := bufio.NewReader(conn); ; {
		req, err := http.ReadRequest(r)
		if err != nil || req.URL.Path == ClosingPath {
			if err == nil {
				s.Closed.Add(1)
			}
			return
		}
		answer := s.answer(req)
		if req.URL.Path == UnreadPath && req.ContentLength > 0 {
			s.Unread.Add(1)
		} else if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return
		}
		if _, err := io.WriteString(conn, answer); err != nil {
			return
		}
	}
}

// answer is the whole of it.
func (s *Site) answer(r *http.Request) string {
	status, more := "200 OK", ""
	switch r.URL.Path {
	case "/book":
		if r.FormValue("name") == "" {
			status = "400 Bad Request"
			break
		}
		s.Booked.Add(1)
	case "/done":
		more = "Einlass-Finish: 1\r\n"
	case SlowPath:
		time.Sleep(300 * time.Millisecond) // what this path is for
	}
	body := "site " + r.URL.Path + "\n"
	asked := strings.TrimSpace(r.Header.Get(NameHeader) + " " + r.URL.Path)
	return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n%s: 1\r\n%s: %s\r\n%s\r\n%s",
		status, len(body), SiteHeader, AskedHeader, asked, more, body)
}

// Close ends it.
func (s *Site) Close() error {
	err := s.ln.Close()
	if served := <-s.done; !errors.Is(served, net.ErrClosed) {
		err = errors.Join(err, served)
	}
	s.mu.Lock()
	s.closed = true
	for conn := range s.conns {
		_ = conn.Close() // its goroutine sees to the rest
	}
	s.mu.Unlock()
	s.wg.Wait()
	return err
}
