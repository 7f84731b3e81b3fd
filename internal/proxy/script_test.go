package proxy

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
)

// scriptedBackend is an origin that answers each request with the next of its answers
// and remembers the bytes of every request.
type scriptedBackend struct {
	addr string

	mu      sync.Mutex
	answers []scriptedAnswer
	seen    [][]byte
	conns   int
}

type scriptedAnswer struct {
	bytes []byte
	close bool // after the answer
	early bool // before the request's body is read
}

func newScriptedBackend(tb testing.TB, answers ...scriptedAnswer) *scriptedBackend {
	s := &scriptedBackend{answers: answers}
	s.addr = serveRaw(tb, s.serve)
	return s
}

func (s *scriptedBackend) serve(c net.Conn) {
	s.mu.Lock()
	s.conns++
	s.mu.Unlock()
	for r := bufio.NewReader(c); ; {
		head, err := readRawHead(r)
		if err != nil {
			return
		}
		answer, ok := s.next()
		if !ok {
			s.remember(append(head, "<unexpected>"...))
			return
		}
		if answer.early {
			_, _ = c.Write(answer.bytes)
		}
		body, err := readRawBody(r, head)
		s.remember(append(head, body...))
		if err != nil {
			return
		}
		if !answer.early {
			if _, err := c.Write(answer.bytes); err != nil {
				return
			}
		}
		if answer.close {
			return
		}
	}
}

func (s *scriptedBackend) next() (scriptedAnswer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.answers) == 0 {
		return scriptedAnswer{}, false
	}
	a := s.answers[0]
	s.answers = s.answers[1:]
	return a, true
}

func (s *scriptedBackend) remember(request []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, request)
}

// requests returns what was seen so far.
func (s *scriptedBackend) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]string, len(s.seen))
	for i, b := range s.seen {
		out[i] = string(b)
	}
	return out
}

// readRawHead reads up to and including the empty line.
func readRawHead(r *bufio.Reader) ([]byte, error) {
	var head []byte
	for {
		line, err := r.ReadBytes('\n')
		head = append(head, line...)
		if err != nil {
			return head, err
		}
		if bytes.HasSuffix(head, crlfcrlf) {
			return head, nil
		}
	}
}

// readRawBody reads the body that head announces, framing included.
func readRawBody(r *bufio.Reader, head []byte) ([]byte, error) {
	length, chunked := int64(0), false
	for line := range strings.SplitSeq(string(head), "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		switch value = strings.TrimSpace(value); strings.ToLower(name) {
		case "content-length":
			length, _ = strconv.ParseInt(value, 10, 64)
		case "transfer-encoding":
			chunked = true
		}
	}
	if !chunked {
		body := make([]byte, length)
		n, err := io.ReadFull(r, body)
		return body[:n], err
	}
	var raw []byte
	for {
		line, err := r.ReadBytes('\n')
		raw = append(raw, line...)
		if err != nil {
			return raw, err
		}
		size, err := strconv.ParseInt(strings.TrimSpace(string(line)), 16, 64)
		if err != nil {
			return raw, err
		}
		data := make([]byte, size+2)
		n, err := io.ReadFull(r, data)
		raw = append(raw, data[:n]...)
		if err != nil || size == 0 {
			return raw, err
		}
	}
}

func answering(text string) scriptedAnswer { return scriptedAnswer{bytes: []byte(text)} }

// dialTest opens a connection that fails the test instead of hanging.
func dialTest(tb testing.TB, addr string) net.Conn {
	tb.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	return c
}

func send(tb testing.TB, c net.Conn, text string) {
	tb.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		tb.Fatalf("sending: %v", err)
	}
}

// want reads exactly as many bytes as expected and compares.
func want(tb testing.TB, c io.Reader, expected string) {
	tb.Helper()
	buf := make([]byte, len(expected))
	n, err := io.ReadFull(c, buf)
	if string(buf[:n]) != expected {
		tb.Fatalf("got  %q (%v)\nwant %q", buf[:n], err, expected)
	}
}

// wantClosed expects the end of the connection and not a byte before it.
func wantClosed(tb testing.TB, c io.Reader) {
	tb.Helper()
	rest, err := io.ReadAll(c)
	if len(rest) > 0 || (err != nil && !errors.Is(err, net.ErrClosed) && !isReset(err)) {
		tb.Fatalf("the connection went on: %q, %v", rest, err)
	}
}

func isReset(err error) bool { return strings.Contains(err.Error(), "reset by peer") }

// wantAnswer reads one answer with net/http and compares status and body.
func wantAnswer(tb testing.TB, r *bufio.Reader, method string, status int, body string) *http.Response {
	tb.Helper()
	resp, err := http.ReadResponse(r, &http.Request{Method: method})
	if err != nil {
		tb.Fatalf("no answer: %v", err)
	}
	got, err := io.ReadAll(resp.Body)
	if resp.StatusCode != status || string(got) != body || err != nil {
		tb.Fatalf("got %d %q (%v), want %d %q", resp.StatusCode, got, err, status, body)
	}
	return resp
}

// startProxy runs ours in front of addresses and returns the backend and the address to dial.
func startProxy(tb testing.TB, cfg config.Backend, options ...func(*forwarder)) (*Backend, string) {
	tb.Helper()
	b, err := New(cfg, Deps{})
	if err != nil {
		tb.Fatal(err)
	}
	f := &forwarder{backend: b}
	for _, o := range options {
		o(f)
	}
	tb.Cleanup(func() { // after the server has stopped
		ctx, cancel := testTimeout()
		defer cancel()
		if err := b.Stop(ctx); err != nil {
			tb.Errorf("the backend did not stop: %v", err)
		}
		if s := b.Status(); s.InFlight != 0 || s.Queued != 0 || s.WebSocket != 0 {
			tb.Errorf("something was left behind: %+v", s)
		}
		for _, a := range b.Status().Addresses {
			if a.InFlight != 0 {
				tb.Errorf("requests were left behind: %+v", a)
			}
		}
	})
	return b, serveVisits(tb, f.handle, f.configure...)
}
