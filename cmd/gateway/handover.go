package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/handover"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/lent"
)

// Time limits of a handover. Until the first is over visitors are served as ever; in the second, arrivals wait.
const (
	readyWithin  = time.Minute
	servesWithin = 20 * time.Second
)

// handed is the cause of a stop: a successor serves visitors now.
type handed struct {
	pid     int
	version string
}

func (h handed) Error() string {
	return fmt.Sprintf("handed over to process %d, version %s", h.pid, h.version)
}

var errFirstProcess = errors.New("this process is the first of its container, which ends with it: replace the container, or run several gateways on one Redis")

// programOf is this program as it is started again: by the name that it was started by, so that the file which is there now is the new
// release.
func programOf(args, env []string) (*handover.Program, error) {
	path := args[0]
	if !strings.Contains(path, "/") {
		if found, err := exec.LookPath(path); err == nil {
			path = found
		}
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find the program %s: %w", args[0], err)
	}
	// What is meant for this process alone.
	env = slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return strings.HasPrefix(name, "LISTEN_") || name == "WATCHDOG_PID" || name == handover.Variable
	})
	return &handover.Program{Path: path, Args: args[1:], Env: env, Output: os.Stderr}, nil
}

// handOver makes a new process of the program the one that serves visitors, keeps the lines and serves operators. With an error everything
// is as it was before, but for errBroken. Afterwards this process has only its open connections yet, and uses its successor's lines.
func (a *app) handOver(ctx context.Context, program *handover.Program) (done handed, err error) {
	if os.Getpid() == 1 {
		return done, errFirstProcess
	}
	a.applying.Lock()
	defer a.applying.Unlock()
	files, err := a.inherited()
	defer closeFiles(files)
	if err != nil {
		return done, err
	}
	started := *program
	started.Sockets = files
	if cfg := a.serving.Load().cfg; cfg.Store.Memory() {
		started.Kept = cfg.State.Dir
	}
	a.share(true)
	defer func() {
		if err != nil {
			a.share(false)
		}
	}()
	next, err := handover.Start(&started)
	if err != nil {
		return done, err
	}
	a.log.Info("a new process starts, this one serves on", zap.Int("process", next.PID()), zap.String("program", program.Path))
	limit, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if done.version, err = next.Ready(limit); err != nil {
		return done, errors.Join(err, next.Kill())
	}
	if err := a.stores.kept(); err != nil {
		return done, errors.Join(err, next.Kill())
	}
	done.pid = next.PID()
	a.told(a.manager.Reloading("hands over to process " + fmt.Sprint(done.pid)))
	a.told(a.manager.Alive()) // the watchdog's beat ends with the ownership, and servesWithin is the longer part of its interval
	a.log.Info("the new process is ready, the lines go to it")
	left, err := a.letGo()
	if err == nil {
		err = next.Take(left)
	}
	if err == nil {
		limit, cancel := context.WithTimeout(ctx, servesWithin)
		defer cancel()
		err = next.Serves(limit)
	}
	if err != nil {
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), servesWithin)
		defer cancel()
		err = errors.Join(err, next.Kill(), a.takeBack(limit, files))
		a.told(a.manager.Ready("visitors are served"))
		return done, err
	}
	a.told(a.manager.Successor(done.pid, "visitors are served"))
	a.borrow(lent.NewClient(next.Lines()))
	return done, nil
}

// inherited are the listening sockets for a successor.
func (a *app) inherited() (files []handover.Socket, err error) {
	for _, s := range a.open.sockets {
		f, err := handover.FileOf(s.Listener)
		if err != nil {
			return files, fmt.Errorf("%s: %w", s.path, err)
		}
		files = append(files, handover.Socket{Path: s.path, Text: s.text, Managed: s.managed, File: f})
	}
	return files, nil
}

func closeFiles(files []handover.Socket) {
	for _, s := range files {
		_ = s.File.Close()
	}
}

