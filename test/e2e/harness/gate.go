package harness

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/loadtest/launch"
)

// Settings of a gateway. The zero value is one room "termine" at the paths below "/", with the embedded store and a
// state directory of its own, where nobody is called.
type Settings struct {
	Store string // default memory
	Keys  string // keyring file
	State string // directory; default a new one
	Rooms []Room
	// Places is how often places are written to disk. Default 500ms.
	Places time.Duration
	// Forgets keeps nothing over restarts: state.dir is empty. It needs Keys.
	Forgets bool
	// Limits of the gateway. Default: arrivals are not limited.
	Limits launch.Limits
	// Trusted are the networks whose forwarding headers are believed.
	Trusted []string
}

// Room of a gateway.
type Room struct {
	ID      string // default termine
	Hosts   []string
	Paths   []string
	Exclude []string
	Site    *Site
	Rate    int
	// MaxInside 0 is no bound, Burst 0 is one second's worth.
	MaxInside, Burst int
	// PollMin and PollMax default to 200ms and 1s. After a loss nobody is called for 1.2 times PollMax.
	PollMin, PollMax time.Duration
	// Claim is how long a call stands, default 20s; Idle how long a stay, default 10m.
	Claim, Idle time.Duration
	OnFailure   string // default hold
}

func (s *Settings) config(public, admin string) *launch.Config {
	c := &launch.Config{
		Listen: launch.Listen{HTTP: public}, Admin: launch.Admin{Listen: admin, Token: launch.OperatorToken},
		State: launch.State{Dir: s.State, Interval: 200 * time.Millisecond, PlacesInterval: s.Places},
		Store: launch.Store{URL: s.Store}, Limits: s.Limits, Log: launch.LogStyle{Format: "json"},
		TrustedProxies: s.Trusted, Keys: launch.Keys{File: s.Keys},
	}
	if s.Forgets {
		c.State.Dir = ""
	}
	for i := range s.Rooms {
		c.Rooms = append(c.Rooms, s.Rooms[i].config())
	}
	return c
}

func or[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

func (r *Room) config() launch.Room {
	return launch.Room{
		ID: or(r.ID, launch.RoomID), Hosts: r.Hosts, Paths: r.Paths, Exclude: r.Exclude,
		Backend: launch.Backend{URL: "http://" + r.Site.Addr},
		Pace:    launch.Pace{Rate: int64(r.Rate), MaxInside: int64(r.MaxInside), Burst: int64(r.Burst)},
		Poll:    launch.Poll{Min: or(r.PollMin, 200*time.Millisecond), Max: or(r.PollMax, time.Second)},
		Session: launch.Session{Idle: or(r.Idle, 10*time.Minute)}, ClaimWindow: or(r.Claim, 20*time.Second),
		OnStoreFailure: or(r.OnFailure, "hold"),
	}
}

// Gate is one gateway as a process. It keeps its addresses over restarts.
type Gate struct {
	Addr  string
	Admin string
	State string

	tb        testing.TB
	file      string
	program   *Program
	transport *http.Transport
	operator  *adminclient.Client
	log       launch.Log

	mu   sync.Mutex
	proc *launch.Process // nil: it has been ended
}

// NewGate starts a gateway that ends with the test.
func NewGate(tb testing.TB, p *Program, s Settings) *Gate {
	tb.Helper()
	g := prepare(tb, p, &s)
	tb.Cleanup(func() {
		g.transport.CloseIdleConnections()
		code := g.Stop()
		g.operator.Close()
		if code != 0 || tb.Failed() {
			tb.Logf("gateway %s ended with code %d, its log:\n%s", g.Addr, code, g.Log())
		}
		if strings.Contains(g.Log(), "DATA RACE") || strings.Contains(g.Log(), "panic") {
			tb.Errorf("the gateway's log tells of a race or a panic:\n%s", g.Log())
		}
	})
	for try := 1; ; try++ {
		err := g.listenAt(&s)
		if err == nil {
			return g
		}
		// Somebody else may have taken the port between its choice and its use.
		if try == 5 || !strings.Contains(g.Log(), "address already in use") {
			tb.Fatalf("%v\n%s", err, g.Log())
		}
	}
}

// Refused starts a gateway that must not come up, and answers its exit code and what it printed. The code is -1 if it
// serves all the same.
func Refused(tb testing.TB, p *Program, s Settings) (code int, log string) {
	tb.Helper()
	g := prepare(tb, p, &s)
	err := g.listenAt(&s)
	if err == nil {
		g.Kill()
		return -1, g.Log()
	}
	return g.Stop(), g.Log()
}

// prepare fills in what the settings leave out.
func prepare(tb testing.TB, p *Program, s *Settings) *Gate {
	tb.Helper()
	g := &Gate{tb: tb, program: p, file: filepath.Join(tb.TempDir(), "gateway.yaml")}
	s.Store, s.State, s.Places = or(s.Store, "memory"), or(s.State, tb.TempDir()), or(s.Places, 500*time.Millisecond)
	g.State = s.State
	g.transport = &http.Transport{
		DisableCompression: true, MaxIdleConnsPerHost: 128,
		// Whatever the name in the address, the visitor is at this gateway.
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", g.Addr)
		},
	}
	return g
}

