package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/configs"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/demo"
)

func newDemo() *cobra.Command {
	var citizens bool
	var settings []string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show a waiting room in front of a small booking site, with simulated citizens",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDemo(cmd, citizens, settings)
		},
	}
	cmd.Flags().BoolVar(&citizens, "citizens", true, "simulated citizens make a line")
	cmd.Flags().StringArrayVar(&settings, "set", nil, "override one setting of the demo's configuration (repeatable)")
	return cmd
}

// runDemo runs the demo site, the gateway and the citizens in this process.
func runDemo(cmd *cobra.Command, citizens bool, settings []string) error {
	site, err := startPortal()
	if err != nil {
		return exitError{exitStart, fmt.Errorf("demo: %w", err)}
	}
	defer site.stop()
	state, err := os.MkdirTemp("", "einlass-demo-*")
	if err != nil {
		return exitError{exitStart, fmt.Errorf("demo: %w", err)}
	}
	defer func() { _ = os.RemoveAll(state) }()
	file := filepath.Join(state, "demo.yaml")
	if err := os.WriteFile(file, configs.Demo, 0o600); err != nil {
		return exitError{exitStart, fmt.Errorf("demo: %w", err)}
	}
	settings = append([]string{"state.dir=" + state, "rooms.0.backend.url=http://" + site.addr}, settings...)
	cfg, err := loadConfig(file, settings)
	if err != nil {
		return err
	}
	desk, err := startDesk(cfg.Config)
	if err != nil && !errors.Is(err, errFarDesk) {
		return exitError{exitStart, fmt.Errorf("demo: %w", err)}
	}
	if desk != nil {
		defer desk.stop()
	}
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	crowdDone := make(chan struct{})
	close(crowdDone)
	err = serve(ctx, cfg, nil, cmd.ErrOrStderr(), func(a *app) {
		gate := gateURL(a.public[0].Addr())
		printDemo(cmd, cfg.Config, gate, site.addr, a.token, citizens)
		printDesk(cmd, cfg.Config, desk)
		if citizens {
			crowdDone = startCrowd(ctx, gate)
		}
	})
	cancel()
	<-crowdDone
	return err
}

func printDemo(cmd *cobra.Command, cfg *config.Config, gate, portalAddr, token string, citizens bool) {
	out := cmd.OutOrStdout()
	room := cfg.Rooms[0]
	fmt.Fprintf(out, "\n  The gate:      %s   open this in a browser, wait your turn, book a slot\n", gate)
	fmt.Fprintf(out, "  The site:      http://%s   the booking site itself, without the gate\n\n", portalAddr)
	fmt.Fprintf(out, "  %d people a minute are let in, %d at the same time.", room.Pace.Rate, room.Pace.MaxInside)
	if citizens {
		fmt.Fprint(out, " Simulated citizens are lining up (--citizens=false: none).")
	}
	fmt.Fprintf(out, "\n  Change the pace while it runs, in another terminal:\n\n")
	fmt.Fprintf(out, "    export EINLASS_ADMIN_URL=http://%s EINLASS_ADMIN_TOKEN=%s\n", cfg.Admin.Listen, token)
	fmt.Fprintf(out, "    bin/admin rooms\n    bin/admin rate %s 120\n    bin/admin pause %s\n", room.ID, room.ID)
}

// printDesk says how to come to the operators' pages, and how the demo ends. desk is nil where they are not on this machine alone.
func printDesk(cmd *cobra.Command, cfg *config.Config, desk *demoDesk) {
	out := cmd.OutOrStdout()
	switch {
	case desk != nil:
		fmt.Fprintf(out, "\n  The operators' pages: http://%s\n\n", cfg.Admin.Listen)
		fmt.Fprintf(out, "    Name:      %s\n    Password:  %s\n    Code:      on this page, in place of a telephone: %s\n", desk.user.Name, desk.password, desk.page)
	case cfg.Admin.Listen != "":
		fmt.Fprintf(out, "\n  The operators' pages: http://%s   make a user first, with a telephone for its one-time codes:\n\n", cfg.Admin.Listen)
		fmt.Fprintf(out, "    bin/gateway users add %s clerk --role admin\n", staffFile(cfg))
	}
	fmt.Fprint(out, "\n  Ctrl-C ends it.\n\n")
}

func gateURL(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return a.String()
	}
	host := tcp.IP.String()
	if tcp.IP.IsUnspecified() || tcp.IP.IsLoopback() {
		host = "127.0.0.1"
	}
	return fmt.Sprintf("http://%s", net.JoinHostPort(host, fmt.Sprint(tcp.Port)))
}

// demoSite is the running portal.
type demoSite struct {
	*demo.Site
	addr string
	stop func()
}

func startPortal() (*demoSite, error) {
	cfg := demo.Demo(time.Now())
	cfg.FinishHeader = true // the one thing a site may do for its waiting room: say that a booking is done
	return startSite(cfg)
}

func startSite(cfg demo.Config) (*demoSite, error) {
	site, err := demo.New(cfg)
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		site.Close()
		return nil, err
	}
	server := &http.Server{Handler: site, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "demo site:", err)
		}
	}()
	return &demoSite{Site: site, addr: ln.Addr().String(), stop: func() {
		_ = server.Close()
		<-done
		site.Close()
	}}, nil
}
