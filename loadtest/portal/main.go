// Command portal runs the booking site of package portal alone, to be looked
// at, put behind a gate, or broken.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/demo"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "portal:", err)
		os.Exit(1)
	}
}

// run serves until the context ends. It returns nil after an orderly stop.
func run(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := flag.NewFlagSet("portal", flag.ContinueOnError)
	flags.SetOutput(errOut)
	listen := flags.String("listen", "127.0.0.1:8090", "address to listen on")
	profile := flags.String("profile", "demo", "demo, or speyer: 2,500 places in four contingents on a weak server")
	opensIn := flags.Duration("opens-in", 0, "speyer: first contingent opens after this time, the others three, six and nine hours later")
	guardOff := flags.Bool("guard-off", false, "let double bookings happen")
	finish := flags.Bool("finish-header", false, `send "Einlass-Finish: 1" with the confirmation of a booking`)
	if err := flags.Parse(args); err != nil {
		return err
	}
	cfg, err := profiled(*profile, time.Now(), *opensIn)
	if err != nil {
		return err
	}
	if cfg.Log, err = zap.NewProduction(); err != nil {
		return fmt.Errorf("log: %w", err)
	}
	cfg.GuardOff, cfg.FinishHeader = *guardOff, *finish
	site, err := demo.New(cfg)
	if err != nil {
		return err
	}
	defer site.Close()
	return serve(ctx, *listen, site, out)
}

func profiled(name string, now time.Time, opensIn time.Duration) (demo.Config, error) {
	switch name {
	case "demo":
		return demo.Demo(now), nil
	case "speyer":
		cfg := demo.Speyer()
		cfg.Calendar = cfg.Calendar.At(now.Add(opensIn))
		return cfg, nil
	}
	return demo.Config{}, fmt.Errorf("-profile: must be demo or speyer, is %q", name)
}

func serve(ctx context.Context, address string, site *demo.Site, out io.Writer) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{
		Handler:           site,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      5 * time.Minute, // an overloaded server takes its time; that is the point
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	fmt.Fprintf(out, "site   http://%s/\nstats  http://%s/_portal/stats\n", listener.Addr(), listener.Addr())
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	site.Close() // requests that still wait for the slow server end at once
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err = server.Shutdown(stop)
	if end := <-served; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	return err
}
