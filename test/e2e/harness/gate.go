package harness

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

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
	// Journal is the directory of journals; default none.
	Journal string
	// Draws is the chain of drand; default the gateway's.
	Draws launch.Draws
	// Drain is how long the gateway serves on after a SIGTERM.
	Drain time.Duration
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
	// Strict: each stay counts in full.
	Strict bool
	// PollMin and PollMax default to 200ms and 1s. After a loss nobody is called for 1.2 times PollMax.
	PollMin, PollMax time.Duration
	// Claim is how long a call stands, default 20s; Idle how long a stay without a request, default 10m; Longest how long a stay
	// in all, default that of the gateway.
	Claim, Idle, Longest time.Duration
	// Entry is after how long a page goes on by itself at its turn, default that of the gateway.
	Entry time.Duration
	// Grace is how long after a stay a form is still taken, default that of the gateway.
	Grace time.Duration
	// Once, Quiet and Ancestors are the room's once, session.quiet and frame_ancestors.
	Once, Quiet, Ancestors []string
	OnFailure              string // default hold
	Beacon                 string // default drand
}

func (s *Settings) config() *launch.Config {
	c := &launch.Config{
		State: launch.State{Dir: s.State, Interval: 200 * time.Millisecond, PlacesInterval: s.Places},
		Store: launch.Store{URL: s.Store}, Limits: s.Limits, Log: launch.LogStyle{Format: "json"},
		Journal: launch.Journal{Dir: s.Journal}, Draws: s.Draws,
		Drain: &s.Drain, TrustedProxies: s.Trusted, Keys: launch.Keys{File: s.Keys},
	}
	if s.Forgets {
		c.State.Dir = ""
	}
	for i := range s.Rooms {
		c.Rooms = append(c.Rooms, s.Rooms[i].config())
	}
	return c
}

// configFor is the configuration as the program can read it.
func (s *Settings) configFor(p *Program) *launch.Config {
	c := s.config()
	if p.before {
		c.Before, c.Drain = true, nil
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

// inside are the values of pace.inside.
var inside = map[bool]string{true: "strict"}

func (r *Room) config() launch.Room {
	session := launch.Session{Idle: or(r.Idle, 10*time.Minute), FormGrace: r.Grace, Quiet: r.Quiet}
	if r.Longest > 0 {
		session.Max = &r.Longest
	}
	return launch.Room{
		ID: or(r.ID, launch.RoomID), Hosts: r.Hosts, Paths: r.Paths, Exclude: r.Exclude,
		Once: r.Once, FrameAncestors: r.Ancestors,
		Backend: launch.Backend{URL: "http://" + r.Site.Addr},
		Pace:    launch.Pace{Rate: int64(r.Rate), MaxInside: int64(r.MaxInside), Burst: int64(r.Burst), Inside: inside[r.Strict]},
		Poll:    launch.Poll{Min: or(r.PollMin, 200*time.Millisecond), Max: or(r.PollMax, time.Second)},
		Session: session, ClaimWindow: or(r.Claim, 20*time.Second), Entry: r.Entry,
		OnStoreFailure: or(r.OnFailure, "hold"), Draw: launch.RoomDraw{Beacon: r.Beacon},
	}
}

// Gate is one gateway of a test.
type Gate struct {
	*launch.Gateway
	State string // its state directory

	tb        testing.TB
	transport *http.Transport // leads to this gateway, whatever the name in the address
	front     *Front          // nil: it is a gateway
}

// NewGate starts a gateway that ends with the test.
func NewGate(tb testing.TB, p *Program, s Settings) *Gate {
	tb.Helper()
	s.complete(tb)
	started, err := launch.StartGateway(tb.Context(), p.path, tb.TempDir(), s.configFor(p))
	if err != nil {
		tb.Fatal(err)
	}
	g := newGate(tb, started, &s)
	tb.Cleanup(func() {
		g.transport.CloseIdleConnections()
		if err := g.Close(); err != nil || tb.Failed() {
			tb.Logf("gateway %s: %v, its log:\n%s", g.Addr, err, g.Log())
		}
		if g.Logged("DATA RACE")+g.Logged("panic") > 0 {
			tb.Errorf("the gateway has logged a race or a panic:\n%s", g.Log())
		}
	})
	return g
}

// Refused starts a gateway that must not come up, and returns its exit code and what it printed. The code is -1 if it
// serves all the same.
func Refused(tb testing.TB, p *Program, s Settings) (code int, log string) {
	tb.Helper()
	s.complete(tb)
	g, err := launch.NewGateway(p.path, tb.TempDir(), s.configFor(p))
	if err != nil {
		tb.Fatal(err)
	}
	defer g.Operators.Close()
	if err := g.Start(tb.Context()); err == nil {
		g.Kill()
		return -1, g.Log()
	}
	return g.Stop(), g.Log()
}

// complete fills in what the settings leave out.
func (s *Settings) complete(tb testing.TB) {
	s.Store, s.State, s.Places = or(s.Store, "memory"), or(s.State, tb.TempDir()), or(s.Places, 500*time.Millisecond)
}

func newGate(tb testing.TB, started *launch.Gateway, s *Settings) *Gate {
	return &Gate{Gateway: started, State: s.State, tb: tb, transport: &http.Transport{
		DisableCompression: true, MaxIdleConnsPerHost: 128,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", started.Addr)
		},
	}}
}

// to is where browsers send their requests.
func (g *Gate) to() http.RoundTripper {
	if g.front != nil {
		return g.front
	}
	return g.transport
}

// Use runs another program from the next Start on, with the same configuration, addresses and state.
func (g *Gate) Use(p *Program) { g.Program = p.path }

// Edit replaces a part of the configuration's file, which must be in it once, as an operator does. The next Start reads it.
func (g *Gate) Edit(part, by string) {
	g.tb.Helper()
	data, err := os.ReadFile(g.File)
	must(g.tb, err)
	if n := strings.Count(string(data), part); n != 1 {
		g.tb.Fatalf("%q is %d times in the configuration:\n%s", part, n, data)
	}
	must(g.tb, os.WriteFile(g.File, []byte(strings.Replace(string(data), part, by, 1)), 0o600))
}

// outcomes are how a gateway says what became of a configuration that it has read again.
var outcomes = regexp.MustCompile(`.*"configuration (in force|refused|could not be brought into force).*\n`)

// Reload makes the gateway read its file again and returns the line of the log that says what came of it.
func (g *Gate) Reload() string {
	g.tb.Helper()
	before := len(outcomes.FindAllString(g.Log(), -1))
	g.Process().Hangup()
	ctx, cancel := context.WithTimeout(g.tb.Context(), 30*time.Second)
	defer cancel()
	var lines []string
	must(g.tb, launch.Until(ctx, func() error {
		if lines = outcomes.FindAllString(g.Log(), -1); len(lines) > before {
			return nil
		}
		return errors.New("the gateway does not say what became of its configuration")
	}))
	return lines[len(lines)-1]
}

// Start runs the program again where it was, and returns when it serves.
func (g *Gate) Start() {
	g.tb.Helper()
	must(g.tb, g.Gateway.Start(g.tb.Context()))
}

// Kill ends the process as kill -9 does and waits until it is gone.
func (g *Gate) Kill() {
	g.Gateway.Kill()
	g.transport.CloseIdleConnections()
}

// Stop ends the process as an operator does and returns its exit code.
func (g *Gate) Stop() int {
	defer g.transport.CloseIdleConnections()
	return g.Gateway.Stop()
}
