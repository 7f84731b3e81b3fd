package environment

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/launch"
)

// Room is the only room.
const Room = launch.RoomID

// Pace of the room and the times of its visitors. Everything happens ten to sixty times faster than in an office.
const (
	Rate      = 480 // calls a minute
	Burst     = 10
	MaxInside = 160 // a stranger who is let in with nobody waiting is inside for as long as a stay lives
	pollMin   = 400 * time.Millisecond
	pollMax   = 2 * time.Second
	claim     = 40 * time.Second
	absent    = 5 * time.Minute
	idle      = 5 * time.Minute
)

// Program is the built gateway.
type Program struct{ Path string }

// Build builds the gateway into a directory, with the race detector if wanted.
func Build(ctx context.Context, dir string, race bool) (*Program, error) {
	path, err := launch.BuildGateway(ctx, dir, race)
	return &Program{Path: path}, err
}

// Run runs the program to its end.
func (p *Program) Run(ctx context.Context, args ...string) error {
	if out, err := exec.CommandContext(ctx, p.Path, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("gateway %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// Gateway is one gateway. It keeps its addresses over its lives.
type Gateway struct {
	Name string
	Port int
	Log  launch.Log

	admin    int
	operator *adminclient.Client
	program  *Program
	dir      string
	file     string
	proc     *launch.Process
}

// Settings of a gateway.
type Settings struct {
	Store   launch.Store
	Keys    string // keyring file, empty: its own
	State   string // state directory
	Journal string // journal directory
	Site    string // host:port
}

// NewGateway plans a gateway in a directory of its own below dir.
func NewGateway(p *Program, dir, name string, s Settings) (*Gateway, error) {
	g := &Gateway{Name: name, program: p, dir: filepath.Join(dir, name)}
	if err := os.Mkdir(g.dir, 0o700); err != nil {
		return nil, err
	}
	var err error
	if g.Port, err = launch.FreePort(); err != nil {
		return nil, err
	}
	g.admin = g.Port + 10_000
	g.operator, err = adminclient.New(adminclient.Config{URL: "http://" + launch.Addr(g.admin), Token: launch.OperatorToken, Timeout: 2 * time.Second})
	if err != nil {
		return nil, err
	}
	g.file = filepath.Join(g.dir, "gateway.yaml")
	return g, g.config(s).Write(g.file)
}

func (g *Gateway) config(s Settings) *launch.Config {
	return &launch.Config{
		Listen: launch.Listen{HTTP: launch.Addr(g.Port)}, Admin: launch.Admin{Listen: launch.Addr(g.admin), Token: launch.OperatorToken},
		Store: s.Store, State: launch.State{Dir: s.State, Interval: 200 * time.Millisecond, PlacesInterval: 500 * time.Millisecond},
		Journal: launch.Journal{Dir: s.Journal}, Keys: launch.Keys{File: s.Keys}, StopTimeout: 5 * time.Second,
		Rooms: []launch.Room{{
			ID: Room, Backend: launch.Backend{URL: "http://" + s.Site}, Exclude: []string{OpenPath},
			Pace: launch.Pace{Rate: Rate, MaxInside: MaxInside, Burst: Burst}, Poll: launch.Poll{Min: pollMin, Max: pollMax},
			ClaimWindow: claim, AbsentAfter: absent, Session: launch.Session{Idle: idle},
		}},
	}
}

// Start runs it and returns when it answers visitors.
func (g *Gateway) Start(ctx context.Context) error {
	var err error
	if g.proc, err = launch.Start(g.Name, g.dir, &g.Log, g.program.Path, "serve", "-c", g.file); err != nil {
		return err
	}
	if err := g.proc.Serves(ctx, "http://"+launch.Addr(g.Port)+"/.einlass/status"); err != nil {
		return fmt.Errorf("%w\n%s", err, g.Log.Tail())
	}
	return nil
}

// Process is its present life.
func (g *Gateway) Process() *launch.Process { return g.proc }

// Close kills it if it still lives.
func (g *Gateway) Close() {
	if g.proc != nil {
		g.proc.Resume()
		g.proc.Kill()
	}
	g.operator.Close()
}

// Figures asks the admin API.
func (g *Gateway) Figures(ctx context.Context) (operator.RoomInfo, error) {
	info, err := g.operator.Room(ctx, Room)
	if err != nil {
		err = fmt.Errorf("%s: %w", g.Name, err)
	}
	return info, err
}

// Well says what is wrong with it: nil if its store answers and its frame is fresh.
func (g *Gateway) Well(ctx context.Context) error {
	info, err := g.Figures(ctx)
	switch {
	case err != nil:
		return err
	case !info.Store.OK:
		return fmt.Errorf("%s: its store does not answer", g.Name)
	case time.Since(info.AsOf) > 2*time.Second:
		return fmt.Errorf("%s: its frame is of %v", g.Name, info.AsOf)
	}
	return nil
}