// listenAt tries to start at new addresses.
func (g *Gate) listenAt(s *Settings) error {
	var err error
	if g.Addr, err = launch.FreeAddr(); err != nil {
		return err
	}
	if g.Admin, err = launch.FreeAddr(); err != nil {
		return err
	}
	if g.operator, err = adminclient.New(adminclient.Config{URL: "http://" + g.Admin, Token: launch.OperatorToken}); err != nil {
		return err
	}
	if err := s.config(g.Addr, g.Admin).Write(g.file); err != nil {
		return err
	}
	return g.start()
}

// Use runs another program from the next Start on, with the same configuration, addresses and state.
func (g *Gate) Use(p *Program) { g.program = p }

// Edit replaces a part of the configuration file, which must be there once, as an operator does. The next Start reads it.
func (g *Gate) Edit(part, by string) {
	g.tb.Helper()
	data, err := os.ReadFile(g.file)
	if err != nil {
		g.tb.Fatal(err)
	}
	if n := strings.Count(string(data), part); n != 1 {
		g.tb.Fatalf("%q is %d times in the configuration:\n%s", part, n, data)
	}
	if err := os.WriteFile(g.file, []byte(strings.Replace(string(data), part, by, 1)), 0o600); err != nil {
		g.tb.Fatal(err)
	}
}

// Start runs the program again where it was, and returns when it serves.
func (g *Gate) Start() {
	g.tb.Helper()
	if err := g.start(); err != nil {
		g.tb.Fatalf("%v\n%s", err, g.Log())
	}
}

func (g *Gate) start() error {
	proc, err := launch.Start(g.Addr, "", &g.log, g.program.path, "serve", "-c", g.file)
	if err != nil {
		return err
	}
	g.mu.Lock()
	g.proc = proc
	g.mu.Unlock()
	// As a balancer, which sends no visitors before.
	return proc.Serves(g.tb.Context(), "http://"+g.Admin+"/readyz")
}

// Kill ends the process as kill -9 does and waits until it is gone.
func (g *Gate) Kill() { g.end((*launch.Process).Kill) }

// Stop ends the process as an operator does and answers its exit code.
func (g *Gate) Stop() (code int) {
	g.end(func(p *launch.Process) { code = p.Stop() })
	return code
}

func (g *Gate) end(how func(*launch.Process)) {
	g.mu.Lock()
	proc := g.proc
	g.proc = nil
	g.mu.Unlock()
	if proc == nil {
		return
	}
	how(proc)
	g.transport.CloseIdleConnections()
}

// Log is what the process has printed so far, over all its lives.
func (g *Gate) Log() string { return g.log.String() }
