package handover

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/tlscert/certtest"
	"github.com/einlass/einlass/loadtest/check"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/loadtest/launch/launchtest"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

var program string

func TestMain(m *testing.M) { os.Exit(launchtest.Main(m, &program)) }

// site is a booking site: /free/slow waits until it is told to go on, /free/ws says everything again.
type site struct {
	*httptest.Server
	came, goOn chan struct{}
}

func newSite(t *testing.T) *site {
	s := &site{came: make(chan struct{}, 10), goOn: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "site "+r.URL.Path)
	})
	mux.HandleFunc("/free/slow", func(w http.ResponseWriter, r *http.Request) {
		s.came <- struct{}{}
		select {
		case <-s.goOn:
			_, _ = io.WriteString(w, "site slow")
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

// gate is a gateway that is replaced while it serves: the process changes, addresses and directory stay.
type gate struct {
	t               *testing.T
	dir, file, text string
	addr, admin     string
	secure          bool // visitors come by TLS
	log             *os.File
	out             *os.File // what the process writes its log to; nil: log
	first           *exec.Cmd
	ended           chan error // of first
}

// newGate writes the configuration of a room with place for three, and starts nothing.
func newGate(t *testing.T, s *site, secure bool, more string) *gate {
	t.Helper()
	dir, err := os.MkdirTemp("", "ho") // the path of its control socket has to be short
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{t: t, dir: dir, secure: secure}
	for _, at := range []*string{&g.addr, &g.admin} {
		if *at, err = launch.FreeAddr(); err != nil {
			t.Fatal(err)
		}
	}
	listen := fmt.Sprintf("listen: {http: %q}", g.addr)
	if secure {
		listen = fmt.Sprintf("listen: {http: '', https: %q}\ntls: {cert_file: %s/cert.pem, key_file: %s/key.pem}", g.addr, dir, dir)
	}
	cert, key := certtest.KeyPairFrom(t, "termine.example", time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	g.write("cert.pem", string(cert))
	g.write("key.pem", string(key))
	g.text = fmt.Sprintf(`%s
admin: {listen: %q, token: the-token-of-the-operators}
state: {dir: %s/state, interval: 200ms}
journal: {dir: %s/journal}
limits: {arrivals_per_prefix: {rate: 0}, connections_per_ip: 10000}
drain: 0s
stop_timeout: 5s
rooms:
  - id: termine
    hosts: ["*"]
    exclude: [/free]
    poll: {min: 100ms, max: 1s}
    backend: {url: %q}
    pace: {rate: 600, max_inside: 3, burst: 4, inside: strict}
%s`, listen, g.admin, dir, dir, s.URL, more)
	g.write("gateway.yaml", g.text)
	g.file = filepath.Join(dir, "gateway.yaml")
	g.install(program)
	if err := os.Mkdir(filepath.Join(dir, "state"), 0o700); err != nil {
		t.Fatal(err)
	}
	if g.log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		g.kill()
		_ = g.log.Close()
		if t.Failed() {
			t.Logf("log:\n%s", g.said())
		}
		_ = os.RemoveAll(dir)
	})
	return g
}

func (g *gate) write(name, text string) {
	g.t.Helper()
	if err := os.WriteFile(filepath.Join(g.dir, name), []byte(text), 0o600); err != nil {
		g.t.Fatal(err)
	}
}

// install makes another program the one that is installed, as a package manager does: under the same name, in one step.
func (g *gate) install(path string) {
	g.t.Helper()
	at := filepath.Join(g.dir, "gateway")
	if err := errors.Join(os.Symlink(path, at+".new"), os.Rename(at+".new", at)); err != nil {
		g.t.Fatal(err)
	}
}

// drains makes a stop begin with so much time in which the gateway serves on.
func (g *gate) drains(span string) {
	g.text = strings.Replace(g.text, "drain: 0s", "drain: "+span, 1)
	g.write("gateway.yaml", g.text)
}

// start runs the first process and waits until it serves.
func (g *gate) start(files ...*os.File) {
	g.t.Helper()
	cmd := exec.Command("/bin/sh", "-c", `LISTEN_PID=$$ exec "$0" serve -c "$1"`, filepath.Join(g.dir, "gateway"), g.file)
	cmd.Stderr, cmd.ExtraFiles = cmp.Or(g.out, g.log), files
	if len(files) > 0 {
		cmd.Env = append(os.Environ(), "LISTEN_FDS="+strconv.Itoa(len(files)))
	}
	lives := g.count("visitors are served")
	if err := cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	ended := make(chan error, 1)
	g.first, g.ended = cmd, ended
	go func() { ended <- cmd.Wait() }()
	g.until("visitors are served", lives+1)
}

// operators is a client of the admin API of whatever process serves it.
func (g *gate) operators() *adminclient.Client {
	g.t.Helper()
	c, err := adminclient.New(adminclient.Config{URL: "http://" + g.admin, Token: "the-token-of-the-operators"})
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(c.Close)
	return c
}

// pause makes the room call nobody.
func (g *gate) pause() {
	g.t.Helper()
	mode := queue.ModePause
	if _, err := g.operators().Update(g.t.Context(), "termine", operator.Change{Mode: &mode, Reason: "a test"}); err != nil {
		g.t.Fatal(err)
	}
}

func (g *gate) said() string {
	text, err := os.ReadFile(g.log.Name())
	if err != nil {
		g.t.Error(err)
	}
	return string(text)
}

func (g *gate) count(text string) int { return strings.Count(g.said(), text) }

// until waits until the log has a text so often.
func (g *gate) until(text string, n int) {
	g.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for g.count(text) < n {
		select {
		case <-tick.C:
		case err := <-g.ended:
			g.ended <- err
			if g.count(text) >= n {
				return
			}
			if g.count("a new process starts") == 0 {
				g.t.Fatalf("it ended (%v) before it said %q", err, text)
			}
			<-tick.C
		case <-g.t.Context().Done():
			g.t.Fatalf("it does not say %q", text)
		}
	}
}

// upgrade asks for a successor and answers its process id, or what the command says.
func (g *gate) upgrade() (pid int, said string) {
	g.t.Helper()
	out, err := exec.CommandContext(g.t.Context(), program, "upgrade", "-c", g.file).CombinedOutput()
	said = strings.TrimSpace(string(out))
	if m := regexp.MustCompile(`^upgraded: process (\d+) serves, version `).FindStringSubmatch(said); err == nil && m != nil {
		pid, _ = strconv.Atoi(m[1])
	}
	return pid, said
}

// processes are the ids of all processes that run with the configuration of the gate.
func (g *gate) processes() (all []int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		g.t.Error(err)
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		line, err := os.ReadFile("/proc/" + e.Name() + "/cmdline")
		if err == nil && strings.Contains(string(line), "serve\x00-c\x00"+g.file+"\x00") && alive(pid) {
			all = append(all, pid)
		}
	}
	return all
}

// alive reports whether a process is there and no zombie.
func alive(pid int) bool {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	i := strings.LastIndexByte(string(text), ')')
	return err == nil && i > 0 && !strings.HasPrefix(string(text[i+1:]), " Z")
}

// kill ends all processes of the gate.
func (g *gate) kill() {
	for _, pid := range g.processes() {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// rules holds what the journals of all processes tell together to the rules of a line.
func (g *gate) rules() {
	g.t.Helper()
	files, err := journal.Find(filepath.Join(g.dir, "journal"), "termine")
	if err != nil {
		g.t.Fatal(err)
	}
	m, err := journal.Merge(files...)
	if err != nil {
		g.t.Fatal(err)
	}
	r, err := check.Run(m)
	if err != nil {
		g.t.Fatal(err)
	}
	for _, v := range r.Violations {
		g.t.Error(v)
	}
	if r.Arrivals == 0 || len(r.Files) < inARow || r.Until != 0 {
		g.t.Errorf("%d journals tell of %d arrivals, until %d", len(r.Files), r.Arrivals, r.Until)
	}
}

// gone waits until a process has ended.
func (g *gate) gone(pid int) {
	g.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for alive(pid) {
		select {
		case <-tick.C:
		case <-g.t.Context().Done():
			g.t.Fatalf("process %d does not end", pid)
		}
	}
}

// listens opens a socket that stays open whatever becomes of the gateway, as systemd does.
func listens(t *testing.T, addr string) *os.File {
	t.Helper()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	f, err := ln.(*net.TCPListener).File()
	if err = errors.Join(err, ln.Close()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}
