package launch

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// RoomID is the only room of a Gateway.
const RoomID = "termine"

// OperatorToken is the bearer token of the admin API of every gateway that tests and load tests start.
const OperatorToken = "the-token-of-the-operators"

// Settings of a Gateway. Backend is required; the rest has the gateway's defaults.
type Settings struct {
	// Backend is the site's address, http://host:port.
	Backend string
	Pace    queue.Pace
	// Paused: nobody is called until an operator says so.
	Paused bool
	// Timing: what is zero is left to the defaults. Absent is at least 5 minutes, ClaimWindow at least PollMax.
	Timing           queue.Timing
	PollMin, PollMax time.Duration
}

// Gateway is one running gateway with one room. Whoever started it must stop it.
type Gateway struct {
	// URL is where visitors go, Admin the operators' API, Token what it asks for, Journal the journal's directory.
	URL, Admin, Token, Journal string

	proc *Process
	log  Log
}

// StartGateway runs a gateway whose files are in dir, which must be its own, and returns when it serves.
func StartGateway(ctx context.Context, program, dir string, s Settings) (*Gateway, error) {
	var errs []error
	for range 3 { // somebody else may take a port between its choice and its use
		g, err := startGateway(ctx, program, dir, s)
		if err == nil {
			return g, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

func startGateway(ctx context.Context, program, dir string, s Settings) (*Gateway, error) {
	public, err := FreeAddr()
	if err != nil {
		return nil, err
	}
	admin, err := FreeAddr()
	if err != nil {
		return nil, err
	}
	g := &Gateway{
		URL: "http://" + public, Admin: "http://" + admin, Token: OperatorToken, Journal: filepath.Join(dir, "journal"),
	}
	file := filepath.Join(dir, "gateway.yaml")
	if err := s.config(g, dir, public, admin).Write(file); err != nil {
		return nil, err
	}
	if g.proc, err = Start("gate", "", &g.log, program, "serve", "-c", file); err != nil {
		return nil, err
	}
	if err := g.proc.Serves(ctx, g.Admin+"/readyz"); err != nil {
		return nil, errors.Join(err, g.Stop(), errors.New(g.Log()))
	}
	return g, nil
}

// config is the configuration of a gateway whose files are in dir.
func (s *Settings) config(g *Gateway, dir, public, admin string) *Config {
	r := Room{
		ID: RoomID, Backend: Backend{URL: s.Backend, Health: &Health{}},
		Pace: Pace{Rate: s.Pace.Rate, MaxInside: s.Pace.MaxInside, Burst: s.Pace.Burst}, Poll: Poll{Min: s.PollMin, Max: s.PollMax},
		ClaimWindow: s.Timing.ClaimWindow, AbsentAfter: s.Timing.Absent, TicketLife: s.Timing.TicketLife, Session: Session{Idle: s.Timing.Idle},
	}
	if s.Paused {
		r.Mode = "pause"
	}
	return &Config{
		Listen: Listen{HTTP: public}, Admin: Admin{Listen: admin, Token: g.Token},
		State: State{Dir: filepath.Join(dir, "state")}, Journal: Journal{Dir: g.Journal}, Log: LogStyle{Level: "warn", Format: "json"},
		Limits: Limits{ConnectionsPerIP: 60_000}, Rooms: []Room{r},
	}
}

// Stop ends the process as an operator does and waits until it has. It may be called again.
func (g *Gateway) Stop() error {
	if code := g.proc.Stop(); code != 0 {
		return fmt.Errorf("gateway: ended with code %d", code)
	}
	return nil
}

// Log is what the process has printed.
func (g *Gateway) Log() string { return g.log.String() }
