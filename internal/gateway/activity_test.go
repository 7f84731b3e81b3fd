package gateway_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/pkg/queue"
)

// workSite is a site with a WebSocket that echoes, a stream of events and a download, both as the test goes on.
func workSite(t *testing.T, pieces <-chan string) *proxy.Backend {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprintf(w, "site %s %s", r.Method, r.URL) })
	mux.HandleFunc("/socket", func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
		if err != nil {
			return
		}
		defer func() { _ = c.CloseNow() }()
		for {
			kind, data, err := c.Read(r.Context())
			if err != nil || c.Write(r.Context(), kind, data) != nil {
				return
			}
		}
	})
	flows := func(w http.ResponseWriter, _ *http.Request) {
		for piece := range pieces {
			if _, err := io.WriteString(w, piece); err != nil || http.NewResponseController(w).Flush() != nil {
				return
			}
		}
	}
	mux.HandleFunc("/datei", flows)
	mux.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		flows(w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	cfg := config.DefaultRoom().Backend
	cfg.Addresses = []string{server.URL}
	b, err := proxy.New(cfg, proxy.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Stop(t.Context()) })
	return b
}

// oneSeat is a fixture before workSite in which one person may be inside, and that person.
func oneSeat(t *testing.T, pieces <-chan string, quiet ...string) (*fixture, *browser) {
	t.Helper()
	s := newFixtureLike(&fixture{t: t, library: newLibrary(t), behind: workSite(t, pieces), quiet: quiet},
		queue.Pace{Rate: 60, Burst: 1, MaxInside: 1, Strict: true})
	return s, s.inside()
}

// inStay is how many people count as inside.
func (s *fixture) inStay() int64 {
	s.pass(0)
	return s.lines[0].View().Snapshot.Live
}

// socket is a WebSocket of a browser, by hand.
type socket struct {
	t *testing.T
	net.Conn
	*bufio.Reader
}

