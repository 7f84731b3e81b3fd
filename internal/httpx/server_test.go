package httpx

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// serve runs a server on a listener of its own and returns it with its address.
func serve(tb testing.TB, cfg Config, h Handler) (*Server, string) {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s := newServer(tb, cfg, h)
	serveOn(tb, s, ln, false)
	return s, ln.Addr().String()
}

func newServer(tb testing.TB, cfg Config, h Handler) *Server {
	tb.Helper()
	s, err := New(cfg, h)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// serveOn serves a listener until the test ends.
func serveOn(tb testing.TB, s *Server, ln net.Listener, secure bool) {
	tb.Helper()
	done := make(chan error, 1)
	go func() { done <- s.Serve(ln, secure) }()
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			tb.Errorf("Shutdown: %v", err)
		}
		if err := <-done; err != nil {
			tb.Errorf("Serve: %v", err)
		}
	})
}

// client is a raw connection.
type client struct {
	net.Conn
	tb testing.TB
	br *bufio.Reader
}

func dial(tb testing.TB, addr string) *client {
	tb.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		tb.Fatal(err)
	}
	return wrapClient(tb, c)
}

func wrapClient(tb testing.TB, c net.Conn) *client {
	tb.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		tb.Fatal(err)
	}
	return &client{c, tb, bufio.NewReader(c)}
}

func (c *client) send(s string) {
	c.tb.Helper()
	if _, err := io.WriteString(c.Conn, s); err != nil {
		c.tb.Fatalf("send: %v", err)
	}
}

// answer reads one answer to a request of that method, with its body.
func (c *client) answer(method string) (*http.Response, string) {
	c.tb.Helper()
	resp, body, err := c.tryAnswer(method)
	if err != nil {
		c.tb.Fatalf("no answer: %v", err)
	}
	return resp, body
}

func (c *client) tryAnswer(method string) (*http.Response, string, error) {
	resp, err := http.ReadResponse(c.br, &http.Request{Method: method})
	if err != nil {
		return nil, "", err
	}
	body, err := io.ReadAll(resp.Body)
	return resp, string(body), err
}

// ask sends a request and wants this status.
func (c *client) ask(request string, status int) (*http.Response, string) {
	c.tb.Helper()
	c.send(request)
	method, _, _ := strings.Cut(request, " ")
	resp, body := c.answer(method)
	if resp.StatusCode != status {
		c.tb.Fatalf("%q: status %d, want %d (%s)", request, resp.StatusCode, status, body)
	}
	return resp, body
}

// closed wants the connection to end without another byte.
func (c *client) closed() {
	c.tb.Helper()
	if rest, err := io.ReadAll(c.br); err != nil || len(rest) > 0 {
		c.tb.Fatalf("want a closed connection, got %q, %v", rest, err)
	}
}

// dropped wants the connection to end without an answer, be it by a reset.
func (c *client) dropped() {
	c.tb.Helper()
	if rest, err := io.ReadAll(c.br); len(rest) > 0 || err != nil && !errors.Is(err, syscall.ECONNRESET) {
		c.tb.Fatalf("want a dropped connection, got %q, %v", rest, err)
	}
}

// ok answers every visit with 200 and a word.
func ok(v *Visit) { v.Answer(200, "text/plain", []byte("ok")) }

func TestAConnectionServesRequestsOneAfterAnother(t *testing.T) {
	_, addr := serve(t, given(), func(v *Visit) { v.Answer(200, "text/plain", v.Path()) })
	c := dial(t, addr)
	for _, path := range []string{"/a", "/b", "/c"} {
		if _, body := c.ask("GET "+path+" HTTP/1.1\r\nHost: h\r\n\r\n", 200); body != path {
			t.Errorf("%s: %q", path, body)
		}
	}
}

func TestPipelinedRequestsAreAnsweredInOrder(t *testing.T) {
	_, addr := serve(t, given(), func(v *Visit) { v.Answer(200, "text/plain", v.Path()) })
	c := dial(t, addr)
	c.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\nGET /3 HTTP/1.1\r\nHost: h\r\n\r\n")
	for _, want := range []string{"/1", "/2", "/3"} {
		if _, body := c.answer("GET"); body != want {
			t.Errorf("got %q, want %q", body, want)
		}
	}
}

func TestAHeadMayComeByteByByte(t *testing.T) {
	_, addr := serve(t, given(), func(v *Visit) { v.Answer(200, "text/plain", v.Header("X-A")) })
	c := dial(t, addr)
	for _, b := range []byte("\r\nGET / HTTP/1.1\r\nHost: h\r\nX-A: b\r\n\r\n") {
		c.send(string(b))
	}
	if _, body := c.answer("GET"); body != "b" {
		t.Errorf("got %q", body)
	}
}