// letGo ends what only one process may do: connections wait in the kernel, and verbs of the lines in this process.
// left is what the successor is to know of it.
func (a *app) letGo() (left json.RawMessage, err error) {
	for _, s := range a.open.sockets {
		if u, ok := s.Listener.(*net.UnixListener); ok {
			u.SetUnlinkOnClose(false)
		}
	}
	a.own.give() // operators may take seconds to end; visitors are served meanwhile
	var errs []error
	for _, r := range a.serving.Load().rooms {
		errs = append(errs, r.line.closeHistory())
	}
	a.server.Part(true)
	a.server.Unlisten()
	for _, r := range a.serving.Load().rooms {
		if r.line.home != nil {
			errs = append(errs, r.line.home.Hold().Close())
		}
	}
	if a.audit != nil {
		a.noteAct(actHanded)
		errs = append(errs, a.audit.Lend())
	}
	left, err = a.stores.sealed()
	return left, errors.Join(append(errs, err)...)
}

// errBroken means that a handover failed and that what was let go could not be taken back: the process has to end.
var errBroken = errors.New("the lines could not be taken back")

// takeBack is the opposite of letGo. The successor has ended. While there are no descriptors for it, it tries again until ctx ends.
func (a *app) takeBack(ctx context.Context, files []handover.Socket) error {
	var errs []error
	for _, r := range a.serving.Load().rooms {
		if r.line.home == nil {
			continue
		}
		var store queue.Store
		err := untilThereAreFiles(ctx, a.log, func() (err error) {
			store, _, err = a.stores.open(r.cfg.ID)
			return err
		})
		if err != nil {
			errs = append(errs, err)
			r.line.home.Back()
			continue
		}
		r.line.home.Resume(store)
	}
	for _, r := range a.serving.Load().rooms {
		a.openHistory(r.line, a.log.With(zap.String("room", r.cfg.ID)))
	}
	errs = append(errs, a.listenAgain(ctx, files))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%w: %w", errBroken, err)
	}
	if a.audit != nil {
		a.noteAct(actBack)
	}
	a.own.back()
	a.server.Part(false)
	a.listening()
	return nil
}

// listenAgain makes listeners of the sockets once more.
func (a *app) listenAgain(ctx context.Context, files []handover.Socket) error {
	for i, f := range files {
		var ln net.Listener
		err := untilThereAreFiles(ctx, a.log, func() (err error) {
			ln, err = net.FileListener(f.File)
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
		if u, ok := ln.(*net.UnixListener); ok {
			u.SetUnlinkOnClose(!f.Managed)
		}
		a.open.sockets[i].Listener = ln
		for j := range a.public {
			if a.public[j].path == f.Path {
				a.public[j].Listener = forVisitors(ln, f.Managed, a.public[j].tls)
			}
		}
		if f.Path == "admin.listen" && a.newAdmin != nil {
			a.adminLn = secured(ln, a.adminTLS)
			if a.admin, err = a.newAdmin(); err != nil {
				return err
			}
		}
	}
	return nil
}

// borrow uses the lines of the successor for what is under way in this process.
func (a *app) borrow(lines *lent.Client) {
	a.borrowed = lines
	for _, r := range a.serving.Load().rooms {
		if r.line.home != nil {
			r.line.home.Resume(lines.Store(r.cfg.ID))
		}
	}
}

// ebb waits until the connections and WebSockets that this process had are gone, at most as long as a stop waits: a successor
// takes the new ones, and each answer here is the last one of its connection.
func (a *app) ebb(ctx context.Context) {
	cfg := a.serving.Load().cfg
	requests, webSockets := a.underWay()
	a.log.Info("handed over; connections that are open end with their next answer", zap.Int("connections", int(a.connections())),
		zap.Int("requests", requests), zap.Int("websockets", webSockets), zap.Duration("at_most", cfg.StopTimeout))
	limit, cancel := context.WithTimeout(ctx, cfg.StopTimeout)
	defer cancel()
	a.server.Quiet(limit)
	tick := time.NewTicker(tunnelTick)
	defer tick.Stop()
	for {
		if _, webSockets := a.underWay(); webSockets == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-limit.Done():
			return
		}
	}
}

// tunnelTick is how often a process that was handed over looks whether its WebSockets have ended.
const tunnelTick = 100 * time.Millisecond

// lineOf is the store of a room for the predecessor.
func (a *app) lineOf(id string) *lent.Switch {
	if r := a.serving.Load().room(id); r != nil {
		return r.line.home
	}
	return nil
}
