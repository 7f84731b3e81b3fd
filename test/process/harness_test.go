// Package process runs the real program as real processes and breaks it: what a visitor is promised holds when
// gateways are killed, stores are emptied and files are damaged.
package process

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

var gatewayBin string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "einlass-process-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	gatewayBin = filepath.Join(dir, "gateway")
	if out, err := exec.Command("go", "build", "-race", "-o", gatewayBin, "github.com/einlass/einlass/cmd/gateway").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the gateway: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// backend is the site: it counts.
type backend struct {
	addr string
	seen atomic.Int64
}

func newBackend(t *testing.T) *backend {
	t.Helper()
	b := &backend{}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.addr = ln.Addr().String()
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.seen.Add(1)
		for _, c := range r.Cookies() {
			if strings.Contains(c.Name, "einlass") {
				t.Errorf("the site was sent our cookie %s", c.Name)
			}
		}
		fmt.Fprintf(w, "site %s", r.URL)
	})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(ln)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return b
}

// gate is one gateway process.
type gate struct {
	t    *testing.T
	addr string
	args []string
	cmd  *exec.Cmd
	log  *safeBuffer
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// settings of a gateway under test.
type settings struct {
	state, store, keys string
	rate               int
	maxInside          int
	burst              int
}

func freeAddr(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}

func newGate(t *testing.T, b *backend, s settings) *gate {
	t.Helper()
	g := &gate{t: t, addr: freeAddr(t)}
	keys := ""
	if s.keys != "" {
		keys = "keys: {file: " + s.keys + "}\n"
	}
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	text := fmt.Sprintf(`listen: {http: "%s"}
admin: {listen: "%s", token: "test-test-test-test-test"}
state: {dir: "%s", interval: 200ms, places_interval: 1s}
store: "%s"
%slimits: {arrivals_per_prefix: {rate: 0}}
rooms:
  - id: termine
    backend: {url: "http://%s"}
    pace: {rate: %d, max_inside: %d, burst: %d}
    poll: {min: 1s, max: 1s}
`, g.addr, freeAddr(t), s.state, s.store, keys, b.addr, s.rate, s.maxInside, s.burst)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	g.args = []string{"serve", "-c", file}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log of %s:\n%s", g.addr, g.log)
		}
		g.stop(syscall.SIGTERM)
	})
	g.start()
	return g
}

// start runs the program and returns when it serves.
func (g *gate) start() {
	g.t.Helper()
	g.log = &safeBuffer{}
	g.cmd = exec.Command(gatewayBin, g.args...)
	g.cmd.Stderr, g.cmd.Stdout = g.log, g.log
	if err := g.cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(g.t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if c, err := net.Dial("tcp", g.addr); err == nil {
			_ = c.Close()
			return
		}
		select {
		case <-ctx.Done():
			g.t.Fatalf("the gateway does not serve:\n%s", g.log)
		case <-tick.C:
		}
	}
}

// stop ends the process by a signal and answers its exit code.
func (g *gate) stop(sig syscall.Signal) int {
	if g.cmd == nil || g.cmd.ProcessState != nil {
		return 0
	}
	_ = g.cmd.Process.Signal(sig)
	_ = g.cmd.Wait()
	return g.cmd.ProcessState.ExitCode()
}

// visitor is one browser. Its methods are used by one goroutine.
type visitor struct {
	cookie string // the room's
	number uint64
	epoch  uint64
}

// transport is shared: a thousand visitors are not a thousand connections' worth of what is tested here.
var transport = &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}

// get is one request; the room's cookie is kept as a browser keeps it.
func (v *visitor) get(ctx context.Context, addr, path string, page bool) (*http.Response, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+path, nil)
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Accept", "*/*")
	req.Header.Set("Sec-Fetch-Mode", "cors")
	if page {
		req.Header.Set("Accept", "text/html")
		req.Header.Set("Sec-Fetch-Mode", "navigate")
		req.Header.Set("Sec-Fetch-Dest", "document")
	}
	if v.cookie != "" {
		req.Header.Set("Cookie", "einlass-termine="+v.cookie)
	}
	res, err := transport.RoundTrip(req)
	if err != nil {
		return nil, "", err
	}
	var body bytes.Buffer
	_, err = body.ReadFrom(res.Body)
	_ = res.Body.Close()
	for _, c := range res.Cookies() {
		if c.Name == "einlass-termine" {
			v.keep(c.Value)
		}
	}
	return res, body.String(), err
}

// keep takes a token and reads the place in it; nobody but a test looks into it.
func (v *visitor) keep(value string) {
	v.cookie = value
	parts := strings.Split(value, ".")
	if len(parts) != 3 {
		return
	}
	var claims struct{ Ep, N uint64 }
	if data, err := decodeSegment(parts[1]); err == nil && json.Unmarshal(data, &claims) == nil {
		v.epoch, v.number = claims.Ep, claims.N
	}
}

func (v *visitor) order() uint64 { return v.epoch<<22 + v.number }