func TestAHeadLargerThanTheFirstBufferIsRead(t *testing.T) {
	_, addr := serve(t, given(), func(v *Visit) { v.Answer(200, "text/plain", v.Header("X-Last")) })
	c := dial(t, addr)
	first := "GET /first HTTP/1.1\r\nHost: h\r\nX-Last: 1\r\n\r\n"
	second := "GET / HTTP/1.1\r\nHost: h\r\nCookie: " + strings.Repeat("c", 9000) + "\r\nX-Last: yes\r\n\r\n"
	c.send(first + second)
	c.answer("GET")
	if _, body := c.answer("GET"); body != "yes" {
		t.Errorf("got %q", body)
	}
}

func TestABodyThatSharesTheHeadsBufferDoesNotOverwriteTheHead(t *testing.T) {
	_, addr := serve(t, given(), func(v *Visit) {
		n, err := io.Copy(io.Discard, v.Ctx().RequestBodyStream())
		v.Answer(200, "text/plain", append(v.Header("X-A"), v.Path()...), "X-N", string(rune('0'+n%10)))
		if err != nil {
			t.Errorf("body: %v", err)
		}
	})
	c := dial(t, addr)
	head := "POST /path HTTP/1.1\r\nHost: h\r\nX-A: " + strings.Repeat("a", 3000) + "\r\nTransfer-Encoding: chunked\r\n\r\n"
	var chunks strings.Builder
	for range 3000 {
		chunks.WriteString("3\r\nabc\r\n")
	}
	c.send(head + chunks.String() + "0\r\n\r\n")
	resp, body := c.answer("POST")
	if body != strings.Repeat("a", 3000)+"/path" || resp.Header.Get("X-N") != "0" {
		t.Errorf("the head was damaged: %d bytes, %q", len(body), resp.Header.Get("X-N"))
	}
}

func TestAPanicIsA500AndTheServerGoesOn(t *testing.T) {
	var faults []Fault
	panics := 0
	_, addr := serve(t, given(func(c *Config) {
		c.OnFault = func(f Fault) { faults = append(faults, f) }
		c.OnPanic = func() { panics++ }
	}), func(v *Visit) {
		if string(v.Path()) == "/panic" {
			v.SetCookie(Cookie{Name: "half", Value: "done"})
			v.Ctx().Hijack(func(net.Conn) { t.Error("hijacked after a panic") })
			panic("on purpose")
		}
		ok(v)
	})
	c := dial(t, addr)
	resp, _ := c.ask("GET /panic HTTP/1.1\r\nHost: h\r\n\r\n", 500)
	c.closed()
	if resp.Header.Get("Set-Cookie") != "" || resp.Header.Get("Server") != "" || len(resp.Header.Values("Date")) != 1 {
		t.Errorf("header of the 500: %v", resp.Header)
	}
	dial(t, addr).ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
	if len(faults) != 1 || faults[0] != FaultInternal || panics != 1 {
		t.Errorf("faults: %v, %d panics", faults, panics)
	}
}

func TestAPanicInThePageOfAFaultIsStillAnAnswer(t *testing.T) {
	panics := 0
	_, addr := serve(t, given(func(c *Config) {
		c.Page = func(int, string, Reader) (string, []byte, []string) { panic("on purpose") }
		c.OnPanic = func() { panics++ }
	}), func(*Visit) { panic("on purpose too") })
	c := dial(t, addr)
	c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 500)
	c.closed()
	c = dial(t, addr)
	c.ask("GET / HTTP/1.1\r\n\r\n", 400)
	c.closed()
	if panics != 3 {
		t.Errorf("%d panics were counted; one was in the handler and two in the page", panics)
	}
}

func TestAHijackedConnectionPassesBytesBothWays(t *testing.T) {
	s, addr := serve(t, given(), func(v *Visit) {
		v.Ctx().HijackSetNoResponse(true)
		v.Ctx().Hijack(func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\n\r\n")
			_, _ = io.Copy(c, c)
		})
	})
	c := dial(t, addr)
	// What follows the request at once belongs to the new protocol, too.
	c.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nGET /")
	c.answer("GET")
	c.send(" HTTP/1.1\r\n\r\n")
	got := make([]byte, len("GET / HTTP/1.1\r\n\r\n"))
	if _, err := io.ReadFull(c.br, got); err != nil || string(got) != "GET / HTTP/1.1\r\n\r\n" {
		t.Fatalf("got %q, %v", got, err)
	}
	if n := s.Stats().Connections; n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
	_ = c.Conn.(*net.TCPConn).CloseWrite()
	c.closed()
}
