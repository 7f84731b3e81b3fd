package launch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Room is the id of the only room of a Gateway.
const Room = "termine"

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
		URL: "http://" + public, Admin: "http://" + admin, Token: "the-token-of-the-operators", Journal: filepath.Join(dir, "journal"),
	}
	file := filepath.Join(dir, "gateway.yaml")
	if err := os.WriteFile(file, []byte(s.yaml(g, dir, public, admin)), 0o600); err != nil {
		return nil, fmt.Errorf("gateway: %w", err)
	}
	if g.proc, err = Start("gate", "", &g.log, program, "serve", "-c", file); err != nil {
		return nil, err
	}
	if err := g.proc.Serves(ctx, g.Admin+"/readyz"); err != nil {
		return nil, errors.Join(err, g.Stop(), errors.New(g.Log()))
	}
	return g, nil
}

func (s *Settings) yaml(g *Gateway, dir, public, admin string) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "listen: {http: %q}\nadmin: {listen: %q, token: %q}\n", public, admin, g.Token)
	fmt.Fprintf(&b, "state: {dir: %q}\njournal: {dir: %q}\nlog: {level: warn, format: json}\n", filepath.Join(dir, "state"), g.Journal)
	b.WriteString("limits: {arrivals_per_prefix: {rate: 0}, connections_per_ip: 60000}\n")
	fmt.Fprintf(&b, "rooms:\n  - id: %s\n    backend: {url: %q, health: {failures: 0}}\n", Room, s.Backend)
	burst := s.Pace.Burst
	fmt.Fprintf(&b, "    pace: {rate: %d, max_inside: %d, burst: %d}\n", s.Pace.Rate, s.Pace.MaxInside, burst)
	if s.Paused {
		b.WriteString("    mode: pause\n")
	}
	duration := func(name string, d time.Duration) {
		if d > 0 {
			fmt.Fprintf(&b, "    %s: %v\n", name, d)
		}
	}
	duration("claim_window", s.Timing.ClaimWindow)
	duration("absent_after", s.Timing.Absent)
	duration("ticket_life", s.Timing.TicketLife)
	if s.Timing.Idle > 0 {
		fmt.Fprintf(&b, "    session: {idle: %v}\n", s.Timing.Idle)
	}
	if s.PollMin > 0 {
		fmt.Fprintf(&b, "    poll: {min: %v, max: %v}\n", s.PollMin, s.PollMax)
	}
	return b.String()
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
