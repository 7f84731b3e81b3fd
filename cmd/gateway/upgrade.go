package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/handover"
	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/lifecycle"
)

// The signals of a gateway that serves.
const (
	sigReload  = syscall.SIGHUP
	sigUpgrade = syscall.SIGUSR2
)

// controlSocket is where a gateway is asked for an upgrade, in its state directory.
const controlSocket = "control.sock"

// upgraded is the answer to who asked for an upgrade, as one line of JSON.
type upgraded struct {
	PID     int    `json:"pid,omitempty"`
	Version string `json:"version,omitempty"`
	Error   string `json:"error,omitempty"`
	Stops   bool   `json:"stops,omitempty"` // with Error: the gateway does not serve on
}

// askedUpgrade is one request for an upgrade; answer hears what came of it.
type askedUpgrade struct{ answer func(upgraded) }

// errStops is why there is no handover when the process is asked to stop meanwhile: its successor would serve on.
var errStops = errors.New("the gateway was asked to stop")

// upgrades hands over to a successor when it is asked to, by signal or at the control socket. handedOver hears of success. Nobody
// succeeds a process that is asked to stop: stopping has ended then.
func (a *app) upgrades(h *host, stopping context.Context, handedOver func(handed)) []lifecycle.Service {
	asked := make(chan askedUpgrade)
	run := func(ctx context.Context) error {
		for {
			answer := func(upgraded) {}
			select {
			case <-ctx.Done():
				return nil
			case <-h.upgrades:
			case one := <-asked:
				answer = one.answer
			}
			done, err := a.replace(ctx, stopping, h.program, handedOver)
			switch {
			case errors.Is(err, errBroken):
				answer(upgraded{Error: err.Error()})
				return err
			case errors.Is(err, errStops):
				a.log.Warn("not handed over, this process stops", zap.Error(err))
				answer(upgraded{Error: err.Error(), Stops: true})
			case err != nil:
				a.log.Error("not handed over, this process serves on", zap.Error(err))
				answer(upgraded{Error: err.Error()})
			default:
				answer(upgraded{PID: done.pid, Version: done.version})
				<-ctx.Done()
				return nil
			}
		}
	}
	all := []lifecycle.Service{{Name: "upgrade", Run: run}}
	if dir := a.serving.Load().cfg.State.Dir; dir != "" {
		all = append(all, lifecycle.Service{Name: "control socket", Run: a.own.while(func(ctx context.Context) error {
			return a.control(ctx, statePath(a.serving.Load().cfg, controlSocket), asked)
		})})
	}
	return all
}

// replace hands over, unless the process is asked to stop before that is done. A successor that serves by then is asked to stop, too.
func (a *app) replace(ctx, stopping context.Context, program *handover.Program, handedOver func(handed)) (done handed, err error) {
	if stopping.Err() != nil {
		return done, errStops
	}
	both, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(stopping, func() { cancel(context.Cause(stopping)) })()
	done, err = a.handOver(both, program)
	switch {
	case err != nil && stopping.Err() != nil:
		return done, fmt.Errorf("%w: %w", errStops, err)
	case err != nil:
		return done, err
	}
	handedOver(done)
	return done, stopToo(stopping, done.pid)
}

// stopToo asks a successor to stop if its predecessor was asked to before it had one.
func stopToo(stopping context.Context, successor int) error {
	if first := (handed{}); errors.As(context.Cause(stopping), &first) {
		return nil
	}
	return errors.Join(errStops, os.NewSyscallError("kill", syscall.Kill(successor, syscall.SIGTERM)))
}

// control takes requests at the control socket, whose mode is all the permission there is. Without the socket, signals do.
func (a *app) control(ctx context.Context, path string, asked chan<- askedUpgrade) error {
	var ln net.Listener
	err := untilThereAreFiles(ctx, a.log, func() (err error) {
		ln, err = httpx.ListenUnix(path, 0o600)
		return err
	})
	if err != nil && ctx.Err() != nil {
		return nil
	}
	if err != nil {
		a.log.Warn("no control socket: gateway upgrade does not work, SIGUSR2 does", zap.Error(err))
		<-ctx.Done()
		return nil
	}
	defer context.AfterFunc(ctx, func() { _ = ln.Close() })()
	var asking sync.WaitGroup
	defer asking.Wait()
	for {
		var c net.Conn
		err := untilThereAreFiles(ctx, a.log, func() (err error) {
			c, err = ln.Accept()
			return err
		})
		if err != nil {
			if ctx.Err() == nil {
				a.log.Warn("the control socket has ended: gateway upgrade does not work, SIGUSR2 does", zap.Error(err))
			}
			<-ctx.Done()
			return nil
		}
		asking.Go(func() {
			select {
			case asked <- askedUpgrade{func(u upgraded) { _ = errors.Join(json.NewEncoder(c).Encode(u), c.Close()) }}:
			case <-ctx.Done():
				_ = c.Close()
			}
		})
	}
}

func newUpgrade() *cobra.Command {
	var file string
	var settings []string
	cmd := &cobra.Command{
		Use:   "upgrade -c FILE",
		Short: "Replace the gateway that runs by the program that is installed now",
		Long: "Replace the gateway that runs by the program that is installed now, with the configuration file as it is now, and lose no request and no\n" +
			"place. The gateway starts the program as it was started itself; only when that one has read its configuration, and would serve,\n" +
			"everything is handed over. If anything is wrong the gateway serves on, and the reason is said. FILE is that of the gateway: its\n" +
			"state.dir has the socket at which it is asked. A gateway without state.dir is asked by the signal SIGUSR2.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return upgrade(cmd, file, settings)
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "configuration file (YAML)")
	cmd.Flags().StringArrayVar(&settings, "set", nil, "override one setting, as in --set state.dir=/srv/einlass (repeatable)")
	_ = cmd.MarkFlagRequired("config")
	return cmd
}

// upgrade asks the gateway that runs, and says what came of it.
func upgrade(cmd *cobra.Command, file string, settings []string) error {
	cfg, err := loadConfig(file, settings)
	if err != nil {
		return err
	}
	if cfg.State.Dir == "" {
		return exitError{exitUsage, errors.New("state.dir: is not set, so the gateway has no socket to be asked at: send it SIGUSR2, and read its log")}
	}
	path := statePath(cfg.Config, controlSocket)
	c, err := new(net.Dialer).DialContext(cmd.Context(), "unix", path)
	if err != nil {
		return exitError{exitStart, fmt.Errorf("no gateway answers that keeps its lines in %s: %w", cfg.State.Dir, err)}
	}
	defer func() { _ = c.Close() }()
	_ = c.SetReadDeadline(time.Now().Add(readyWithin + servesWithin + time.Minute))
	var said upgraded
	switch err := json.NewDecoder(io.LimitReader(c, 64<<10)).Decode(&said); {
	case errors.Is(err, io.EOF):
		return exitError{exitFault, errors.New("the gateway is handing over, or it ends: ask again")}
	case err != nil:
		return exitError{exitFault, fmt.Errorf("the gateway's answer: %w", err)}
	case said.Stops:
		return exitError{exitFault, fmt.Errorf("not upgraded: %s", said.Error)}
	case said.Error != "":
		return exitError{exitFault, fmt.Errorf("not upgraded, the gateway serves on: %s", said.Error)}
	}
	fmt.Fprintf(cmd.OutOrStdout(), "upgraded: process %d serves, version %s\n", said.PID, said.Version)
	return nil
}