func (b *browser) socket(t *testing.T) *socket {
	t.Helper()
	c, err := net.Dial("tcp", b.s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	w := &socket{t, c, bufio.NewReader(c)}
	w.send("GET /socket HTTP/1.1\r\nHost: " + b.s.addr + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nCookie: einlass-termine=" +
		b.cookie("einlass-termine") + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	res, err := http.ReadResponse(w.Reader, nil)
	if err != nil || res.StatusCode != 101 {
		t.Fatalf("no WebSocket: %v, %v", res, err)
	}
	return w
}

func (w *socket) send(text string) {
	w.t.Helper()
	if _, err := io.WriteString(w.Conn, text); err != nil {
		w.t.Fatal(err)
	}
}

const (
	maskedHi   = "\x81\x82\x00\x00\x00\x00hi"
	maskedPing = "\x89\x81\x00\x00\x00\x00p"
)

// twice sends a frame and reads what comes back, and both again: what the first one was told as is certain then.
func (w *socket) twice(frame, back string) {
	w.t.Helper()
	for range 2 {
		w.send(frame)
		buf := make([]byte, len(back))
		if n, err := io.ReadFull(w.Reader, buf); string(buf[:n]) != back {
			w.t.Fatalf("got %q, %v", buf[:n], err)
		}
	}
}

func (w *socket) closed() string {
	w.t.Helper()
	rest, _ := io.ReadAll(w.Reader)
	return string(rest)
}

func TestWhoWorksByWebSocketIsInsideUpToTheLongestStay(t *testing.T) {
	s, b := oneSeat(t, nil)
	w := b.socket(t)
	for minute := 6; minute < 60; minute += 6 {
		s.pass(6 * time.Minute)
		w.twice(maskedHi, "\x81\x02hi")
		if n := s.inStay(); n != 1 {
			t.Fatalf("after %d minutes %d are inside", minute, n)
		}
	}
	// The pass ran out long ago. The next request is one of somebody inside, and brings another.
	for _, request := range [][]string{{"GET", "/api"}, {"POST", "/buchen"}} {
		if a := b.copyOf("einlass-termine").load(request[0], request[1], script...); a.body != "site "+request[0]+" "+request[1] || a.Header.Get("Set-Cookie") == "" {
			t.Errorf("%s: %d %q", request, a.StatusCode, a.body)
		}
	}
	s.pass(6*time.Minute + time.Second)
	w.send(maskedHi)
	if rest := w.closed(); !strings.HasSuffix(rest, "\x88\x02\x03\xe9") {
		t.Errorf("the WebSocket goes on beyond the longest stay: %q", rest)
	}
	if n := s.inStay(); n != 0 {
		t.Errorf("%d are inside", n)
	}
}

func TestControlFramesKeepNobodyInside(t *testing.T) {
	s, b := oneSeat(t, nil)
	w := b.socket(t)
	for range 2 {
		s.pass(5*time.Minute + time.Second)
		w.twice(maskedPing, "\x8a\x01p")
	}
	if n := s.inStay(); n != 0 {
		t.Errorf("%d are inside", n)
	}
	// Somebody else has the seat by now: what was open ends, and a way back is the door's.
	w.send(maskedHi)
	if rest := w.closed(); !strings.HasSuffix(rest, "\x88\x02\x03\xe9") {
		t.Errorf("the WebSocket outlives the stay: %q", rest)
	}
	if a := b.load("GET", "/api", script...); a.StatusCode != 429 {
		t.Errorf("a script's request: %d", a.StatusCode)
	}
}

func TestALongTransferKeepsItsVisitorInside(t *testing.T) {
	for _, path := range []string{"/datei", "/events"} {
		t.Run(path, func(t *testing.T) {
			pieces := make(chan string)
			s, b := oneSeat(t, pieces)
			flow := b.flow(path)
			for range 5 {
				s.pass(6 * time.Minute)
				for range 2 {
					pieces <- "piece"
					flow.read("piece")
				}
				if n := s.inStay(); n != 1 {
					t.Fatalf("%d are inside", n)
				}
			}
			close(pieces)
			if a := b.load("GET", "/api", script...); a.body != "site GET /api" {
				t.Errorf("then: %d %q", a.StatusCode, a.body)
			}
		})
	}
}

// flow is a request whose answer comes in pieces.
type flow struct {
	t    testing.TB
	body io.Reader
}

func (b *browser) flow(path string) *flow {
	b.s.t.Helper()
	req, err := http.NewRequestWithContext(b.s.t.Context(), "GET", "http://"+b.s.addr+path, nil)
	if err != nil {
		b.s.t.Fatal(err)
	}
	started := make(chan *http.Response, 1)
	go func() {
		res, err := b.client.Do(req)
		if err != nil {
			b.s.t.Error(err)
		}
		started <- res
	}()
	r, w := io.Pipe()
	go func() {
		if res := <-started; res != nil {
			_, err := io.Copy(w, res.Body)
			_ = res.Body.Close()
			_ = w.CloseWithError(err)
		}
	}()
	return &flow{b.s.t, r}
}

func (f *flow) read(want string) {
	f.t.Helper()
	buf := make([]byte, len(want))
	if n, err := io.ReadFull(f.body, buf); string(buf[:n]) != want {
		f.t.Fatalf("got %q, %v", buf[:n], err)
	}
}

// A page that somebody has left open asks for news every ten seconds.
func TestAPagesOwnTimerKeepsNobodyInside(t *testing.T) {
	s, b := oneSeat(t, nil, "/api/heartbeat")
	pass := b.cookie("einlass-termine")
	for range 59 {
		s.pass(10 * time.Second)
		if a := b.load("GET", "/api/heartbeat?x=1", script...); a.body != "site GET /api/heartbeat?x=1" || a.Header.Get("Set-Cookie") != "" {
			t.Fatalf("inside: %d %q %v", a.StatusCode, a.body, a.Header)
		}
	}
	if n := s.inStay(); n != 1 {
		t.Errorf("%d are inside", n)
	}
	s.pass(11 * time.Second)
	if n := s.inStay(); n != 0 {
		t.Errorf("then %d are inside", n)
	}
	for _, method := range []string{"GET", "POST"} {
		b.load(method, "/api/heartbeat", script...)
		if n := s.inStay(); n != 0 || b.cookie("einlass-termine") != pass {
			t.Errorf("%s: %d are inside again", method, n)
		}
	}
	// Others of the site's paths are as before.
	if a := b.load("GET", "/api/heartbeats"); a.StatusCode != 303 {
		t.Errorf("a person: %d", a.StatusCode)
	}
	if a := b.load("GET", "/api/heartbeats"); a.body != "site GET /api/heartbeats" || s.inStay() != 1 {
		t.Errorf("%d %q", a.StatusCode, a.body)
	}
}
