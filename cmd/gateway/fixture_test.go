package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/lifecycle"
	"github.com/einlass/einlass/internal/web"
)

// site is a booking site on a socket. It ends with the test.
type site struct {
	*httptest.Server
	goOn chan struct{} // each send lets one /slow or the rest of one /stream go
	came chan struct{} // receives when a /slow has come
}

func newSite(t *testing.T) *site {
	s := &site{goOn: make(chan struct{}), came: make(chan struct{}, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Site", s.URL) })
	mux.HandleFunc("/free/stream", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "first\n")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-s.goOn:
			_, _ = io.WriteString(w, "last\n")
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("/free/slow", func(w http.ResponseWriter, r *http.Request) {
		s.came <- struct{}{}
		select {
		case <-s.goOn:
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("/free/ws", func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		for {
			kind, data, err := c.Read(r.Context())
			if err != nil || c.Write(r.Context(), kind, data) != nil {
				return
			}
		}
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

// draft is a configuration that a test edits.
type draft struct {
	dir, head string
	https     string // beside http, without a certificate of its own
	admin     string // the section; empty: there is no admin API
	rooms     []planned
}

type planned struct{ id, backend, more string }

// text is the plan as a file.
func (p *draft) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "listen: {http: \"127.0.0.1:0\", https: %q}\nadmin: {%s}\nstate: {dir: %q}\n%srooms:\n", p.https, cmp.Or(p.admin, `listen: ""`), p.dir, p.head)
	for _, r := range p.rooms {
		fmt.Fprintf(&b, "  - id: %s\n    hosts: [%s.example]\n    exclude: [/free]\n    poll: {min: 100ms, max: 1s}\n    backend: {%s}\n%s", r.id, r.id, r.backend, r.more)
	}
	return b.String()
}

func (p *draft) load(t *testing.T) *config.Config {
	t.Helper()
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	if err := os.WriteFile(file, []byte(p.text()), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(config.Source{File: file, Languages: web.Languages()})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// toSite is a backend section.
func (s *site) backend() string { return "url: \"" + s.URL + "\"" }

const (
	closed = "    pace: {rate: 0, max_inside: 0}\n"
	quick  = "    pace: {rate: 100000, max_inside: 0, burst: 10000}\n"
)

// running is an app that serves. It stops with the test.
type running struct {
	*app
	t      *testing.T
	logs   *observer.ObservedLogs
	stop   func() error
	client *http.Client // without cookies
}

var usualLibrary = sync.OnceValues(func() (*web.Library, error) { return web.NewLibrary(usualPrefix) })

// usualPrefix is that of nearly every test.
const usualPrefix = "/.einlass"

// sharedLibrary makes the pages of all tests once: with the race detector that takes longer than all else of a start.
func sharedLibrary(prefix string) (*web.Library, error) {
	if prefix != usualPrefix {
		return web.NewLibrary(prefix)
	}
	return usualLibrary()
}

func run(t *testing.T, p *draft) *running {
	t.Helper()
	if p.dir == "" {
		p.dir = t.TempDir()
	}
	return runs(t, p.load(t))
}

// runs runs a configuration that was read.
func runs(t *testing.T, cfg *config.Config) *running {
	t.Helper()
	level := zap.NewAtomicLevel()
	core, logs := observer.New(level)
	a, err := build(t.Context(), &opener{log: zap.New(core), library: sharedLibrary}, cfg, level)
	if err != nil {
		t.Fatal(err)
	}
	serves := make(chan struct{})
	a.onReady = func(*app) { close(serves) }
	group, err := lifecycle.New(lifecycle.Config{StopTimeout: 10 * time.Second, Log: zap.New(core)}, a.services()...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- group.Run(ctx) }()
	select {
	case <-serves:
	case err := <-ended:
		t.Fatal(err)
	}
	r := &running{app: a, t: t, logs: logs}
	r.stop = func() error {
		if ended == nil {
			return nil
		}
		cancel()
		err := <-ended
		ended = nil
		return err
	}
	r.client = r.newClient(nil)
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *running) newClient(jar http.CookieJar) *http.Client {
	transport := &http.Transport{DisableCompression: true}
	r.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// visitor is a browser with cookies.
func (r *running) visitor() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.newClient(jar)
}

// ask loads a page of a room. The body is open.
func (r *running) ask(c *http.Client, room, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, "http://"+r.public[0].Addr().String()+path, nil)
	if err != nil {
		return nil, err
	}
	req.Host = room + ".example"
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Sec-Fetch-Mode", "navigate")
	req.Header.Set("Sec-Fetch-Dest", "document")
	return c.Do(req)
}

// get is ask to the end.
func (r *running) get(c *http.Client, room, path string) (res *http.Response, body string) {
	r.t.Helper()
	res, body, err := r.fetch(c, room, path)
	if err != nil {
		r.t.Fatal(err)
	}
	return res, body
}

func (r *running) fetch(c *http.Client, room, path string) (*http.Response, string, error) {
	res, err := r.ask(c, room, path)
	if err != nil {
		return nil, "", err
	}
	data, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	return res, string(data), err
}

// from says which site serves a room's free pages.
func (r *running) from(room string) string {
	r.t.Helper()
	res, _ := r.get(r.client, room, "/free")
	return res.Header.Get("X-Site")
}

// apply brings a plan into force.
func (r *running) apply(p *draft) *diff {
	r.t.Helper()
	d, err := r.Apply(r.t.Context(), p.load(r.t))
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

// refuses applies a plan that must be refused, and answers the problems.
func (r *running) refuses(p *draft) []string {
	r.t.Helper()
	_, err := r.Apply(r.t.Context(), p.load(r.t))
	var refused *config.LoadError
	if !errors.As(err, &refused) {
		r.t.Fatalf("want a refusal, got %v", err)
	}
	return refused.Lines()
}

// until waits for something that nothing signals.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	end := time.NewTimer(20 * time.Second)
	defer end.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatalf("does not come: %s", what)
		}
	}
}

// webSocket is open at a room.
func (r *running) webSocket(room string) *websocket.Conn {
	r.t.Helper()
	c, _, err := websocket.Dial(r.t.Context(), "ws://"+r.public[0].Addr().String()+"/free/ws", &websocket.DialOptions{Host: room + ".example"})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = c.CloseNow() })
	return c
}

// echoes reports whether a WebSocket works.
func (r *running) echoes(c *websocket.Conn) error {
	if err := c.Write(r.t.Context(), websocket.MessageText, []byte("still there?")); err != nil {
		return err
	}
	_, data, err := c.Read(r.t.Context())
	if err == nil && string(data) != "still there?" {
		err = fmt.Errorf("it says %q", data)
	}
	return err
}

// firstLine reads the first line of a stream.
func firstLine(t *testing.T, body io.Reader) *bufio.Reader {
	t.Helper()
	b := bufio.NewReader(body)
	if line, err := b.ReadString('\n'); err != nil || line != "first\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return b
}
