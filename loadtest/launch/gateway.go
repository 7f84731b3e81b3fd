package launch

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/adminclient"
)

// RoomID is the room of a gateway with one room.
const RoomID = "termine"

// OperatorToken is the bearer token of the admin API of every gateway that tests and load tests start.
const OperatorToken = "the-token-of-the-operators"

// Gateway is one gateway as a process. It keeps its configuration, addresses and log over its lives. Safe for concurrent
// use, except that Program and Ready are set before Start.
type Gateway struct {
	// Program is what the next Start runs.
	Program string
	// Addr is where visitors come in and Admin where operators do, host:port.
	Addr, Admin string
	// File is the configuration's file.
	File string
	// Ready is the URL that Start waits for; by default the admin plane's readiness, as a balancer asks it.
	Ready string
	// Operators is a client of its admin API.
	Operators *adminclient.Client

	log Log

	mu   sync.Mutex
	proc *Process // the present life, or the last one; nil before the first
}

// NewGateway writes a gateway's configuration into dir, which must be the gateway's own and exist, and starts nothing yet.
// Addresses that the configuration leaves open are chosen, and the operators' token is OperatorToken. program is an absolute
// path. The caller must Close the gateway.
func NewGateway(program, dir string, c *Config) (*Gateway, error) {
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	own := *c
	if own.Listen.HTTP == "" {
		own.Listen.HTTP = Addr(port)
	}
	if own.Admin.Listen == "" {
		own.Admin.Listen = Addr(port + 10_000)
	}
	if own.Admin.Token == "" {
		own.Admin.Token = OperatorToken
	}
	if own.Drain == nil && !own.Before {
		own.Drain = new(time.Duration)
	}
	g := &Gateway{
		Program: program, Addr: own.Listen.HTTP, Admin: own.Admin.Listen, File: filepath.Join(dir, "gateway.yaml"),
	}
	g.Ready = g.AdminURL() + "/readyz"
	if err := own.Write(g.File); err != nil {
		return nil, err
	}
	g.Operators, err = adminclient.New(adminclient.Config{URL: g.AdminURL(), Token: own.Admin.Token})
	return g, err
}

// StartGateway is NewGateway and Start. It chooses other addresses when somebody else takes one between its choice and its
// use.
func StartGateway(ctx context.Context, program, dir string, c *Config) (*Gateway, error) {
	for try := 1; ; try++ {
		g, err := NewGateway(program, dir, c)
		if err != nil {
			return nil, err
		}
		if err = g.Start(ctx); err == nil {
			return g, nil
		}
		taken := g.log.Count("address already in use") > 0
		if err = errors.Join(err, g.Close()); !taken || try == 5 {
			return nil, err
		}
	}
}

// Rewrite puts another configuration into the gateway's file, with the addresses, the token and the drain that it has.
func (g *Gateway) Rewrite(c *Config) error {
	own := *c
	own.Listen.HTTP, own.Admin = g.Addr, Admin{Listen: g.Admin, Token: OperatorToken}
	if own.Drain == nil && !own.Before {
		own.Drain = new(time.Duration)
	}
	return own.Write(g.File)
}

// URL is where visitors come in.
func (g *Gateway) URL() string { return "http://" + g.Addr }

// AdminURL is where operators come in.
func (g *Gateway) AdminURL() string { return "http://" + g.Admin }

// Log is what the process has printed, over all its lives.
func (g *Gateway) Log() string { return g.log.String() }

// Logged is how often a text stands in the log.
func (g *Gateway) Logged(text string) int { return g.log.Count(text) }

// Start runs the program, and returns when it serves.
func (g *Gateway) Start(ctx context.Context) error {
	proc, err := Start("gateway "+g.Addr, filepath.Dir(g.File), &g.log, g.Program, "serve", "-c", g.File)
	if err != nil {
		return err
	}
	g.mu.Lock()
	g.proc = proc
	g.mu.Unlock()
	if err := proc.Serves(ctx, g.Ready); err != nil {
		return fmt.Errorf("%w\n%s", err, g.log.Tail())
	}
	return nil
}

// Process is its present life, or the last one; nil before the first.
func (g *Gateway) Process() *Process {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.proc
}

// Kill ends the process as kill -9 does and waits until it is gone.
func (g *Gateway) Kill() {
	if p := g.Process(); p != nil {
		p.Kill()
	}
}

// Stop ends the process as an operator does and returns its exit code, that of the last life if it has ended before.
func (g *Gateway) Stop() int {
	if p := g.Process(); p != nil {
		return p.Stop()
	}
	return 0
}

// Close stops the process and gives up the connections to its admin API. An exit code that is not 0 is an error. It may be
// called again.
func (g *Gateway) Close() error {
	defer g.Operators.Close()
	if code := g.Stop(); code != 0 {
		return fmt.Errorf("gateway %s: ended with code %d", g.Addr, code)
	}
	return nil
}
